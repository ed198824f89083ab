/* XAES-256-GCM: a key for each message is derived from the first half of the
   nonce with AES alone (CMAC in counter mode), the second half goes to GCM. */

#include "crypto/xaes.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

static void ctx_done(EVP_CIPHER_CTX **ctx)
{
	EVP_CIPHER_CTX_free(*ctx);
}

/* The most significant bit decides by mask, not by branch: l is made of the key. */
static void double_block(uint8_t l[16])
{
	unsigned top = l[0] >> 7;

	for (unsigned i = 0; i < 15; i++)
		l[i] = (uint8_t)((unsigned)l[i] << 1 | (unsigned)l[i + 1] >> 7);
	l[15] = (uint8_t)((unsigned)l[15] << 1 ^ (0x87u & (0u - top)));
}

/* Two blocks, 0x00 i 'X' 0x00 + 12 bytes of nonce, under CMAC: each is one block
   long, so the MAC is one encryption of the block XOR K1. */
static int derive(const uint8_t *key, const uint8_t *nonce, uint8_t *out, struct seal_diag *diag)
{
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_done) = EVP_CIPHER_CTX_new();
	struct seal_secret *work SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t *block;
	int got = 0;
	int error = seal_secret_new(48, &work, diag);

	if (error)
		return error;
	block = seal_secret_data(work); /* K1, then the two blocks */
	if (!ctx || EVP_EncryptInit_ex2(ctx, EVP_aes_256_ecb(), key, NULL, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
	    EVP_EncryptUpdate(ctx, block, &got, block, 16) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256");
	double_block(block);
	for (unsigned n = 1; n <= 2; n++) {
		uint8_t *to = block + 16 * n;

		to[1] = (uint8_t)n;
		to[2] = 'X';
		memcpy(to + 4, nonce, 12);
		for (unsigned i = 0; i < 16; i++)
			to[i] ^= block[i];
	}
	if (EVP_EncryptUpdate(ctx, out, &got, block + 16, 32) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256");
	return SEAL_OK;
}

/* Derives the message key and starts GCM; *out_ctx is the caller's. */
static int begin(const uint8_t *key, const uint8_t *nonce, int sealing, EVP_CIPHER_CTX **out_ctx,
		 struct seal_diag *diag)
{
	struct seal_secret *sub SEAL_CLEANUP(seal_secret_freep) = NULL;
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_done) = EVP_CIPHER_CTX_new();
	int error = seal_secret_new(32, &sub, diag);

	if (!error)
		error = derive(key, nonce, seal_secret_data(sub), diag);
	if (error)
		return error;
	if (!ctx || EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), seal_secret_bytes(sub), nonce + 12,
				       sealing, NULL) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256-GCM");
	*out_ctx = seal_steal(&ctx);
	return SEAL_OK;
}

static int add_aad(EVP_CIPHER_CTX *ctx, const uint8_t *aad, size_t len)
{
	int got = 0;

	return len == 0 || EVP_CipherUpdate(ctx, NULL, &got, aad, (int)len) == 1;
}

int seal_xaes_seal(const uint8_t key[static SEAL_XAES_KEY],
		   const uint8_t nonce[static SEAL_XAES_NONCE], const uint8_t *aad, size_t aad_len,
		   const uint8_t *in, size_t len, uint8_t *out, struct seal_diag *diag)
{
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_done) = NULL;
	int got = 0;
	int error;

	if (len > SEAL_XAES_MAX || aad_len > SEAL_XAES_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "a message of %zu bytes", len);
	error = begin(key, nonce, 1, &ctx, diag);
	if (error)
		return error;
	if (!add_aad(ctx, aad, aad_len) || EVP_CipherUpdate(ctx, out, &got, in, (int)len) != 1 ||
	    EVP_CipherFinal_ex(ctx, out + got, &got) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_XAES_TAG, out + len) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256-GCM");
	return SEAL_OK;
}

int seal_xaes_open(const uint8_t key[static SEAL_XAES_KEY],
		   const uint8_t nonce[static SEAL_XAES_NONCE], const uint8_t *aad, size_t aad_len,
		   const uint8_t *in, size_t len, uint8_t *out, struct seal_diag *diag)
{
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_done) = NULL;
	uint8_t tag[SEAL_XAES_TAG];
	size_t body = len - SEAL_XAES_TAG;
	int got = 0;
	int error;

	if (len < SEAL_XAES_TAG)
		return seal_fail(diag, SEAL_E_TRUNCATED, "shorter than its tag");
	if (body > SEAL_XAES_MAX || aad_len > SEAL_XAES_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "a message of %zu bytes", len);
	error = begin(key, nonce, 0, &ctx, diag);
	if (error)
		return error;
	memcpy(tag, in + body, sizeof tag);
	if (!add_aad(ctx, aad, aad_len) || EVP_CipherUpdate(ctx, out, &got, in, (int)body) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_XAES_TAG, tag) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256-GCM");
	if (EVP_CipherFinal_ex(ctx, out + got, &got) != 1) {
		seal_wipe(out, body);
		return seal_fail(diag, SEAL_E_VERIFY, "wrong key, or damaged");
	}
	return SEAL_OK;
}
