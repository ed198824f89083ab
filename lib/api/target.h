#ifndef SEALKIT_API_TARGET_H
#define SEALKIT_API_TARGET_H

#include <stddef.h>

#include "base/diag.h"

/* The request target: path and query, decoded once and then never again, so that what
   was authorised is what is looked up. Threat: two spellings of one path. An empty
   or dot segment, a control character, a NUL or what is not UTF-8 is refused
   (SEAL_E_FORMAT), and so is a query name twice. */

#define SEAL_TARGET_PATH 960u
#define SEAL_TARGET_NAME 40u
#define SEAL_TARGET_VALUE 160u
#define SEAL_TARGET_QUERIES 16u

struct seal_target {
	int ours;			 /* begins with /v1/ */
	char path[SEAL_TARGET_PATH + 1]; /* behind /v1/; may end in '/' */
	struct {
		char name[SEAL_TARGET_NAME + 1], value[SEAL_TARGET_VALUE + 1];
	} query[SEAL_TARGET_QUERIES];
	size_t query_count;
};

/* SEAL_E_TOOLONG for what exceeds a limit above. */
SEAL_MUST_CHECK int seal_target_parse(const char *text, struct seal_target *out_target,
				      struct seal_diag *diag);
/* NULL: not there. */
const char *seal_target_query(const struct seal_target *target, const char *name);
/* 1, 0, or -1 for what is neither; absent and empty are 0. Words as Go's ParseBool. */
int seal_target_flag(const struct seal_target *target, const char *name);

#endif
