/* The alarm. */

#include "ceremony/lock.h"

#include <string.h>

#include "base/encode.h"
#include "base/own.h"
#include "ceremony/busy.h"
#include "ceremony/signing.h"
#include "share/lock_text.h"

#include "base/banned.h"

#define PRINT (2 * SEAL_CARD_FINGERPRINT + 1)

/* The token of a card of the set that is here, of whoever is meant. */
static int open_token(const struct seal_unseal *unseal, struct seal_token **out_token,
		      struct seal_diag *diag)
{
	const struct seal_cards *cards = &unseal->folder->cards;
	const struct seal_card *wanted[SEAL_CARDS_MAX];
	struct seal_signing signing = {.place = unseal->place,
				       .asker = unseal->asker,
				       .has_serial = unseal->has_serial,
				       .serial = unseal->serial,
				       .choose = unseal->choose,
				       .choose_ctx = unseal->choose_ctx};

	for (size_t i = 0; i < cards->count && signing.count < SEAL_CARDS_MAX; i++)
		if (!unseal->custodian || strcmp(unseal->custodian, cards->list[i].name) == 0)
			wanted[signing.count++] = &cards->list[i];
	signing.cards = wanted;
	if (signing.count == 0)
		return seal_fail(diag, SEAL_E_NOTFOUND, "no card of %s in this folder",
				 unseal->custodian ? unseal->custodian : "a custodian");
	return seal_signing_open(&signing, out_token, diag);
}

static int sign(const struct seal_unseal *unseal, struct seal_token *token, const char *challenge,
		uint8_t out[static SEAL_CARD_SIGNATURE], size_t *out_len, struct seal_diag *diag)
{
	uint8_t card[SEAL_CARD_FINGERPRINT];
	char text[SEAL_HOLDER_TEXT];
	int error = seal_card_fingerprint(seal_token_card(token), card, diag);

	if (!error)
		error = seal_lock_text(&unseal->folder->manifest, card, challenge, text, diag);
	seal_busy("the token");
	if (!error)
		error = seal_token_sign(token, unseal->asker, text, strlen(text), out,
					SEAL_CARD_SIGNATURE, out_len, diag);
	seal_busy(NULL);
	return error;
}

static int send(const struct seal_unseal *unseal, struct seal_token *token, const char *print,
		size_t index, struct seal_client_status *out_status, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	char challenge[SEAL_CLIENT_CHALLENGE + 1];
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	uint8_t signature[SEAL_CARD_SIGNATURE];
	struct seal_client_proof request = {
		.holder = {.identity = manifest->signer, .set = manifest->set, .card = print},
		.x = manifest->shares[index].x,
		.challenge = challenge,
		.signature = signature};
	int error = seal_card_text(seal_token_card(token), &text, diag);

	request.card_text = text;
	seal_busy(seal_client_address(unseal->client));
	if (!error)
		error = seal_client_lock_challenge(unseal->client, &request.holder, challenge,
						   diag);
	seal_busy(NULL);
	if (!error)
		error = sign(unseal, token, challenge, signature, &request.signature_len, diag);
	seal_busy(seal_client_address(unseal->client));
	if (!error)
		error = seal_client_lock(unseal->client, &request, out_status, diag);
	seal_busy(NULL);
	return error;
}

int seal_lock_turn(const struct seal_unseal *unseal, struct seal_unseal_state *state,
		   size_t *out_index, struct seal_diag *diag)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	uint8_t card[SEAL_CARD_FINGERPRINT];
	char print[PRINT];
	size_t index = 0;
	int error = open_token(unseal, &token, diag);

	if (!error)
		error = seal_card_fingerprint(seal_token_card(token), card, diag);
	if (!error)
		error = seal_holder_card(&unseal->folder->manifest, card, &index, diag);
	if (error)
		return error;
	seal_hex(card, sizeof card, print);
	error = send(unseal, token, print, index, &state->status, diag);
	if (error)
		return error;
	seal_unseal_mark(unseal, state);
	*out_index = index;
	return SEAL_OK;
}
