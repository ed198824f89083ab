/* The management key (9B): who has it makes keys and writes objects. libykpiv 2.2 knows only
   3DES, and a YubiKey of firmware 5.7 leaves the factory with AES-192 (the same bytes), so
   the mutual authentication is done here, over libykpiv's raw commands. It has no counter of
   tries, so a key may be tried. */

#include "token/piv_internal.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/banned.h"

#define BLOCK_MAX 16u

static const struct {
	uint8_t alg;
	size_t len, block;
	const EVP_CIPHER *(*cipher)(void);
} algorithms[] = {
	{0x03, 24, 8, EVP_des_ede3_ecb},
	{0x08, 16, 16, EVP_aes_128_ecb},
	{0x0a, 24, 16, EVP_aes_192_ecb},
	{0x0c, 32, 16, EVP_aes_256_ecb},
};
#define ALGORITHMS (sizeof algorithms / sizeof algorithms[0])

static size_t find(uint8_t alg)
{
	size_t i = 0;

	while (i < ALGORITHMS && algorithms[i].alg != alg)
		i++;
	return i;
}

size_t seal_piv_key_len(uint8_t alg)
{
	size_t i = find(alg);

	return i < ALGORITHMS ? algorithms[i].len : 0;
}

static void ctx_freep(EVP_CIPHER_CTX **ctx)
{
	EVP_CIPHER_CTX_free(*ctx);
}

static int one_block(size_t which, const struct seal_secret *key, int encrypt, const uint8_t *in,
		     uint8_t *out, struct seal_diag *diag)
{
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(ctx_freep) = EVP_CIPHER_CTX_new();
	int block = (int)algorithms[which].block;
	int done = 0;

	if (!ctx ||
	    EVP_CipherInit_ex(ctx, algorithms[which].cipher(), NULL, seal_secret_bytes(key), NULL,
			      encrypt) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
	    EVP_CipherUpdate(ctx, out, &done, in, block) != 1 || done != block)
		return seal_fail(diag, SEAL_E_CRYPTO, "management key");
	return SEAL_OK;
}

/* 7C {tag value} of exactly one block. */
static int answer(const struct seal_piv_reply *reply, uint32_t tag, size_t block,
		  uint8_t out[static BLOCK_MAX], struct seal_diag *diag)
{
	struct seal_piv_span value = {reply->bytes, reply->len};

	if (reply->sw == 0x6982)
		return SEAL_E_VERIFY;
	if (reply->sw != SEAL_PIV_OK)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "management key: the token answered %04x", reply->sw);
	if (seal_piv_tlv_find(value, 0x7c, &value) != SEAL_OK ||
	    seal_piv_tlv_find(value, tag, &value) != SEAL_OK || value.len != block)
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "management key: malformed answer");
	memcpy(out, value.bytes, block);
	return SEAL_OK;
}

/* The witness proves the token's knowledge of the key to us by what we can decrypt, and ours
   to the token; then the token encrypts our challenge. */
static int witness(struct seal_piv_link *link, size_t which, const struct seal_secret *key,
		   uint8_t out[static BLOCK_MAX], struct seal_diag *diag)
{
	static const uint8_t ask[] = {0x7c, 2, 0x80, 0};
	const struct seal_piv_apdu apdu = {0x87, algorithms[which].alg, SEAL_PIV_KEY, ask,
					   sizeof ask};
	struct seal_piv_reply reply;
	uint8_t sealed[BLOCK_MAX];
	int error = seal_piv_send(link, &apdu, &reply, diag);

	if (!error)
		error = answer(&reply, 0x80, algorithms[which].block, sealed, diag);
	return error ? error : one_block(which, key, 0, sealed, out, diag);
}

static int challenge(struct seal_piv_link *link, size_t which, const struct seal_secret *key,
		     const uint8_t plain[static BLOCK_MAX], struct seal_diag *diag)
{
	size_t block = algorithms[which].block;
	uint8_t mine[BLOCK_MAX];
	uint8_t got[BLOCK_MAX];
	uint8_t want[BLOCK_MAX];
	uint8_t list[2 * (BLOCK_MAX + 2)];
	uint8_t data[sizeof list + 2];
	size_t list_len = 0;
	size_t len = 0;
	struct seal_piv_apdu apdu = {0x87, algorithms[which].alg, SEAL_PIV_KEY, data, 0};
	struct seal_piv_reply reply;
	int error = seal_random(mine, block, diag);

	if (!error)
		error = seal_piv_tlv_put(list, sizeof list, &list_len, 0x80, plain, block);
	if (!error)
		error = seal_piv_tlv_put(list, sizeof list, &list_len, 0x81, mine, block);
	if (!error)
		error = seal_piv_tlv_put(data, sizeof data, &len, 0x7c, list, list_len);
	apdu.len = len;
	if (!error)
		error = seal_piv_send(link, &apdu, &reply, diag);
	if (!error)
		error = answer(&reply, 0x82, block, got, diag);
	if (!error)
		error = one_block(which, key, 1, mine, want, diag);
	if (error)
		return error;
	return seal_eq_ct(got, want, block) ? SEAL_OK : SEAL_E_VERIFY;
}

int seal_piv_key_auth(struct seal_piv_link *link, uint8_t alg, const struct seal_secret *key,
		      struct seal_diag *diag)
{
	size_t which = find(alg);
	uint8_t plain[BLOCK_MAX] = {0};
	int error;

	if (which == ALGORITHMS)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "management key: algorithm %02x is not known", alg);
	if (seal_secret_len(key) != algorithms[which].len)
		return SEAL_E_VERIFY;
	error = witness(link, which, key, plain, diag);
	return error ? error : challenge(link, which, key, plain, diag);
}

int seal_piv_key_factory(uint8_t alg, struct seal_secret **out_key, struct seal_diag *diag)
{
	size_t len = seal_piv_key_len(alg);
	struct seal_secret *key = NULL;
	int error;

	if (len == 0)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "management key: algorithm %02x is not known", alg);
	error = seal_secret_new(len, &key, diag);
	if (error)
		return error;
	for (size_t i = 0; i < len; i++)
		seal_secret_data(key)[i] = (uint8_t)(i % 8 + 1);
	*out_key = key;
	return SEAL_OK;
}

int seal_piv_key_set(struct seal_piv_link *link, uint8_t alg, const struct seal_secret *key,
		     struct seal_diag *diag)
{
	struct seal_secret *data SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t len = seal_secret_len(key);
	struct seal_piv_apdu set = {0xff, 0xff, 0xff, NULL, len + 3};
	struct seal_piv_reply reply;
	int error = seal_secret_new(len + 3, &data, diag);

	if (error)
		return error;
	seal_secret_data(data)[0] = alg;
	seal_secret_data(data)[1] = SEAL_PIV_KEY;
	seal_secret_data(data)[2] = (uint8_t)len;
	memcpy(seal_secret_data(data) + 3, seal_secret_bytes(key), len);
	set.data = seal_secret_bytes(data);
	error = seal_piv_send(link, &set, &reply, diag);
	if (!error && reply.sw != SEAL_PIV_OK)
		error = seal_fail(diag, SEAL_E_TOKENREFUSED,
				  "new management key: the token answered %04x", reply.sw);
	return error;
}
