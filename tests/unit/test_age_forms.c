/* age by passphrase and in armor, there and back; and files that are cut, flipped
   or malformed at each place where that could go unseen. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/secret.h"
#include "crypto/age.h"
#include "crypto/age_seal.h"

#define CHUNK 65536u
#define CAP 400000u
#define FACTOR 4u

static uint8_t plain[3 * CHUNK];
static uint8_t sealed[CAP];
static uint8_t bad[CAP];
static uint8_t back[CAP];
static struct seal_secret *phrase;

static int setup(void **state)
{
	(void)state;
	return seal_random(plain, sizeof plain, NULL) ||
	       seal_secret_copy((const uint8_t *)"planted", 7, &phrase, NULL);
}

static int teardown(void **state)
{
	(void)state;
	seal_secret_free(phrase);
	return 0;
}

static size_t seal_it(size_t len, int armored)
{
	struct seal_mem_source in = {.bytes = plain, .len = len};
	struct seal_mem_sink out = {.bytes = sealed, .cap = CAP};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	struct seal_age_armor_out armor;
	struct seal_sink text = seal_age_armor_sink(&armor, &sink);

	assert_int_equal(
		seal_age_seal_passphrase(phrase, FACTOR, &source, armored ? &text : &sink, NULL),
		SEAL_OK);
	if (armored)
		assert_int_equal(seal_age_armor_end(&armor, NULL), SEAL_OK);
	return out.len;
}

static int open_it(const void *bytes, size_t len, size_t *out_len)
{
	struct seal_mem_source in = {.bytes = bytes, .len = len};
	struct seal_mem_sink out = {.bytes = back, .cap = CAP};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	struct seal_age_identity identity = seal_age_scrypt_identity(phrase);
	int error = seal_age_open(&identity, 1, &source, &sink, NULL);

	*out_len = out.len;
	return error;
}

/* What came out must be whole chunks of the truth, at most `most` of them. */
static void is_prefix(size_t got, size_t most)
{
	assert_true(got % CHUNK == 0 && got / CHUNK <= most);
	assert_memory_equal(back, plain, got);
}

static void there_and_back(void **state)
{
	static const size_t sizes[] = {
		0, 1, 47, 48, 49, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7, 3 * CHUNK};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (int armored = 0; armored < 2; armored++) {
			size_t len = seal_it(sizes[i], armored);
			size_t got = 0;

			assert_int_equal(open_it(sealed, len, &got), SEAL_OK);
			assert_int_equal(got, sizes[i]);
			assert_memory_equal(back, plain, got);
		}
	}
}

/* Each line 64 characters but the last; the lengths about one line are walked. */
static void armor_has_the_right_lines(void **state)
{
	(void)state;
	for (size_t size = 0; size < 100; size++) {
		size_t len = seal_it(size, 1);
		const char *at = (const char *)sealed;
		const char *end = at + len;
		size_t width = 64;

		assert_memory_equal(at, "-----BEGIN AGE ENCRYPTED FILE-----\n", 35);
		for (at += 35; at < end && *at != '-';) {
			const char *stop = memchr(at, '\n', (size_t)(end - at));

			assert_non_null(stop);
			assert_int_equal(width, 64); /* of the line before */
			width = (size_t)(stop - at);
			assert_in_range(width, 1, 64);
			at = stop + 1;
		}
		assert_int_equal(end - at, 33);
		assert_memory_equal(at, "-----END AGE ENCRYPTED FILE-----\n", 33);
	}
}

static size_t payload_at(size_t len, size_t size)
{
	size_t chunks = size == 0 ? 1 : (size + CHUNK - 1) / CHUNK;

	return len - size - 16 * chunks;
}

static void cut_files(void **state)
{
	size_t len = seal_it(sizeof plain, 0);
	size_t start = payload_at(len, sizeof plain);

	(void)state;
	for (size_t cut = 0; cut <= start; cut++) {
		size_t got = 1;

		assert_int_not_equal(open_it(sealed, cut, &got), SEAL_OK);
		assert_int_equal(got, 0);
	}
	for (size_t chunk = 0; chunk < 3; chunk++) {
		for (size_t near = 0; near < 36; near++) {
			size_t cut = start + (chunk + 1) * (CHUNK + 16) + near - 18;
			size_t got = 0;

			if (cut >= len)
				continue;
			assert_int_not_equal(open_it(sealed, cut, &got), SEAL_OK);
			is_prefix(got, chunk + 1);
		}
	}
}

static void flipped_files(void **state)
{
	size_t len = seal_it(sizeof plain, 0);
	size_t start = payload_at(len, sizeof plain);

	(void)state;
	for (size_t at = 0; at < start; at++) {
		size_t got = 1;

		sealed[at] ^= 1;
		assert_int_not_equal(open_it(sealed, len, &got), SEAL_OK);
		assert_int_equal(got, 0);
		sealed[at] ^= 1;
	}
	for (size_t chunk = 0; chunk < 3; chunk++) {
		static const size_t places[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, CHUNK + 15};

		for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
			size_t at = start + chunk * (CHUNK + 16) + places[i];
			size_t got = 0;

			sealed[at] ^= 0x80;
			assert_int_equal(open_it(sealed, len, &got), SEAL_E_VERIFY);
			assert_int_equal(got, chunk * CHUNK);
			is_prefix(got, chunk);
			sealed[at] ^= 0x80;
		}
	}
}

static void chunks_out_of_order(void **state)
{
	size_t len = seal_it(sizeof plain, 0);
	uint8_t *first = sealed + payload_at(len, sizeof plain);
	size_t got = 0;

	(void)state;
	memcpy(bad, sealed, len);
	memcpy(bad + (first - sealed), first + CHUNK + 16, CHUNK + 16);
	memcpy(bad + (first - sealed) + CHUNK + 16, first, CHUNK + 16);
	assert_int_equal(open_it(bad, len, &got), SEAL_E_VERIFY);
	assert_int_equal(got, 0);
}

static size_t put(size_t at, const char *text)
{
	size_t len = strlen(text);

	assert_true(at + len < CAP);
	memcpy(bad + at, text, len);
	return at + len;
}

/* Opens `count` stanzas of a kind nobody has; the MAC is not reached. */
static int open_stanzas(size_t count)
{
	size_t at = put(0, "age-encryption.org/v1\n");
	size_t got = 0;

	for (size_t i = 0; i < count; i++)
		at = put(at, "-> nobody\n\n");
	at = put(at, "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
	return open_it(bad, at, &got);
}

static void header_limits(void **state)
{
	size_t at = put(0, "age-encryption.org/v1\n-> nobody\n");
	size_t got = 0;

	(void)state;
	assert_int_equal(open_stanzas(0), SEAL_E_FORMAT);
	assert_int_equal(open_stanzas(SEAL_AGE_STANZAS), SEAL_E_NOIDENTITY);
	assert_int_equal(open_stanzas(SEAL_AGE_STANZAS + 1), SEAL_E_TOOLONG);
	while (at < SEAL_AGE_HEADER + 100)
		at = put(at, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
	assert_int_equal(open_it(bad, at, &got), SEAL_E_TOOLONG);
	at = put(0, "age-encryption.org/v1\n-> ");
	for (size_t i = 0; i < 9000; i++)
		at = put(at, "x");
	assert_int_equal(open_it(bad, put(at, "\n\n"), &got), SEAL_E_TOOLONG);
	assert_int_equal(open_it("age-encryption.org/v2\n", 22, &got), SEAL_E_VERSION);
	/* A NUL must not hide what follows it. */
	assert_int_equal(open_it("age-encryption.org/v1\0x\n", 24, &got), SEAL_E_VERSION);
}

static void scrypt_limits(void **state)
{
	struct seal_mem_source in = {.bytes = plain, .len = 1};
	struct seal_mem_sink out = {.bytes = sealed, .cap = CAP};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	static const struct {
		const char *arguments;
		int error;
	} cases[] = {
		{"AAAAAAAAAAAAAAAAAAAAAA 23", SEAL_E_POLICY},
		{"AAAAAAAAAAAAAAAAAAAAAA 99", SEAL_E_POLICY},
		{"AAAAAAAAAAAAAAAAAAAAAA 0", SEAL_E_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAA 04", SEAL_E_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAA 100", SEAL_E_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAA -4", SEAL_E_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAA 4", SEAL_E_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAA", SEAL_E_FORMAT},
		{"AAAAAAAAAAAAAAAAAAAAAA 4", SEAL_E_PINWRONG},
	};

	(void)state;
	assert_int_equal(seal_age_seal_passphrase(phrase, 0, &source, &sink, NULL),
			 SEAL_E_ARGUMENT);
	assert_int_equal(
		seal_age_seal_passphrase(phrase, SEAL_AGE_SCRYPT_MAX + 1, &source, &sink, NULL),
		SEAL_E_ARGUMENT);
	assert_int_equal(out.len, 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t at = put(0, "age-encryption.org/v1\n-> scrypt ");
		size_t got = 0;

		at = put(at, cases[i].arguments);
		at = put(at, "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- ");
		at = put(at, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
		assert_int_equal(open_it(bad, at, &got), cases[i].error);
	}
}

static void armor_edges(void **state)
{
	static const char *const tails[] = {"x", "\nx", "-",
					    "-----BEGIN AGE ENCRYPTED FILE-----\n"};
	size_t len = seal_it(100, 1);
	size_t got = 0;
	struct seal_age_armor_out empty;
	struct seal_mem_sink out = {.bytes = bad, .cap = CAP};
	struct seal_sink sink = seal_sink_mem(&out);

	(void)state;
	for (size_t cut = 0; cut + 1 < len; cut++) /* the last newline may be missing */
		assert_int_not_equal(open_it(sealed, cut, &got), SEAL_OK);
	assert_int_equal(open_it(sealed, len - 1, &got), SEAL_OK);
	memcpy(bad, sealed, len);
	assert_int_equal(open_it(bad, put(len, " \t\r\n\n"), &got), SEAL_OK);
	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++)
		assert_int_equal(open_it(bad, put(len, tails[i]), &got), SEAL_E_FORMAT);
	memcpy(bad, sealed, len - 1);
	memcpy(bad + len - 1, "\0x\n", 3);
	assert_int_equal(open_it(bad, len + 2, &got), SEAL_E_FORMAT);
	memcpy(bad, sealed, len);
	bad[35 + 64] = ' '; /* two lines joined */
	assert_int_not_equal(open_it(bad, len, &got), SEAL_OK);
	out.len = 0;
	(void)seal_age_armor_sink(&empty, &sink);
	assert_int_equal(seal_age_armor_end(&empty, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(out.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),      cmocka_unit_test(armor_has_the_right_lines),
		cmocka_unit_test(cut_files),	       cmocka_unit_test(flipped_files),
		cmocka_unit_test(chunks_out_of_order), cmocka_unit_test(header_limits),
		cmocka_unit_test(scrypt_limits),       cmocka_unit_test(armor_edges),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
