/* What a daemon tells is shown on terminals: nothing in it may drive one. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "client/client.h"

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
		       "\"given\":[{\"x\":1,\"card\":\"%s\"}]}}",
		       version, storage, set, sandbox, card);
	return seal_client_status_parse(text, &status, NULL);
}

#define SET "0123456789abcdef0123456789abcdef"

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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_drives_a_terminal)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
