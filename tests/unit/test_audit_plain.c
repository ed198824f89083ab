/* Lines that need no parser: what is taken without it, it takes; and that it is spared where
   writers of logs write. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "audit/verify_internal.h"
#include "base/json.h"

static int setup(void **state)
{
	(void)state;
	seal_json_setup();
	return 0;
}

/* In a block of its own size: what is read behind it is seen by sanitizers. */
static int is_plain(const char *text, size_t len)
{
	char *copy = malloc(len + 1);
	int plain;

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy[len] = '"';
	plain = seal_verify_plain(copy, len);
	free(copy);
	return plain;
}

static int parses(const char *text, size_t len)
{
	struct json_t *json = NULL;
	int error = seal_json_parse(text, len, &json, NULL);

	seal_json_free(json);
	return !error;
}

static const char *const plain[] = {
	"{}",
	"{\"a\":1}",
	"{\"a\":\"\",\"b\":[],\"c\":{},\"d\":[{}],\"e\":[[],[1]]}",
	"{\"a\":{\"a\":{\"a\":0}},\"b\":{\"a\":0.5}}",
	"{\"a\":[{\"a\":1},{\"a\":2}],\"b\":true,\"c\":false,\"d\":null}",
	"{\"time\":\"2026-11-24T10:00:00Z\",\"type\":\"request\",\"seq\":17,\"x\":[1,22,\"~ !\"]}",
};
static const char *const others[] = {
	"",
	"{",
	"}",
	"[]",
	"1",
	"{}x",
	"{} ",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{,\"a\":1}",
	"{\"a\":1 }",
	"{\"a\":1]",
	"{\"a\":[1}",
	"{\"a\":[1,]}",
	"{\"a\":[,1]}",
	"{\"a\":01}",
	"{\"a\":1.}",
	"{\"a\":.5}",
	"{\"a\":-1}",
	"{\"a\":1e5}",
	"{\"a\":tru}",
	"{\"a\":\"\\u0041\"}",
	"{\"a\":\"\t\"}",
	"{\"a\":\"\xc3\xa9\"}",
	"{\"a\":\"\x7f\"}",
	"{\"a\":1,\"a\":2}",
	"{\"b\":{\"a\":1,\"c\":{},\"a\":2}}",
	"{\"a\":1{}",
	"{\"a\":\"b\"\"c\"}",
	"{a:1}",
	"{\"a\":1}}",
};

static void forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (!is_plain(plain[i], strlen(plain[i])))
			fail_msg("%s", plain[i]);
		assert_true(parses(plain[i], strlen(plain[i])));
	}
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (is_plain(others[i], strlen(others[i])))
			fail_msg("%s", others[i]);
}

/* Each byte of each replaced by each, and taken out: never taken where the parser refuses. */
static void never_more_than_the_parser(void **state)
{
	size_t both = 0;

	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		for (size_t at = 0; at < strlen(plain[i]); at++)
			for (unsigned c = 0; c < 256; c++) {
				char text[256];
				size_t len = strlen(plain[i]);

				memcpy(text, plain[i], len);
				text[at] = (char)c;
				if (c == 0)
					memmove(text + at, plain[i] + at + 1, --len - at);
				if (!is_plain(text, len))
					continue;
				both++;
				if (!parses(text, len))
					fail_msg("%.*s", (int)len, text);
			}
	assert_true(both > 1000);
}

/* As deep as the parser goes, and no deeper; more names than there is room for are its matter. */
static void limits(void **state)
{
	char text[1024] = "";

	(void)state;
	for (unsigned depth = 1; depth <= SEAL_JSON_DEPTH + 1; depth++) {
		size_t at = (size_t)snprintf(text, sizeof text, "{\"a\":");

		for (unsigned i = 1; i < depth; i++)
			text[at++] = '[';
		if (depth == 1)
			text[at++] = '1';
		for (unsigned i = 1; i < depth; i++)
			text[at++] = ']';
		text[at++] = '}';
		assert_int_equal(is_plain(text, at), depth <= SEAL_JSON_DEPTH);
		assert_int_equal(parses(text, at), depth <= SEAL_JSON_DEPTH);
	}
	for (unsigned names = 60; names < 70; names++) {
		size_t at = (size_t)snprintf(text, sizeof text, "{\"n\":0");

		for (unsigned i = 1; i < names; i++)
			at += (size_t)snprintf(text + at, sizeof text - at, ",\"%u\":0", i);
		text[at++] = '}';
		assert_int_equal(is_plain(text, at), names <= 64);
		assert_true(parses(text, at));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(never_more_than_the_parser),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
