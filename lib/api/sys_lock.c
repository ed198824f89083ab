/* sys/sealkit/lock: any holder of a card has the daemon sealed at once. Threat: who waits for a
   quorum, a plan or an administrator while keys are being stolen; and, the other way round,
   who has no card and would stop a bank. So one signature is enough, and none is refused but
   with the reason. Open or sealed: of a sealed one what was given so far is forgotten. */

#include "api/holder.h"
#include "share/lock_text.h"

#include "base/banned.h"

int seal_sys_lock_challenge(struct seal_api *api, const struct seal_api_request *request,
			    struct seal_api_answer *answer, struct seal_diag *diag)
{
	const struct seal_manifest *manifest;
	int error = seal_api_holder_set(api, answer, &manifest);

	if (error || !manifest)
		return error;
	return seal_api_holder_challenge(api, SEAL_API_LOCK, manifest, request, answer, diag);
}

int seal_sys_lock(struct seal_api *api, const struct seal_api_request *request,
		  struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_api_word word = {.type = "sealkit/lock-answer/1"};
	struct seal_api_holder holder = {.purpose = SEAL_API_LOCK, .what = "request"};
	struct seal_barrier_status before;
	int there;
	int error = seal_api_holder_set(api, answer, &word.manifest);

	if (error || !word.manifest)
		return error;
	there = seal_api_holder_fields(request, &holder, answer);
	if (there < 0)
		return SEAL_OK;
	if (!there)
		return seal_api_refuse(answer, 400,
				       "a lock needs set, card, challenge and signature");
	error = seal_api_holder_read(&holder, answer, diag);
	if (!error && !answer->status)
		error = seal_api_holder_check(api, word.manifest, &holder, answer, diag);
	if (error || answer->status)
		return error;
	error = seal_lock_check(word.manifest, &holder.card, holder.challenge, holder.signature,
				holder.signature_len, diag);
	if (error == SEAL_E_VERIFY)
		return seal_api_refuse(answer, 400, "signature is not by this card's token");
	if (error)
		return error;
	seal_barrier_status(api->barrier, &before);
	seal_barrier_seal(api->barrier);
	word.repeated = before.sealed;
	return seal_api_holder_accept(api, request, &holder, &word, answer, diag);
}
