/* sys/sealkit/rekey/cancel: by who opened it, or by a quorum of the set in force, each signed
   with the token. */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "api/rekey.h"
#include "base/own.h"

#include "base/banned.h"

#define TEXT 512u

/* What is signed, made here as it is by the client. nonce: of the session; of a pending rekey the
   new set's id; "-" while cards are missing. So no signature ends a later one of the same plan. */
static void text_of(const struct seal_api *api, const struct seal_api_plan *plan,
		    char out[static TEXT])
{
	struct seal_barrier_rekey_session session = {.nonce = "-"};
	struct seal_barrier_rekey_status pending;
	char identity[SEAL_BASE64_LEN(32)];
	int is_pending = seal_barrier_rekey_pending(api->barrier, &pending);

	if (!is_pending)
		(void)seal_api_rekey_session(api, plan->digest, &session);
	seal_base64(SEAL_BASE64_PADDED, api->identity, 32, identity);
	(void)snprintf(out, TEXT,
		       "sealkit-rekey-cancel/1\ncore: %s\nset: %s\nplan: %s\nnonce: %s\n", identity,
		       plan->plan.set, plan->digest, is_pending ? pending.set : session.nonce);
}

static int is_signed(const struct seal_card *card, const char *text, const char *signature)
{
	uint8_t bytes[SEAL_CARD_SIGNATURE];
	struct seal_note_key key;
	size_t len = 0;

	return !seal_unbase64(SEAL_BASE64_PADDED, signature, strlen(signature), bytes, sizeof bytes,
			      &len, NULL) &&
	       !seal_card_note_key(card, &key, NULL) &&
	       !key.verify(&key, text, strlen(text), bytes, len, NULL);
}

static int is_opener(const struct seal_api_plan *plan, const struct seal_card *card)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;

	return !seal_api_signed_alone(plan->note, plan->note_len, card, &text, NULL);
}

static int cancel(struct seal_api *api, struct seal_api_plan *plan, struct seal_diag *diag)
{
	int error = seal_barrier_rekey_cancel(api->barrier, plan->digest, diag);

	/* One whose cards are missing the barrier does not know. */
	if (error && error != SEAL_E_NOTFOUND)
		return error;
	seal_api_rekey_remove(api, plan);
	return SEAL_OK;
}

/* 0: a refusal is in answer. */
static int read_body(const struct json_t *body, const char **out_plan, const char **out_signature,
		     struct seal_api_answer *answer)
{
	if (seal_api_string(body, "plan", out_plan, answer) < 0 ||
	    seal_api_string(body, "signature", out_signature, answer) < 0)
		return 0;
	if (*out_plan && *out_signature)
		return 1;
	(void)seal_api_refuse(answer, 400, "a cancel needs plan, card and signature");
	return 0;
}

int seal_sys_rekey_cancel(struct seal_api *api, const struct seal_api_request *request,
			  struct seal_api_answer *answer, struct seal_diag *diag)
{
	const char *digest = NULL, *signature = NULL;
	struct seal_api_plan *plan;
	struct seal_card card;
	unsigned votes = 0;
	char text[TEXT];
	size_t index = 0;
	int error = seal_api_rekey_sync(api, diag), done;

	if (error)
		return error;
	if (!request->body)
		return seal_api_refuse(answer, 400, "EOF");
	if (!seal_api_may_sign(request, answer) ||
	    !read_body(request->body, &digest, &signature, answer))
		return SEAL_OK;
	plan = seal_api_rekey_find(api, digest);
	if (!plan)
		return seal_api_refuse(answer, 400, SEAL_API_NO_PLAN);
	error = seal_api_holder(api, request->body, &card, &index, answer, diag);
	if (error || answer->status)
		return error;
	text_of(api, plan, text);
	if (!is_signed(&card, text, signature))
		return seal_api_refuse(answer, 400, "signature is not by this card's token");
	plan->against[index] = 1;
	done = seal_manifest_quorum(seal_barrier_manifest(api->barrier), plan->against, &votes) ||
	       is_opener(plan, &card);
	answer->changed = 1;
	if (done)
		error = cancel(api, plan, diag);
	if (!error)
		error = seal_api_rekey_status(api, request, &answer->json, diag);
	if (!error && (json_object_set_new(answer->json, "cancelled", json_boolean(done)) ||
		       json_object_set_new(answer->json, "against", json_integer(votes))))
		error = seal_fail(diag, SEAL_E_NOMEM, "answer");
	if (!error)
		answer->status = 200;
	return error;
}
