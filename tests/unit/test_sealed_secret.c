/* Secrets under the key of a share set: there and back, and every bit counts, of the file,
   of the manifest and of the key. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "share/sealed_secret.h"

#define NOTE "sealkit-manifest/1\npurpose: a test\n"

static struct seal_secret *key, *secret;

static int setup(void **state)
{
	(void)state;
	return seal_secret_random(32, &key, NULL) ||
	       seal_secret_copy((const uint8_t *)"planted", 7, &secret, NULL);
}

static int teardown(void **state)
{
	(void)state;
	seal_secret_freep(&key);
	seal_secret_freep(&secret);
	return 0;
}

static int opens(const char *note, const uint8_t *bytes, size_t len)
{
	struct seal_secret *out = NULL;
	struct seal_diag diag = {0};
	int error = seal_sealed_secret_open(key, note, strlen(note), bytes, len, &out, &diag);

	assert_int_equal(error == SEAL_OK, out != NULL);
	assert_int_equal(diag.error, error);
	if (out)
		assert_int_equal(seal_secret_equal(out, secret), 1);
	seal_secret_free(out);
	return error;
}

static void every_bit(void **state)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	char note[] = NOTE;

	(void)state;
	assert_int_equal(
		seal_sealed_secret_make(key, NOTE, strlen(NOTE), secret, &bytes, &len, NULL),
		SEAL_OK);
	assert_int_equal(len, 7 + SEAL_SEALED_SECRET_EXTRA);
	assert_memory_equal(bytes, "sealkit-secret/1\n", 17);
	assert_int_equal(opens(NOTE, bytes, len), SEAL_OK);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		int wanted = bit < 8 * 15   ? SEAL_E_FORMAT
			     : bit < 8 * 17 ? SEAL_E_VERSION
					    : SEAL_E_VERIFY;

		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(opens(NOTE, bytes, len), wanted);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 8 * strlen(note); bit += 5) {
		note[bit / 8] = (char)(note[bit / 8] ^ (1 << bit % 8));
		if (note[bit / 8])
			assert_int_equal(opens(note, bytes, len), SEAL_E_VERIFY);
		note[bit / 8] = (char)(note[bit / 8] ^ (1 << bit % 8));
	}
	seal_secret_data(key)[31] ^= 1;
	assert_int_equal(opens(NOTE, bytes, len), SEAL_E_VERIFY);
	seal_secret_data(key)[31] ^= 1;
	assert_int_equal(opens(NOTE, bytes, len), SEAL_OK);
	free(bytes);
}

static void cut_short(void **state)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(
		seal_sealed_secret_make(key, NOTE, strlen(NOTE), secret, &bytes, &len, NULL),
		SEAL_OK);
	for (size_t cut = 0; cut < len; cut++) {
		int wanted = cut < 16			       ? SEAL_E_FORMAT
			     : cut < 17			       ? SEAL_E_VERSION
			     : cut <= SEAL_SEALED_SECRET_EXTRA ? SEAL_E_TRUNCATED
							       : SEAL_E_VERIFY;

		assert_int_equal(opens(NOTE, bytes, cut), wanted);
	}
	free(bytes);
}

/* Two files of one secret have nothing in common but their first line. */
static void fresh_each_time(void **state)
{
	uint8_t *one = NULL;
	uint8_t *two = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_sealed_secret_make(key, NOTE, strlen(NOTE), secret, &one, &len, NULL),
			 SEAL_OK);
	assert_int_equal(seal_sealed_secret_make(key, NOTE, strlen(NOTE), secret, &two, &len, NULL),
			 SEAL_OK);
	assert_memory_not_equal(one + 17, two + 17, 24);
	assert_memory_not_equal(one + 41, two + 41, 7);
	free(one);
	free(two);
}

static void wrong_key_length(void **state)
{
	struct seal_secret *half = NULL;
	struct seal_secret *out = NULL;
	uint8_t *bytes = NULL;
	uint8_t some[100] = {0};
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_secret_random(16, &half, NULL), SEAL_OK);
	assert_int_equal(seal_sealed_secret_make(half, "n", 1, secret, &bytes, &len, NULL),
			 SEAL_E_ARGUMENT);
	assert_int_equal(seal_sealed_secret_open(half, "n", 1, some, sizeof some, &out, NULL),
			 SEAL_E_ARGUMENT);
	assert_null(bytes);
	assert_null(out);
	seal_secret_free(half);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bit),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(fresh_each_time),
		cmocka_unit_test(wrong_key_length),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
