#ifndef SEALKIT_CMD_SEAL_RESHARE_H
#define SEALKIT_CMD_SEAL_RESHARE_H

#include "../new_set.h"
#include "../use_tokens.h"
#include "ceremony/reshare.h"

struct values {
	struct new_set set;
	struct use_tokens tokens;
	const char *signer;
	int walk, check, json;
	const char *const *arguments; /* all, NULL-terminated */
	char **details;
};

/* What was made, and what of the former set goes on. is_checked: by minutes that were there. */
void report(const struct values *values, const char *former_dir, const struct seal_reshare *minutes,
	    int is_checked);

#endif
