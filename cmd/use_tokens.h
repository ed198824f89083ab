#ifndef SEALKIT_CMD_USE_TOKENS_H
#define SEALKIT_CMD_USE_TOKENS_H

#include <stddef.h>

#include "base/options.h"
#include "ceremony/open.h"
#include "ceremony/prompt.h"
#include "token/token.h"

/* Options of all tools that use tokens. */
struct use_tokens {
	struct seal_option_list identities, devices;
	const char *serial;
	int pin_fd, passphrase_fd; /* -1: none */
	int last_try, replugged, non_interactive;
};

#define USE_TOKENS_INIT                                   \
	{                                                 \
		{{0}, 0}, {{0}, 0}, NULL, -1, -1, 0, 0, 0 \
	}

#define USE_TOKENS_ROWS(type, field)                                                              \
	{"identity",	   'i',                                                                   \
	 SEAL_OPTION_LIST, offsetof(type, field.identities),                                      \
	 "FILE",	   "identity file of a passphrase token; may be repeated"},               \
		{"device",	   0,                                                             \
		 SEAL_OPTION_LIST, offsetof(type, field.devices),                                 \
		 "DEVICE",	   "only piv:READER, or virtual udp:HOST:PORT; may be repeated"}, \
		{"serial",	   0,                                                             \
		 SEAL_OPTION_TEXT, offsetof(type, field.serial),                                  \
		 "NUMBER",	   "only the token with this serial"},                            \
		{"pin-fd",                                                                        \
		 0,                                                                               \
		 SEAL_OPTION_NUMBER,                                                              \
		 offsetof(type, field.pin_fd),                                                    \
		 "N",                                                                             \
		 "read the PIN from descriptor N; it is sent once"},                              \
		{"passphrase-fd",                                                                 \
		 0,                                                                               \
		 SEAL_OPTION_NUMBER,                                                              \
		 offsetof(type, field.passphrase_fd),                                             \
		 "N",                                                                             \
		 "read the passphrase from descriptor N"},                                        \
		{"last-try",                                                                      \
		 0,                                                                               \
		 SEAL_OPTION_FLAG,                                                                \
		 offsetof(type, field.last_try),                                                  \
		 NULL,                                                                            \
		 "send a PIN even where one try is left"},                                        \
		{"replugged",                                                                     \
		 0,                                                                               \
		 SEAL_OPTION_FLAG,                                                                \
		 offsetof(type, field.replugged),                                                 \
		 NULL,                                                                            \
		 "FIDO2: it was put in again since its last two PINs were wrong"},                \
	{                                                                                         \
		"non-interactive", 0, SEAL_OPTION_FLAG, offsetof(type, field.non_interactive),    \
			NULL, "ask nobody: fail where a person would be asked"                    \
	}

/* What the rows above come to. place points into use; has_serial is 0 without --serial. */
struct used_tokens {
	struct seal_token_place place;
	struct seal_prompt prompt;
	struct seal_token_asker asker; /* points to prompt */
	int has_serial;
	uint32_t serial;
};
SEAL_MUST_CHECK int use_tokens(const struct use_tokens *use, struct used_tokens *out_used,
			       struct seal_diag *diag);

/* A descriptor that a secret is to be read from later, -1 for none: SEAL_E_IO where it is not open,
   SEAL_E_USAGE where it is a terminal. To be called before the tool opens anything. */
SEAL_MUST_CHECK int use_descriptor(const char *option, int fd, struct seal_diag *diag);

/* For `choose` of whatever opens shares: asks a person, by name and serial. */
SEAL_MUST_CHECK int use_tokens_choose(void *ctx, const struct seal_open_fit *fits, size_t count,
				      size_t *out_index, struct seal_diag *diag);

#endif
