/* Times and dates of signed texts. */

#include "share/date.h"

#include <string.h>

#include "base/banned.h"

/* Two digits at text. */
static unsigned two(const char *text)
{
	return (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
}

/* Of form, in which d is a digit; looks no further than at the first that is not. */
static int has_form(const char *text, const char *form)
{
	size_t i = 0;

	for (; form[i]; i++) {
		int digit = text[i] >= '0' && text[i] <= '9';

		if (form[i] == 'd' ? !digit : text[i] != form[i])
			return 0;
	}
	return text[i] == '\0';
}

static int is_day(const char *text)
{
	static const unsigned days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned year = two(text) * 100 + two(text + 2);
	unsigned month = two(text + 5);
	unsigned day = two(text + 8);

	if (year < 2000 || month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return 0;
	return month != 2 || day != 29 || (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

int seal_is_time(const char *text)
{
	return has_form(text, "dddd-dd-ddTdd:dd:ddZ") && is_day(text) && two(text + 11) < 24 &&
	       two(text + 14) < 60 && two(text + 17) < 60;
}

int seal_is_date(const char *text)
{
	return has_form(text, "dddd-dd-dd") && is_day(text);
}

int seal_date_compare(const char *time_or_date, const char *date)
{
	return strncmp(time_or_date, date, SEAL_DATE);
}

/* Days since 1 March of year 0: with the leap day as the last of its year, each month begins at a
   fixed place in it. */
static long day_number(const char *date)
{
	long month = (long)two(date + 5);
	long year = (long)(two(date) * 100 + two(date + 2)) - (month <= 2);
	long from_march = (month + 9) % 12;

	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 +
	       (long)two(date + 8);
}

long seal_date_days(const char *time_or_date, const char *date)
{
	return day_number(date) - day_number(time_or_date);
}
