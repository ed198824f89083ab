#ifndef SEALKIT_TESTS_SIGNERS_H
#define SEALKIT_TESTS_SIGNERS_H

/* What tokens do with a private key that the test holds. Include after cmocka.h. */

#include <string.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "crypto/assertion.h"

static void SEAL_UNUSED point_of(EVP_PKEY *key, uint8_t out_point[65])
{
	size_t len = 0;

	assert_int_equal(EVP_PKEY_get_octet_string_param(key, "pub", out_point, 65, &len), 1);
	assert_int_equal(len, 65);
}

static size_t SEAL_UNUSED sign_ecdsa(EVP_PKEY *key, const void *text, size_t len, uint8_t *out,
				     size_t cap)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key), 1);
	assert_int_equal(EVP_DigestSign(md, out, &cap, text, len), 1);
	EVP_MD_CTX_free(md);
	return cap;
}

/* What a FIDO2 token does: flags 05 are touch and PIN. */
static size_t SEAL_UNUSED sign_assertion(EVP_PKEY *key, const char *rp_id, unsigned flags,
					 const void *text, size_t len, uint8_t *out, size_t cap)
{
	uint8_t message[37 + SEAL_ASSERTION_HASH] = {0};
	uint8_t der[80];
	size_t der_len;
	size_t out_len = 0;

	(void)crypto_hash_sha256(message, (const uint8_t *)rp_id, strlen(rp_id));
	message[32] = (uint8_t)flags;
	message[36] = 9;
	seal_assertion_hash(text, len, message + 37);
	der_len = sign_ecdsa(key, message, sizeof message, der, sizeof der);
	assert_int_equal(seal_assertion_pack(message, 37, der, der_len, out, cap, &out_len, NULL),
			 SEAL_OK);
	return out_len;
}

#endif
