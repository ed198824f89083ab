#ifndef SEALKIT_API_CHALLENGE_H
#define SEALKIT_API_CHALLENGE_H

#include "api/api.h"
#include "share/proof_text.h"

/* Challenges for proofs of shares, of the set in force or the pending one. Threat: a proof that was
   listened to and is played again, to this core or to another. */

void seal_api_challenge(struct seal_api *api, const struct seal_manifest *manifest,
			const uint8_t card[static SEAL_CARD_FINGERPRINT],
			char out[static SEAL_PROOF_CHALLENGE + 1]);
/* Whether it was given out for this card, which is of share `index`, since this start, not
   long ago and is not answered yet: else a refusal is in answer and *out_number stays.
   Put the number into api->answered[index] once the proof was taken. */
SEAL_MUST_CHECK int seal_api_challenge_check(const struct seal_api *api,
					     const struct seal_manifest *manifest,
					     const char *challenge, size_t index,
					     const uint8_t card[static SEAL_CARD_FINGERPRINT],
					     uint64_t *out_number, struct seal_api_answer *answer);

#endif
