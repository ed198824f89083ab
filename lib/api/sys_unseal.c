/* sys/unseal: a share in the clear as Vault's clients send it, where that is allowed; a
   sealed submission; a reset. */

#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "base/encode.h"
#include "share/manifest.h"

#include "base/banned.h"

#define KEY_MIN 16u
#define KEY_MAX 33u
#define KEY_TEXT 4096u
#define NO_KEY "'key' must be specified in request body as JSON, or 'reset' set to true"
#define BAD_KEY "'key' must be a valid hex or base64 string"
#define NOT_OURS "share does not belong to this share set"

struct unseal {
	const char *key; /* the body's */
	const struct json_t *box;
	int reset;
};

/* As Vault decides: hex where that gives a length a share can have, else base64. A refusal is in
   answer and *out_share stays NULL. */
static int read_key(const char *text, struct seal_api_answer *answer,
		    struct seal_secret **out_share, struct seal_diag *diag)
{
	struct seal_secret *bytes SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t text_len = strlen(text), len = 0;
	int error;

	if (text_len > KEY_TEXT)
		return seal_api_refuse(answer, 400,
				       "invalid key: key is longer than maximum 33 bytes");
	error = seal_secret_new(KEY_TEXT, &bytes, diag);
	if (error)
		return error;
	error = seal_unhex(text, text_len, seal_secret_data(bytes), KEY_TEXT, &len, NULL);
	if (error || len < KEY_MIN || len > KEY_MAX)
		error = seal_unbase64(SEAL_BASE64_PADDED, text, text_len, seal_secret_data(bytes),
				      KEY_TEXT, &len, NULL);
	if (error)
		return seal_api_refuse(answer, 400, BAD_KEY);
	if (len < KEY_MIN)
		return seal_api_refuse(answer, 400,
				       "invalid key: key is shorter than minimum 16 bytes");
	if (len > KEY_MAX)
		return seal_api_refuse(answer, 400,
				       "invalid key: key is longer than maximum 33 bytes");
	return seal_secret_copy(seal_secret_bytes(bytes), len, out_share, diag);
}

/* What a refused share is called. Where the share set is known it is named before anything is
   combined; plain shares show at the threshold only, and Vault says so with 500. */
static int refused(int error, int plain, struct seal_api_answer *answer)
{
	if (error == SEAL_E_OLD)
		return seal_api_refuse(answer, 400, NOT_OURS ": it is of an older one");
	if (error == SEAL_E_DUPLICATE)
		return seal_api_refuse(answer, 500,
				       "failed to compute combined key: duplicate part detected");
	if (error == SEAL_E_MISMATCH && plain)
		return seal_api_refuse(
			answer, 500,
			"failed to compute combined key: all parts must be the same length");
	if (error == SEAL_E_MISMATCH || error == SEAL_E_FORMAT)
		return seal_api_refuse(answer, 400, NOT_OURS);
	if (error == SEAL_E_VERIFY)
		return seal_api_refuse(answer, 500,
				       "unable to retrieve stored keys: failed to encrypt keys for "
				       "storage: cipher: message authentication failed");
	return error;
}

/* box: what the share came in. */
static int add_accepted(struct seal_api *api, const struct seal_barrier_status *before,
			const struct seal_secret *share, const struct json_t *box, size_t index,
			struct json_t *json, struct seal_diag *diag)
{
	char signature[SEAL_API_SIGNATURE];
	int error;
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	int known = manifest && index < manifest->total;
	int x = known ? (int)manifest->shares[index].x : 0;
	char mark[9] = "";

	/* One plain share of one is the key itself: its last byte is no x. */
	if (!known && before->t > 1)
		x = (int)seal_secret_bytes(share)[seal_secret_len(share) - 1];
	if (known)
		seal_api_card_mark(manifest, index, mark);
	error = seal_api_confirm(api, box, before->set, x, signature, diag);
	if (error)
		return error;
	if (json_object_set_new(json_object_get(json, "sealkit"), "accepted",
				json_pack("{s:i, s:s, s:b, s:s}", "x", x, "card", mark, "repeated",
					  known && before->given[index], "signature", signature)))
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return SEAL_OK;
}

/* box: what the share came in; NULL: in the clear. */
static int give(struct seal_api *api, const struct seal_api_request *request,
		const struct seal_secret *share, const struct json_t *box,
		struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_barrier_status before;
	size_t index = SEAL_MANIFEST_SHARES, len = 0;
	int error;

	seal_barrier_status(api->barrier, &before);
	error = seal_barrier_share(api->barrier, share, seal_api_now(), &index, diag);
	if (error)
		return refused(error, before.plain, answer);
	answer->changed = 1;
	if (seal_barrier_in_force(api->barrier))
		api->state.drop_bootstrap(api->state.ctx);
	/* Once every holder has proved, the copy of the root token's file goes as theirs do; it
	   is sealed to a card, and no reason to tell that a share was not taken. */
	if (!before.plain && !seal_barrier_file(api->barrier, 0, &len))
		(void)!api->state.put_root_file(api->state.ctx, before.set, NULL, NULL);
	answer->status = 200;
	error = seal_api_status(api, request, &answer->json, diag);
	return error || !box ? error
			     : add_accepted(api, &before, share, box, index, answer->json, diag);
}

/* For a set with a manifest: who has no share cannot throw away what others gave, and the
   share that it was asked with is the first of the new unseal. */
static int reset(struct seal_api *api, const struct seal_api_request *request,
		 const struct unseal *unseal, const char *nonce, struct seal_api_answer *answer,
		 struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t index;
	int error;

	if (!manifest) {
		seal_barrier_reset(api->barrier);
		answer->changed = 1;
		answer->status = 200;
		return seal_api_status(api, request, &answer->json, diag);
	}
	if (!unseal->box)
		return seal_api_refuse(answer, 400,
				       "reset needs a valid share: send one as sealkit with it");
	error = seal_api_open_submission(api, unseal->box, nonce, SEAL_VERB_RESET, answer, &share,
					 diag);
	if (error || !share)
		return error;
	error = seal_manifest_recognise(manifest, share, &index, diag);
	if (error)
		return refused(error, 0, answer);
	seal_barrier_reset(api->barrier);
	answer->changed = 1;
	return give(api, request, share, unseal->box, answer, diag);
}

/* 0: a refusal is in answer. */
static int read_body(const struct seal_api *api, const struct seal_api_request *request,
		     struct unseal *unseal, struct seal_api_answer *answer)
{
	int migrate = 0;

	if (seal_api_string(request->body, "key", &unseal->key, answer) < 0 ||
	    seal_api_flag(request->body, "reset", &unseal->reset, answer) < 0 ||
	    seal_api_flag(request->body, "migrate", &migrate, answer) < 0)
		return 0;
	unseal->box = json_object_get(request->body, "sealkit");
	if (unseal->key && !unseal->key[0])
		unseal->key = NULL;
	if (migrate)
		(void)seal_api_refuse(answer, 500,
				      "can't perform a seal migration, no migration seal found");
	else if (!unseal->reset && !unseal->key && !unseal->box)
		(void)seal_api_refuse(answer, 400, NO_KEY);
	else if (unseal->key && unseal->box)
		(void)seal_api_refuse(answer, 400, "key and sealkit exclude one another");
	else if (!unseal->reset && unseal->key && !api->plain_shares)
		(void)seal_api_refuse(answer, 400,
				      "shares in the clear are refused: this server has "
				      "plain_shares = \"deny\"; use seal-unseal");
	return !answer->status;
}

int seal_sys_unseal(struct seal_api *api, const struct seal_api_request *request,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_barrier_status status;
	struct unseal unseal = {0};
	int error = SEAL_OK;

	if (!request->body)
		return seal_api_refuse(answer, 400, "EOF");
	if (!seal_api_may_sign(request, answer))
		return SEAL_OK;
	if (!read_body(api, request, &unseal, answer))
		return SEAL_OK;
	seal_barrier_status(api->barrier, &status);
	if (!status.initialized)
		return seal_api_refuse(answer, 400, "Vault is not initialized");
	if (unseal.reset)
		return status.sealed ? reset(api, request, &unseal, status.nonce, answer, diag)
				     : seal_api_refuse(answer, 400, "vault is unsealed");
	if (unseal.key)
		error = read_key(unseal.key, answer, &share, diag);
	if (error || answer->status)
		return error;
	/* Who comes after the quorum learns that it is open. */
	if (!status.sealed) {
		answer->status = 200;
		return seal_api_status(api, request, &answer->json, diag);
	}
	if (unseal.box)
		error = seal_api_open_submission(api, unseal.box, status.nonce, SEAL_VERB_GIVE,
						 answer, &share, diag);
	if (error || !share)
		return error;
	return give(api, request, share, unseal.key ? NULL : unseal.box, answer, diag);
}
