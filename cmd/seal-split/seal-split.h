#ifndef SEALKIT_CMD_SEAL_SPLIT_H
#define SEALKIT_CMD_SEAL_SPLIT_H

#include "base/diag.h"

struct values {
	int plain; /* 0: not given */
	int threshold, allow_no_spare, allow_single, rehearsal, json;
	const char *cards, *output, *purpose, *groups, *fingerprints, *roots;
	char **details;
};

/* Splits stdin for the holders of cards. */
SEAL_MUST_CHECK int split_for_cards(const struct values *values, struct seal_diag *diag);

#endif
