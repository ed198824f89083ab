/* Long payloads, sealed in batches by two threads: every size about a batch and
   about the 256th chunk opens again, with the right number of bytes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "crypto/age.h"
#include "crypto/age_seal.h"

#define CHUNK 65536u
#define ROOM (258u * (CHUNK + 16u) + 1024u)

static uint8_t plain[ROOM], sealed[ROOM], back[ROOM];

static void sizes_about_batches(void **state)
{
	static const size_t chunks[] = {4, 5, 7, 8, 9, 15, 16, 17, 255, 256, 257};
	struct seal_secret *phrase = NULL;
	struct seal_age_identity identity;

	(void)state;
	assert_int_equal(seal_random(plain, sizeof plain, NULL), SEAL_OK);
	assert_int_equal(seal_secret_copy((const uint8_t *)"planted", 7, &phrase, NULL), SEAL_OK);
	identity = seal_age_scrypt_identity(phrase);
	for (size_t i = 0; i < 3 * sizeof chunks / sizeof chunks[0]; i++) {
		size_t len = chunks[i / 3] * CHUNK + i % 3 - 1;
		struct seal_mem_source in = {.bytes = plain, .len = len};
		struct seal_mem_sink middle = {.bytes = sealed, .cap = ROOM};
		struct seal_mem_source again = {.bytes = sealed};
		struct seal_mem_sink out = {.bytes = back, .cap = ROOM};
		struct seal_source source = seal_source_mem(&in);
		struct seal_sink sink = seal_sink_mem(&middle);

		assert_int_equal(seal_age_seal_passphrase(phrase, 1, &source, &sink, NULL),
				 SEAL_OK);
		again.len = middle.len;
		source = seal_source_mem(&again);
		sink = seal_sink_mem(&out);
		assert_int_equal(seal_age_open(&identity, 1, &source, &sink, NULL), SEAL_OK);
		assert_int_equal(out.len, len);
		assert_int_equal(memcmp(back, plain, len), 0);
	}
	seal_secret_free(phrase);
}

/* A sink that is full in the middle of a batch: its error comes back. */
static void full_sink(void **state)
{
	struct seal_secret *phrase = NULL;
	struct seal_mem_source in = {.bytes = plain, .len = 20 * CHUNK};
	struct seal_mem_sink out = {.bytes = sealed, .cap = 11 * CHUNK};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);

	(void)state;
	assert_int_equal(seal_secret_copy((const uint8_t *)"planted", 7, &phrase, NULL), SEAL_OK);
	assert_int_equal(seal_age_seal_passphrase(phrase, 1, &source, &sink, NULL), SEAL_E_TOOLONG);
	seal_secret_free(phrase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_about_batches),
		cmocka_unit_test(full_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
