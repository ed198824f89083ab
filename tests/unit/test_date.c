/* Days that exist, in one spelling. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/diag.h"
#include "share/field.h"
#include "share/date.h"

static const struct {
	const char *text;
	int is;
} dates[] = {
	{"2026-11-30", 1},
	{"2000-01-01", 1},
	{"2024-02-29", 1},
	{"2400-02-29", 1},
	{"9999-12-31", 1},
	{"1999-12-31", 0},
	{"2026-02-29", 0},
	{"2100-02-29", 0},
	{"2026-11-31", 0},
	{"2026-00-10", 0},
	{"2026-13-10", 0},
	{"2026-10-00", 0},
	{"2026-1-30", 0},
	{"2026-11-3", 0},
	{"2026-11-300", 0},
	{"2026-11-30 ", 0},
	{" 2026-11-30", 0},
	{"2026/11/30", 0},
	{"", 0},
	{"2026-11-30T10:00:00Z", 0},
	{"2O26-11-30", 0},
};

static const struct {
	const char *text;
	int is;
} times[] = {
	{"2026-11-30T20:00:00Z", 1}, {"2026-11-30T23:59:59Z", 1},  {"2026-11-30T24:00:00Z", 0},
	{"2026-11-30T20:60:00Z", 0}, {"2026-11-30T20:00:60Z", 0},  {"2026-11-31T20:00:00Z", 0},
	{"2026-11-30T20:00:00", 0},  {"2026-11-30 20:00:00Z", 0},  {"2026-11-30T20:00:00ZZ", 0},
	{"2026-11-30", 0},	     {"2026-11-30T20:00:00+0", 0}, {"", 0},
};

/* Of each of 200 years, against a count from one day to the next. */
static void between_days(void **state)
{
	static const unsigned months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	char last[11] = "2000-01-01";
	long count = 0;

	(void)state;
	for (unsigned year = 2000; year < 2200; year++)
		for (unsigned month = 1; month <= 12; month++)
			for (unsigned day = 1; day <= 31; day++) {
				unsigned leap = month == 2 && year % 4 == 0 && year % 100 != 0;
				char date[32];

				leap += month == 2 && year % 400 == 0;
				(void)snprintf(date, sizeof date, "%04u-%02u-%02u", year, month,
					       day);
				assert_int_equal(seal_is_date(date),
						 day <= months[month - 1] + leap);
				if (!seal_is_date(date))
					continue;
				assert_int_equal(seal_date_days("2000-01-01T23:59:59Z", date),
						 count);
				assert_int_equal(seal_date_days(date, last), count ? -1 : 0);
				memcpy(last, date, sizeof last);
				count++;
			}
	assert_int_equal(count, 73049);
}

static void days(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		struct seal_field field = {dates[i].text, strlen(dates[i].text)};
		char out[11] = "kept";

		if (seal_is_date(dates[i].text) != dates[i].is ||
		    (seal_field_date(field, out, NULL) == SEAL_OK) != dates[i].is)
			fail_msg("%s", dates[i].text);
		assert_string_equal(out, dates[i].is ? dates[i].text : "kept");
	}
}

static void hours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct seal_field field = {times[i].text, strlen(times[i].text)};
		char out[21] = "kept";

		if (seal_is_time(times[i].text) != times[i].is ||
		    (seal_field_time(field, out, NULL) == SEAL_OK) != times[i].is)
			fail_msg("%s", times[i].text);
		assert_string_equal(out, times[i].is ? times[i].text : "kept");
	}
}

static void compared(void **state)
{
	(void)state;
	assert_true(seal_date_compare("2026-11-30T23:59:59Z", "2026-12-01") < 0);
	assert_true(seal_date_compare("2026-11-30T23:59:59Z", "2026-11-30") == 0);
	assert_true(seal_date_compare("2026-11-30", "2026-11-30") == 0);
	assert_true(seal_date_compare("2027-01-01", "2026-12-31") > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_days),
		cmocka_unit_test(days),
		cmocka_unit_test(hours),
		cmocka_unit_test(compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
