#ifndef SEALKIT_CEREMONY_HISTORY_H
#define SEALKIT_CEREMONY_HISTORY_H

#include "ceremony/cards.h"
#include "share/roster_rules.h"

/* The versions of one roster, and whether each follows from the one before. Threat: a version that
   was left out, put in, or made by too few; an old one shown as if it were the newest. */

#define SEAL_HISTORY_MAX 256u

struct seal_history {
	struct seal_roster *list[SEAL_HISTORY_MAX]; /* by version, ascending */
	char *path[SEAL_HISTORY_MAX];
	size_t count;
};
void seal_history_done(struct seal_history *history);

/* Adds a file, or each *.roster of a folder; each obeys all rules, or it is an error. */
SEAL_MUST_CHECK int seal_history_add(struct seal_history *history, const char *path,
				     struct seal_diag *diag);

/* Whether roster, which may be unsigned and break rules, is what the versions of history lead to;
   history may be empty, and may have roster in it. digest: of a version that is trusted, or NULL:
   then version 1 must be there, whose digest people compare. Adds what is wrong to *findings:
   chain, signatures, digest, newer. */
SEAL_MUST_CHECK int seal_history_verify(const struct seal_history *history,
					const struct seal_roster *roster, const uint8_t *digest,
					struct seal_roster_findings *findings,
					struct seal_diag *diag);
/* The version that decides who signs roster: the one before it, or version 1 itself. NULL: it is
   not here. */
const struct seal_roster *seal_history_before(const struct seal_history *history,
					      const struct seal_roster *roster);

/* Whether cards are the roster's, all of them and no others, by name, fingerprint and key: adds
   `cards`; and `virtual` for one of a virtual token, unless rehearsal. */
SEAL_MUST_CHECK int seal_roster_check_cards(const struct seal_roster *roster,
					    const struct seal_cards *cards, int rehearsal,
					    struct seal_roster_findings *findings,
					    struct seal_diag *diag);

#endif
