#ifndef SEALKIT_CMD_SEAL_SPLIT_H
#define SEALKIT_CMD_SEAL_SPLIT_H

#include "../new_set.h"
#include "base/diag.h"

struct values {
	int plain; /* 0: not given */
	struct new_set set;
	int json;
	const char *purpose;
	char **details;
};

/* Splits stdin for the holders of cards. */
SEAL_MUST_CHECK int split_for_cards(const struct values *values, struct seal_diag *diag);

#endif
