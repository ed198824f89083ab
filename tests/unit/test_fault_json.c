/* A large text whose parsing runs out of memory anywhere, or is wrong at its end: nothing is left,
   and nothing is freed twice. What the parser has is kept in a table; this fills it, and takes
   things out of its midst. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "faults.h"

#define MEMBERS 3000u
#define EACH 64u /* bytes of a member, at most */

static char text[MEMBERS * EACH];

/* Names and texts of many lengths, so that the lexer's buffer grows and is given back in between.
 */
static size_t make(const char *end)
{
	size_t len = 1;

	text[0] = '{';
	for (unsigned i = 0; i < MEMBERS; i++)
		len += (size_t)snprintf(text + len, EACH, "%s\"name %u\":[%u,\"%.*s\"]",
					i ? "," : "", i, i, (int)(i % 17), "a text of letters");
	return len + (size_t)snprintf(text + len, EACH, "%s", end);
}

static int parse(size_t len)
{
	struct json_t *json = NULL;
	int error = seal_json_parse(text, len, &json, NULL);

	seal_json_free(json);
	return error;
}

/* Each text is parsed some times: what the first leaves to malloc's own stores is not counted. */
#define WARM 8 /* of each size its stores take seven */
#define TIMES (WARM + 2)

static void out_of_memory(void **state)
{
	static const enum fault faults[] = {FAULT_MALLOC, FAULT_CALLOC};
	size_t len = make("}");

	(void)state;
	assert_int_equal(parse(len), SEAL_OK);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		for (unsigned at = 1, met = 1, step = 1; met; at += step, step += step / 8 + 1) {
			size_t used = 0;

			for (int n = 0; n < TIMES; n++) {
				int error;

				fault_arm(faults[i], at);
				error = parse(len);
				met = (unsigned)fault_disarm();
				assert_int_equal(error, met ? SEAL_E_NOMEM : SEAL_OK);
				used = n == WARM ? mallinfo2().uordblks : used;
			}
			assert_int_equal(mallinfo2().uordblks, used);
		}
}

static void wrong_at_its_end(void **state)
{
	static const char *const ends[] = {"", ",", ",\"name 7\":1}", "]", "}}"};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t len = make(ends[i]);
		size_t used = 0;

		for (int n = 0; n < TIMES; n++) {
			assert_int_equal(parse(len), SEAL_E_FORMAT);
			used = n == WARM ? mallinfo2().uordblks : used;
		}
		assert_int_equal(mallinfo2().uordblks, used);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(out_of_memory),
					   cmocka_unit_test(wrong_at_its_end)};

	seal_json_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
