#ifndef SEALKIT_SHARE_PROOF_TEXT_H
#define SEALKIT_SHARE_PROOF_TEXT_H

#include "share/holder_text.h"

/* What a holder signs to prove that the share of a set was opened (design section 3):
   share/holder_text.h with the type line sealkit-proof/1, and in its middle

       manifest: HEX           (SHA-256 of the manifest's text, without its signatures)
       share: 2                (index, from 1)

   Two signatures over it: by the proof key of the share, and by the signing key of the token
   it was opened with; who signs it countersigns the manifest. */

/* SEAL_E_MISMATCH: the card is of no share of this set; SEAL_E_FORMAT: the challenge. */
SEAL_MUST_CHECK int seal_proof_text(const struct seal_manifest *manifest,
				    const uint8_t card[static SEAL_CARD_FINGERPRINT],
				    const char *challenge, char out[static SEAL_HOLDER_TEXT],
				    struct seal_diag *diag);

struct seal_proof_answer {
	const struct seal_card *card;
	const char *challenge;
	uint8_t proof[SEAL_PROOF_SIGNATURE]; /* by the share's proof key */
	uint8_t signature[SEAL_CARD_SIGNATURE];
	size_t signature_len; /* by the card's token */
};
/* Whether both have signed: SEAL_E_MISMATCH where it is not the proof key of this card's
   share, SEAL_E_VERIFY where it is not the card's token. That the challenge is fresh, the
   caller knows. */
SEAL_MUST_CHECK int seal_proof_check(const struct seal_manifest *manifest,
				     const struct seal_proof_answer *answer, size_t *out_index,
				     struct seal_diag *diag);

#endif
