/* What reaches a terminal: hostile causes cannot drive it, names stay readable. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "base/diag.h"
#include "base/utf8.h"

static void line_is(const char *cause, const char *want)
{
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_TEXT];

	assert_int_equal(seal_fail(&diag, SEAL_E_FORMAT, "%s", cause), SEAL_E_FORMAT);
	seal_diag_line(&diag, line, sizeof line);
	assert_string_equal(line, want);
}

static void controls_are_shown_as_marks(void **state)
{
	(void)state;
	line_is("\x1b[2J", "?[2J");
	line_is("a\r\nb\tc\x7f", "a??b?c?");
	line_is("\xc2\x9b"
		"2J",
		"?2J"); /* C1: CSI, encoded */
	line_is("\x9b"
		"2J",
		"?2J"); /* and as a bare byte */
	line_is("\xe2\x80\xae"
		"exe",
		"?exe"); /* right-to-left override */
	line_is("\xe2\x81\xa6x", "?x");
	line_is("\xc0\xaf\xed\xa0\x80\xf5", "??????"); /* not UTF-8 */
}

static void names_stay(void **state)
{
	(void)state;
	line_is("Chlo\xc3\xa9, \xe6\x9d\x8e, \xf0\x9f\x94\x91",
		"Chlo\xc3\xa9, \xe6\x9d\x8e, \xf0\x9f\x94\x91");
}

/* A cause longer than its place says at its end what failed, and at its beginning where. */
static void long_causes_keep_both_ends(void **state)
{
	char name[3000];
	char line[SEAL_DIAG_TEXT];
	struct seal_diag diag = {0};

	(void)state;
	memset(name, 'x', sizeof name);
	memcpy(name, "/begin/", 7);
	memcpy(name + sizeof name - 5, "/end", 5);
	errno = ENOSPC;
	assert_int_equal(seal_fail_errno(&diag, SEAL_E_IO, "%s", name), SEAL_E_IO);
	seal_diag_line(&diag, line, sizeof line);
	assert_int_equal(strlen(line), SEAL_DIAG_TEXT - 1);
	assert_memory_equal(line, "/begin/xx", 9);
	assert_non_null(strstr(line, "x...x"));
	assert_string_equal(strstr(line, "/end"), "/end: No space left on device");
	name[SEAL_DIAG_TEXT - 1] = '\0'; /* what fits exactly has no gap */
	assert_int_equal(seal_fail(&diag, SEAL_E_IO, "%s", name), SEAL_E_IO);
	seal_diag_line(&diag, line, sizeof line);
	assert_string_equal(line, name);
}

/* A line that is too long ends between code points. */
static void cut_between_code_points(void **state)
{
	struct seal_diag diag = {0};
	char line[6];

	(void)state;
	assert_int_equal(seal_fail(&diag, SEAL_E_IO, "abc\xc3\xa9\xc3\xa9"), SEAL_E_IO);
	seal_diag_line(&diag, line, sizeof line);
	assert_string_equal(line, "abc\xc3\xa9");
	seal_diag_line(&diag, line, 5);
	assert_string_equal(line, "abc");
}

/* Against the definition: each code point has one form, and only that is read. */
static void utf8_has_one_form(void **state)
{
	(void)state;
	for (int32_t point = 0; point <= 0x10ffff; point += point < 0x900 ? 1 : 97) {
		unsigned p = (unsigned)point;
		char one[4];
		size_t len;
		size_t at = 0;

		if (p < 0x80) {
			one[0] = (char)p;
			len = 1;
		} else if (p < 0x800) {
			one[0] = (char)(0xc0 | p >> 6);
			one[1] = (char)(0x80 | (p & 63));
			len = 2;
		} else if (p < 0x10000) {
			one[0] = (char)(0xe0 | p >> 12);
			one[1] = (char)(0x80 | (p >> 6 & 63));
			one[2] = (char)(0x80 | (p & 63));
			len = 3;
		} else {
			one[0] = (char)(0xf0 | p >> 18);
			one[1] = (char)(0x80 | (p >> 12 & 63));
			one[2] = (char)(0x80 | (p >> 6 & 63));
			one[3] = (char)(0x80 | (p & 63));
			len = 4;
		}
		if (p >= 0xd800 && p < 0xe000) {
			assert_int_equal(seal_utf8_next(one, len, &at), -1);
			continue;
		}
		assert_int_equal(seal_utf8_next(one, len, &at), point);
		assert_int_equal(at, len);
		at = 0;
		if (len > 1)
			assert_int_equal(seal_utf8_next(one, len - 1, &at), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_are_shown_as_marks),
		cmocka_unit_test(names_stay),
		cmocka_unit_test(long_causes_keep_both_ends),
		cmocka_unit_test(cut_between_code_points),
		cmocka_unit_test(utf8_has_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
