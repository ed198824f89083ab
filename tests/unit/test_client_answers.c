/* What a daemon tells is shown on terminals: nothing in it may drive one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/client_internal.h"

#define SET "0123456789abcdef0123456789abcdef"
#define PRINT SET SET
#define SIGNATURE                                                                     \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAA=="

static int parse(const char *version, const char *storage, const char *set, const char *card,
		 const char *sandbox)
{
	struct seal_client_status status;
	char text[1024];

	(void)snprintf(text, sizeof text,
		       "{\"initialized\":true,\"sealed\":true,\"t\":2,\"n\":3,\"progress\":1,"
		       "\"nonce\":\"\",\"version\":\"%s\",\"storage_type\":\"%s\",\"sealkit\":{"
		       "\"set\":\"%s\",\"epoch\":1,\"plain\":false,\"sandbox\":\"%s\",\"identity\":"
		       "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
		       "\"given\":[],\"unproved\":[{\"x\":1,\"card\":\"%s\"}]}}",
		       version, storage, set, sandbox, card);
	return seal_client_status_parse(text, &status, NULL);
}

static void nothing_drives_a_terminal(void **state)
{
	(void)state;
	assert_int_equal(parse("1.8.4", "sqlite", SET, "00112233", ""), SEAL_OK);
	assert_int_equal(parse("1.8.4", "sqlite", "", "", "landlock missing"), SEAL_OK);
	assert_int_equal(parse("\\u001b[2J", "sqlite", SET, "00112233", ""), SEAL_E_FORMAT);
	assert_int_equal(parse("1", "a\\nb", SET, "00112233", ""), SEAL_E_FORMAT);
	assert_int_equal(parse("1", "sqlite", SET, "00112233", "\\u009b31m"), SEAL_E_FORMAT);
	assert_int_equal(parse("1", "sqlite", SET, "00112233", "\\u202e"), SEAL_E_FORMAT);
	assert_int_equal(parse("1", "sqlite", "\\u001b[31m", "00112233", ""), SEAL_E_FORMAT);
	assert_int_equal(parse("1", "sqlite", SET "0", "00112233", ""), SEAL_E_FORMAT);
	assert_int_equal(parse("1", "sqlite", SET, "0011223", ""), SEAL_E_FORMAT);
	assert_int_equal(parse("1", "sqlite", SET, "\\u001b[2J  ", ""), SEAL_E_FORMAT);
}

static int asked(const char *what, const char *challenge, const char *card, const char *last)
{
	struct seal_client_asked out;
	char text[1024];
	char *file = NULL;
	int error;

	(void)snprintf(text, sizeof text,
		       "{\"set\":\"" SET "\",\"challenge\":\"%s\",\"card\":\"%s\",%s}", challenge,
		       card, last);
	if (what[0] == 'c')
		return seal_client_asked_parse(text, &out, NULL);
	error = seal_client_share_parse(text, &out, &file, NULL);
	if (!error)
		assert_string_equal(file, "age");
	free(file);
	return error;
}

/* Both are compared with what was asked for and then used as they are. */
static void challenges_and_shares(void **state)
{
	static const char good[] = "\"signature\":\"" SIGNATURE "\"";
	static const char file[] = "\"file\":\"age\"";

	(void)state;
	assert_int_equal(asked("challenge", PRINT, PRINT, good), SEAL_OK);
	assert_int_equal(asked("challenge", PRINT "0", PRINT, good), SEAL_E_FORMAT);
	assert_int_equal(asked("challenge", "", PRINT, good), SEAL_E_FORMAT);
	assert_int_equal(asked("challenge", SET SET "\\n", PRINT, good), SEAL_E_FORMAT);
	assert_int_equal(asked("challenge", PRINT, SET, good), SEAL_E_FORMAT);
	assert_int_equal(asked("challenge", PRINT, PRINT, "\"signature\":\"AAAA\""), SEAL_E_FORMAT);
	assert_int_equal(asked("share", "", PRINT, file), SEAL_OK);
	assert_int_equal(asked("share", "", SET, file), SEAL_E_FORMAT);
	assert_int_equal(asked("share", "", PRINT, "\"file\":\"\""), SEAL_E_FORMAT);
	assert_int_equal(asked("share", "", PRINT, "\"file\":7"), SEAL_E_FORMAT);
	assert_int_equal(asked("share", "", PRINT, good), SEAL_E_FORMAT);
}

static int term(const char *number, const char *installed, const char *last)
{
	struct seal_client_term out = {0};
	uint8_t signature[64];
	char text[1024];
	int error;

	(void)snprintf(text, sizeof text,
		       "{\"term\":7,\"data\":{\"term\":%s,\"install_time\":\"%s\","
		       "\"encryptions\":9007199254740993%s}}",
		       number, installed, last);
	error = seal_client_term_parse(text, &out, signature, NULL);
	if (!error) {
		assert_int_equal(out.term, 2);
		assert_true(out.encryptions == 9007199254740993u);
	}
	return error;
}

/* What is in data, and signed; never what stands beside it. */
static void terms(void **state)
{
	static const char good[] = ",\"sealkit\":{\"signature\":\"" SIGNATURE "\"}";
	static const char zone[] = "2026-11-30T20:00:00.5Z";

	(void)state;
	assert_int_equal(term("2", zone, good), SEAL_OK);
	assert_int_equal(term("2", zone, ""), SEAL_E_VERIFY);
	assert_int_equal(term("2", zone, ",\"sealkit\":{}"), SEAL_E_FORMAT);
	assert_int_equal(term("2", zone, ",\"sealkit\":{\"signature\":\"AAAA\"}"), SEAL_E_FORMAT);
	assert_int_equal(term("-2", zone, good), SEAL_E_FORMAT);
	assert_int_equal(term("2.0", zone, good), SEAL_E_FORMAT);
	assert_int_equal(term("null", zone, good), SEAL_E_FORMAT);
	assert_int_equal(term("2", "\\u001b[2J", good), SEAL_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_drives_a_terminal),
					   cmocka_unit_test(challenges_and_shares),
					   cmocka_unit_test(terms)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
