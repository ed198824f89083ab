#ifndef SEALKIT_CMD_SEAL_INIT_H
#define SEALKIT_CMD_SEAL_INIT_H

#include "../connect.h"
#include "ceremony/init.h"

struct values {
	struct connect connect;
	const char *groups, *cards, *output, *purpose, *fingerprints, *roots, *root_card;
	const char *bootstrap;
	int threshold, allow_no_spare, allow_single, again, json;
	char **details;
};

/* Says what was made, and what comes next. */
SEAL_MUST_CHECK int init_report(const struct values *values, const struct seal_init_result *result,
				struct seal_diag *diag);

#endif
