/* Where copies of secrets are, while our code works on them and after: nowhere but in locked
   memory. Each time that something is wiped all else that the process can write to is looked
   through, as a copy that is wiped a moment later could have been swapped out before. What is
   looked for is kept masked, so that it does not find itself. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <valgrind/valgrind.h>

#include "base/encode.h"
#include "base/io.h"
#include "crypto/age.h"
#include "share/lines.h"
#include "share/payload.h"

#define MASK 0x5a
#define NEEDLE 16u

static struct {
	uint8_t masked[NEEDLE];
	int on;
	size_t found;
} planted;

__attribute__((no_sanitize("address"))) static size_t count_in(const volatile uint8_t *at,
							       size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i + NEEDLE <= len; i++) {
		size_t k = 0;

		while (k < NEEDLE && at[i + k] == (planted.masked[k] ^ MASK))
			k++;
		count += k == NEEDLE;
	}
	return count;
}

/* How often it stands in memory that is writable and not locked. */
static size_t count_unlocked(void)
{
	FILE *maps = fopen("/proc/self/smaps", "r");
	unsigned long from = 0;
	unsigned long to = 0;
	char line[512];
	size_t count = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof line, maps)) {
		unsigned long begin;
		unsigned long end;
		char rights[8];

		if (sscanf(line, "%lx-%lx %7s", &begin, &end, rights) == 3) {
			from = begin;
			to = !strncmp(rights, "rw", 2) ? end : begin;
		}
		if (!strncmp(line, "VmFlags:", 8) && !strstr(line, " lo ") &&
		    to - from < (256ul << 20))
			count += count_in((const volatile uint8_t *)from, to - from);
	}
	(void)fclose(maps);
	return count;
}

/* Stand before the C library's, whichever of them is called. */
void explicit_bzero(void *bytes, size_t len);
void explicit_bzero_checked(void *bytes, size_t len, size_t room) __asm__("__explicit_bzero_chk");

void explicit_bzero(void *bytes, size_t len)
{
	volatile uint8_t *at = bytes;

	if (planted.on)
		planted.found += count_unlocked();
	while (len-- > 0)
		*at++ = 0;
}

void explicit_bzero_checked(void *bytes, size_t len, size_t room)
{
	assert_true(len <= room);
	explicit_bzero(bytes, len);
}

/* Under valgrind nearly all memory is its own: to look through it takes minutes. Sanitizers make
   mlock do nothing, and so no memory looks locked. */
static void begin(void)
{
#ifdef SEAL_SANITIZED
	skip();
#else
	if (RUNNING_ON_VALGRIND)
		skip();
#endif
}

/* From here on bytes, which are in locked memory, are looked for. */
static void plant(const uint8_t *bytes)
{
	for (size_t i = 0; i < NEEDLE; i++)
		planted.masked[i] = bytes[i] ^ MASK;
	planted.found = 0;
	planted.on = 1;
}

static size_t dig(void)
{
	size_t left = count_unlocked();

	planted.on = 0;
	return planted.found + left;
}

static void a_copy_is_found(void **state)
{
	struct seal_secret *secret = NULL;
	volatile uint8_t copy[NEEDLE];

	(void)state;
	begin();
	assert_int_equal(seal_secret_random(NEEDLE, &secret, NULL), SEAL_OK);
	plant(seal_secret_bytes(secret));
	assert_int_equal(dig(), 0);
	plant(seal_secret_bytes(secret));
	for (size_t i = 0; i < NEEDLE; i++)
		copy[i] = seal_secret_bytes(secret)[i];
	seal_wipe((void *)(uintptr_t)copy, sizeof copy);
	assert_int_equal(dig(), 1);
	seal_secret_free(secret);
}

/* The text of an age key, in upper case as it is written and in lower case. */
static void age_key(void **state)
{
	struct seal_secret *key = NULL;
	struct seal_secret *text = NULL;
	char *at;

	(void)state;
	begin();
	assert_int_equal(seal_secret_random(32, &key, NULL), SEAL_OK);
	assert_int_equal(seal_secret_new(128, &text, NULL), SEAL_OK);
	at = (char *)seal_secret_data(text);
	for (int upper = 0; upper <= 1; upper++) {
		struct seal_secret *back = NULL;

		assert_int_equal(seal_bech32("age-secret-key-", seal_secret_bytes(key), 32, 0, at,
					     128, NULL),
				 SEAL_OK);
		plant((const uint8_t *)at + 20);
		assert_int_equal(seal_bech32("age-secret-key-", seal_secret_bytes(key), 32, upper,
					     at, 128, NULL),
				 SEAL_OK);
		assert_int_equal(seal_age_x25519_parse(at, &back, NULL), SEAL_OK);
		seal_secret_free(back);
		assert_int_equal(dig(), 0);
	}
	seal_secret_free(text);
	seal_secret_free(key);
}

/* needle_at: a place in the share, or in its base64 text where in_text is set. */
static void share_text(int in_text)
{
	struct seal_payload payload = {.purpose = "unseal key of vault.example",
				       .set = "00112233445566778899aabbccddeeff",
				       .custodian = "bruno",
				       .epoch = 1,
				       .index = 2,
				       .total = 5,
				       .threshold = 3};
	struct seal_secret *share = NULL;
	struct seal_secret *text = NULL;
	struct seal_secret *back = NULL;
	struct seal_secret *base64 = NULL;

	assert_int_equal(seal_secret_random(33, &share, NULL), SEAL_OK);
	assert_int_equal(seal_secret_new(SEAL_BASE64_LEN(33), &base64, NULL), SEAL_OK);
	seal_base64(SEAL_BASE64_PADDED, seal_secret_bytes(share), 33,
		    (char *)seal_secret_data(base64));
	plant(seal_secret_bytes(in_text ? base64 : share));
	assert_int_equal(seal_payload_text(&payload, share, &text, NULL), SEAL_OK);
	assert_int_equal(seal_payload_parse(text, &payload, &back, NULL), SEAL_OK);
	assert_true(seal_secret_equal(share, back));
	seal_secret_free(text);
	seal_secret_free(back);
	seal_secret_free(base64);
	assert_int_equal(dig(), 0);
	seal_secret_free(share);
}

static void share_texts(void **state)
{
	(void)state;
	begin();
	share_text(0);
	share_text(1);
}

/* Bare lines: the secret, taken apart and put together again. */
static void plain_lines(void **state)
{
	const struct seal_plain_policy policy = {.threshold = 2, .shares = 3};
	struct seal_secret *secret = NULL;
	struct seal_secret *lines = NULL;
	struct seal_secret *back = NULL;
	struct seal_mem_source from;
	struct seal_mem_sink to;
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&to);

	(void)state;
	begin();
	assert_int_equal(seal_secret_random(32, &secret, NULL), SEAL_OK);
	assert_int_equal(seal_secret_new(4096, &lines, NULL), SEAL_OK);
	assert_int_equal(seal_secret_new(64, &back, NULL), SEAL_OK);
	plant(seal_secret_bytes(secret));
	from = (struct seal_mem_source){seal_secret_bytes(secret), 32, 0};
	to = (struct seal_mem_sink){seal_secret_data(lines), 4096, 0};
	assert_int_equal(seal_plain_split(&policy, &source, &sink, NULL), SEAL_OK);
	from = (struct seal_mem_source){seal_secret_bytes(lines), to.len, 0};
	to = (struct seal_mem_sink){seal_secret_data(back), 64, 0};
	assert_int_equal(seal_plain_combine(&source, &sink, NULL), SEAL_OK);
	seal_secret_shrink(back, to.len);
	assert_true(seal_secret_equal(secret, back));
	seal_secret_free(lines);
	seal_secret_free(back);
	assert_int_equal(dig(), 0);
	seal_secret_free(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_found),
		cmocka_unit_test(age_key),
		cmocka_unit_test(share_texts),
		cmocka_unit_test(plain_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
