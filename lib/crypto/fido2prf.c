/* fido2prf: from a nonce to two salts, from two secrets to a wrapping key. */

#include "crypto/fido2prf.h"

#include <sodium.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/aead.h"
#include "crypto/age_internal.h"
#include "crypto/hmac.h"

#include "base/banned.h"

#define LABEL SEAL_FIDO2PRF_TYPE
#define LABEL_LEN (sizeof LABEL - 1)
#define WRAPPED 32u

static const uint8_t zero_nonce[SEAL_AEAD_NONCE];

/* WebAuthn hashes what a page gives together with a context that ends in a zero byte, so
   that no page reaches the salts other software uses. */
static void salt_of(uint8_t which, const uint8_t *nonce, uint8_t *out)
{
	static const char context[] = "WebAuthn PRF"; /* its NUL is part of it */
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)context, sizeof context);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)LABEL, LABEL_LEN);
	(void)crypto_hash_sha256_update(&state, &which, 1);
	(void)crypto_hash_sha256_update(&state, nonce, SEAL_FIDO2PRF_NONCE);
	(void)crypto_hash_sha256_final(&state, out);
}

/* The two hmac-secret salts of a nonce: SHA-256("WebAuthn PRF", 0, label, 1 or 2, nonce). */
static void make_salts(const uint8_t nonce[static SEAL_FIDO2PRF_NONCE],
		       uint8_t out_salts[static SEAL_FIDO2PRF_SALTS])
{
	salt_of(1, nonce, out_salts);
	salt_of(2, nonce, out_salts + 32);
}

/* HKDF-Extract alone: the output of the token is the input key. */
static int wrapping_key(const struct seal_fido2prf *prf, const uint8_t *nonce,
			struct seal_secret **out_key, struct seal_diag *diag)
{
	struct seal_secret *output SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t salts[SEAL_FIDO2PRF_SALTS];
	int error = seal_secret_new(SEAL_FIDO2PRF_OUTPUT, &output, diag);

	if (!error)
		error = seal_secret_new(32, &key, diag);
	if (error)
		return error;
	make_salts(nonce, salts);
	error = prf->evaluate(prf->ctx, salts, output, diag);
	if (error)
		return error;
	seal_hmac((const uint8_t *)LABEL, LABEL_LEN,
		  &(struct seal_piece){seal_secret_bytes(output), SEAL_FIDO2PRF_OUTPUT}, 1,
		  seal_secret_data(key));
	*out_key = seal_steal(&key);
	return SEAL_OK;
}

int seal_fido2prf_seal(const struct seal_fido2prf *prf, struct seal_source *source,
		       struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_secret *file_key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t nonce[SEAL_FIDO2PRF_NONCE];
	char arg[SEAL_BASE64_LEN(SEAL_FIDO2PRF_NONCE)];
	uint8_t body[WRAPPED];
	int error = seal_random(nonce, sizeof nonce, diag);

	if (!error)
		error = seal_secret_random(SEAL_AGE_FILE_KEY, &file_key, diag);
	if (!error)
		error = wrapping_key(prf, nonce, &key, diag);
	if (!error)
		error = seal_aead_seal(
			SEAL_AEAD_CHACHA20POLY1305, key,
			&(struct seal_aead_message){.nonce = zero_nonce,
						    .in = seal_secret_bytes(file_key),
						    .len = SEAL_AGE_FILE_KEY},
			body, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_RAW, nonce, sizeof nonce, arg);
	return seal_age_seal_stanza(SEAL_FIDO2PRF_TYPE, arg, body, file_key, source, sink, diag);
}

static int read_nonce(const struct seal_age_stanza *stanza, uint8_t *nonce, struct seal_diag *diag)
{
	size_t len = 0;

	if (stanza->args != 1 || stanza->body_len != WRAPPED ||
	    seal_unbase64(SEAL_BASE64_RAW, stanza->arg[0], strlen(stanza->arg[0]), nonce,
			  SEAL_FIDO2PRF_NONCE, &len, NULL) != SEAL_OK ||
	    len != SEAL_FIDO2PRF_NONCE)
		return seal_fail(diag, SEAL_E_FORMAT, "fido2prf stanza: malformed");
	return SEAL_OK;
}

/* Stanzas carry no name of their credential, so each is tried. An evaluation that fails,
   for whatever reason, ends it: only a key that does not fit leads on. */
static int unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		  struct seal_secret *file_key, struct seal_diag *diag)
{
	for (size_t i = 0; i < count; i++) {
		struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
		uint8_t nonce[SEAL_FIDO2PRF_NONCE];
		int error;

		if (strcmp(stanzas[i].type, SEAL_FIDO2PRF_TYPE) != 0)
			continue;
		error = read_nonce(&stanzas[i], nonce, diag);
		if (!error)
			error = wrapping_key(ctx, nonce, &key, diag);
		if (error)
			return error;
		error = seal_age_unwrap_key(seal_secret_bytes(key), stanzas[i].body, file_key,
					    diag);
		if (error != SEAL_E_VERIFY)
			return error;
	}
	return SEAL_E_NOIDENTITY;
}

struct seal_age_identity seal_fido2prf_identity(struct seal_fido2prf *prf)
{
	return (struct seal_age_identity){.unwrap = unwrap, .ctx = prf};
}
