#ifndef SEALKIT_CMD_SEAL_COMBINE_H
#define SEALKIT_CMD_SEAL_COMBINE_H

#include "../use_tokens.h"
#include "base/io.h"

struct values {
	struct use_tokens tokens;
	int plain, walk, json;
};

/* The secret of the set in folder dir, by the tokens that are here. */
SEAL_MUST_CHECK int combine_folder(const struct values *values, const char *dir,
				   struct seal_sink *sink, struct seal_diag *diag);

#endif
