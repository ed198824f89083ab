/* Answers of PIV tokens, byte by byte; certificates of slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "token/piv_internal.h"

static int parse(const char *bytes, size_t len, struct seal_piv_metadata *m)
{
	return seal_piv_metadata_parse((const uint8_t *)bytes, len, m, NULL);
}
#define PARSE(text, m) parse(text, sizeof text - 1, m)

static void metadata_of_a_key(void **state)
{
	struct seal_piv_metadata m = {0};
	char bytes[5 + 2 + 2 + 2 + 4 + 65] =
		"\x01\x01\x11\x02\x02\x03\x02\x03\x01\x01\x04\x43\x86\x41\x04";

	(void)state;
	memset(bytes + 15, 0x5a, 64);
	assert_int_equal(parse(bytes, 15 + 64, &m), SEAL_OK);
	assert_true(m.has_alg && m.has_policy && m.has_point && !m.has_default && !m.has_tries);
	assert_int_equal(m.alg, SEAL_PIV_P256);
	assert_int_equal(m.pin, SEAL_ATTEST_PIN_ALWAYS);
	assert_int_equal(m.touch, SEAL_ATTEST_TOUCH_ALWAYS);
	assert_int_equal(m.origin, 1);
	assert_int_equal(m.point[0], 4);
	assert_int_equal(m.point[64], 0x5a);
	for (size_t cut = 1; cut < 15 + 64; cut++)
		if (cut != 3 && cut != 7 && cut != 10) /* where a field ends */
			assert_int_equal(parse(bytes, cut, &m), SEAL_E_FORMAT);
}

static void metadata_of_references(void **state)
{
	struct seal_piv_metadata m = {0};

	(void)state;
	assert_int_equal(PARSE("\x01\x01\xff\x05\x01\x01\x06\x02\x10\x0f", &m), SEAL_OK);
	assert_true(m.has_default && m.is_default && m.has_tries);
	assert_int_equal(m.tries_left, 15);
	assert_int_equal(PARSE("\x01\x01\x0a\x02\x02\x00\x01\x05\x01\x00", &m), SEAL_OK);
	assert_true(m.has_default && !m.is_default && !m.has_tries);
	assert_int_equal(m.alg, 0x0a);
	/* unknown fields are passed over, an empty answer says nothing */
	assert_int_equal(PARSE("\x07\x01\x0a\x7f\x21\x00", &m), SEAL_OK);
	assert_false(m.has_alg);
	assert_int_equal(PARSE("", &m), SEAL_OK);
}

static void metadata_refused(void **state)
{
	struct seal_piv_metadata m = {.alg = 77};

	(void)state;
	assert_int_equal(PARSE("\x01\x01\x11\x01\x01\x11", &m), SEAL_E_FORMAT);
	assert_int_equal(PARSE("\x01\x02\x11\x11", &m), SEAL_E_FORMAT);
	assert_int_equal(PARSE("\x06\x01\x03", &m), SEAL_E_FORMAT);
	assert_int_equal(PARSE("\x05\x02\x01\x01", &m), SEAL_E_FORMAT);
	assert_int_equal(PARSE("\x05\x80\x01\x01", &m), SEAL_E_FORMAT);
	assert_int_equal(PARSE("\x05\x83\x00\x00\x01\x01", &m), SEAL_E_FORMAT);
	assert_int_equal(PARSE("\x1f\x81", &m), SEAL_E_FORMAT);
	assert_int_equal(PARSE("\x1f\x81\x81\x81\x01\x00", &m), SEAL_E_FORMAT);
	assert_int_equal(m.alg, 77);
}

/* An RSA key, or a point of another curve, is no P-256 point. */
static void metadata_of_other_keys(void **state)
{
	struct seal_piv_metadata m = {0};

	(void)state;
	assert_int_equal(PARSE("\x01\x01\x07\x04\x07\x81\x02\xaa\xbb\x82\x01\x03", &m), SEAL_OK);
	assert_false(m.has_point);
	assert_int_equal(PARSE("\x01\x01\x14\x04\x04\x86\x02\x04\x01", &m), SEAL_OK);
	assert_false(m.has_point);
}

static void administration(void **state)
{
	static const uint8_t all[] = {0x80, 0x09, 0x81, 0x01, 0x03, 0x83, 0x04, 1, 2, 3, 4};
	static const uint8_t salt[] = {0x80, 0x07, 0x82, 0x02, 9, 9, 0x81, 0x01, 0x00};
	static const uint8_t bad[] = {0x80, 0x04, 0x81, 0x02, 0, 0};
	struct seal_piv_admin a = {0};

	(void)state;
	assert_int_equal(seal_piv_admin_parse(all, sizeof all, &a, NULL), SEAL_OK);
	assert_true(a.is_protected && a.has_time && !a.is_derived);
	assert_int_equal(a.flags, 3);
	assert_int_equal(a.time[3], 4);
	assert_int_equal(seal_piv_admin_parse(salt, sizeof salt, &a, NULL), SEAL_OK);
	assert_true(a.is_derived && !a.is_protected && !a.has_time);
	assert_int_equal(seal_piv_admin_parse(bad, sizeof bad, &a, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_piv_admin_parse(all, sizeof all - 1, &a, NULL), SEAL_E_FORMAT);
	assert_int_equal(seal_piv_admin_parse(all + 2, sizeof all - 2, &a, NULL), SEAL_E_FORMAT);
}

static void kept_key(void **state)
{
	static const uint8_t key[] = {0x88, 0x05, 0x89, 0x03, 7, 8, 9};
	static const uint8_t none[] = {0x88, 0x00};
	static const uint8_t other[] = {0x01, 0x02, 'h', 'i'};
	struct seal_piv_span value = {NULL, 0};

	(void)state;
	assert_int_equal(seal_piv_printed_parse(key, sizeof key, &value), SEAL_OK);
	assert_int_equal(value.len, 3);
	assert_ptr_equal(value.bytes, key + 4);
	assert_int_equal(seal_piv_printed_parse(none, sizeof none, &value), SEAL_E_NOTFOUND);
	assert_int_equal(seal_piv_printed_parse(other, sizeof other, &value), SEAL_E_FORMAT);
	assert_int_equal(seal_piv_printed_parse(key, sizeof key - 1, &value), SEAL_E_FORMAT);
}

static void writing(void **state)
{
	static const uint8_t zeros[300];
	uint8_t out[320];
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_piv_tlv_put(out, 2, &len, 0x82, NULL, 0), SEAL_OK);
	assert_int_equal(len, 2);
	assert_int_equal(seal_piv_tlv_put(out, 2, &len, 0x82, NULL, 0), SEAL_E_TOOLONG);
	len = 0;
	assert_int_equal(seal_piv_tlv_put(out, sizeof out, &len, 0x53, zeros, 128), SEAL_OK);
	assert_int_equal(len, 131);
	len = 0;
	assert_int_equal(seal_piv_tlv_put(out, sizeof out, &len, 0x7f49, zeros, 256), SEAL_OK);
	assert_memory_equal(out, "\x7f\x49\x82\x01\x00", 5);
	assert_int_equal(len, 261);
	len = 20;
	assert_int_equal(seal_piv_tlv_put(out, sizeof out, &len, 0x53, zeros, 300), SEAL_E_TOOLONG);
	assert_int_equal(len, 20);
}

static void certificates(void **state)
{
	static const struct {
		uint8_t slot;
		int has_point;
		enum seal_piv_mark mark;
	} cases[] = {{0x82, 1, SEAL_PIV_NAMED},
		     {0x9c, 1, SEAL_PIV_NAMED},
		     {0x82, 0, SEAL_PIV_BEGUN},
		     {0x9c, 0, SEAL_PIV_BEGUN}};
	struct seal_secret *key = NULL;
	uint8_t point[SEAL_P256_POINT];

	(void)state;
	assert_int_equal(seal_ecdh_generate(SEAL_CURVE_P256, &key, NULL), SEAL_OK);
	assert_int_equal(seal_ecdh_public(SEAL_CURVE_P256, key, point, NULL), SEAL_OK);
	seal_secret_free(key);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct seal_card_der der = {.len = 0};
		struct seal_piv_named named;
		struct seal_attest attest;

		assert_int_equal(seal_piv_cert_make(cases[i].slot, "zo\xc3\xab",
						    cases[i].has_point ? point : NULL, 2, 3, &der,
						    NULL),
				 SEAL_OK);
		assert_int_equal(seal_piv_cert_read(&der, &named), SEAL_OK);
		assert_int_equal(named.mark, cases[i].mark);
		assert_string_equal(named.name, "zo\xc3\xab");
		assert_true(named.has_point);
		assert_int_equal(seal_eq_ct(named.point, point, sizeof point), cases[i].has_point);
		/* the policies are where attestations have them */
		assert_int_equal(seal_attest_parse(der.bytes, der.len, &attest, NULL), SEAL_OK);
		assert_true(attest.has_policy && attest.pin == 2 && attest.touch == 3);
		der.len--;
		assert_int_equal(seal_piv_cert_read(&der, &named), SEAL_E_FORMAT);
	}
}

static void objects(void **state)
{
	(void)state;
	assert_int_equal(seal_piv_slot_object(0x82), 0x5fc10d);
	assert_int_equal(seal_piv_slot_object(0x95), 0x5fc120);
	assert_int_equal(seal_piv_slot_object(0x9c), 0x5fc10a);
	assert_int_equal(seal_piv_slot_object(0x9d), 0x5fc10b);
	assert_int_equal(seal_piv_key_len(0x03), 24);
	assert_int_equal(seal_piv_key_len(0x08), 16);
	assert_int_equal(seal_piv_key_len(0x0a), 24);
	assert_int_equal(seal_piv_key_len(0x0c), 32);
	assert_int_equal(seal_piv_key_len(0x11), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_of_a_key), cmocka_unit_test(metadata_of_references),
		cmocka_unit_test(metadata_refused),  cmocka_unit_test(metadata_of_other_keys),
		cmocka_unit_test(administration),    cmocka_unit_test(kept_key),
		cmocka_unit_test(writing),	     cmocka_unit_test(certificates),
		cmocka_unit_test(objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
