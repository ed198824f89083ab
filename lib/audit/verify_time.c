/* Times of lines. */

#include <string.h>

#include "audit/verify_internal.h"

#include "base/banned.h"

#define SHAPE "dddd-dd-ddTdd:dd:dd"
#define SHAPE_LEN (sizeof SHAPE - 1)

static int number(const char *text, int digits)
{
	int value = 0;

	while (digits-- > 0)
		value = value * 10 + (*text++ - '0');
	return value;
}

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t days_of(int year, int month, int day)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	int last = year - 1;
	int leaps = last / 4 - last / 100 + last / 400 - (1969 / 4 - 1969 / 100 + 1969 / 400);
	int is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return (int64_t)(year - 1970) * 365 + leaps + before[month - 1] + day - 1 +
	       (month > 2 && is_leap);
}

static int is_day(int year, int month, int day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (year < 1970 || month < 1 || month > 12 || day < 1)
		return 0;
	if (month == 2 && day == 29)
		return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1];
}

/* ".5Z" or "Z", and nothing behind it. */
static int take_fraction(const char *text, size_t len, uint32_t *out)
{
	uint32_t value = 0;
	size_t digits = 0;

	if (len == 1)
		return text[0] == 'Z';
	if (len < 3 || len > 11 || text[0] != '.' || text[len - 1] != 'Z')
		return 0;
	for (; digits < len - 2; digits++) {
		if (text[1 + digits] < '0' || text[1 + digits] > '9')
			return 0;
		value = value * 10 + (uint32_t)(text[1 + digits] - '0');
	}
	for (; digits < 9; digits++)
		value *= 10;
	*out = value;
	return 1;
}

int seal_verify_time(const char *text, size_t len, struct seal_verify_time *out_time)
{
	struct seal_verify_time time = {0};
	int hour, minute, second;

	if (len < SHAPE_LEN + 1)
		return 0;
	for (size_t i = 0; i < SHAPE_LEN; i++)
		if (SHAPE[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != SHAPE[i])
			return 0;
	hour = number(text + 11, 2);
	minute = number(text + 14, 2);
	second = number(text + 17, 2);
	if (!is_day(number(text, 4), number(text + 5, 2), number(text + 8, 2)) || hour > 23 ||
	    minute > 59 || second > 59 ||
	    !take_fraction(text + SHAPE_LEN, len - SHAPE_LEN, &time.nanoseconds))
		return 0;
	time.seconds = days_of(number(text, 4), number(text + 5, 2), number(text + 8, 2)) * 86400 +
		       hour * 3600 + minute * 60 + second;
	*out_time = time;
	return 1;
}

int seal_verify_compare(const struct seal_verify_time *a, const struct seal_verify_time *b)
{
	if (a->seconds != b->seconds)
		return a->seconds < b->seconds ? -1 : 1;
	return (a->nanoseconds > b->nanoseconds) - (a->nanoseconds < b->nanoseconds);
}
