/* sys/sealkit/rekey/share: a holder of the set in force consents with the token and gives a
   share; a holder of the pending set fetches one, sealed. */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "api/rekey.h"
#include "base/own.h"
#include "share/proof_text.h"

#include "base/banned.h"

/* The core's word for what it took. */
static int add_accepted(struct seal_api *api, const struct seal_api_consent *consent,
			const struct json_t *box, const struct seal_manifest *manifest,
			int repeated, struct json_t *json, struct seal_diag *diag)
{
	const char *nonce = json_string_value(json_object_get(box, "nonce"));
	const char *enc = json_string_value(json_object_get(box, "enc"));
	int x = (int)manifest->shares[consent->index].x;
	char signature[SEAL_API_SIGNATURE], mark[9];
	int error =
		seal_api_sign(api, signature, diag, "sealkit/rekey-answer/1\n%s\n%s\n%s\n%d\n%s\n",
			      consent->digest, nonce, manifest->set, x, enc);

	if (error)
		return error;
	seal_api_card_mark(manifest, consent->index, mark);
	if (json_object_set_new(json, "accepted",
				json_pack("{s:i, s:s, s:b, s:s}", "x", x, "card", mark, "repeated",
					  repeated, "signature", signature)))
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return SEAL_OK;
}

static int give(struct seal_api *api, const struct seal_api_request *request,
		const struct seal_api_consent *consent,
		const struct seal_barrier_rekey_session *session, struct seal_api_answer *answer,
		struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	const struct json_t *box = json_object_get(request->body, "sealkit");
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	char verb[sizeof SEAL_VERB_REKEY + SEAL_REKEY_PLAN];
	size_t index = 0;
	int error;

	(void)snprintf(verb, sizeof verb, SEAL_VERB_REKEY "%s", consent->digest);
	error = seal_api_open_submission(api, box, session->nonce, verb, answer, &share, diag);
	if (error || !share)
		return error;
	if (seal_manifest_recognise(manifest, share, &index, NULL))
		return seal_api_refuse(answer, 400, "share does not belong to this share set");
	if (index != consent->index)
		return seal_api_refuse(answer, 400, "share is not of this card's holder");
	error = seal_barrier_rekey_share(api->barrier, consent->digest, share, seal_api_now(),
					 &index, diag);
	if (error)
		return error;
	answer->changed = 1;
	answer->status = 200;
	error = seal_api_rekey_sync(api, diag);
	if (!error)
		error = seal_api_rekey_status(api, request, &answer->json, diag);
	return error ? error
		     : add_accepted(api, consent, box, manifest, session->given[index] != 0,
				    answer->json, diag);
}

int seal_sys_rekey_share(struct seal_api *api, const struct seal_api_request *request,
			 struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_barrier_rekey_session session;
	struct seal_api_consent consent = {0};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	const struct seal_api_plan *plan;
	struct seal_barrier_rekey_status pending;
	int error = seal_api_rekey_sync(api, diag);

	if (error)
		return error;
	if (!request->body)
		return seal_api_refuse(answer, 400, "EOF");
	if (!seal_api_may_sign(request, answer))
		return SEAL_OK;
	error = seal_api_consent_read(api, request->body, &consent, &text, answer, diag);
	if (error || answer->status)
		return error;
	plan = seal_api_rekey_find(api, consent.digest);
	if (!plan)
		return seal_api_refuse(answer, 400, SEAL_API_NO_PLAN);
	/* Who comes after the quorum learns that the new set is pending. */
	if (seal_barrier_rekey_pending(api->barrier, &pending)) {
		answer->status = 200;
		return seal_api_rekey_status(api, request, &answer->json, diag);
	}
	if (plan->missing || !seal_api_rekey_session(api, plan->digest, &session))
		return seal_api_refuse(answer, 400, "cards of the new set are missing");
	return give(api, request, &consent, &session, answer, diag);
}

int seal_sys_rekey_fetch(struct seal_api *api, const struct seal_api_request *request,
			 struct seal_api_answer *answer, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_rekey_manifest(api->barrier);
	char print[2 * SEAL_CARD_FINGERPRINT + 1];
	uint8_t card[SEAL_CARD_FINGERPRINT];
	const char *file, *note;
	size_t index = 0, len = 0, note_len = 0;

	if (!seal_api_query_card(request, card))
		return seal_api_refuse(answer, 400, "card must be a fingerprint of 64 hex digits");
	if (!manifest || seal_holder_card(manifest, card, &index, NULL))
		return seal_api_refuse(answer, 404, "%s", "");
	file = seal_barrier_rekey_file(api->barrier, index, &len);
	note = seal_barrier_rekey_note(api->barrier, &note_len);
	seal_hex(card, sizeof card, print);
	answer->status = 200;
	answer->json =
		json_pack("{s:s, s:s, s:i, s:i, s:s%, s:s%}", "set", manifest->set, "card", print,
			  "index", (int)index + 1, "x", (int)manifest->shares[index].x, "file",
			  file, len, "manifest", note, note_len);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}
