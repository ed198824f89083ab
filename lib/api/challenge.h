#ifndef SEALKIT_API_CHALLENGE_H
#define SEALKIT_API_CHALLENGE_H

#include "api/api.h"
#include "share/holder_text.h"

/* Challenges for what holders of cards sign, of the set in force or the pending one. Threat: a
   signature that was listened to and is played again, to this core or to another. One
   purpose's challenge is worth nothing for the other. */

void seal_api_challenge(struct seal_api *api, enum seal_api_purpose purpose,
			const struct seal_manifest *manifest,
			const uint8_t card[static SEAL_CARD_FINGERPRINT],
			char out[static SEAL_HOLDER_CHALLENGE + 1]);
/* What was asked for a challenge: card is of share `index` of the set. */
struct seal_api_asked {
	enum seal_api_purpose purpose;
	const struct seal_manifest *manifest;
	const uint8_t *card; /* fingerprint */
	size_t index;
};
/* Whether it was given out for that, since this start, not long ago and is not answered yet: else
   a refusal is in answer and *out_number stays. Put the number into
   api->answered[purpose][index] once the answer was taken. */
SEAL_MUST_CHECK int seal_api_challenge_check(const struct seal_api *api,
					     const struct seal_api_asked *asked,
					     const char *challenge, uint64_t *out_number,
					     struct seal_api_answer *answer);
/* "sealkit/proof-challenge/1": the first line of what the core signs with it. */
const char *seal_api_challenge_type(enum seal_api_purpose purpose);

#endif
