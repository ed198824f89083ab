#ifndef SEALKIT_CEREMONY_SIGNATURES_H
#define SEALKIT_CEREMONY_SIGNATURES_H

#include <stdint.h>

#include "audit/checkpoint.h"
#include "base/diag.h"
#include "base/path.h"
#include "ceremony/signing.h"

/* Who has signed the head of a transcript (R27, R40): cosignatures by the tokens of those who were
   there, in the note FILE.checkpoint beside it. Threat: a head of another file, a signature
   that proves nothing, a note of which a crash has left half. So what is there is verified before
   anything is added, the file is replaced whole, and read and verified again. */

struct seal_signature_key {
	const struct seal_card *card; /* the caller's */
	struct seal_note_key key;
	uint64_t seconds; /* since 1970, when it signed; 0: it has not */
};

struct seal_signatures {
	char path[SEAL_PATH];
	struct seal_checkpoint head;
	struct seal_signature_key *keys;
	size_t count;
	uint8_t *note; /* NULL: nobody has signed */
	size_t len;
};
void seal_signatures_done(struct seal_signatures *signatures);

/* transcript: its path. Cards are those of all who may sign, under their persons' names, and must
   outlive it. SEAL_E_VERIFY: the note is of another head, or has a signature of one of these
   cards that does not verify; those of strangers are passed over. */
SEAL_MUST_CHECK int seal_signatures_open(const char *transcript, const struct seal_checkpoint *head,
					 const struct seal_card *const *cards, size_t count,
					 struct seal_signatures *out, struct seal_diag *diag);
/* When that person signed with any card, in seconds since 1970; 0: not. */
uint64_t seal_signatures_time(const struct seal_signatures *signatures, const char *person);
/* Whether one of the cards is that person's. */
int seal_signatures_knows(const struct seal_signatures *signatures, const char *person);
/* The person signs with a token that is here. how: its cards are not looked at. SEAL_E_TOKENABSENT:
   none of them is. */
SEAL_MUST_CHECK int seal_signatures_add(struct seal_signatures *signatures, const char *person,
					const struct seal_signing *how, struct seal_diag *diag);

#endif
