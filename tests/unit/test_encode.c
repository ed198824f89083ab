/* Hex, base64 and bech32, with their published vectors. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/encode.h"

static void hex_both_ways(void **state)
{
	uint8_t all[256];
	uint8_t back[256];
	char text[513];
	size_t len = 0;

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	seal_hex(all, 256, text);
	assert_memory_equal(text, "000102", 6);
	assert_int_equal(seal_unhex(text, 512, back, 256, &len, NULL), SEAL_OK);
	assert_int_equal(len, 256);
	assert_memory_equal(all, back, 256);
	assert_int_equal(seal_unhex("aBcD", 4, back, 2, &len, NULL), SEAL_OK);
	assert_int_equal(back[0], 0xab);
	assert_int_equal(seal_unhex("abc", 3, back, 9, &len, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_unhex("abcd", 4, back, 1, &len, NULL), SEAL_E_TOOLONG);
	for (unsigned c = 1; c < 256; c++) {
		char two[2] = {'0', (char)c};
		int want = strchr("0123456789abcdefABCDEF", (int)c) ? SEAL_OK : SEAL_E_FORMAT;

		assert_int_equal(seal_unhex(two, 2, back, 1, &len, NULL), want);
	}
}

/* RFC 4648 section 10, and the forms that have more than one spelling. */
static void base64_vectors(void **state)
{
	static const struct {
		const char *plain, *padded;
	} rows[] = {{"", ""},
		    {"f", "Zg=="},
		    {"fo", "Zm8="},
		    {"foo", "Zm9v"},
		    {"foob", "Zm9vYg=="},
		    {"fooba", "Zm9vYmE="},
		    {"foobar", "Zm9vYmFy"}};
	static const char *bad[] = {"Zg=",  "Zg",     "Zh==",	  "Zm9=", "Z===",
				    "====", "Zm9v\n", "Zm9v====", "Zm 9", "Zg==Zg=="};
	uint8_t back[64];
	char text[64];
	size_t len = 99;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].plain);

		seal_base64(SEAL_BASE64_PADDED, (const uint8_t *)rows[i].plain, n, text);
		assert_string_equal(text, rows[i].padded);
		assert_int_equal(
			seal_unbase64(SEAL_BASE64_PADDED, text, strlen(text), back, 64, &len, NULL),
			SEAL_OK);
		assert_int_equal(len, n);
		assert_memory_equal(back, rows[i].plain, n);
		seal_base64(SEAL_BASE64_RAW, (const uint8_t *)rows[i].plain, n, text);
		assert_null(strchr(text, '='));
		assert_int_equal(
			seal_unbase64(SEAL_BASE64_RAW, text, strlen(text), back, 64, &len, NULL),
			SEAL_OK);
		assert_int_equal(len, n);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, bad[i], strlen(bad[i]), back, 64,
					       &len, NULL),
				 SEAL_E_FORMAT);
	assert_int_equal(seal_unbase64(SEAL_BASE64_RAW, "Zg==", 4, back, 64, &len, NULL),
			 SEAL_E_FORMAT);
}

static void base64_every_byte(void **state)
{
	uint8_t in[3];
	uint8_t back[3];
	char text[8];
	size_t len = 0;

	(void)state;
	for (unsigned i = 0; i < 65536; i += 7) {
		in[0] = (uint8_t)i;
		in[1] = (uint8_t)(i >> 8);
		in[2] = (uint8_t)(i * 31);
		seal_base64(SEAL_BASE64_PADDED, in, 3, text);
		assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, text, 4, back, 3, &len, NULL),
				 SEAL_OK);
		assert_memory_equal(in, back, 3);
	}
}

/* BIP 173's valid and invalid strings; age's published test identity. */
static void bech32_vectors(void **state)
{
	static const char *good[] = {"A12UEL5L", "a12uel5l",
				     "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "?1ezyfcl"};
	static const char *bad[] = {"pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3",
				    "A1G7SGD8",	    "10a06t8",	     "1qzzfhee",  "A12uEL5L",
				    "a12uel5m",	    "a\17712uel5l",  ""};
	uint8_t bytes[64];
	char hrp[16];
	char again[128];
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(seal_unbech32(good[i], hrp, sizeof hrp, bytes, 64, &len, NULL),
				 SEAL_OK);
		assert_int_equal(seal_bech32(hrp, bytes, len, i == 0, again, sizeof again, NULL),
				 SEAL_OK);
		if (i != 2)
			assert_string_equal(again, good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_not_equal(seal_unbech32(bad[i], hrp, sizeof hrp, bytes, 64, &len, NULL),
				     SEAL_OK);
	assert_int_equal(seal_unbech32("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZ"
				       "GFPYYSJZGFPQ4EGAEX",
				       hrp, sizeof hrp, bytes, 64, &len, NULL),
			 SEAL_OK);
	assert_int_equal(len, 32);
	assert_int_equal(bytes[0], 0x42);
	assert_string_equal(hrp, "age-secret-key-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_both_ways),
		cmocka_unit_test(base64_vectors),
		cmocka_unit_test(base64_every_byte),
		cmocka_unit_test(bech32_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
