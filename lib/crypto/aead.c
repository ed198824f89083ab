/* AEADs of HPKE and age on OpenSSL. */

#include "crypto/aead.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/banned.h"

static void ctx_done(EVP_CIPHER_CTX **ctx)
{
	EVP_CIPHER_CTX_free(*ctx);
}

size_t seal_aead_key_len(enum seal_aead kind)
{
	switch (kind) {
	case SEAL_AEAD_AES128GCM:
		return 16;
	case SEAL_AEAD_AES256GCM:
	case SEAL_AEAD_CHACHA20POLY1305:
		return 32;
	}
	return 0;
}

static const EVP_CIPHER *cipher_of(enum seal_aead kind)
{
	switch (kind) {
	case SEAL_AEAD_AES128GCM:
		return EVP_aes_128_gcm();
	case SEAL_AEAD_AES256GCM:
		return EVP_aes_256_gcm();
	case SEAL_AEAD_CHACHA20POLY1305:
		return EVP_chacha20_poly1305();
	}
	return NULL;
}

/* Starts the cipher and gives it the associated data; *out_ctx is the caller's. */
static int begin(enum seal_aead kind, const struct seal_secret *key,
		 const struct seal_aead_message *message, int sealing, EVP_CIPHER_CTX **out_ctx,
		 struct seal_diag *diag)
{
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_done) = NULL;
	int got = 0;

	if (!cipher_of(kind) || seal_secret_len(key) != seal_aead_key_len(kind) ||
	    message->len > SEAL_AEAD_MAX || message->aad_len > SEAL_AEAD_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "AEAD %d: key or length", (int)kind);
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx ||
	    EVP_CipherInit_ex2(ctx, cipher_of(kind), seal_secret_bytes(key), message->nonce,
			       sealing, NULL) != 1 ||
	    (message->aad_len > 0 &&
	     EVP_CipherUpdate(ctx, NULL, &got, message->aad, (int)message->aad_len) != 1))
		return seal_fail(diag, SEAL_E_CRYPTO, "AEAD %d", (int)kind);
	*out_ctx = seal_steal(&ctx);
	return SEAL_OK;
}

int seal_aead_seal(enum seal_aead kind, const struct seal_secret *key,
		   const struct seal_aead_message *message, uint8_t *out, struct seal_diag *diag)
{
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_done) = NULL;
	int got = 0;
	int error = begin(kind, key, message, 1, &ctx, diag);

	if (error)
		return error;
	if ((message->len > 0 &&
	     EVP_CipherUpdate(ctx, out, &got, message->in, (int)message->len) != 1) ||
	    EVP_CipherFinal_ex(ctx, out + got, &got) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_AEAD_TAG, out + message->len) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AEAD %d", (int)kind);
	return SEAL_OK;
}

int seal_aead_open(enum seal_aead kind, const struct seal_secret *key,
		   const struct seal_aead_message *message, uint8_t *out, struct seal_diag *diag)
{
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_done) = NULL;
	uint8_t tag[SEAL_AEAD_TAG];
	size_t body;
	int got = 0;
	int error;

	if (message->len < SEAL_AEAD_TAG)
		return seal_fail(diag, SEAL_E_TRUNCATED, "shorter than its tag");
	body = message->len - SEAL_AEAD_TAG;
	error = begin(kind, key, message, 0, &ctx, diag);
	if (error)
		return error;
	memcpy(tag, message->in + body, sizeof tag);
	if (EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_AEAD_TAG, tag) != 1 ||
	    (body > 0 && EVP_CipherUpdate(ctx, out, &got, message->in, (int)body) != 1))
		return seal_fail(diag, SEAL_E_CRYPTO, "AEAD %d", (int)kind);
	if (EVP_CipherFinal_ex(ctx, out + got, &got) != 1) {
		seal_wipe(out, body);
		return seal_fail(diag, SEAL_E_VERIFY, "wrong key, or damaged");
	}
	return SEAL_OK;
}
