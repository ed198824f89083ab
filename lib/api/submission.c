/* The submission key of this start, and shares that come sealed to it: a gate, a proxy or a
   TLS terminator sees noise (design section 5). */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "api/handlers.h"
#include "base/encode.h"
#include "crypto/hpke.h"

#include "base/banned.h"

#define SHARE_MIN 16u
#define SIGNED 20480u /* bytes of a text */
#define SHARE_MAX 33u
#define STALE "stale submission: ask again for the submission key"
#define DAMAGED "submission cannot be opened"

static const struct seal_hpke_suite suite = {SEAL_CURVE_X25519, SEAL_AEAD_CHACHA20POLY1305};

int seal_api_sign(const struct seal_api *api, char out[static SEAL_API_SIGNATURE],
		  struct seal_diag *diag, const char *fmt, ...)
{
	unsigned char signature[crypto_sign_BYTES];
	char text[SIGNED];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof text ||
	    crypto_sign_detached(signature, NULL, (const unsigned char *)text,
				 (unsigned long long)len, seal_secret_bytes(api->signer)))
		return seal_fail(diag, SEAL_E_CRYPTO, "signature of the core");
	seal_base64(SEAL_BASE64_PADDED, signature, sizeof signature, out);
	return SEAL_OK;
}

int seal_api_confirm(const struct seal_api *api, const struct json_t *box, const char *set, int x,
		     char out[static SEAL_API_SIGNATURE], struct seal_diag *diag)
{
	const char *nonce = json_string_value(json_object_get(box, "nonce"));
	const char *enc = json_string_value(json_object_get(box, "enc"));

	if (!nonce || !enc)
		return seal_fail(diag, SEAL_E_ARGUMENT, "submission");
	return seal_api_sign(api, out, diag, "sealkit/submission-answer/1\n%s\n%s\n%d\n%s\n", nonce,
			     set, x, enc);
}

int seal_sys_submission(struct seal_api *api, const struct seal_api_request *request,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	char identity[SEAL_BASE64_LEN(32)], key[SEAL_BASE64_LEN(32)], nonce[37];
	char signature[SEAL_API_SIGNATURE];
	struct seal_barrier_status status;
	int error;

	(void)request;
	seal_barrier_status(api->barrier, &status);
	if (!status.initialized)
		return seal_api_refuse(answer, 400, "Vault is not initialized");
	if (!status.sealed)
		return seal_api_refuse(answer, 400, "already unsealed");
	error = seal_barrier_begin(api->barrier, seal_api_now(), nonce, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_PADDED, api->identity, 32, identity);
	seal_base64(SEAL_BASE64_PADDED, api->submission_point, 32, key);
	error = seal_api_sign(api, signature, diag, "sealkit/submission-key/1\n%s\n%s\n%s\n", key,
			      nonce, status.set);
	if (error)
		return error;
	answer->status = 200;
	answer->json = json_pack("{s:s, s:s, s:s, s:s, s:s}", "identity", identity, "key", key,
				 "nonce", nonce, "set", status.set, "signature", signature);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

struct box {
	const char *nonce, *enc, *box; /* the body's */
};

/* 0: a refusal is in answer. */
static int read_box(const struct json_t *json, struct box *box, struct seal_api_answer *answer)
{
	if (!json_is_object(json)) {
		(void)seal_api_refuse(answer, 400,
				      "failed to parse JSON input: sealkit must be an object");
		return 0;
	}
	if (seal_api_string(json, "nonce", &box->nonce, answer) < 0 ||
	    seal_api_string(json, "enc", &box->enc, answer) < 0 ||
	    seal_api_string(json, "box", &box->box, answer) < 0)
		return 0;
	if (!box->nonce || !box->enc || !box->box) {
		(void)seal_api_refuse(answer, 400, "sealkit needs nonce, enc and box");
		return 0;
	}
	return 1;
}

static int open_box(struct seal_api *api, const struct box *box, const char *set, const char *verb,
		    struct seal_secret **out_share, struct seal_diag *diag)
{
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_hpke *hpke SEAL_CLEANUP(seal_hpke_freep) = NULL;
	struct seal_ecdh ecdh = seal_ecdh_software(SEAL_CURVE_X25519, api->submission);
	struct seal_hpke_own own = {&ecdh, api->submission_point, 32};
	uint8_t enc[32], sealed[SHARE_MAX + SEAL_AEAD_TAG];
	size_t enc_len = 0, len = 0;
	char info[128], aad[192];
	int info_len = snprintf(info, sizeof info, "sealkit/share-submission/1\n%s", set);
	int aad_len = snprintf(aad, sizeof aad, "%s%s", box->nonce, verb);
	int error = seal_unbase64(SEAL_BASE64_PADDED, box->enc, strlen(box->enc), enc, sizeof enc,
				  &enc_len, diag);

	if (!error)
		error = seal_unbase64(SEAL_BASE64_PADDED, box->box, strlen(box->box), sealed,
				      sizeof sealed, &len, diag);
	if (!error && (len < SHARE_MIN + SEAL_AEAD_TAG || info_len < 0 || aad_len < 0 ||
		       (size_t)aad_len >= sizeof aad))
		error = seal_fail(diag, SEAL_E_FORMAT, "submission");
	if (!error)
		error = seal_secret_new(len - SEAL_AEAD_TAG, &share, diag);
	if (!error)
		error = seal_hpke_receive(suite, &own, enc, enc_len, (const uint8_t *)info,
					  (size_t)info_len, &hpke, diag);
	if (!error)
		error = seal_hpke_open(hpke, (const uint8_t *)aad, (size_t)aad_len, sealed, len,
				       seal_secret_data(share), diag);
	if (!error)
		*out_share = seal_steal(&share);
	return error;
}

int seal_api_open_submission(struct seal_api *api, const struct json_t *json, const char *nonce,
			     const char *verb, struct seal_api_answer *answer,
			     struct seal_secret **out_share, struct seal_diag *diag)
{
	struct seal_barrier_status status;
	struct box box = {0};
	int error;

	if (!read_box(json, &box, answer))
		return SEAL_OK;
	seal_barrier_status(api->barrier, &status);
	if (!nonce[0] || strcmp(nonce, box.nonce) != 0)
		return seal_api_refuse(answer, 400, STALE);
	error = open_box(api, &box, status.set, verb, out_share, diag);
	if (error == SEAL_E_NOMEM || error == SEAL_E_LOCKMEM)
		return error;
	return error ? seal_api_refuse(answer, 400, DAMAGED) : SEAL_OK;
}
