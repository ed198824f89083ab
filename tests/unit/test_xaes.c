/* XAES-256-GCM: the two worked examples and the accumulated test of C2SP XAES-256-GCM.md,
   and damage. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>

#include "base/encode.h"
#include "base/secret.h"
#include "crypto/xaes.h"

#define NONCE ((const uint8_t *)"ABCDEFGHIJKLMNOPQRSTUVWX")
#define TEXT ((const uint8_t *)"XAES-256-GCM")

static void example(uint8_t fill, const char *aad, const char *want)
{
	uint8_t key[32];
	uint8_t sealed[28];
	uint8_t back[12];
	char hex[57];

	for (unsigned i = 0; i < 32; i++)
		key[i] = fill;
	assert_int_equal(seal_xaes_seal(key, NONCE, (const uint8_t *)aad, strlen(aad), TEXT, 12,
					sealed, NULL),
			 SEAL_OK);
	seal_hex(sealed, sizeof sealed, hex);
	assert_string_equal(hex, want);
	assert_int_equal(seal_xaes_open(key, NONCE, (const uint8_t *)aad, strlen(aad), sealed, 28,
					back, NULL),
			 SEAL_OK);
	assert_memory_equal(back, TEXT, 12);
}

static void published_examples(void **state)
{
	(void)state;
	example(1, "", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271");
	example(3, "c2sp.org/XAES-256-GCM",
		"986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d");
}

/* The generator of the accumulated test: what SHAKE-128 gives for no input. */
struct stream {
	uint8_t *bytes;
	size_t at;
};

static const uint8_t *take(struct stream *in, size_t len)
{
	in->at += len;
	return in->bytes + in->at - len;
}

/* key, nonce, text and associated data, the two last with a byte of length before. */
static void one_of_many(struct stream *in, EVP_MD_CTX *out)
{
	const uint8_t *key = take(in, 32);
	const uint8_t *nonce = take(in, 24);
	size_t len = *take(in, 1);
	const uint8_t *text = take(in, len);
	size_t aad_len = *take(in, 1);
	const uint8_t *aad = take(in, aad_len);
	uint8_t sealed[255 + 16];
	uint8_t back[255];

	assert_int_equal(seal_xaes_seal(key, nonce, aad, aad_len, text, len, sealed, NULL),
			 SEAL_OK);
	assert_int_equal(seal_xaes_open(key, nonce, aad, aad_len, sealed, len + 16, back, NULL),
			 SEAL_OK);
	assert_memory_equal(back, text, len);
	assert_int_equal(EVP_DigestUpdate(out, sealed, len + 16), 1);
}

static void accumulated(void **state)
{
	enum { ROUNDS = 10000, LONGEST = 32 + 24 + 2 * 256 };
	struct stream in = {malloc(ROUNDS * LONGEST), 0};
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t hash[32];
	char hex[65];

	(void)state;
	assert_non_null(in.bytes);
	assert_int_equal(EVP_DigestInit_ex(md, EVP_shake128(), NULL), 1);
	assert_int_equal(EVP_DigestFinalXOF(md, in.bytes, ROUNDS * LONGEST), 1);
	seal_hex(in.bytes, 16, hex);
	assert_string_equal(hex, "7f9c2ba4e88f827d616045507605853e");
	assert_int_equal(EVP_DigestInit_ex(md, EVP_shake128(), NULL), 1);
	for (unsigned i = 0; i < ROUNDS; i++)
		one_of_many(&in, md);
	assert_int_equal(EVP_DigestFinalXOF(md, hash, sizeof hash), 1);
	seal_hex(hash, sizeof hash, hex);
	assert_string_equal(hex,
			    "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
	EVP_MD_CTX_free(md);
	free(in.bytes);
}

/* Each bit of message, nonce, key and associated data counts. */
static void damage_is_found(void **state)
{
	uint8_t key[32];
	uint8_t nonce[24];
	uint8_t aad[5] = "path";
	uint8_t text[40] = "a value of the barrier";
	uint8_t sealed[56];
	uint8_t back[40];
	struct {
		uint8_t *bytes;
		size_t len;
	} parts[] = {{key, 32}, {nonce, 24}, {aad, 5}, {sealed, 56}};

	(void)state;
	assert_int_equal(seal_random(key, 32, NULL), SEAL_OK);
	assert_int_equal(seal_random(nonce, 24, NULL), SEAL_OK);
	assert_int_equal(seal_xaes_seal(key, nonce, aad, 5, text, 40, sealed, NULL), SEAL_OK);
	for (size_t p = 0; p < 4; p++) {
		for (size_t bit = 0; bit < parts[p].len * 8; bit++) {
			parts[p].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_equal(seal_xaes_open(key, nonce, aad, 5, sealed, 56, back, NULL),
					 SEAL_E_VERIFY);
			parts[p].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			for (size_t i = 0; i < 40; i++)
				assert_int_equal(back[i], 0);
		}
	}
	for (size_t len = 0; len < 16; len++)
		assert_int_equal(seal_xaes_open(key, nonce, aad, 5, sealed, len, back, NULL),
				 SEAL_E_TRUNCATED);
	assert_int_equal(seal_xaes_open(key, nonce, aad, 5, sealed, 56, back, NULL), SEAL_OK);
	assert_memory_equal(back, text, 40);
}

/* One key made ready for many messages gives what a fresh one gives, whatever came before:
   other lengths, other directions, a message that did not verify. */
static void a_kept_key_has_no_memory(void **state)
{
	uint8_t key[32];
	uint8_t nonce[24];
	uint8_t text[300];
	uint8_t fresh[316];
	uint8_t kept[316];
	uint8_t back[300];
	struct seal_xaes *xaes = NULL;

	(void)state;
	assert_int_equal(seal_random(key, 32, NULL), SEAL_OK);
	assert_int_equal(seal_random(text, sizeof text, NULL), SEAL_OK);
	assert_int_equal(seal_xaes_new(key, &xaes, NULL), SEAL_OK);
	for (size_t len = 0; len <= 300; len += 7) {
		struct seal_xaes_message message = {nonce, text, len % 50, text, len};

		assert_int_equal(seal_random(nonce, 24, NULL), SEAL_OK);
		assert_int_equal(seal_xaes_seal(key, nonce, text, len % 50, text, len, fresh, NULL),
				 SEAL_OK);
		assert_int_equal(seal_xaes_encrypt(xaes, &message, kept, NULL), SEAL_OK);
		assert_memory_equal(kept, fresh, len + 16);
		message.in = kept;
		message.len = len + 16;
		kept[len] ^= 1;
		assert_int_equal(seal_xaes_decrypt(xaes, &message, back, NULL), SEAL_E_VERIFY);
		kept[len] ^= 1;
		assert_int_equal(seal_xaes_decrypt(xaes, &message, back, NULL), SEAL_OK);
		if (len > 0)
			assert_memory_equal(back, text, len);
	}
	seal_xaes_free(xaes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_examples),
		cmocka_unit_test(accumulated),
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(a_kept_key_has_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
