#ifndef SEALKIT_SHARE_ROSTER_RULES_H
#define SEALKIT_SHARE_ROSTER_RULES_H

#include "share/roster.h"

/* The rules of a roster, each by name, so that all that are broken can be told at once. */

#define SEAL_ROSTER_FINDINGS 64u

struct seal_roster_finding {
	const char *rule; /* a word of man/sealkit-roster.5 */
	int error;
	char text[SEAL_DIAG_TEXT];
};
struct seal_roster_findings {
	struct seal_roster_finding list[SEAL_ROSTER_FINDINGS];
	size_t count; /* may be more than are kept */
};

/* Those without which no roster is taken: twice, clash, term, card, quorum, review,
   acceptance. Adds to *findings. */
void seal_roster_rules(const struct seal_roster *roster, struct seal_roster_findings *findings);
/* Those that depend on the day, and are for lint and strict verification: overdue, early,
   unaccepted. time: "2026-11-24T10:00:00Z". */
void seal_roster_rules_at(const struct seal_roster *roster, const char *time,
			  struct seal_roster_findings *findings);
/* Those that are lawful and unwise: single, no-spare. */
void seal_roster_advice(const struct seal_roster *roster, struct seal_roster_findings *findings);

/* One finding more; for rules that stand elsewhere. */
void seal_roster_add(struct seal_roster_findings *findings, const char *rule, int error,
		     const char *fmt, ...) SEAL_PRINTF(4, 5);

/* As seal_roster_parse and seal_roster_parse_text, but only the form is looked at: for who then
   tells all broken rules, and believes nothing. */
SEAL_MUST_CHECK int seal_roster_look(const void *bytes, size_t len, int is_note,
				     struct seal_roster **out_roster, struct seal_diag *diag);

#endif
