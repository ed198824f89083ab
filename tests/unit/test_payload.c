/* Texts of sealed shares: the form that the manual shows, there and back, one spelling
   only, and nothing of the share in an error. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/encode.h"
#include "base/file.h"
#include "share/payload.h"

#define SET "00112233445566778899aabbccddeeff"
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8R"
#define SIGNER "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define END "\nsigner: " SIGNER "\nkey: "
#define HEAD "sealkit-share/1\npurpose: unseal key of vault.example\nset: " SET "\nepoch: 1\n"
#define PLAIN HEAD "index: 2 of 5\nthreshold: 3\ncustodian: bruno" END KEY "\n"
#define GROUP HEAD "index: 2 of 5\nthreshold: 2\ngroup: ops\ncustodian: bruno" END KEY "\n"

static struct seal_secret *secret(const void *bytes, size_t len)
{
	struct seal_secret *out = NULL;

	assert_int_equal(seal_secret_copy(bytes, len, &out, NULL), SEAL_OK);
	return out;
}

static int parse(const char *text, size_t len, struct seal_payload *payload,
		 struct seal_secret **share, struct seal_diag *diag)
{
	struct seal_secret *in = secret(text, len);
	int error = seal_payload_parse(in, payload, share, diag);

	seal_secret_free(in);
	return error;
}

static void there_and_back(const char *wanted, const char *group, unsigned threshold)
{
	struct seal_payload payload = {0};
	struct seal_payload made = {.purpose = "unseal key of vault.example",
				    .set = SET,
				    .custodian = "bruno",
				    .epoch = 1,
				    .index = 2,
				    .total = 5,
				    .threshold = threshold};
	struct seal_secret *share = NULL;
	struct seal_secret *text = NULL;

	size_t len = 0;

	assert_int_equal(seal_unbase64(SEAL_BASE64_PADDED, SIGNER, sizeof SIGNER - 1, made.signer,
				       sizeof made.signer, &len, NULL),
			 SEAL_OK);
	(void)snprintf(made.group, sizeof made.group, "%s", group);
	assert_int_equal(parse(wanted, strlen(wanted), &payload, &share, NULL), SEAL_OK);
	assert_memory_equal(&payload, &made, sizeof made);
	assert_int_equal(seal_secret_len(share), 33);
	assert_int_equal(seal_secret_bytes(share)[31], 0x1f);
	assert_int_equal(seal_secret_bytes(share)[32], 0x11);
	assert_int_equal(seal_payload_text(&made, share, &text, NULL), SEAL_OK);
	assert_int_equal(seal_secret_len(text), strlen(wanted));
	assert_memory_equal(seal_secret_bytes(text), wanted, strlen(wanted));
	seal_secret_free(text);
	seal_secret_free(share);
}

static void both_forms(void **state)
{
	(void)state;
	there_and_back(PLAIN, "", 3);
	there_and_back(GROUP, "ops", 2);
}

/* The example of the manual is one. */
static void of_the_manual(void **state)
{
	struct seal_payload payload;
	struct seal_secret *share = NULL;
	uint8_t *page = NULL;
	size_t len = 0;
	char *text;
	char *end;

	(void)state;
	assert_int_equal(seal_file_read("man/sealkit-share.5", 65536, &page, &len, NULL), SEAL_OK);
	text = strstr((char *)page, ".Bd -literal -offset indent\n");
	assert_non_null(text);
	text = strchr(text, '\n') + 1;
	end = strstr(text, ".Ed\n");
	assert_non_null(end);
	assert_int_equal(parse(text, (size_t)(end - text), &payload, &share, NULL), SEAL_OK);
	assert_string_equal(payload.custodian, "bruno");
	seal_secret_free(share);
	free(page);
}

static void refuse(const char *text, size_t len, int wanted)
{
	struct seal_payload payload = {.epoch = 77};
	struct seal_secret *share = NULL;
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	int error = parse(text, len, &payload, &share, &diag);

	if (error != wanted)
		print_error("%s", text);
	assert_int_equal(error, wanted);
	assert_null(share);
	assert_int_equal(payload.epoch, 77);
	seal_diag_line(&diag, line, sizeof line);
	assert_null(strstr(line, "AAECAwQF"));
	assert_non_null(strstr(line, "text of a share"));
}

static void other_spellings(void **state)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{"sealkit-share/2\n", SEAL_E_VERSION},
		{"age-encryption.org/v1\n", SEAL_E_FORMAT},
		{"sealkit-share/1\r\n", SEAL_E_VERSION},
		{HEAD "index: 6 of 5\nthreshold: 3\ncustodian: b" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 0 of 5\nthreshold: 3\ncustodian: b" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 02 of 5\nthreshold: 3\ncustodian: b" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 65\nthreshold: 3\ncustodian: b" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 2  of 5\nthreshold: 3\ncustodian: b" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 6\ncustodian: b" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 3\ncustodian: b c" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 3\ncustodian: b" END KEY "=\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 3\ncustodian: b" END "AA==\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 3\ncustodian: b" END KEY, SEAL_E_TRUNCATED},
		{HEAD "index: 2 of 5\nthreshold: 3\ncustodian: b" END " " KEY "\n", SEAL_E_FORMAT},
		{HEAD "threshold: 3\nindex: 2 of 5\ncustodian: b" END KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 3\ngroup: \ncustodian: b" END KEY "\n",
		 SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 3\ncustodian: b\nkey: " KEY "\n", SEAL_E_FORMAT},
		{HEAD "index: 2 of 5\nthreshold: 3\ncustodian: b\nsigner: AAAA\nkey: " KEY "\n",
		 SEAL_E_FORMAT},
		{PLAIN "\n", SEAL_E_FORMAT},
		{PLAIN "key: " KEY "\n", SEAL_E_FORMAT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		refuse(cases[i].text, strlen(cases[i].text), cases[i].error);
	for (size_t len = 1; len < sizeof GROUP - 1; len++)
		refuse(GROUP, len, SEAL_E_TRUNCATED);
}

/* Whatever byte is changed: refused, or another text that says another thing. */
static void one_spelling_each(void **state)
{
	struct seal_payload payload;
	char text[] = GROUP;

	(void)state;
	for (size_t i = 0; i < sizeof text - 1; i++)
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			struct seal_secret *share = NULL;
			struct seal_secret *again = NULL;

			text[i] = (char)(text[i] ^ (char)flip);
			if (parse(text, sizeof text - 1, &payload, &share, NULL) == SEAL_OK) {
				assert_int_equal(seal_payload_text(&payload, share, &again, NULL),
						 SEAL_OK);
				assert_int_equal(seal_secret_len(again), sizeof text - 1);
				assert_memory_equal(seal_secret_bytes(again), text,
						    sizeof text - 1);
			}
			seal_secret_free(share);
			seal_secret_free(again);
			text[i] = (char)(text[i] ^ (char)flip);
		}
}

static void what_cannot_be_written(void **state)
{
	const struct seal_payload good = {.purpose = "p",
					  .set = SET,
					  .custodian = "bruno",
					  .epoch = 1,
					  .index = 1,
					  .total = 2,
					  .threshold = 2};
	struct seal_payload bad[10];
	struct seal_secret *share = secret(KEY, 33);
	struct seal_secret *text = NULL;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		bad[i] = good;
	(void)snprintf(bad[0].purpose, sizeof bad[0].purpose, "two\nlines");
	bad[1].purpose[0] = '\0';
	(void)snprintf(bad[2].purpose, sizeof bad[2].purpose, "turned \xe2\x80\xae about");
	bad[3].set[31] = 'F';
	bad[4].set[31] = '\0';
	(void)snprintf(bad[5].custodian, sizeof bad[5].custodian, "a b");
	bad[6].epoch = 0;
	bad[7].index = 3;
	bad[8].threshold = 3;
	(void)snprintf(bad[9].group, sizeof bad[9].group, "a/b");
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(seal_payload_text(&bad[i], share, &text, NULL), SEAL_E_FORMAT);
		assert_null(text);
	}
	assert_int_equal(seal_payload_text(&good, share, &text, NULL), SEAL_OK);
	seal_secret_free(text);
	seal_secret_free(share);
}

/* The longest of everything fits, and comes back. */
static void the_longest(void **state)
{
	struct seal_payload payload = {
		.set = SET, .epoch = 999999999, .index = 64, .total = 64, .threshold = 64};
	struct seal_payload again = {0};
	struct seal_secret *share = NULL;
	struct seal_secret *back = NULL;
	struct seal_secret *text = NULL;

	(void)state;
	for (size_t i = 0; i < SEAL_PURPOSE; i++)
		payload.purpose[i] = 'p';
	for (size_t i = 0; i < SEAL_CARD_NAME; i++)
		payload.group[i] = payload.custodian[i] = 'n';
	assert_int_equal(seal_secret_random(SEAL_PAYLOAD_SHARE, &share, NULL), SEAL_OK);
	assert_int_equal(seal_payload_text(&payload, share, &text, NULL), SEAL_OK);
	assert_int_equal(seal_payload_parse(text, &again, &back, NULL), SEAL_OK);
	assert_memory_equal(&again, &payload, sizeof again);
	assert_int_equal(seal_secret_equal(share, back), 1);
	seal_secret_free(back);
	seal_secret_free(text);
	seal_secret_free(share);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms),
		cmocka_unit_test(of_the_manual),
		cmocka_unit_test(other_spellings),
		cmocka_unit_test(one_spelling_each),
		cmocka_unit_test(what_cannot_be_written),
		cmocka_unit_test(the_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
