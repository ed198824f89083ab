#ifndef SEALKIT_CEREMONY_ROSTER_DRAFT_H
#define SEALKIT_CEREMONY_ROSTER_DRAFT_H

#include "ceremony/cards.h"
#include "ceremony/people.h"

/* A roster that nobody has signed yet, from a list of people, their cards, the version before
   and acceptances of duty. */

struct seal_roster_draft {
	const struct seal_people *people;
	const struct seal_cards *cards;	    /* each is of somebody in the list, by name */
	const struct seal_roster *previous; /* NULL: the first version */
	uint8_t duty[SEAL_ROSTER_DIGEST];   /* of the text of duties */
	const char *created;		    /* "2026-11-30T20:00:00Z" */
	const char *accepted;		    /* folder of *.accepted, or NULL */
};

/* A person's main card is the one that the list says, else that of the version before, else the
   one that was enrolled first. An acceptance of the same duty by a card that is still there is kept
   from the version before. SEAL_E_MISMATCH: a card of nobody, an acceptance of another duty, or
   what seal_roster_follows says; and all that seal_roster_text says. */
SEAL_MUST_CHECK int seal_roster_draft(const struct seal_roster_draft *draft,
				      struct seal_roster **out_roster, struct seal_diag *diag);

#endif
