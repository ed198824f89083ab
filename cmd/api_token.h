#ifndef SEALKIT_CMD_API_TOKEN_H
#define SEALKIT_CMD_API_TOKEN_H

#include <stddef.h>

#include "base/options.h"
#include "base/secret.h"

/* Options of tools that act by a token of the daemon's API. It comes from a file or a
   descriptor: no environment and no command line, which others on the machine can see. */
struct api_token {
	const char *file;
	int fd; /* -1: none */
};

#define API_TOKEN_INIT   \
	{                \
		NULL, -1 \
	}

#define API_TOKEN_ROWS(type, field)                                               \
	{"token-file",	   0,                                                     \
	 SEAL_OPTION_TEXT, offsetof(type, field.file),                            \
	 "FILE",	   "file of mode 0600 that holds a root token"},          \
	{                                                                         \
		"token-fd", 0, SEAL_OPTION_NUMBER, offsetof(type, field.fd), "N", \
			"read the root token from descriptor N"                   \
	}

/* Whether one was named; SEAL_E_USAGE where it was twice, or a descriptor is not to be used. To
   be called before the tool opens anything. */
SEAL_MUST_CHECK int api_token_check(const struct api_token *token, int *out_given,
				    struct seal_diag *diag);
/* What was named, up to a newline. Errors of api_token_file; SEAL_E_FORMAT, SEAL_E_TOOLONG. */
SEAL_MUST_CHECK int api_token_read(const struct api_token *token, struct seal_secret **out_token,
				   struct seal_diag *diag);
/* A file that is this user's alone, and no link; root takes a service's, too. Missing:
   SEAL_E_IO; SEAL_E_POLICY. Causes name it as `what`. */
SEAL_MUST_CHECK int api_token_file(const char *path, const char *what,
				   struct seal_secret **out_token, struct seal_diag *diag);

#endif
