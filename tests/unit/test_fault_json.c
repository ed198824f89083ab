/* A large text whose parsing runs out of memory anywhere, or is wrong at its end: nothing is left,
   and nothing is freed twice. What the parser has is kept in a table; this fills it, and takes
   things out of its midst. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "faults.h"

#define MEMBERS 600u
#define EACH 200u /* bytes of a member, at most */

static char text[MEMBERS * EACH];

/* Texts of many lengths, and objects that outgrow their first table: it is given back while much
   that came later stays. */
static size_t make(const char *end)
{
	size_t len = 1;

	text[0] = '{';
	for (unsigned i = 0; i < MEMBERS; i++)
		len += (size_t)snprintf(
			text + len, EACH,
			"%s\"name %u\":{\"a\":\"%.*s\",\"b\":1,\"c\":2,\"d\":3,\"e\":4,\"f\":5,"
			"\"g\":6,\"h\":7,\"i\":8,\"j\":9}",
			i ? "," : "", i, (int)(i % 17), "a text of letters");
	return len + (size_t)snprintf(text + len, EACH, "%s", end);
}

static int parse(size_t len)
{
	struct json_t *json = NULL;
	int error = seal_json_parse(text, len, &json, NULL);

	seal_json_free(json);
	return error;
}

static void out_of_memory(void **state)
{
	static const enum fault faults[] = {FAULT_MALLOC, FAULT_CALLOC};
	size_t len = make("}");

	(void)state;
	assert_int_equal(parse(len), SEAL_OK);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		for (unsigned at = 1, met = 1, step = 1; met; at += step, step += step / 32 + 1) {
			int error;

			fault_arm(faults[i], at);
			error = parse(len);
			met = (unsigned)fault_disarm();
			assert_int_equal(error, met ? SEAL_E_NOMEM : SEAL_OK);
		}
}

static void wrong_at_its_end(void **state)
{
	static const char *const ends[] = {"", ",", ",\"name 7\":1}", "]", "}}"};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		assert_int_equal(parse(make(ends[i])), SEAL_E_FORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(out_of_memory),
					   cmocka_unit_test(wrong_at_its_end)};

	seal_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
