#ifndef SEALKIT_CEREMONY_LINT_H
#define SEALKIT_CEREMONY_LINT_H

#include "base/diag.h"
#include "ceremony/plan_file.h"
#include "client/client.h"
#include "share/manifest.h"
#include "share/roster.h"

/* Looks at a plan before people travel for it (R13): all that can be seen is told at once,
   rule by rule, and not only what is wrong first. */

#define SEAL_LINT_TEXT 512u
#define SEAL_LINT_QUORUMS 20u /* so many smallest quorums are named; more are counted */

enum seal_lint_level {
	SEAL_LINT_FINE = 1,
	SEAL_LINT_NOTE,	 /* to be known, and lawful */
	SEAL_LINT_WRONG, /* nobody should travel */
};

struct seal_lint_line {
	enum seal_lint_level level;
	const char *rule; /* a word of man/seal-ceremony.1 */
	char text[SEAL_LINT_TEXT];
};

struct seal_lint {
	struct seal_lint_line *list;
	size_t count, wrong;
};
void seal_lint_done(struct seal_lint *lint);

struct seal_lint_job {
	const struct seal_plan_file *file;
	const struct seal_manifest *manifest; /* of the set in force; NULL: not given */
	const struct seal_roster *roster;     /* NULL: not given */
	struct seal_client *client;	      /* NULL: the daemon is not asked */
	char now[21];			      /* "2026-11-24T10:00:00Z" */
};

/* Adds lines to *lint, which is all zero before and ended by seal_lint_done. An error only
   where it cannot be told (memory): what is wrong with the plan is in the lines. */
SEAL_MUST_CHECK int seal_lint_run(const struct seal_lint_job *job, struct seal_lint *lint,
				  struct seal_diag *diag);

#endif
