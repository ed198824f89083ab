/* FIDO2 assertions over a text: what a token makes is taken, and nothing else is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/encode.h"
#include "crypto/note.h"

#include "signers.h"

#define RP_ID "sign.sealkit.invalid"
#define TEXT "hello\n"

struct token {
	EVP_PKEY *key;
	uint8_t point[65];
	uint8_t rp_id_hash[32];
};

static struct token token_new(void)
{
	struct token token = {.key = EVP_EC_gen("P-256")};

	point_of(token.key, token.point);
	(void)crypto_hash_sha256(token.rp_id_hash, (const uint8_t *)RP_ID, sizeof RP_ID - 1);
	return token;
}

static int verify(const struct token *token, const uint8_t *signature, size_t len)
{
	return seal_assertion_verify(token->rp_id_hash, token->point, TEXT, sizeof TEXT - 1,
				     signature, len, NULL);
}

/* printf 'sealkit/fido2-assertion/1\nhello\n' | sha256sum */
static void hash(void **state)
{
	uint8_t got[32];
	char hex[65];

	(void)state;
	seal_assertion_hash(TEXT, sizeof TEXT - 1, got);
	seal_hex(got, sizeof got, hex);
	assert_string_equal(hex,
			    "838bdab4f4b993e8ec6b7c32004615cad3e061967f622ed334ed443ff53d49bf");
}

static void flags(void **state)
{
	struct token token = token_new();
	uint8_t signature[256];

	(void)state;
	for (unsigned f = 0; f < 64; f++) {
		size_t len = sign_assertion(token.key, RP_ID, f, TEXT, sizeof TEXT - 1, signature,
					    sizeof signature);

		assert_int_equal(verify(&token, signature, len),
				 (f & 5) == 5 ? SEAL_OK : SEAL_E_VERIFY);
	}
	EVP_PKEY_free(token.key);
}

static void damage(void **state)
{
	struct token token = token_new();
	struct token other = token_new();
	uint8_t signature[256] = {0};
	size_t len = sign_assertion(token.key, RP_ID, 5, TEXT, sizeof TEXT - 1, signature,
				    sizeof signature);

	(void)state;
	assert_int_equal(verify(&token, signature, len), SEAL_OK);
	assert_int_equal(verify(&other, signature, len), SEAL_E_VERIFY);
	for (size_t bit = 0; bit < len * 8; bit++) {
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(verify(&token, signature, len), SEAL_E_VERIFY);
		signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(verify(&token, signature, cut), SEAL_E_VERIFY);
	assert_int_equal(verify(&token, signature, len + 1), SEAL_E_VERIFY);
	assert_int_equal(seal_assertion_verify(token.rp_id_hash, token.point, "hello", 5, signature,
					       len, NULL),
			 SEAL_E_VERIFY);
	assert_int_equal(seal_assertion_verify(token.point, token.point, TEXT, sizeof TEXT - 1,
					       signature, len, NULL),
			 SEAL_E_VERIFY);
	token.point[64] ^= 1;
	assert_int_equal(verify(&token, signature, len), SEAL_E_FORMAT);
	EVP_PKEY_free(token.key);
	EVP_PKEY_free(other.key);
}

/* A signature over the text alone, or over a hash without the prefix, is of another use
   of the same key. */
static void other_uses(void **state)
{
	struct token token = token_new();
	uint8_t message[37 + 32] = {0};
	uint8_t der[80];
	uint8_t signature[256];
	size_t len = 0;
	size_t der_len = sign_ecdsa(token.key, TEXT, sizeof TEXT - 1, der, sizeof der);

	(void)state;
	memcpy(message, token.rp_id_hash, 32);
	message[32] = 5;
	assert_int_equal(seal_assertion_pack(message, 37, der, der_len, signature, sizeof signature,
					     &len, NULL),
			 SEAL_OK);
	assert_int_equal(verify(&token, signature, len), SEAL_E_VERIFY);
	(void)crypto_hash_sha256(message + 37, (const uint8_t *)TEXT, sizeof TEXT - 1);
	der_len = sign_ecdsa(token.key, message, sizeof message, der, sizeof der);
	assert_int_equal(seal_assertion_pack(message, 37, der, der_len, signature, sizeof signature,
					     &len, NULL),
			 SEAL_OK);
	assert_int_equal(verify(&token, signature, len), SEAL_E_VERIFY);
	EVP_PKEY_free(token.key);
}

/* Extensions make the authenticator data longer; the longest is what fits. */
static void extensions_and_limits(void **state)
{
	static uint8_t message[SEAL_ASSERTION_MAX + 32];
	struct token token = token_new();
	uint8_t signature[SEAL_ASSERTION_MAX + 8];
	uint8_t der[80];
	size_t len = 7;

	(void)state;
	memcpy(message, token.rp_id_hash, 32);
	message[32] = 0x85;
	for (size_t auth = 37; auth <= 900; auth += 863) {
		size_t der_len;

		seal_assertion_hash(TEXT, sizeof TEXT - 1, message + auth);
		der_len = sign_ecdsa(token.key, message, auth + 32, der, sizeof der);
		assert_int_equal(seal_assertion_pack(message, auth, der, der_len, signature,
						     sizeof signature, &len, NULL),
				 SEAL_OK);
		assert_int_equal(len, 2 + auth + der_len);
		assert_int_equal(verify(&token, signature, len), SEAL_OK);
	}
	len = 7;
	assert_int_equal(
		seal_assertion_pack(message, 950, der, 73, signature, sizeof signature, &len, NULL),
		SEAL_E_TOOLONG);
	assert_int_equal(seal_assertion_pack(message, 37, der, 70, signature, 108, &len, NULL),
			 SEAL_E_TOOLONG);
	assert_int_equal(seal_assertion_pack(message, 37, der, 70, signature, 1, &len, NULL),
			 SEAL_E_TOOLONG);
	assert_int_equal(len, 7);
	EVP_PKEY_free(token.key);
}

static int sign(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		size_t *out_len, struct seal_diag *diag)
{
	(void)diag;
	*out_len = sign_assertion(ctx, RP_ID, 5, text, text_len, out, cap);
	return SEAL_OK;
}

/* The key id covers the type, the rp id and the key. */
static void notes(void **state)
{
	struct token token = token_new();
	struct seal_note_key keys[2];
	struct seal_note_signer signer = {&keys[0], sign, token.key};
	struct seal_note *note = NULL;
	crypto_hash_sha256_state id;
	uint8_t want[32];
	uint8_t signed_by[2] = {0};
	char *made = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_note_key_assertion("bruno", RP_ID, token.point, &keys[0], NULL),
			 SEAL_OK);
	assert_int_equal(seal_note_key_assertion("bruno", "else", token.point, &keys[1], NULL),
			 SEAL_OK);
	(void)crypto_hash_sha256_init(&id);
	(void)crypto_hash_sha256_update(&id, (const uint8_t *)"bruno\n\xffsealkit/fido2-assertion",
					6 + 1 + 23);
	(void)crypto_hash_sha256_update(&id, token.rp_id_hash, 32);
	(void)crypto_hash_sha256_update(&id, token.point, 65);
	(void)crypto_hash_sha256_final(&id, want);
	assert_memory_equal(keys[0].id, want, 4);
	assert_memory_not_equal(keys[0].id, keys[1].id, 4);
	assert_int_equal(seal_note_sign(TEXT, sizeof TEXT - 1, &signer, 1, &made, &len, NULL),
			 SEAL_OK);
	assert_int_equal(seal_note_parse(made, len, &note, NULL), SEAL_OK);
	assert_int_equal(seal_note_verify(note, keys, 2, signed_by, NULL), SEAL_OK);
	assert_int_equal(signed_by[0], 1);
	assert_int_equal(signed_by[1], 0);
	assert_int_equal(seal_note_verify(note, keys + 1, 1, signed_by, NULL), SEAL_E_VERIFY);
	token.point[1] ^= 1;
	assert_int_equal(seal_note_key_assertion("bruno", RP_ID, token.point, &keys[0], NULL),
			 SEAL_E_FORMAT);
	seal_note_free(note);
	free(made);
	EVP_PKEY_free(token.key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash),
		cmocka_unit_test(flags),
		cmocka_unit_test(damage),
		cmocka_unit_test(other_uses),
		cmocka_unit_test(extensions_and_limits),
		cmocka_unit_test(notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
