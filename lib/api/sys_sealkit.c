/* sys/sealkit: the sealed shares until every holder has proved, and the manifest. */

#include <stdlib.h>

#include <jansson.h>

#include "api/handlers.h"
#include "base/encode.h"
#include "share/proof_text.h"

#include "base/banned.h"

static struct json_t *cards_of(const struct seal_manifest_share *share)
{
	json_t *list = json_array();

	for (size_t i = 0; i < share->card_count; i++) {
		char hex[2 * SEAL_CARD_FINGERPRINT + 1];

		seal_hex(share->cards[i], SEAL_CARD_FINGERPRINT, hex);
		if (json_array_append_new(list, json_string(hex))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static struct json_t *share_list(struct seal_api *api, const struct seal_manifest *manifest)
{
	uint8_t proved[SEAL_MANIFEST_SHARES];
	json_t *list = json_array();

	seal_barrier_proved(api->barrier, proved);
	for (size_t i = 0; i < manifest->total; i++) {
		const struct seal_manifest_share *share = &manifest->shares[i];
		size_t len = 0;
		const char *file = seal_barrier_file(api->barrier, i, &len);

		if (json_array_append_new(
			    list, json_pack("{s:i, s:i, s:s, s:o, s:b, s:s%}", "index", (int)i + 1,
					    "x", (int)share->x, "custodian", share->custodian,
					    "cards", cards_of(share), "proved", proved[i] != 0,
					    "file", file ? file : "", file ? len : (size_t)0))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

int seal_api_share_files(struct seal_api *api, struct json_t **out_json, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	size_t len = 0;
	const char *note = seal_barrier_note(api->barrier, &len);
	char *root = NULL;
	int error;

	if (!manifest || !note)
		return seal_fail(diag, SEAL_E_NOTFOUND, "manifest");
	error = api->state.get_root_file(api->state.ctx, manifest->set, &root, diag);
	if (error)
		return error;
	*out_json = json_pack("{s:s, s:s%, s:o, s:s?}", "set", manifest->set, "manifest", note, len,
			      "shares", share_list(api, manifest), "root_token_file", root);
	free(root);
	return *out_json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

/* One holder's, and no name: who knows the whole fingerprint has the card or the manifest, and
   what is told is sealed to that card's token. */
static int one_share(struct seal_api *api, const struct seal_api_request *request,
		     struct seal_api_answer *answer, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	char print[2 * SEAL_CARD_FINGERPRINT + 1];
	uint8_t card[SEAL_CARD_FINGERPRINT];
	const char *file = NULL;
	size_t index = 0, len = 0;

	if (!seal_api_query_card(request, card))
		return seal_api_refuse(answer, 400, "card must be a fingerprint of 64 hex digits");
	if (manifest && !seal_holder_card(manifest, card, &index, NULL))
		file = seal_barrier_file(api->barrier, index, &len);
	if (!file)
		return seal_api_refuse(answer, 404, "%s", "");
	seal_hex(card, sizeof card, print);
	answer->status = 200;
	answer->json = json_pack("{s:s, s:s, s:i, s:i, s:s%}", "set", manifest->set, "card", print,
				 "index", (int)index + 1, "x", (int)manifest->shares[index].x,
				 "file", file, len);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

int seal_sys_shares(struct seal_api *api, const struct seal_api_request *request,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct json_t *block = NULL;
	size_t len = 0;
	int error;

	if (seal_target_query(request->target, "card"))
		return one_share(api, request, answer, diag);
	if (!seal_barrier_manifest(api->barrier) || !seal_barrier_file(api->barrier, 0, &len))
		return seal_api_refuse(answer, 404, "%s", "");
	error = seal_api_share_files(api, &block, diag);
	if (error)
		return error;
	answer->status = 200;
	answer->json = json_pack("{s:o}", "sealkit", block);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

int seal_sys_manifest(struct seal_api *api, const struct seal_api_request *request,
		      struct seal_api_answer *answer, struct seal_diag *diag)
{
	size_t len = 0;
	const char *note = seal_barrier_note(api->barrier, &len);

	(void)request;
	if (!note)
		return seal_api_refuse(answer, 404, "%s", "");
	answer->status = 200;
	answer->json = json_pack("{s:s%}", "manifest", note, len);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}
