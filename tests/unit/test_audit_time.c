/* Times of lines: RFC 3339 in UTC, days that exist. The seconds are those of date(1). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/verify_internal.h"

static void forms_of_times(void **state)
{
	static const char *const bad[] = {
		"",
		"2026-11-18T09:00:00",
		"2026-11-18T09:00:00z",
		"2026-11-18 09:00:00Z",
		"2026-11-18T24:00:00Z",
		"2026-11-18T09:60:00Z",
		"2026-11-18T09:00:60Z",
		"2026-02-29T09:00:00Z",
		"2100-02-29T09:00:00Z",
		"2026-00-10T09:00:00Z",
		"2026-13-10T09:00:00Z",
		"2026-04-31T09:00:00Z",
		"2026-11-18T09:00:00.Z",
		"2026-11-18T09:00:00.1234567890Z",
		"2026-11-18T09:00:00.1 Z",
		"2026-11-18T09:00:00+00:00",
		"1969-12-31T23:59:59Z",
	};
	static const struct {
		const char *text;
		int64_t seconds;
		uint32_t nanoseconds;
	} rows[] = {
		{"1970-01-01T00:00:00Z", 0, 0},
		{"2000-02-29T12:00:00.5Z", 951825600, 500000000},
		{"2000-03-01T00:00:00Z", 951868800, 0},
		{"2023-03-20T12:25:47.000000001Z", 1679315147, 1},
		{"2100-03-01T00:00:00Z", 4107542400, 0},
		{"2026-11-18T09:00:00.120Z", 1794992400, 120000000},
	};
	struct seal_verify_time time;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (seal_verify_time(bad[i], strlen(bad[i]), &time))
			fail_msg("%s", bad[i]);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(seal_verify_time(rows[i].text, strlen(rows[i].text), &time), 1);
		assert_true(time.seconds == rows[i].seconds);
		assert_int_equal(time.nanoseconds, rows[i].nanoseconds);
	}
}

static void order_of_times(void **state)
{
	static const struct seal_verify_time ascending[] = {{5, 0}, {5, 1}, {6, 0}, {7, 999999999}};

	(void)state;
	for (int i = 0; i < 4; i++)
		for (int k = 0; k < 4; k++) {
			int got = seal_verify_compare(&ascending[i], &ascending[k]);

			assert_int_equal((got > 0) - (got < 0), (i > k) - (i < k));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_times),
		cmocka_unit_test(order_of_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
