#ifndef SEALKIT_CEREMONY_STEPS_INTERNAL_H
#define SEALKIT_CEREMONY_STEPS_INTERNAL_H

#include "ceremony/steps.h"

/* steps_text.c is the table, steps.c makes rows of it. In texts {words} and the like stand for
   what the plan says; each name is in steps.c. */

enum seal_step_whom {
	SEAL_WHOM_ADMINISTRATOR = 1, /* or who runs it, where the plan names none */
	SEAL_WHOM_WITNESS,
	SEAL_WHOM_ALL,
	SEAL_WHOM_INVITED, /* a row for each; deputies are not, they take the place of one */
	SEAL_WHOM_NEW,	   /* a row for each custodian of the new set */
};

#define SEAL_STEP_KIND(kind) (1u << SEAL_PLAN_##kind)
#define SEAL_STEP_EVERY (~0u)

struct seal_step_template {
	const char *id;
	unsigned kinds;
	enum seal_step_whom whom;
	int has_card; /* a row for each card of the person */
	const char *what[SEAL_LANGUAGES], *see[SEAL_LANGUAGES];
};
/* NULL ends it. */
extern const struct seal_step_template seal_step_templates[];

#endif
