#ifndef SEALKIT_CEREMONY_PEOPLE_H
#define SEALKIT_CEREMONY_PEOPLE_H

#include "share/roster.h"

/* The list of people that an administrator writes (seal-roster(1)), from which a roster is
   drafted: libconfig's grammar. */

struct seal_people {
	char organisation[SEAL_PURPOSE + 1];
	char review[11];
	unsigned changes, duty;
	/* By id, ascending; without cards and acceptances. */
	struct seal_roster_person list[SEAL_ROSTER_PEOPLE];
	/* Fingerprint of the card that is a person's main one, in hex; empty: not said. */
	char main[SEAL_ROSTER_PEOPLE][2 * SEAL_CARD_FINGERPRINT + 1];
	size_t count;
};

/* *out_people is malloc'd, the caller's. SEAL_E_FORMAT, SEAL_E_DUPLICATE, with file and line. */
SEAL_MUST_CHECK int seal_people_read(const char *path, struct seal_people **out_people,
				     struct seal_diag *diag);

#endif
