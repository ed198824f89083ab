/* What the routes share by which holders of cards sign something for the core. */

#include "api/holder.h"

#include <string.h>

#include <jansson.h>

#include "api/rekey.h"
#include "base/encode.h"

#include "base/banned.h"

#define NO_SET "there is no share set with cards here"
#define NOT_A_CARD "card must be a fingerprint of 64 hex digits"

int seal_api_holder_set(const struct seal_api *api, struct seal_api_answer *answer,
			const struct seal_manifest **out_manifest)
{
	struct seal_barrier_status status;

	seal_barrier_status(api->barrier, &status);
	*out_manifest = seal_barrier_manifest(api->barrier);
	if (*out_manifest)
		return SEAL_OK;
	return seal_api_refuse(answer, 400,
			       status.initialized ? NO_SET : "Vault is not initialized");
}

int seal_api_query_card(const struct seal_api_request *request,
			uint8_t out[static SEAL_CARD_FINGERPRINT])
{
	const char *text = seal_target_query(request->target, "card");
	size_t len = 0;

	return text && !seal_unhex(text, strlen(text), out, SEAL_CARD_FINGERPRINT, &len, NULL) &&
	       len == SEAL_CARD_FINGERPRINT;
}

int seal_api_holder_challenge(struct seal_api *api, enum seal_api_purpose purpose,
			      const struct seal_manifest *manifest,
			      const struct seal_api_request *request,
			      struct seal_api_answer *answer, struct seal_diag *diag)
{
	char identity[SEAL_BASE64_LEN(32)], print[2 * SEAL_CARD_FINGERPRINT + 1];
	char challenge[SEAL_HOLDER_CHALLENGE + 1], signature[SEAL_API_SIGNATURE];
	uint8_t card[SEAL_CARD_FINGERPRINT];
	size_t index;
	int error;

	if (!seal_api_query_card(request, card))
		return seal_api_refuse(answer, 400, NOT_A_CARD);
	if (seal_holder_card(manifest, card, &index, NULL))
		return seal_api_refuse(answer, 400, SEAL_API_NOT_OURS);
	seal_api_challenge(api, purpose, manifest, card, challenge);
	seal_hex(card, sizeof card, print);
	seal_base64(SEAL_BASE64_PADDED, api->identity, 32, identity);
	error = seal_api_sign(api, signature, diag, "%s\n%s\n%s\n%s\n",
			      seal_api_challenge_type(purpose), challenge, manifest->set, print);
	if (error)
		return error;
	answer->status = 200;
	answer->json = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "identity", identity, "set",
				 manifest->set, "epoch", (int)manifest->epoch, "card", print,
				 "challenge", challenge, "signature", signature);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

int seal_api_card(const struct json_t *json, struct seal_card *out_card,
		  struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	struct seal_diag why = {0};
	int error = seal_json_write(json, SEAL_JSON_AS_MADE, "\n", &text, diag);

	if (error)
		return error;
	error = seal_card_parse(text.bytes, text.len, out_card, &why);
	if (error && seal_error_http(error) >= 500)
		return seal_fail(diag, error, "card");
	return error ? seal_api_refuse(answer, 400, "card cannot be read: %s", why.cause[0])
		     : SEAL_OK;
}

int seal_api_holder_fields(const struct seal_api_request *request, struct seal_api_holder *holder,
			   struct seal_api_answer *answer)
{
	if (!request->body) {
		(void)seal_api_refuse(answer, 400, "EOF");
		return -1;
	}
	holder->card_json = json_object_get(request->body, "card");
	if (!seal_api_may_sign(request, answer) ||
	    seal_api_string(request->body, "set", &holder->set, answer) < 0 ||
	    seal_api_string(request->body, "challenge", &holder->challenge, answer) < 0 ||
	    seal_api_string(request->body, "signature", &holder->signed_text, answer) < 0)
		return -1;
	return holder->set && holder->challenge && holder->signed_text &&
	       json_is_object(holder->card_json);
}

int seal_api_holder_read(struct seal_api_holder *holder, struct seal_api_answer *answer,
			 struct seal_diag *diag)
{
	if (seal_unbase64(SEAL_BASE64_PADDED, holder->signed_text, strlen(holder->signed_text),
			  holder->signature, sizeof holder->signature, &holder->signature_len,
			  NULL))
		return seal_api_refuse(answer, 400, "signature is not base64 of a signature");
	return seal_api_card(holder->card_json, &holder->card, answer, diag);
}

int seal_api_holder_check(const struct seal_api *api, const struct seal_manifest *manifest,
			  struct seal_api_holder *holder, struct seal_api_answer *answer,
			  struct seal_diag *diag)
{
	uint8_t print[SEAL_CARD_FINGERPRINT];
	struct seal_api_asked asked = {
		.purpose = holder->purpose, .manifest = manifest, .card = print};
	int error;

	if (strcmp(holder->set, manifest->set) != 0)
		return seal_api_refuse(answer, 400, "%s is of another share set", holder->what);
	error = seal_card_fingerprint(&holder->card, print, diag);
	if (error)
		return error;
	if (seal_holder_card(manifest, print, &holder->index, NULL))
		return seal_api_refuse(answer, 400, SEAL_API_NOT_OURS);
	asked.index = holder->index;
	return seal_api_challenge_check(api, &asked, holder->challenge, &holder->number, answer);
}

int seal_api_holder_accept(struct seal_api *api, const struct seal_api_request *request,
			   const struct seal_api_holder *holder, const struct seal_api_word *word,
			   struct seal_api_answer *answer, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = word->manifest;
	int x = (int)manifest->shares[holder->index].x;
	char signature[SEAL_API_SIGNATURE], mark[9];
	int error;

	api->answered[holder->purpose][holder->index] = holder->number;
	answer->changed = 1;
	answer->status = 200;
	error = seal_api_status(api, request, &answer->json, diag);
	if (!error)
		error = seal_api_sign(api, signature, diag, "%s\n%s\n%s\n%d\n", word->type,
				      holder->challenge, manifest->set, x);
	if (error)
		return error;
	seal_api_card_mark(manifest, holder->index, mark);
	if (json_object_set_new(json_object_get(answer->json, "sealkit"), "accepted",
				json_pack("{s:i, s:s, s:b, s:s}", "x", x, "card", mark, "repeated",
					  word->repeated, "signature", signature)))
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return SEAL_OK;
}
