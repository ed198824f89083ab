#ifndef SEALKIT_CEREMONY_LINT_INTERNAL_H
#define SEALKIT_CEREMONY_LINT_INTERNAL_H

#include "ceremony/lint.h"

SEAL_MUST_CHECK int seal_lint_add(struct seal_lint *lint, struct seal_diag *diag,
				  enum seal_lint_level level, const char *rule, const char *fmt,
				  ...) SEAL_PRINTF(5, 6);
/* lint_people.c: who comes, whether they are enough, who could do it among themselves. */
SEAL_MUST_CHECK int seal_lint_people(const struct seal_lint_job *job, struct seal_lint *lint,
				     struct seal_diag *diag);
/* lint_roster.c: whether these are the people, in their roles, in office, with their cards. */
SEAL_MUST_CHECK int seal_lint_roster(const struct seal_lint_job *job, struct seal_lint *lint,
				     struct seal_diag *diag);
/* lint_daemon.c: what the daemon says of itself. */
SEAL_MUST_CHECK int seal_lint_daemon(const struct seal_lint_job *job, struct seal_lint *lint,
				     struct seal_diag *diag);

#endif
