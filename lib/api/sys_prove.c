/* sys/sealkit/prove and sys/sealkit/rekey/prove: a holder proves that he has opened his share
   (design section 3). The share stays where he is; what comes is two signatures over a challenge of
   ours. */

#include <string.h>
#include <time.h>

#include <jansson.h>

#include "api/holder.h"
#include "api/rekey.h"
#include "base/encode.h"
#include "share/proof_text.h"

#include "base/banned.h"

enum which { IN_FORCE, PENDING };

/* *out_manifest NULL: a refusal is in answer. */
static int find_set(const struct seal_api *api, enum which which, struct seal_api_answer *answer,
		    const struct seal_manifest **out_manifest)
{
	if (which == IN_FORCE)
		return seal_api_holder_set(api, answer, out_manifest);
	*out_manifest = seal_barrier_rekey_manifest(api->barrier);
	return *out_manifest ? SEAL_OK : seal_api_refuse(answer, 400, SEAL_API_NOT_PENDING);
}

static int challenge_for(struct seal_api *api, enum which which,
			 const struct seal_api_request *request, struct seal_api_answer *answer,
			 struct seal_diag *diag)
{
	const struct seal_manifest *manifest;
	int error = find_set(api, which, answer, &manifest);

	if (error || !manifest)
		return error;
	return seal_api_holder_challenge(api, SEAL_API_PROVE, manifest, request, answer, diag);
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

/* A refusal is in answer, and then its status is not 0. */
static int read_proof(const struct seal_api_request *request, struct seal_api_holder *holder,
		      uint8_t out_proof[static SEAL_PROOF_SIGNATURE],
		      struct seal_api_answer *answer, struct seal_diag *diag)
{
	const char *by_share = NULL;
	size_t len = 0;
	int there = seal_api_holder_fields(request, holder, answer);

	if (there < 0 || seal_api_string(request->body, "proof", &by_share, answer) < 0)
		return SEAL_OK;
	if (!there || !by_share)
		return seal_api_refuse(answer, 400,
				       "a proof needs set, card, challenge, proof and signature");
	if (seal_unbase64(SEAL_BASE64_PADDED, by_share, strlen(by_share), out_proof,
			  SEAL_PROOF_SIGNATURE, &len, NULL) ||
	    len != SEAL_PROOF_SIGNATURE)
		return seal_api_refuse(answer, 400, "proof is not 64 bytes in base64");
	return seal_api_holder_read(holder, answer, diag);
}

/* A refusal is in answer. */
static int check(const struct seal_manifest *manifest, const struct seal_api_holder *holder,
		 const uint8_t proof[static SEAL_PROOF_SIGNATURE], struct seal_api_answer *answer,
		 struct seal_diag *diag)
{
	struct seal_proof_answer made = {.card = &holder->card,
					 .challenge = holder->challenge,
					 .signature_len = holder->signature_len};
	size_t index;
	int error;

	memcpy(made.proof, proof, sizeof made.proof);
	memcpy(made.signature, holder->signature, holder->signature_len);
	error = seal_proof_check(manifest, &made, &index, diag);
	if (error == SEAL_E_MISMATCH)
		return seal_api_refuse(answer, 400, "proof is not of this card's share");
	if (error == SEAL_E_VERIFY)
		return seal_api_refuse(answer, 400, "signature is not by this card's token");
	return error;
}

/* Of the set in force: its row of the state is written before anybody is told. */
static int take(struct seal_api *api, const struct seal_api_request *request,
		const struct seal_api_holder *holder, struct seal_api_answer *answer,
		struct seal_diag *diag)
{
	struct seal_api_word word = {.type = "sealkit/proof-answer/1",
				     .manifest = seal_barrier_manifest(api->barrier)};
	uint8_t proved[SEAL_MANIFEST_SHARES];
	size_t len = 0;
	int error;

	seal_barrier_proved(api->barrier, proved);
	error = seal_barrier_prove(api->barrier, holder->index, diag);
	if (error)
		return error;
	/* As after a quorum: nothing more to be fetched by anybody. */
	if (!seal_barrier_file(api->barrier, 0, &len))
		(void)!api->state.put_root_file(api->state.ctx, word.manifest->set, NULL, NULL);
	word.repeated = proved[holder->index] != 0;
	return seal_api_holder_accept(api, request, holder, &word, answer, diag);
}

/* Of the pending set: with the last one it is in force. */
static int take_pending(struct seal_api *api, const struct seal_api_request *request,
			const struct seal_api_holder *holder, struct seal_api_answer *answer,
			struct seal_diag *diag)
{
	struct seal_barrier_rekey_status before = {0};
	struct seal_api_word word = {.type = "sealkit/proof-answer/1"};
	int switched = 0, error;

	(void)seal_barrier_rekey_pending(api->barrier, &before);
	if (before.until && (uint64_t)time(NULL) >= before.until)
		return seal_api_refuse(answer, 400, "time of the pending rekey is over");
	error = seal_barrier_rekey_prove(api->barrier, holder->index, &switched, diag);
	if (error)
		return error;
	if (switched)
		api->state.keep_root_file(api->state.ctx, before.set);
	word.manifest = switched ? seal_barrier_manifest(api->barrier)
				 : seal_barrier_rekey_manifest(api->barrier);
	word.repeated = before.proved[holder->index] != 0;
	/* The same numbers count for the set in force, as this one will be. */
	error = seal_api_holder_accept(api, request, holder, &word, answer, diag);
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
	struct seal_api_holder holder = {.purpose = SEAL_API_PROVE, .what = "proof"};
	uint8_t proof[SEAL_PROOF_SIGNATURE];
	int error = find_set(api, which, answer, &manifest);

	if (error || !manifest)
		return error;
	error = read_proof(request, &holder, proof, answer, diag);
	if (!error && !answer->status)
		error = seal_api_holder_check(api, manifest, &holder, answer, diag);
	if (!error && !answer->status)
		error = check(manifest, &holder, proof, answer, diag);
	if (error || answer->status)
		return error;
	return which == PENDING ? take_pending(api, request, &holder, answer, diag)
				: take(api, request, &holder, answer, diag);
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
