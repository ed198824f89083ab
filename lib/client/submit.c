/* A share on its way to the core (design section 5): sealed to a key that the core made
   for this boot and signed with the identity key that the manifest names. Whoever
   stands between sees noise, and cannot use it again: the nonce is authenticated. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"
#include "base/own.h"
#include "client/client_internal.h"

#include "base/banned.h"

#define TEXT_BYTES 512
#define PATH_BYTES 128

static int check_key(const struct seal_client_key *key,
		     const struct seal_client_submission *submission, struct seal_diag *diag)
{
	char text[TEXT_BYTES];
	int len = snprintf(text, sizeof text, "sealkit/submission-key/1\n%s\n%s\n%s\n",
			   key->key_text, key->nonce, key->set);

	if (!seal_eq_ct(key->identity, submission->identity, 32))
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the daemon is not the one that signed this manifest");
	if (strcmp(key->set, submission->set) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the daemon is under share set %.8s, this one is %.8s", key->set,
				 submission->set);
	if (!seal_client_is_by(key->identity, text, len, sizeof text, key->signature))
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the submission key is not signed by the daemon's core: something "
				 "stands between");
	return SEAL_OK;
}

static const char *aad_of(enum seal_client_verb verb)
{
	return verb == SEAL_CLIENT_RESET ? "/reset" : "";
}

int seal_client_seal_box(const struct seal_client_key *key, const char *verb,
			 const struct seal_secret *share, struct seal_client_box *out_box,
			 struct seal_diag *diag)
{
	static const struct seal_hpke_suite suite = {SEAL_CURVE_X25519, SEAL_AEAD_CHACHA20POLY1305};
	struct seal_hpke *hpke SEAL_CLEANUP(seal_hpke_freep) = NULL;
	uint8_t enc[SEAL_POINT_MAX];
	uint8_t sealed[SEAL_CLIENT_SHARE + SEAL_AEAD_TAG];
	size_t len = seal_secret_len(share);
	char info[TEXT_BYTES], aad[TEXT_BYTES];
	int error;

	if (len > SEAL_CLIENT_SHARE || len < 2)
		return seal_fail(diag, SEAL_E_TOOLONG, "share");
	(void)snprintf(aad, sizeof aad, "%s%s", key->nonce, verb);
	(void)snprintf(info, sizeof info, "sealkit/share-submission/1\n%s", key->set);
	error = seal_hpke_send(suite, key->point, sizeof key->point, (const uint8_t *)info,
			       strlen(info), enc, &hpke, diag);
	if (!error)
		error = seal_hpke_seal(hpke, (const uint8_t *)aad, strlen(aad),
				       seal_secret_bytes(share), len, sealed, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_PADDED, enc, seal_curve_point_len(suite.curve), out_box->enc);
	seal_base64(SEAL_BASE64_PADDED, sealed, len + SEAL_AEAD_TAG, out_box->text);
	return SEAL_OK;
}

static int make_body(const struct seal_client_key *key, const struct seal_client_box *box,
		     enum seal_client_verb verb, struct seal_json_text *out_body,
		     struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) =
		json_pack("{s:{s:s,s:s,s:s}}", "sealkit", "nonce", key->nonce, "enc", box->enc,
			  "box", box->text);

	if (!json || (verb == SEAL_CLIENT_RESET && json_object_set_new(json, "reset", json_true())))
		return seal_fail(diag, SEAL_E_NOMEM, "request");
	return seal_json_write(json, SEAL_JSON_AS_MADE, "", out_body, diag);
}

/* Everything that stands between could say "accepted"; only the core can sign it, and only
   for what came in this box. */
static int check_word(const struct seal_client_key *key, const struct seal_client_box *box,
		      const struct seal_client_submission *submission,
		      const struct seal_client_given *given, const uint8_t signature[static 64],
		      struct seal_diag *diag)
{
	size_t len = seal_secret_len(submission->share);
	unsigned x = seal_secret_bytes(submission->share)[len - 1];
	char text[TEXT_BYTES];
	int text_len = snprintf(text, sizeof text, "sealkit/submission-answer/1\n%s\n%s\n%u\n%s\n",
				key->nonce, key->set, x, box->enc);

	if (given->x != x ||
	    !seal_client_is_by(submission->identity, text, text_len, sizeof text, signature))
		return seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNCONFIRMED);
	return SEAL_OK;
}

static int ask_key(struct seal_client *client, const struct seal_client_submission *submission,
		   struct seal_client_key *out_key, struct seal_diag *diag)
{
	const struct seal_client_request ask = {"GET", "sys/sealkit/submission", NULL, NULL};
	char *answer SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_client_key key;
	int error = seal_client_call(client, &ask, NULL, &answer, diag);

	if (!error)
		error = seal_client_key_parse(answer, &key, diag);
	if (!error)
		error = check_key(&key, submission, diag);
	if (!error)
		*out_key = key;
	return error;
}

static int send(struct seal_client *client, const struct seal_client_submission *submission,
		const struct seal_client_key *key, struct seal_client_status *out_status,
		struct seal_diag *diag)
{
	char challenge[SEAL_CLIENT_FRESH + 1], path[PATH_BYTES];
	struct seal_client_request give = {"PUT", path, NULL, NULL};
	struct seal_json_text body SEAL_CLEANUP(seal_json_text_done) = {0};
	struct seal_client_status status = {0};
	char *result SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_client_box box;
	int error = seal_client_fresh(challenge, diag);

	if (error)
		return error;
	(void)snprintf(path, sizeof path, "sys/unseal?challenge=%s", challenge);
	error = seal_client_seal_box(key, aad_of(submission->verb), submission->share, &box, diag);
	if (!error)
		error = make_body(key, &box, submission->verb, &body, diag);
	give.body = body.bytes;
	if (!error)
		error = seal_client_call(client, &give, NULL, &result, diag);
	if (!error)
		error = seal_client_status_parse(result, &status, diag);
	if (!error && status.has_accepted)
		error = check_word(key, &box, submission, &status.accepted,
				   status.accepted_signature, diag);
	else if (!error && status.sealed)
		error = seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNCONFIRMED);
	if (!error)
		error = seal_client_status_check(&status, challenge, submission->identity, diag);
	if (!error)
		*out_status = status;
	return error;
}

int seal_client_submit(struct seal_client *client, const struct seal_client_submission *submission,
		       struct seal_client_status *out_status, struct seal_diag *diag)
{
	struct seal_client_key key, fresh;
	int error = ask_key(client, submission, &key, diag);

	if (error)
		return error;
	error = send(client, submission, &key, out_status, diag);
	/* Refused because the unseal has ended meanwhile: no reason to ask for PIN and touch
	   again. Whether it has is told by the core's own signed nonce. */
	if (error != SEAL_E_REFUSED || ask_key(client, submission, &fresh, NULL) ||
	    strcmp(fresh.nonce, key.nonce) == 0)
		return error;
	return send(client, submission, &fresh, out_status, diag);
}
