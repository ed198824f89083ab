#ifndef SEALKIT_API_HOLDER_H
#define SEALKIT_API_HOLDER_H

#include "api/challenge.h"
#include "api/handlers.h"
#include "share/card.h"

/* What the routes share by which holders of cards sign something for the core: a challenge is
   asked for, and comes back with the card and a signature. Threat: what was listened to and
   is played again, or comes from a card that is not of the set in force. */

/* The set in force; NULL: refused, as there is none. */
SEAL_MUST_CHECK int seal_api_holder_set(const struct seal_api *api, struct seal_api_answer *answer,
					const struct seal_manifest **out_manifest);
/* GET: a challenge for the card in the query, which is of this set; signed by the core. */
SEAL_MUST_CHECK int seal_api_holder_challenge(struct seal_api *api, enum seal_api_purpose purpose,
					      const struct seal_manifest *manifest,
					      const struct seal_api_request *request,
					      struct seal_api_answer *answer,
					      struct seal_diag *diag);

struct seal_api_holder {
	enum seal_api_purpose purpose;
	const char *what;			   /* "proof": in refusals */
	const char *set, *challenge, *signed_text; /* the body's, or NULL */
	const struct json_t *card_json;
	struct seal_card card;
	uint8_t signature[SEAL_CARD_SIGNATURE];
	size_t signature_len;
	size_t index;	 /* of the share */
	uint64_t number; /* of the challenge */
};

/* PUT: in this order. Each leaves a refusal in answer, whose status is then not 0. */

/* Fields of the body: 1 where set, challenge, signature and card are all there, 0 where one is
   missing, -1 refused: as they are none, or there is no body, or no good challenge to sign. */
int seal_api_holder_fields(const struct seal_api_request *request, struct seal_api_holder *holder,
			   struct seal_api_answer *answer);
/* Signature and card. */
SEAL_MUST_CHECK int seal_api_holder_read(struct seal_api_holder *holder,
					 struct seal_api_answer *answer, struct seal_diag *diag);
/* Set, card and challenge; who signed is the caller's to check. */
SEAL_MUST_CHECK int seal_api_holder_check(const struct seal_api *api,
					  const struct seal_manifest *manifest,
					  struct seal_api_holder *holder,
					  struct seal_api_answer *answer, struct seal_diag *diag);

/* What the core says of it, once it was taken. */
struct seal_api_word {
	const char *type; /* line of what is signed */
	const struct seal_manifest *manifest;
	int repeated;
};
/* Taken, and not again: its number is kept, and status and the core's word are the answer. */
SEAL_MUST_CHECK int seal_api_holder_accept(struct seal_api *api,
					   const struct seal_api_request *request,
					   const struct seal_api_holder *holder,
					   const struct seal_api_word *word,
					   struct seal_api_answer *answer, struct seal_diag *diag);

#endif
