#ifndef SEALKIT_SHARE_PLAN_INTERNAL_H
#define SEALKIT_SHARE_PLAN_INTERNAL_H

#include <stddef.h>

#include "share/plan.h"

/* Shared by plan_text.c, which writes, and plan_parse.c, which reads: one table says both. */

#define SEAL_PLAN_STEM "sealkit-plan/"
#define SEAL_PLAN_MAGIC SEAL_PLAN_STEM "1"

/* How a line's value is spelled. Where a plan has nothing (zero, empty), there is no line. */
enum seal_plan_spelling {
	SEAL_PLAN_LINE,
	SEAL_PLAN_TIME,
	SEAL_PLAN_SET,
	SEAL_PLAN_NUMBER,
	SEAL_PLAN_BASE64,
	SEAL_PLAN_HEX,
	SEAL_PLAN_FLAG,
	SEAL_PLAN_PIN,
	SEAL_PLAN_TOUCH,
	SEAL_PLAN_FIRMWARE,
	SEAL_PLAN_URL,
	SEAL_PLAN_PINNED,
};

struct seal_plan_row {
	const char *name;
	enum seal_plan_spelling spelling;
	size_t at;    /* in struct seal_plan */
	unsigned max; /* of a number */
};

#define SEAL_PLAN_HEAD 9u
#define SEAL_PLAN_TAIL 9u
extern const struct seal_plan_row seal_plan_head[SEAL_PLAN_HEAD], seal_plan_tail[SEAL_PLAN_TAIL];

#define SEAL_PLAN_KINDS 8u
#define SEAL_PLAN_PARTS 6u
#define SEAL_PLAN_POLICIES 4u
/* [0] is none. */
extern const char *const seal_plan_kinds[SEAL_PLAN_KINDS],
	*const seal_plan_parts[SEAL_PLAN_PARTS],
		*const seal_plan_pins[SEAL_PLAN_POLICIES],
			*const seal_plan_touches[SEAL_PLAN_POLICIES];

#endif
