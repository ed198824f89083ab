#ifndef SEALKIT_CMD_SEAL_COMBINE_H
#define SEALKIT_CMD_SEAL_COMBINE_H

#include "../use_tokens.h"
#include "base/io.h"

struct values {
	struct use_tokens tokens;
	const char *signer;
	int plain, walk, json;
	const char *const *arguments; /* all, NULL-terminated */
};

/* The secret of the set in these folders, by the tokens that are here. file: the first of them. */
SEAL_MUST_CHECK int combine_folders(const struct values *values, const char *file,
				    struct seal_sink *sink, struct seal_diag *diag);

#endif
