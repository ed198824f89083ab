#ifndef SEALKIT_SHARE_ROSTER_H
#define SEALKIT_SHARE_ROSTER_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "crypto/note.h"
#include "share/card.h"
#include "share/payload.h"

/* The roster (design sections 2 and 3, man/sealkit-roster.5): who the people of an organisation's
   ceremonies are, in which roles, from when to when, with which cards, and who has accepted the
   duty. A signed note; each version names the one before, and is signed by its administrators.
   Threat: a person who is put in, given another's card, or never taken out; so nothing here is
   believed before seal_roster_verify_first or seal_roster_verify_next has said SEAL_OK. */

#define SEAL_ROSTER_PEOPLE 128u
#define SEAL_ROSTER_CARDS 4u /* of one person: main and spares */
#define SEAL_ROSTER_NUMBER 999999999u
#define SEAL_ROSTER_DIGEST 32u
#define SEAL_ROSTER_ROLES 64u /* bytes of all roles as text */

enum seal_roster_role {
	SEAL_ROLE_ADMINISTRATOR = 1,
	SEAL_ROLE_AUDITOR = 2,
	SEAL_ROLE_CUSTODIAN = 4,
	SEAL_ROLE_WITNESS = 8,
};

struct seal_roster_card {
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	enum seal_card_signing kind;
	uint8_t key[65]; /* as a card's `signing` */
	size_t key_len;
	char rp_id[SEAL_CARD_RP_ID + 1]; /* SEAL_CARD_ASSERTION only, else empty */
};

struct seal_roster_accepted {
	char time[21]; /* empty: not accepted */
	uint8_t card[SEAL_CARD_FINGERPRINT];
	uint8_t signature[SEAL_CARD_SIGNATURE];
	size_t signature_len;
};

struct seal_roster_person {
	char id[SEAL_CARD_NAME + 1];	     /* as a card's name */
	char department[SEAL_CARD_NAME + 1]; /* the same rules */
	char name[SEAL_PURPOSE + 1];	     /* empty: none; for pseudonyms */
	unsigned roles;			     /* of enum seal_roster_role */
	char start[11], end[11];	     /* 2026-11-01, both days included; end empty: open */
	struct seal_roster_card cards[SEAL_ROSTER_CARDS]; /* the first is the main one */
	size_t card_count;
	struct seal_roster_accepted accepted;
};

struct seal_roster {
	char organisation[SEAL_PURPOSE + 1];
	unsigned version;
	uint8_t previous[SEAL_ROSTER_DIGEST]; /* zero in version 1 */
	char created[21], review[11];
	unsigned changes; /* how many administrators of this version must sign the next one */
	unsigned duty;	  /* version of the text of duties, and its SHA-256 */
	uint8_t duty_digest[SEAL_ROSTER_DIGEST];
	struct seal_roster_person people[SEAL_ROSTER_PEOPLE]; /* by id, ascending */
	size_t count;
	struct seal_note *note; /* the roster's; NULL: read without signatures */
};

/* All form and all rules of the page (roster_rules.h), acceptances verified; not who signed it.
   SEAL_E_FORMAT, SEAL_E_VERSION, SEAL_E_DUPLICATE, SEAL_E_POLICY (a rule on people),
   SEAL_E_VERIFY (an acceptance). *out_roster is the caller's. */
SEAL_MUST_CHECK int seal_roster_parse(const void *note, size_t len, struct seal_roster **out_roster,
				      struct seal_diag *diag);
/* The same for a text without signatures, as it is before anybody signed. */
SEAL_MUST_CHECK int seal_roster_parse_text(const void *text, size_t len,
					   struct seal_roster **out_roster, struct seal_diag *diag);
void seal_roster_free(struct seal_roster *roster);
void seal_roster_freep(struct seal_roster **roster);

/* The text that is signed; refused where parsing would refuse it. malloc'd, NUL-terminated,
   the caller's. */
SEAL_MUST_CHECK int seal_roster_text(const struct seal_roster *roster, char **out_text,
				     struct seal_diag *diag);
/* SHA-256 of that text: what the next version and plans name. As words: seal_card_words. */
SEAL_MUST_CHECK int seal_roster_digest(const struct seal_roster *roster,
				       uint8_t out[static SEAL_ROSTER_DIGEST],
				       struct seal_diag *diag);

/* Version 1: signed by `changes` of its own administrators. That says no more than that these
   agree; whose roster it is, its digest says, which people compare as words. SEAL_E_QUORUM,
   SEAL_E_VERIFY, SEAL_E_MISMATCH: not version 1. */
SEAL_MUST_CHECK int seal_roster_verify_first(const struct seal_roster *roster,
					     struct seal_diag *diag);
/* next follows old, which was verified or is trusted by its digest: names it, is of the same
   organisation, later, and signed by old->changes different administrators of old, in office
   when next was made. Errors as above; SEAL_E_OLD: next is no later version. */
SEAL_MUST_CHECK int seal_roster_verify_next(const struct seal_roster *old,
					    const struct seal_roster *next, struct seal_diag *diag);
/* The same but for the signatures: before anybody is asked to sign. */
SEAL_MUST_CHECK int seal_roster_follows(const struct seal_roster *old,
					const struct seal_roster *next, struct seal_diag *diag);
/* Who of `of`, an administrator in office when roster was made, has signed roster:
   out_signed[i] for of->people[i]; *out_count of them, each person once whatever cards he has.
   A signature by a card of such a one that does not verify is SEAL_E_VERIFY; others are passed
   over. */
SEAL_MUST_CHECK int seal_roster_signed_by(const struct seal_roster *of,
					  const struct seal_roster *roster,
					  uint8_t out_signed[static SEAL_ROSTER_PEOPLE],
					  size_t *out_count, struct seal_diag *diag);

/* NULL: nobody. */
const struct seal_roster_person *seal_roster_find(const struct seal_roster *roster, const char *id);
/* Whose card it is; NULL: nobody's. out_card may be NULL. */
const struct seal_roster_person *
seal_roster_holder(const struct seal_roster *roster,
		   const uint8_t fingerprint[static SEAL_CARD_FINGERPRINT],
		   const struct seal_roster_card **out_card);
/* In office at that time ("2026-11-24T10:00:00Z") or on that day, by the days of start and end. */
int seal_roster_active(const struct seal_roster_person *person, const char *time_or_date);
/* "administrator,witness"; and one such name, NULL for what is no single role. */
void seal_roster_roles(unsigned roles, char out[static SEAL_ROSTER_ROLES]);
const char *seal_roster_role_name(unsigned role);

/* For notes that a card's token signs, under the person's id: one key for each card. */
SEAL_MUST_CHECK int seal_roster_note_key(const struct seal_roster_person *person, size_t card,
					 struct seal_note_key *out_key, struct seal_diag *diag);

#endif
