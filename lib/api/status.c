/* What the daemon says of itself to everybody, and the core's signature over it where one
   is asked for: a gate or proxy could otherwise say what it likes. */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "base/encode.h"
#include "share/manifest.h"

#include "base/banned.h"

#define CHALLENGE 64u /* hex digits */

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

struct json_t *seal_api_marked(const struct seal_manifest *manifest, const uint8_t *marks, int want)
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

void seal_api_marked_text(const struct seal_manifest *manifest, const uint8_t *marks, int want,
			  char out[static SEAL_API_MARKED])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; manifest && i < manifest->total; i++) {
		char mark[9];
		int n;

		if (!marks[i] != !want)
			continue;
		seal_api_card_mark(manifest, i, mark);
		n = snprintf(out + len, SEAL_API_MARKED - len, "%s%u %s", len ? "," : "",
			     manifest->shares[i].x, mark);
		len += n > 0 ? (size_t)n : 0;
	}
}

int seal_api_may_sign(const struct seal_api_request *request, struct seal_api_answer *answer)
{
	const char *text = seal_target_query(request->target, "challenge");

	if (!text || (strlen(text) == CHALLENGE && strspn(text, "0123456789abcdef") == CHALLENGE))
		return 1;
	(void)seal_api_refuse(answer, 400, "challenge is not %u hex digits", CHALLENGE);
	return 0;
}

static const char *word(int yes)
{
	return yes ? "true" : "false";
}

static int add_signature(const struct seal_api *api, const char *challenge,
			 const struct seal_barrier_status *status, struct json_t *own,
			 struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	char given[SEAL_API_MARKED], unproved[SEAL_API_MARKED], signature[SEAL_API_SIGNATURE];
	uint8_t proved[SEAL_MANIFEST_SHARES];
	int error;

	seal_barrier_proved(api->barrier, proved);
	seal_api_marked_text(manifest, status->given, 1, given);
	seal_api_marked_text(manifest, proved, 0, unproved);
	error = seal_api_sign(
		api, signature, diag,
		"sealkit/status/1\n%s\n%s\n%u\n%s\n%s\n%u\n%u\n%u\n%s\n%s\n%s\n%s\n%s\n", challenge,
		status->set, status->epoch, word(status->initialized), word(status->sealed),
		status->t, status->n, status->progress, status->nonce, given, unproved,
		word(status->plain), api->sandbox);
	if (error)
		return error;
	return json_object_set_new(own, "signature", json_string(signature))
		       ? seal_fail(diag, SEAL_E_NOMEM, "answer")
		       : SEAL_OK;
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
			 seal_api_marked(manifest, status->given, 1), "unproved",
			 seal_api_marked(manifest, proved, 0), "plain", status->plain, "sandbox",
			 api->sandbox);
}

int seal_api_status(struct seal_api *api, const struct seal_api_request *request,
		    struct json_t **out_json, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL, *rest;
	const char *challenge = seal_target_query(request->target, "challenge");
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
	if (challenge)
		error = add_signature(api, challenge, &status, json_object_get(json, "sealkit"),
				      diag);
	if (!error)
		*out_json = seal_steal(&json);
	return error;
}
