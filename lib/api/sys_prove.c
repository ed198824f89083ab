/* sys/sealkit/prove and sys/sealkit/rekey/prove: a holder proves that he has opened his share
   (design section 3). The share stays where he is; what comes is two signatures over a challenge of
   ours. */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "api/challenge.h"
#include "api/handlers.h"
#include "api/rekey.h"
#include "base/encode.h"
#include "share/proof_text.h"

#include "base/banned.h"

enum which { IN_FORCE, PENDING };

#define NO_SET "there is no share set with cards here"
#define NOT_A_CARD "card must be a fingerprint of 64 hex digits"
#define NOT_OURS "card is not of this share set"

/* *out_manifest NULL: a refusal is in answer. */
static int find_set(const struct seal_api *api, enum which which, struct seal_api_answer *answer,
		    const struct seal_manifest **out_manifest)
{
	struct seal_barrier_status status;

	*out_manifest = which == PENDING ? seal_barrier_rekey_manifest(api->barrier)
					 : seal_barrier_manifest(api->barrier);
	if (*out_manifest)
		return SEAL_OK;
	if (which == PENDING)
		return seal_api_refuse(answer, 400, SEAL_API_NOT_PENDING);
	seal_barrier_status(api->barrier, &status);
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

static int challenge_for(struct seal_api *api, enum which which,
			 const struct seal_api_request *request, struct seal_api_answer *answer,
			 struct seal_diag *diag)
{
	char identity[SEAL_BASE64_LEN(32)], print[2 * SEAL_CARD_FINGERPRINT + 1];
	char challenge[SEAL_PROOF_CHALLENGE + 1], signature[SEAL_API_SIGNATURE];
	const struct seal_manifest *manifest;
	uint8_t card[SEAL_CARD_FINGERPRINT];
	size_t index;
	int error = find_set(api, which, answer, &manifest);

	if (error || !manifest)
		return error;
	if (!seal_api_query_card(request, card))
		return seal_api_refuse(answer, 400, NOT_A_CARD);
	if (seal_proof_card(manifest, card, &index, NULL))
		return seal_api_refuse(answer, 400, NOT_OURS);
	seal_api_challenge(api, manifest, card, challenge);
	seal_hex(card, sizeof card, print);
	seal_base64(SEAL_BASE64_PADDED, api->identity, 32, identity);
	error = seal_api_sign(api, signature, diag, "sealkit/proof-challenge/1\n%s\n%s\n%s\n",
			      challenge, manifest->set, print);
	if (error)
		return error;
	answer->status = 200;
	answer->json = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "identity", identity, "set",
				 manifest->set, "epoch", (int)manifest->epoch, "card", print,
				 "challenge", challenge, "signature", signature);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

int seal_sys_challenge(struct seal_api *api, const struct seal_api_request *request,
		       struct seal_api_answer *answer, struct seal_diag *diag)
{
	return challenge_for(api, IN_FORCE, request, answer, diag);
}

int seal_sys_rekey_challenge(struct seal_api *api, const struct seal_api_request *request,
			     struct seal_api_answer *answer, struct seal_diag *diag)
{
	return challenge_for(api, PENDING, request, answer, diag);
}

struct proof {
	const char *set; /* the body's */
	struct seal_card card;
	struct seal_proof_answer made;
	uint64_t number; /* of the challenge */
};

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

static int read_bytes(const char *text, uint8_t *out, size_t cap, size_t *out_len)
{
	return !seal_unbase64(SEAL_BASE64_PADDED, text, strlen(text), out, cap, out_len, NULL);
}

/* A refusal is in answer, and then its status is not 0. */
static int read_proof(const struct seal_api_request *request, struct proof *proof,
		      struct seal_api_answer *answer, struct seal_diag *diag)
{
	const json_t *card = json_object_get(request->body, "card");
	const char *by_share = NULL, *by_token = NULL;
	size_t len = 0;

	if (seal_api_string(request->body, "set", &proof->set, answer) < 0 ||
	    seal_api_string(request->body, "challenge", &proof->made.challenge, answer) < 0 ||
	    seal_api_string(request->body, "proof", &by_share, answer) < 0 ||
	    seal_api_string(request->body, "signature", &by_token, answer) < 0)
		return SEAL_OK;
	if (!proof->set || !proof->made.challenge || !by_share || !by_token ||
	    !json_is_object(card))
		return seal_api_refuse(answer, 400,
				       "a proof needs set, card, challenge, proof and signature");
	if (!read_bytes(by_share, proof->made.proof, sizeof proof->made.proof, &len) ||
	    len != sizeof proof->made.proof)
		return seal_api_refuse(answer, 400, "proof is not 64 bytes in base64");
	if (!read_bytes(by_token, proof->made.signature, sizeof proof->made.signature,
			&proof->made.signature_len))
		return seal_api_refuse(answer, 400, "signature is not base64 of a signature");
	proof->made.card = &proof->card;
	return seal_api_card(card, &proof->card, answer, diag);
}

/* A refusal is in answer. */
static int check(const struct seal_api *api, const struct seal_manifest *manifest,
		 struct proof *proof, size_t *out_index, struct seal_api_answer *answer,
		 struct seal_diag *diag)
{
	uint8_t card[SEAL_CARD_FINGERPRINT];
	size_t index = 0;
	int error = seal_card_fingerprint(&proof->card, card, diag);

	if (error)
		return error;
	if (seal_proof_card(manifest, card, &index, NULL))
		return seal_api_refuse(answer, 400, NOT_OURS);
	error = seal_api_challenge_check(api, manifest, proof->made.challenge, index, card,
					 &proof->number, answer);
	if (error || answer->status)
		return error;
	error = seal_proof_check(manifest, &proof->made, out_index, diag);
	if (error == SEAL_E_MISMATCH)
		return seal_api_refuse(answer, 400, "proof is not of this card's share");
	if (error == SEAL_E_VERIFY)
		return seal_api_refuse(answer, 400, "signature is not by this card's token");
	return error;
}

static int add_accepted(struct seal_api *api, const struct proof *proof,
			const struct seal_manifest *manifest, size_t index, int repeated,
			struct json_t *json, struct seal_diag *diag)
{
	int x = (int)manifest->shares[index].x;
	char signature[SEAL_API_SIGNATURE], mark[9];
	int error = seal_api_sign(api, signature, diag, "sealkit/proof-answer/1\n%s\n%s\n%d\n",
				  proof->made.challenge, manifest->set, x);

	if (error)
		return error;
	seal_api_card_mark(manifest, index, mark);
	if (json_object_set_new(json_object_get(json, "sealkit"), "accepted",
				json_pack("{s:i, s:s, s:b, s:s}", "x", x, "card", mark, "repeated",
					  repeated, "signature", signature)))
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return SEAL_OK;
}

/* Of the set in force: its row of the state is written before anybody is told. */
static int take(struct seal_api *api, const struct seal_api_request *request,
		const struct proof *proof, size_t index, struct seal_api_answer *answer,
		struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	uint8_t proved[SEAL_MANIFEST_SHARES];
	size_t len = 0;
	int error;

	seal_barrier_proved(api->barrier, proved);
	error = seal_barrier_prove(api->barrier, index, diag);
	if (error)
		return error;
	api->answered[index] = proof->number;
	answer->changed = 1;
	/* As after a quorum: nothing more to be fetched by anybody. */
	if (!seal_barrier_file(api->barrier, 0, &len))
		(void)!api->state.put_root_file(api->state.ctx, manifest->set, NULL, NULL);
	answer->status = 200;
	error = seal_api_status(api, request, &answer->json, diag);
	return error ? error
		     : add_accepted(api, proof, manifest, index, proved[index] != 0, answer->json,
				    diag);
}

/* Of the pending set: with the last one it is in force. */
static int take_pending(struct seal_api *api, const struct seal_api_request *request,
			const struct proof *proof, size_t index, struct seal_api_answer *answer,
			struct seal_diag *diag)
{
	struct seal_barrier_rekey_status before = {0};
	const struct seal_manifest *manifest;
	int switched = 0, error;

	(void)seal_barrier_rekey_pending(api->barrier, &before);
	if (before.until && (uint64_t)time(NULL) >= before.until)
		return seal_api_refuse(answer, 400, "time of the pending rekey is over");
	error = seal_barrier_rekey_prove(api->barrier, index, &switched, diag);
	if (error)
		return error;
	/* The same numbers count for the set in force, as this one will be. */
	api->answered[index] = proof->number;
	answer->changed = 1;
	if (switched)
		api->state.keep_root_file(api->state.ctx, before.set);
	manifest = switched ? seal_barrier_manifest(api->barrier)
			    : seal_barrier_rekey_manifest(api->barrier);
	answer->status = 200;
	error = seal_api_status(api, request, &answer->json, diag);
	if (!error)
		error = add_accepted(api, proof, manifest, index, before.proved[index] != 0,
				     answer->json, diag);
	if (!error && json_object_set_new(
			      json_object_get(json_object_get(answer->json, "sealkit"), "accepted"),
			      "switched", json_boolean(switched)))
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return error;
}

static int prove(struct seal_api *api, enum which which, const struct seal_api_request *request,
		 struct seal_api_answer *answer, struct seal_diag *diag)
{
	const struct seal_manifest *manifest;
	struct proof proof = {0};
	size_t index = 0;
	int error = find_set(api, which, answer, &manifest);

	if (error || !manifest)
		return error;
	if (!request->body)
		return seal_api_refuse(answer, 400, "EOF");
	if (!seal_api_may_sign(request, answer))
		return SEAL_OK;
	error = read_proof(request, &proof, answer, diag);
	if (!error && !answer->status && strcmp(proof.set, manifest->set) != 0)
		error = seal_api_refuse(answer, 400, "proof is of another share set");
	if (!error && !answer->status)
		error = check(api, manifest, &proof, &index, answer, diag);
	if (error || answer->status)
		return error;
	return which == PENDING ? take_pending(api, request, &proof, index, answer, diag)
				: take(api, request, &proof, index, answer, diag);
}

int seal_sys_prove(struct seal_api *api, const struct seal_api_request *request,
		   struct seal_api_answer *answer, struct seal_diag *diag)
{
	return prove(api, IN_FORCE, request, answer, diag);
}

int seal_sys_rekey_prove(struct seal_api *api, const struct seal_api_request *request,
			 struct seal_api_answer *answer, struct seal_diag *diag)
{
	return prove(api, PENDING, request, answer, diag);
}
