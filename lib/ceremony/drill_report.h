#ifndef SEALKIT_CEREMONY_DRILL_REPORT_H
#define SEALKIT_CEREMONY_DRILL_REPORT_H

#include <stddef.h>

#include "base/diag.h"
#include "ceremony/lint.h"
#include "share/drill.h"

/* Who of a share set proved when, and what follows (R33-R36): who is overdue, whose term or card
   ends, and whether there still is a quorum if some are missing. All is told at once. */

struct seal_drill_rules {
	unsigned every;	    /* days from one proof to the next */
	unsigned soon;	    /* days ahead that an end is told */
	unsigned card_days; /* how old a card may become; 0: any age */
	unsigned missing;   /* so many of those who proved may be missing: 0, 1 or 2 */
};

struct seal_drill_row {
	const struct seal_manifest_share *share;
	const struct seal_roster_person *person; /* NULL: not in the roster */
	char time[21];				 /* of the newest proof; empty: there is none */
	long days;				 /* since then */
	size_t card;				 /* of the share: that of the newest proof */
	int counts;				 /* proved in time, and in office */
	char of_card[SEAL_MANIFEST_CARDS][21];	 /* the newest of each card */
};

struct seal_drill_report {
	struct seal_lint lint; /* rules of man/seal-drill.1 */
	struct seal_drill_row row[SEAL_MANIFEST_SHARES];
};
void seal_drill_report_done(struct seal_drill_report *report);

/* One statement; what is wrong with it is a line each, "statement", and it counts for nothing.
   name: of the file. report is all zero before the first. */
SEAL_MUST_CHECK int seal_drill_report_take(struct seal_drill_report *report,
					   const struct seal_drill_world *world, const char *name,
					   const void *bytes, size_t len, struct seal_diag *diag);
/* All rules, after the last statement. world has a roster, which the caller has verified; now:
 * "2026-12-01T10:00:00Z". */
SEAL_MUST_CHECK int seal_drill_report_judge(struct seal_drill_report *report,
					    const struct seal_drill_world *world,
					    const struct seal_drill_rules *rules, const char *now,
					    struct seal_diag *diag);

#endif
