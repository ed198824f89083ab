/* sys/seal-status and sys/seal. */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "base/encode.h"
#include "share/manifest.h"

#include "base/banned.h"

int seal_api_add_cluster(struct seal_api *api, struct json_t *json, struct seal_diag *diag)
{
	struct json_t *cluster SEAL_CLEANUP(seal_json_freep) = NULL;
	int error = seal_token_cluster(api->barrier, &cluster, diag);

	if (error == SEAL_E_SEALED || error == SEAL_E_NOTFOUND)
		return SEAL_OK;
	if (error)
		return error;
	if (json_object_set(json, "cluster_name", json_object_get(cluster, "name")) ||
	    json_object_set(json, "cluster_id", json_object_get(cluster, "id")))
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return SEAL_OK;
}

void seal_api_card_mark(const struct seal_manifest *manifest, size_t i, char out[static 9])
{
	seal_hex(manifest->shares[i].cards[0], 4, out);
}

/* Shares whose mark is `want`, as strangers may see them. */
static struct json_t *marked(const struct seal_manifest *manifest, const uint8_t *marks, int want)
{
	json_t *list = json_array();

	for (size_t i = 0; manifest && i < manifest->total; i++) {
		char mark[9];

		if (!marks[i] != !want)
			continue;
		seal_api_card_mark(manifest, i, mark);
		if (json_array_append_new(list,
					  json_pack("{s:i, s:s}", "x", (int)manifest->shares[i].x,
						    "card", mark))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static struct json_t *own_block(struct seal_api *api, const struct seal_barrier_status *status)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	uint8_t proved[SEAL_MANIFEST_SHARES];
	char identity[SEAL_BASE64_LEN(32)];

	seal_barrier_proved(api->barrier, proved);
	seal_base64(SEAL_BASE64_PADDED, api->identity, 32, identity);
	return json_pack("{s:s, s:i, s:s, s:o, s:o, s:b, s:s}", "set", status->set, "epoch",
			 (int)status->epoch, "identity", identity, "given",
			 marked(manifest, status->given, 1), "unproved",
			 marked(manifest, proved, 0), "plain", status->plain, "sandbox",
			 api->sandbox);
}

int seal_api_status(struct seal_api *api, struct json_t **out_json, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL, *rest;
	struct seal_barrier_status status;
	int error, bad;

	seal_barrier_status(api->barrier, &status);
	json = json_pack("{s:s, s:b, s:b, s:i, s:i, s:i, s:s, s:s, s:b}", "type", "shamir",
			 "initialized", status.initialized, "sealed", status.sealed, "t",
			 (int)status.t, "n", (int)status.n, "progress", (int)status.progress,
			 "nonce", status.nonce, "version", SEAL_VERSION "+sealkit", "migration", 0);
	if (!json)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	error = seal_api_add_cluster(api, json, diag);
	if (error)
		return error;
	rest = json_pack("{s:b, s:s, s:o}", "recovery_seal", 0, "storage_type", "sqlite", "sealkit",
			 own_block(api, &status));
	bad = !rest || json_object_update(json, rest);
	json_decref(rest);
	if (bad)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	*out_json = seal_steal(&json);
	return SEAL_OK;
}

int seal_sys_seal_status(struct seal_api *api, const struct seal_api_request *request,
			 struct seal_api_answer *answer, struct seal_diag *diag)
{
	(void)request;
	answer->status = 200;
	return seal_api_status(api, &answer->json, diag);
}

int seal_sys_seal(struct seal_api *api, const struct seal_api_request *request,
		  struct seal_api_answer *answer, struct seal_diag *diag)
{
	(void)request;
	(void)diag;
	seal_barrier_seal(api->barrier);
	answer->changed = 1;
	answer->status = 204;
	return SEAL_OK;
}
