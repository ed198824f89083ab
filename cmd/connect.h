#ifndef SEALKIT_CMD_CONNECT_H
#define SEALKIT_CMD_CONNECT_H

#include <stddef.h>

#include "base/options.h"
#include "client/client.h"
#include "share/plan.h"

/* Options of all tools that speak to a daemon: what they leave open is taken from the
   environment, as Vault's CLI does. */
struct connect {
	const char *address, *pin, *ca_file, *ca_folder, *certificate, *key, *server_name;
	const char *core;
	int timeout;
};

#define CONNECT_ROWS(type, field)                                                           \
	{"address",                                                                         \
	 'a',                                                                               \
	 SEAL_OPTION_TEXT,                                                                  \
	 offsetof(type, field.address),                                                     \
	 "URL",                                                                             \
	 "of the daemon (VAULT_ADDR, BAO_ADDR; https://127.0.0.1:8200)"},                   \
		{"pin",                                                                     \
		 0,                                                                         \
		 SEAL_OPTION_TEXT,                                                          \
		 offsetof(type, field.pin),                                                 \
		 "SHA256",                                                                  \
		 "sha256//BASE64 of its TLS key, as seald prints it"},                      \
		{"core",	   0,                                                       \
		 SEAL_OPTION_TEXT, offsetof(type, field.core),                              \
		 "BASE64",	   "identity key of its core, as seald prints it"},         \
		{"ca-cert",	   0,                                                       \
		 SEAL_OPTION_TEXT, offsetof(type, field.ca_file),                           \
		 "FILE",	   "CA certificates (VAULT_CACERT)"},                       \
		{"ca-path",                                                                 \
		 0,                                                                         \
		 SEAL_OPTION_TEXT,                                                          \
		 offsetof(type, field.ca_folder),                                           \
		 "DIR",                                                                     \
		 "the same as a folder (VAULT_CAPATH)"},                                    \
		{"client-cert",	   0,                                                       \
		 SEAL_OPTION_TEXT, offsetof(type, field.certificate),                       \
		 "FILE",	   "certificate of this client (VAULT_CLIENT_CERT)"},       \
		{"client-key",	   0,                                                       \
		 SEAL_OPTION_TEXT, offsetof(type, field.key),                               \
		 "FILE",	   "its key (VAULT_CLIENT_KEY)"},                           \
		{"tls-server-name",                                                         \
		 0,                                                                         \
		 SEAL_OPTION_TEXT,                                                          \
		 offsetof(type, field.server_name),                                         \
		 "NAME",                                                                    \
		 "expected in the certificate (VAULT_TLS_SERVER_NAME)"},                    \
	{                                                                                   \
		"timeout", 0, SEAL_OPTION_NUMBER, offsetof(type, field.timeout), "SECONDS", \
			"for one answer (VAULT_CLIENT_TIMEOUT; 60)"                         \
	}

SEAL_MUST_CHECK int connect_open(const struct connect *connect, struct seal_client **out_client,
				 struct seal_diag *diag);
/* --core as bytes: *out_given is 0 where it was not given. */
SEAL_MUST_CHECK int connect_core(const struct connect *connect, uint8_t out_core[32],
				 int *out_given, struct seal_diag *diag);
/* The state of the daemon with this core, signed by it: SEAL_E_DAEMON where it is another one,
   something stands between, or it does not answer as a daemon does. */
SEAL_MUST_CHECK int connect_look(struct seal_client *client, const uint8_t core[static 32],
				 struct seal_client_status *out_status, struct seal_diag *diag);

/* What a plan says of its daemon holds, unless an option says otherwise: the environment is of
   other days. SEAL_E_MISMATCH: --core is of another daemon. */
SEAL_MUST_CHECK int connect_plan(const struct connect *connect, const struct seal_plan *plan,
				 struct seal_client **out_client, struct seal_diag *diag);

#endif
