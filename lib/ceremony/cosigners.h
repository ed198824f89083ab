#ifndef SEALKIT_CEREMONY_COSIGNERS_H
#define SEALKIT_CEREMONY_COSIGNERS_H

#include "audit/cosign.h"
#include "share/card.h"
#include "share/roster.h"

/* Whose cosignatures of a log are believed: holders of cards, and people of rosters, by the key
   of their card; and keys of logs and others as text (audit/vkey.h). */

#define SEAL_COSIGNERS_ROSTERS 16u

struct seal_cosigners {
	struct seal_note_key *keys;
	size_t count;
	struct seal_roster *rosters[SEAL_COSIGNERS_ROSTERS];
	size_t roster_count;
};
void seal_cosigners_done(struct seal_cosigners *cosigners);

/* The key by which cosignatures of a card's token are verified, under its holder's name. */
SEAL_MUST_CHECK int seal_cosign_key_card(const struct seal_card *card,
					 struct seal_note_key *out_key, struct seal_diag *diag);
/* The same of a card of a roster. */
SEAL_MUST_CHECK int seal_cosign_key_person(const struct seal_roster_person *person, size_t card,
					   struct seal_note_key *out_key, struct seal_diag *diag);

/* A file of keys; a folder of *.card; a roster, which must obey all rules, and if it is the first
   version be signed by its administrators. What later versions follow from, is not looked at:
   people compare the digest, or have seal-roster(1) check it. */
SEAL_MUST_CHECK int seal_cosigners_add_keys(struct seal_cosigners *cosigners, const char *path,
					    struct seal_diag *diag);
SEAL_MUST_CHECK int seal_cosigners_add_cards(struct seal_cosigners *cosigners, const char *dir,
					     struct seal_diag *diag);
SEAL_MUST_CHECK int seal_cosigners_add_roster(struct seal_cosigners *cosigners, const char *path,
					      struct seal_diag *diag);

/* Why a cosignature of that time does not count: the person is in the rosters, and in none of them
   in office on that day. NULL: it counts. For seal_verify's `objects`. */
const char *seal_cosigners_object(const struct seal_cosigners *cosigners, const char *name,
				  uint64_t seconds);

#endif
