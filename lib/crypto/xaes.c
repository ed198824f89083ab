/* XAES-256-GCM: a key for each message is derived from the first half of the
   nonce with AES alone (CMAC in counter mode), the second half goes to GCM. */

#include "crypto/xaes.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

/* Places in the secret: K1 of CMAC, the two blocks, the key of one message. */
enum { K1 = 0, BLOCK = 16, SUB = 48, WORK = 80 };

struct seal_xaes {
	EVP_CIPHER_CTX *block, *gcm;
	struct seal_secret *work;
};

void seal_xaes_free(struct seal_xaes *xaes)
{
	if (!xaes)
		return;
	EVP_CIPHER_CTX_free(xaes->block);
	EVP_CIPHER_CTX_free(xaes->gcm);
	seal_secret_free(xaes->work);
	free(xaes);
}

void seal_xaes_freep(struct seal_xaes **xaes)
{
	seal_xaes_free(*xaes);
	*xaes = NULL;
}

/* The most significant bit decides by mask, not by branch: l is made of the key. */
static void double_block(uint8_t l[16])
{
	unsigned top = l[0] >> 7;

	for (unsigned i = 0; i < 15; i++)
		l[i] = (uint8_t)((unsigned)l[i] << 1 | (unsigned)l[i + 1] >> 7);
	l[15] = (uint8_t)((unsigned)l[15] << 1 ^ (0x87u & (0u - top)));
}

int seal_xaes_new(const uint8_t key[static SEAL_XAES_KEY], struct seal_xaes **out_xaes,
		  struct seal_diag *diag)
{
	struct seal_xaes *xaes SEAL_CLEANUP(seal_xaes_freep) = calloc(1, sizeof *xaes);
	uint8_t *k1;
	int got = 0;
	int error;

	if (!xaes)
		return seal_fail(diag, SEAL_E_NOMEM, "XAES-256-GCM key");
	error = seal_secret_new(WORK, &xaes->work, diag);
	if (error)
		return error;
	k1 = seal_secret_data(xaes->work) + K1;
	xaes->block = EVP_CIPHER_CTX_new();
	xaes->gcm = EVP_CIPHER_CTX_new();
	if (!xaes->block || !xaes->gcm ||
	    EVP_EncryptInit_ex2(xaes->block, EVP_aes_256_ecb(), key, NULL, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(xaes->block, 0) != 1 ||
	    EVP_EncryptUpdate(xaes->block, k1, &got, k1, 16) != 1 ||
	    EVP_CipherInit_ex2(xaes->gcm, EVP_aes_256_gcm(), NULL, NULL, 1, NULL) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256");
	double_block(k1);
	*out_xaes = seal_steal(&xaes);
	return SEAL_OK;
}

/* Two blocks, 0x00 i 'X' 0x00 + 12 bytes of nonce, under CMAC: each is one block
   long, so the MAC is one encryption of the block XOR K1. Then GCM starts. */
static int begin(struct seal_xaes *xaes, const uint8_t *nonce, int sealing, struct seal_diag *diag)
{
	uint8_t *work = seal_secret_data(xaes->work);
	int got = 0;
	int ok;

	for (unsigned n = 1; n <= 2; n++) {
		uint8_t *to = work + BLOCK + 16 * (n - 1);

		to[0] = 0;
		to[1] = (uint8_t)n;
		to[2] = 'X';
		to[3] = 0;
		memcpy(to + 4, nonce, 12);
		for (unsigned i = 0; i < 16; i++)
			to[i] ^= work[K1 + i];
	}
	ok = EVP_EncryptUpdate(xaes->block, work + SUB, &got, work + BLOCK, 32) == 1 &&
	     EVP_CipherInit_ex2(xaes->gcm, NULL, work + SUB, nonce + 12, sealing, NULL) == 1;
	seal_wipe(work + SUB, 32);
	return ok ? SEAL_OK : seal_fail(diag, SEAL_E_CRYPTO, "AES-256-GCM");
}

static int add_aad(EVP_CIPHER_CTX *ctx, const struct seal_xaes_message *message)
{
	int got = 0;

	return message->aad_len == 0 ||
	       EVP_CipherUpdate(ctx, NULL, &got, message->aad, (int)message->aad_len) == 1;
}

int seal_xaes_encrypt(struct seal_xaes *xaes, const struct seal_xaes_message *message, uint8_t *out,
		      struct seal_diag *diag)
{
	size_t len = message->len;
	int got = 0;
	int error;

	if (len > SEAL_XAES_MAX || message->aad_len > SEAL_XAES_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "a message of %zu bytes", len);
	error = begin(xaes, message->nonce, 1, diag);
	if (error)
		return error;
	if (!add_aad(xaes->gcm, message) ||
	    EVP_CipherUpdate(xaes->gcm, out, &got, message->in, (int)len) != 1 ||
	    EVP_CipherFinal_ex(xaes->gcm, out + got, &got) != 1 ||
	    EVP_CIPHER_CTX_ctrl(xaes->gcm, EVP_CTRL_AEAD_GET_TAG, SEAL_XAES_TAG, out + len) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256-GCM");
	return SEAL_OK;
}

int seal_xaes_decrypt(struct seal_xaes *xaes, const struct seal_xaes_message *message, uint8_t *out,
		      struct seal_diag *diag)
{
	uint8_t tag[SEAL_XAES_TAG];
	size_t body = message->len - SEAL_XAES_TAG;
	int got = 0;
	int error;

	if (message->len < SEAL_XAES_TAG)
		return seal_fail(diag, SEAL_E_TRUNCATED, "shorter than its tag");
	if (body > SEAL_XAES_MAX || message->aad_len > SEAL_XAES_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "a message of %zu bytes", message->len);
	error = begin(xaes, message->nonce, 0, diag);
	if (error)
		return error;
	memcpy(tag, message->in + body, sizeof tag);
	if (!add_aad(xaes->gcm, message) ||
	    EVP_CipherUpdate(xaes->gcm, out, &got, message->in, (int)body) != 1 ||
	    EVP_CIPHER_CTX_ctrl(xaes->gcm, EVP_CTRL_AEAD_SET_TAG, SEAL_XAES_TAG, tag) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "AES-256-GCM");
	if (EVP_CipherFinal_ex(xaes->gcm, out + got, &got) != 1) {
		seal_wipe(out, body);
		return seal_fail(diag, SEAL_E_VERIFY, "wrong key, or damaged");
	}
	return SEAL_OK;
}

int seal_xaes_seal(const uint8_t key[static SEAL_XAES_KEY],
		   const uint8_t nonce[static SEAL_XAES_NONCE], const uint8_t *aad, size_t aad_len,
		   const uint8_t *in, size_t len, uint8_t *out, struct seal_diag *diag)
{
	struct seal_xaes *xaes SEAL_CLEANUP(seal_xaes_freep) = NULL;
	struct seal_xaes_message message = {nonce, aad, aad_len, in, len};
	int error = seal_xaes_new(key, &xaes, diag);

	return error ? error : seal_xaes_encrypt(xaes, &message, out, diag);
}

int seal_xaes_open(const uint8_t key[static SEAL_XAES_KEY],
		   const uint8_t nonce[static SEAL_XAES_NONCE], const uint8_t *aad, size_t aad_len,
		   const uint8_t *in, size_t len, uint8_t *out, struct seal_diag *diag)
{
	struct seal_xaes *xaes SEAL_CLEANUP(seal_xaes_freep) = NULL;
	struct seal_xaes_message message = {nonce, aad, aad_len, in, len};
	int error = seal_xaes_new(key, &xaes, diag);

	return error ? error : seal_xaes_decrypt(xaes, &message, out, diag);
}
