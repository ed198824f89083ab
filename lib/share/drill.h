#ifndef SEALKIT_SHARE_DRILL_H
#define SEALKIT_SHARE_DRILL_H

#include "crypto/note.h"
#include "share/manifest.h"
#include "share/roster.h"

/* The statement of a drill (R33, man/sealkit-drill.5): a custodian says that the token still opens
   the share. A signed note of two signatures, by the proof key of the share and by the
   token; so it is made offline, and is checked with the manifest and the card's key alone.

       sealkit-drill/1
       set: 32 hex digits
       epoch: 1
       manifest: HEX           (SHA-256 of the manifest's text, without its signatures)
       share: 2                (index, from 1)
       card: HEX               (fingerprint)
       challenge: HEX          (64 digits, or `none`)
       time: 2026-11-30T20:00:00Z
       version: 0.1.0          (of the tool)
       rehearsal: yes          (only in one)

   Threat: a statement made before and shown again, made without the token or the share, for
   another card or set, or in a rehearsal. The time is the word of the machine that made it; only
   a challenge shows that it was not made earlier. */

#define SEAL_DRILL_TEXT 512u
#define SEAL_DRILL_FILE (16u << 10) /* bytes of a note: an assertion is under 1 KiB */
#define SEAL_DRILL_CHALLENGE 64u
#define SEAL_DRILL_VERSION 32u
#define SEAL_DRILL_SIGNER "sealkit/drill" /* a '/' is in no card's name */

struct seal_drill {
	char set[SEAL_SET_ID + 1];
	unsigned epoch;
	uint8_t manifest[SEAL_MANIFEST_DIGEST];
	unsigned share; /* from 1 */
	uint8_t card[SEAL_CARD_FINGERPRINT];
	char challenge[SEAL_DRILL_CHALLENGE + 1]; /* empty: none */
	char time[21];
	char version[SEAL_DRILL_VERSION + 1];
	int rehearsal;
};

/* SEAL_E_FORMAT: not 64 lower-case hex digits. */
SEAL_MUST_CHECK int seal_drill_challenge_check(const char *challenge, struct seal_diag *diag);
/* NUL-terminated. SEAL_E_FORMAT where parsing would refuse it. */
SEAL_MUST_CHECK int seal_drill_text(const struct seal_drill *drill,
				    char out[static SEAL_DRILL_TEXT], struct seal_diag *diag);
/* Reads that text and no other: SEAL_E_FORMAT, SEAL_E_VERSION. *out_line: the line that is wrong.
 */
SEAL_MUST_CHECK int seal_drill_parse(const char *text, size_t len, struct seal_drill *out_drill,
				     unsigned *out_line, struct seal_diag *diag);
/* The key that the statement of share index is signed with, beside the token's. What it signs is
   the answer of crypto/proof.h. */
SEAL_MUST_CHECK int seal_drill_key(const struct seal_manifest *manifest, size_t index,
				   struct seal_note_key *out_key, struct seal_diag *diag);

/* What is known of the world when a statement is looked at. */
struct seal_drill_world {
	const struct seal_manifest *manifest;
	const struct seal_roster *roster; /* whose cards' keys hold; NULL: those of cards */
	const struct seal_card *cards;	  /* of virtual tokens: counts in a rehearsal only */
	size_t card_count;
	const char *challenge; /* that must stand in it; NULL: any or none */
	char latest[21];       /* no statement is later: now, and what clocks may differ */
	int rehearsal;	       /* 1: only a rehearsal's; 0: none of one */
};

#define SEAL_DRILL_FINDINGS 12u
struct seal_drill_finding {
	unsigned line; /* of the file, from 1; 0: the file as a whole */
	int error;
	char text[200];
};
struct seal_drill_findings {
	struct seal_drill_finding list[SEAL_DRILL_FINDINGS];
	size_t count;
};

/* Looks at all of one statement: found->count is 0 where it proves that the holder of share
   drill->share opened it. Each line that is wrong has a finding, in the order of lines;
   what cannot be read is one, and *out_drill all zero then. An error only where it cannot be
   looked at (memory). */
SEAL_MUST_CHECK int seal_drill_look(const struct seal_drill_world *world, const void *note,
				    size_t len, struct seal_drill *out_drill,
				    struct seal_drill_findings *out_found, struct seal_diag *diag);

#endif
