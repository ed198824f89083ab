/* A holder's part in a rekey: open it, bring its cards, give a share, fetch, cancel. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/own.h"
#include "client/client_internal.h"
#include "client/rekey_internal.h"

#include "base/banned.h"

#define PATH_BYTES 160
#define TEXT_BYTES 512
#define SIGNATURE_MAX 1024u

/* {"plan": ..., "card": the card as an object}; *out_json is the caller's. */
static int body_of(const char *plan, const char *card_text, struct json_t **out_json,
		   struct seal_diag *diag)
{
	struct json_t *card = NULL;
	int error = seal_json_parse(card_text, strlen(card_text), &card, diag);

	if (error)
		return error;
	*out_json = json_pack("{s:s, s:o}", "plan", plan, "card", card);
	return *out_json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "request");
}

static int put(struct seal_client *client, const char *path, const struct json_t *json,
	       char **out_answer, struct seal_diag *diag)
{
	struct seal_json_text body SEAL_CLEANUP(seal_json_text_done) = {0};
	struct seal_client_request request = {"PUT", path, NULL, NULL};
	int error = seal_json_write(json, SEAL_JSON_AS_MADE, "", &body, diag);

	request.body = body.bytes;
	return error ? error : seal_client_call(client, &request, NULL, out_answer, diag);
}

static int check_place(const struct seal_client_rekey *rekey, const struct seal_client_key *key,
		       const char *plan, struct seal_diag *diag)
{
	char text[TEXT_BYTES];
	int len;

	if (!seal_eq_ct(key->identity, rekey->identity, 32))
		return seal_fail(diag, SEAL_E_MISMATCH, "the daemon is not the one of this plan");
	if (strcmp(key->set, rekey->set) != 0 || strcmp(plan, rekey->digest) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH, "the answer is of another plan");
	len = snprintf(text, sizeof text, "sealkit/rekey-key/1\n%s\n%s\n%s\n%s\n", key->key_text,
		       key->nonce, key->set, plan);
	if (!seal_client_is_by(rekey->identity, text, len, sizeof text, key->signature))
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the submission key is not signed by the daemon's core: something "
				 "stands between");
	return SEAL_OK;
}

static int read_place(const char *answer, const struct seal_client_rekey *rekey,
		      struct seal_client_rekey_place *out_place, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_rekey_place *place = calloc(1, sizeof *place);
	struct seal_client_key key;
	char plan[65];
	const json_t *list;
	int error = place ? seal_client_key_parse(answer, &key, diag)
			  : seal_fail(diag, SEAL_E_NOMEM, "answer");

	if (!error)
		error = seal_client_load(answer, &json, diag);
	if (!error)
		error = seal_client_get_hex(json, "plan", 64, 0, plan, diag);
	if (!error)
		error = check_place(rekey, &key, plan, diag);
	list = json_object_get(json, "missing");
	if (!error && (!json_is_array(list) || json_array_size(list) > SEAL_CLIENT_MISSING))
		error = seal_fail(diag, SEAL_E_FORMAT, "answer: missing: not a list of cards");
	for (size_t i = 0; !error && i < json_array_size(list); i++) {
		const char *print = json_string_value(json_array_get(list, i));

		if (!print || strlen(print) != 64 || strspn(print, "0123456789abcdef") != 64)
			error = seal_fail(diag, SEAL_E_FORMAT,
					  "answer: missing: not 64 hex digits");
		else
			memcpy(place->missing[place->missing_count++], print, 65);
	}
	if (!error) {
		memcpy(place->nonce, key.nonce, sizeof place->nonce);
		memcpy(place->point, key.point, sizeof place->point);
		*out_place = *place;
	}
	free(place);
	return error;
}

int seal_client_rekey_open(struct seal_client *client, const struct seal_client_rekey *rekey,
			   struct seal_client_rekey_place *out_place, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = body_of(rekey->note, rekey->card_text, &json, diag);

	if (!error)
		error = put(client, "sys/sealkit/rekey", json, &answer, diag);
	return error ? error : read_place(answer, rekey, out_place, diag);
}

int seal_client_rekey_card(struct seal_client *client, const struct seal_client_rekey *rekey,
			   const char *card_text, struct seal_client_rekey_place *out_place,
			   struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = body_of(rekey->digest, card_text, &json, diag);

	if (!error)
		error = put(client, "sys/sealkit/rekey/card", json, &answer, diag);
	return error ? error : read_place(answer, rekey, out_place, diag);
}

/* The core's word for this share, in this box, for this plan. */
static int check_word(const struct seal_client_rekey *rekey, const struct seal_client_key *key,
		      const struct seal_client_box *box, unsigned x, const struct json_t *accepted,
		      struct seal_diag *diag)
{
	struct seal_client_given given = {0};
	uint8_t signature[64];
	char text[TEXT_BYTES];
	int repeated = 0, len;
	int error = seal_client_get_accepted(accepted, &given, &repeated, signature, diag);

	if (error)
		return error;
	len = snprintf(text, sizeof text, "sealkit/rekey-answer/1\n%s\n%s\n%s\n%u\n%s\n",
		       rekey->digest, key->nonce, rekey->set, x, box->enc);
	if (given.x != x || !seal_client_is_by(rekey->identity, text, len, sizeof text, signature))
		return seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNCONFIRMED);
	return SEAL_OK;
}

static int take_answer(const char *answer, const char *challenge,
		       const struct seal_client_rekey *rekey, const struct seal_client_key *key,
		       const struct seal_client_box *box, unsigned x, int *out_accepted,
		       struct seal_client_rekey_status *out_status, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_rekey_status *status = malloc(sizeof *status);
	const json_t *accepted;
	int error = status ? seal_client_rekey_read(answer, challenge, rekey->identity, &json,
						    status, diag)
			   : seal_fail(diag, SEAL_E_NOMEM, "answer");

	accepted = json_object_get(json, "accepted");
	if (!error && accepted)
		error = check_word(rekey, key, box, x, accepted, diag);
	else if (!error && !status->is_pending)
		error = seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNCONFIRMED);
	if (!error) {
		*out_accepted = accepted != NULL;
		*out_status = *status;
	}
	free(status);
	return error;
}

int seal_client_rekey_give(struct seal_client *client, const struct seal_client_rekey *rekey,
			   const struct seal_client_rekey_place *place,
			   const struct seal_secret *share, int *out_accepted,
			   struct seal_client_rekey_status *out_status, struct seal_diag *diag)
{
	char challenge[SEAL_CLIENT_FRESH + 1], path[PATH_BYTES], verb[128];
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_client_key key = {0};
	struct seal_client_box box;
	unsigned x = seal_secret_bytes(share)[seal_secret_len(share) - 1];
	int error = seal_client_fresh(challenge, diag);

	memcpy(key.point, place->point, sizeof key.point);
	memcpy(key.nonce, place->nonce, sizeof key.nonce);
	(void)snprintf(key.set, sizeof key.set, "%s", rekey->set);
	(void)snprintf(verb, sizeof verb, "/rekey/%s", rekey->digest);
	if (!error)
		error = seal_client_seal_box(&key, verb, share, &box, diag);
	if (!error)
		error = body_of(rekey->note, rekey->card_text, &json, diag);
	if (!error && json_object_set_new(json, "sealkit",
					  json_pack("{s:s, s:s, s:s}", "nonce", key.nonce, "enc",
						    box.enc, "box", box.text)))
		error = seal_fail(diag, SEAL_E_NOMEM, "request");
	if (error)
		return error;
	(void)snprintf(path, sizeof path, "sys/sealkit/rekey/share?challenge=%s", challenge);
	error = put(client, path, json, &answer, diag);
	return error ? error
		     : take_answer(answer, challenge, rekey, &key, &box, x, out_accepted,
				   out_status, diag);
}

int seal_client_rekey_share(struct seal_client *client, const char *card, char **out_file,
			    char **out_manifest, struct seal_diag *diag)
{
	char path[PATH_BYTES];
	const struct seal_client_request ask = {"GET", path, NULL, NULL};
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;
	char *file SEAL_CLEANUP(seal_text_freep) = NULL;
	char *manifest SEAL_CLEANUP(seal_text_freep) = NULL;
	const char *file_text, *manifest_text;
	struct seal_diag why = {0};
	unsigned status = 0;
	int error;

	(void)snprintf(path, sizeof path, "sys/sealkit/rekey/share?card=%s", card);
	error = seal_client_call(client, &ask, &status, &answer, &why);
	if (error && status == 404)
		return seal_fail(
			diag, SEAL_E_NOTFOUND,
			"%s: no new share for this card: no rekey is pending, or it is not "
			"in it",
			seal_client_address(client));
	if (error && diag)
		*diag = why;
	if (!error)
		error = seal_client_load(answer, &json, diag);
	if (error)
		return error;
	file_text = json_string_value(json_object_get(json, "file"));
	manifest_text = json_string_value(json_object_get(json, "manifest"));
	if (!file_text || !manifest_text)
		return seal_fail(diag, SEAL_E_FORMAT, "answer: file, manifest: not texts");
	file = strdup(file_text);
	manifest = strdup(manifest_text);
	if (!file || !manifest)
		return seal_fail(diag, SEAL_E_NOMEM, "share");
	*out_file = seal_steal(&file);
	*out_manifest = seal_steal(&manifest);
	return SEAL_OK;
}

int seal_client_rekey_cancel_text(const struct seal_client_rekey *rekey, const char *nonce,
				  char out[static SEAL_CLIENT_CANCEL], struct seal_diag *diag)
{
	char identity[SEAL_BASE64_LEN(32)];
	int len;

	seal_base64(SEAL_BASE64_PADDED, rekey->identity, 32, identity);
	len = snprintf(out, SEAL_CLIENT_CANCEL,
		       "sealkit-rekey-cancel/1\ncore: %s\nset: %s\nplan: %s\nnonce: %s\n", identity,
		       rekey->set, rekey->digest, nonce);
	return len > 0 && len < (int)SEAL_CLIENT_CANCEL
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_ARGUMENT, "cancel");
}

int seal_client_rekey_cancel(struct seal_client *client, const struct seal_client_rekey *rekey,
			     const uint8_t *signature, size_t len, int *out_cancelled,
			     unsigned *out_against, struct seal_diag *diag)
{
	char challenge[SEAL_CLIENT_FRESH + 1], path[PATH_BYTES];
	char text[SEAL_BASE64_LEN(SIGNATURE_MAX)];
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct json_t *said SEAL_CLEANUP(seal_json_freep) = NULL;
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_client_rekey_status *status;
	int error = seal_client_fresh(challenge, diag);

	if (!error && len > SIGNATURE_MAX)
		error = seal_fail(diag, SEAL_E_TOOLONG, "signature");
	if (!error)
		error = body_of(rekey->digest, rekey->card_text, &json, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_PADDED, signature, len, text);
	status = malloc(sizeof *status);
	if (!status || json_object_set_new(json, "signature", json_string(text))) {
		free(status);
		return seal_fail(diag, SEAL_E_NOMEM, "request");
	}
	(void)snprintf(path, sizeof path, "sys/sealkit/rekey/cancel?challenge=%s", challenge);
	error = put(client, path, json, &answer, diag);
	if (!error)
		error = seal_client_rekey_read(answer, challenge, rekey->identity, &said, status,
					       diag);
	if (!error)
		error = seal_client_get_flag(said, "cancelled", out_cancelled, diag);
	if (!error)
		error = seal_client_get_number(said, "against", 255, out_against, diag);
	/* What is not signed as cancelled is believed only where the signed state agrees. */
	for (size_t i = 0; !error && *out_cancelled && i < status->plan_count; i++)
		if (strcmp(status->plans[i].plan, rekey->digest) == 0)
			error = seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNSIGNED);
	if (!error && *out_cancelled && status->is_pending &&
	    strcmp(status->pending_plan, rekey->digest) == 0)
		error = seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNSIGNED);
	free(status);
	return error;
}
