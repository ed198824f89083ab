#ifndef SEALKIT_CEREMONY_PLAN_FILE_H
#define SEALKIT_CEREMONY_PLAN_FILE_H

#include "base/diag.h"
#include "ceremony/cards.h"
#include "share/plan.h"

/* A plan as people write it (man sealkit-plan.5, "The file"): settings, and a folder of cards
   whose fingerprints the plan's text then names. The same file and cards give the same text
   on each machine: nothing of the clock or of this machine is in it. */

struct seal_plan_file {
	struct seal_plan plan;
	/* Of the new set's custodians, in the order of the plan's fingerprints; else none. */
	struct seal_cards cards;
};
void seal_plan_file_done(struct seal_plan_file *file);

/* Reads, and checks as seal_plan_check. Causes name file and line. *out_file is the caller's
   storage, untouched on failure, and ended by seal_plan_file_done. */
SEAL_MUST_CHECK int seal_plan_file_read(const char *path, struct seal_plan_file *out_file,
					struct seal_diag *diag);

#endif
