/* Proof keys: a vector computed with Python's cryptography (HKDF and Ed25519), and
   every change of share, set and challenge. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/encode.h"
#include "crypto/proof.h"

#define NONCE ((const uint8_t *)"nonce")

static struct seal_proof *proof_of(uint8_t first, const char *set_id)
{
	struct seal_secret *share = NULL;
	struct seal_proof *proof = NULL;
	uint8_t bytes[33];

	for (unsigned i = 0; i < 33; i++)
		bytes[i] = (uint8_t)i;
	bytes[0] = first;
	assert_int_equal(seal_secret_copy(bytes, sizeof bytes, &share, NULL), SEAL_OK);
	assert_int_equal(seal_proof_new(share, set_id, &proof, NULL), SEAL_OK);
	seal_secret_free(share);
	return proof;
}

static void vector(void **state)
{
	struct seal_proof *proof = proof_of(0, "set-2026");
	uint8_t public_key[32];
	uint8_t signature[64];
	char hex[129];

	(void)state;
	seal_proof_public(proof, public_key);
	seal_hex(public_key, 32, hex);
	assert_string_equal(hex,
			    "630a3cfc43e91f7bb5666d1556c9f14f1f812acdde89b3130dd81e83727ec5da");
	assert_int_equal(seal_proof_sign(proof, NONCE, 5, signature, NULL), SEAL_OK);
	seal_hex(signature, 64, hex);
	assert_string_equal(hex,
			    "8ec41ffdea5235854277a112968ff2489afe38b5c2f8939acfce49c1d08940c4"
			    "59cb4e48d92805c43e86ab622dbdcf4492da8ae49ea8126b92c23c2091865a0c");
	assert_int_equal(seal_proof_verify(public_key, NONCE, 5, signature, NULL), SEAL_OK);
	for (unsigned bit = 0; bit < 512; bit++) {
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(seal_proof_verify(public_key, NONCE, 5, signature, NULL),
				 SEAL_E_VERIFY);
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(seal_proof_verify(public_key, NONCE, 4, signature, NULL), SEAL_E_VERIFY);
	assert_int_equal(seal_proof_verify(public_key, NONCE, 0, signature, NULL), SEAL_E_VERIFY);
	seal_proof_free(proof);
}

static void another_share_or_set_is_another_key(void **state)
{
	struct seal_proof *proof[3] = {proof_of(0, "set-2026"), proof_of(1, "set-2026"),
				       proof_of(0, "set-2027")};
	uint8_t public_key[32];
	uint8_t signature[64];

	(void)state;
	seal_proof_public(proof[0], public_key);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(seal_proof_sign(proof[i], NONCE, 5, signature, NULL), SEAL_OK);
		assert_int_equal(seal_proof_verify(public_key, NONCE, 5, signature, NULL),
				 i == 0 ? SEAL_OK : SEAL_E_VERIFY);
	}
	for (int i = 0; i < 3; i++)
		seal_proof_free(proof[i]);
}

static void lengths_have_limits(void **state)
{
	static const uint8_t big[4097];
	struct seal_proof *proof = proof_of(0, "s");
	struct seal_proof *none = NULL;
	struct seal_secret *share = NULL;
	uint8_t signature[64];
	char id[66] = {0};

	(void)state;
	assert_int_equal(seal_proof_sign(proof, big, 4096, signature, NULL), SEAL_OK);
	assert_int_equal(seal_proof_sign(proof, big, 4097, signature, NULL), SEAL_E_TOOLONG);
	assert_int_equal(seal_secret_random(33, &share, NULL), SEAL_OK);
	assert_int_equal(seal_proof_new(share, "", &none, NULL), SEAL_E_ARGUMENT);
	for (unsigned i = 0; i < 65; i++)
		id[i] = 'a';
	assert_int_equal(seal_proof_new(share, id, &none, NULL), SEAL_E_ARGUMENT);
	assert_null(none);
	seal_secret_free(share);
	seal_proof_free(proof);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vector),
		cmocka_unit_test(another_share_or_set_is_another_key),
		cmocka_unit_test(lengths_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
