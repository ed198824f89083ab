/* A p256tag file by another implementation (tests/vectors/p256tag.md): the tag, the
   HPKE and the payload are as others write them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/io.h"
#include "crypto/p256.h"

#define TEXT "sealed by another implementation\n"

static int open_with(uint8_t fill, uint8_t *back, size_t cap, size_t *out_len)
{
	struct seal_secret *key = NULL;
	struct seal_p256_identity card = {0};
	struct seal_ecdh ecdh;
	struct seal_age_identity identity;
	struct seal_mem_source in = {0};
	struct seal_mem_sink out = {.bytes = back, .cap = cap};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink sink = seal_sink_mem(&out);
	uint8_t *bytes = NULL;
	int error;

	assert_int_equal(
		seal_file_read("tests/vectors/p256tag-typage.age", 4096, &bytes, &in.len, NULL),
		SEAL_OK);
	in.bytes = bytes;
	assert_int_equal(seal_secret_new(32, &key, NULL), SEAL_OK);
	for (unsigned i = 0; i < 32; i++)
		seal_secret_data(key)[i] = fill;
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_P256, key, card.point, NULL), SEAL_OK);
	ecdh = seal_ecdh_software(SEAL_CURVE_P256, key);
	card.ecdh = &ecdh;
	identity = seal_p256_age_identity(&card);
	error = seal_age_open(&identity, 1, &source, &sink, NULL);
	*out_len = out.len;
	seal_secret_free(key);
	free(bytes);
	return error;
}

static void opens_for_its_card(void **state)
{
	uint8_t back[128];
	size_t len = 0;

	(void)state;
	assert_int_equal(open_with(0x42, back, sizeof back, &len), SEAL_OK);
	assert_int_equal(len, strlen(TEXT));
	assert_memory_equal(back, TEXT, len);
}

static void and_for_no_other(void **state)
{
	uint8_t back[128];
	size_t len = 0;

	(void)state;
	assert_int_equal(open_with(0x43, back, sizeof back, &len), SEAL_E_NOIDENTITY);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_for_its_card),
		cmocka_unit_test(and_for_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
