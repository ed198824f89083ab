/* JSON with limits: what is refused, and that what is taken comes out as it went in. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/json.h"

/* Stands before the C library's: what jansson asks of files. */
static int opened;

int open(const char *path, int flags, ...)
{
	opened++;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0);
}

/* The first object of a process: in a sandbox without files its seed is no worse. */
static void seeded_without_a_file(void **state)
{
	(void)state;
	json_decref(json_object());
	assert_int_equal(opened, 0);
}

static int parse(const char *text, json_t **out)
{
	return seal_json_parse(text, strlen(text), out, NULL);
}

static const char *const bad_texts[] = {
	"",
	" ",
	"null",
	"5",
	"\"x\"",
	"[]",
	"{",
	"{}{}",
	"{} x",
	"{\"a\":1,}",
	"{\"a\":1 \"b\":2}",
	"{a:1}",
	"{'a':1}",
	"{\"a\":1,\"a\":2}",
	"{\"a\":{\"b\":1,\"b\":1}}",
	"{\"a\":01}",
	"{\"a\":+1}",
	"{\"a\":.5}",
	"{\"a\":5.}",
	"{\"a\":1e}",
	"{\"a\":1e+}",
	"{\"a\":-}",
	"{\"a\":1-2}",
	"{\"a\":0x10}",
	"{\"a\":NaN}",
	"{\"a\":Infinity}",
	"{\"a\":tru}",
	"{1e5:2}",
	"{5:2}",
	"{\"a\":\"\x01\"}",
	"{\"a\":\"\t\"}",
	"{\"a\":\"\xff\"}",
	"{\"a\":\"\xc0\x80\"}",
	"{\"a\":\"\xed\xa0\x80\"}",
	"{\"a\":\"\\u0000\"}",
	"{\"a\":\"x\\u0000\"}",
	"{\"\\u0000\":1}",
	"{\"a\":\"\\ud800\"}",
	"{\"a\":\"\\x\"}",
	"{\"a\":\"\\",
	"{\"a\":\"\\\"",
	"{\"a\":\"",
	"\xef\xbb\xbf{}",
	"{]",
	"]]]]{}",
	"{\"a\":1}/*x*/",
};

static void refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_texts / sizeof *bad_texts; i++) {
		json_t *json = NULL;

		if (parse(bad_texts[i], &json) != SEAL_E_FORMAT)
			fail_msg("%zu: %s", i, bad_texts[i]);
		assert_null(json);
	}
	/* Nothing behind the end is read: a number that is cut there. */
	for (size_t len = 1; len < 4; len++) {
		char *exact = malloc(len);

		assert_non_null(exact);
		memcpy(exact, len == 1 ? "-" : len == 2 ? "1." : "1e+", len);
		assert_int_equal(seal_json_parse(exact, len, &(json_t *){NULL}, NULL),
				 SEAL_E_FORMAT);
		free(exact);
	}
	assert_int_equal(seal_json_parse("{\"a\":\0}", 7, &(json_t *){NULL}, NULL), SEAL_E_FORMAT);
}

static void nested(char *out, unsigned depth)
{
	size_t at = 0;

	memcpy(out, "{\"a\":", 5);
	at = 5;
	for (unsigned i = 1; i < depth; i++)
		out[at++] = '[';
	for (unsigned i = 1; i < depth; i++)
		out[at++] = ']';
	memcpy(out + at, "}", 2);
}

static void limits(void **state)
{
	enum { MANY = 1u << 19 };
	char *text = malloc(4u * MANY + 64);
	json_t *json = NULL;
	size_t at;

	(void)state;
	assert_non_null(text);
	nested(text, SEAL_JSON_DEPTH);
	assert_int_equal(parse(text, &json), SEAL_OK);
	json_decref(json);
	nested(text, SEAL_JSON_DEPTH + 1);
	assert_int_equal(parse(text, &json), SEAL_E_TOOLONG);
	nested(text, 500000);
	assert_int_equal(parse(text, &json), SEAL_E_TOOLONG);
	at = (size_t)sprintf(text, "{\"a\":[0");
	for (unsigned i = 0; i < SEAL_JSON_VALUES; i++)
		at += (size_t)sprintf(text + at, ",0");
	(void)sprintf(text + at, "]}");
	assert_int_equal(parse(text, &json), SEAL_E_TOOLONG);
	at = (size_t)sprintf(text, "{\"a\":");
	memset(text + at, '1', SEAL_JSON_NUMBER + 1);
	(void)sprintf(text + at + SEAL_JSON_NUMBER, "}");
	assert_int_equal(parse(text, &json), SEAL_OK);
	json_decref(json);
	(void)sprintf(text + at + SEAL_JSON_NUMBER, "1}");
	assert_int_equal(parse(text, &json), SEAL_E_TOOLONG);
	assert_int_equal(seal_json_parse(text, SEAL_JSON_BYTES + 1, &json, NULL), SEAL_E_TOOLONG);
	free(text);
}

/* In and out, the same text: numbers of any size, escapes, order. */
static void comes_out_as_it_went_in(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"z\":1,\"a\":2}",
		"{\"n\":[0,-1,999999999999999999,-999999999999999999]}",
		"{\"n\":[12345678901234567890,1.0,1E5,1e400,-0,0.1e-7,-0.0]}",
		"{\"s\":[\"\",\"\xc3\xbc\",\"\\\\u0000\",\"\\\\\",\"\\\"\",\"\\n\",\"1e5\"]}",
		"{\"h\":\"\\u003ca\\u003e\\u0026\"}",
		"{\"\\u003c\":{\"\\\"\":[]}}",
		"{\"b\":[true,false,null,{},[]]}",
		"{\"deep\":[[[{\"x\":[1.5]}]]]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct seal_json_text text = {0};
		json_t *json = NULL;

		assert_int_equal(parse(texts[i], &json), SEAL_OK);
		assert_int_equal(seal_json_write(json, SEAL_JSON_AS_MADE, "", &text, NULL),
				 SEAL_OK);
		assert_string_equal(text.bytes, texts[i]);
		assert_int_equal(text.len, strlen(texts[i]));
		seal_json_text_done(&text);
		assert_null(text.bytes);
		json_decref(json);
	}
}

static void sorted_and_ended(void **state)
{
	struct seal_json_text text = {0};
	json_t *json = NULL;

	(void)state;
	assert_int_equal(parse(" {\"b\" : {\"d\":1.50, \"c\":\"<\"}, \"a\":2}\n", &json), SEAL_OK);
	assert_int_equal(seal_json_write(json, SEAL_JSON_SORTED, "\n", &text, NULL), SEAL_OK);
	assert_string_equal(text.bytes, "{\"a\":2,\"b\":{\"c\":\"\\u003c\",\"d\":1.50}}\n");
	seal_json_text_done(&text);
	json_decref(json);
}

static void numbers(void **state)
{
	json_t *json = NULL;

	(void)state;
	assert_int_equal(parse("{\"a\":1.5,\"b\":7,\"c\":\"1.5\",\"d\":-0}", &json), SEAL_OK);
	assert_string_equal(seal_json_number(json_object_get(json, "a")), "1.5");
	assert_null(seal_json_number(json_object_get(json, "b")));
	assert_int_equal(json_integer_value(json_object_get(json, "b")), 7);
	assert_null(seal_json_number(json_object_get(json, "c")));
	assert_string_equal(seal_json_number(json_object_get(json, "d")), "-0");
	json_decref(json);
}

/* An error says where, never what: it may be a share. */
static void errors_quote_nothing(void **state)
{
	struct seal_diag diag = {0};
	json_t *json = NULL;
	char line[256];
	static const char text[] = "{\"key\": planted}";

	(void)state;
	assert_int_equal(seal_json_parse(text, sizeof text - 1, &json, &diag), SEAL_E_FORMAT);
	seal_diag_line(&diag, line, sizeof line);
	assert_null(strstr(line, "planted"));
	assert_non_null(strstr(line, "line 1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeded_without_a_file),
		cmocka_unit_test(refused),
		cmocka_unit_test(limits),
		cmocka_unit_test(comes_out_as_it_went_in),
		cmocka_unit_test(sorted_and_ended),
		cmocka_unit_test(numbers),
		cmocka_unit_test(errors_quote_nothing),
	};

	seal_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
