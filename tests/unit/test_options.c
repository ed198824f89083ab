/* Options: exact names, each once, numbers as numbers, and what is blamed. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/options.h"

struct values {
	int flag, number;
	const char *text;
	struct seal_option_list list;
};

static const struct seal_option options[] = {
	{"flag", 'f', SEAL_OPTION_FLAG, offsetof(struct values, flag), NULL, "a flag"},
	{"number", 'n', SEAL_OPTION_NUMBER, offsetof(struct values, number), "N", "a number"},
	{"text", 0, SEAL_OPTION_TEXT, offsetof(struct values, text), "TEXT", "a text"},
	{"list", 'l', SEAL_OPTION_LIST, offsetof(struct values, list), "ITEM", "a list"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static const struct seal_tool tool = {"seal-test", "[OPTIONS] [FILE]", "Tests.", options, 1};

static struct values values;
static int first, asked;
static struct seal_diag diag;

static int read_line(const char *line)
{
	static char words[256];
	static char *argv[40];
	int argc = 1;

	values = (struct values){.number = -1};
	first = asked = 0;
	diag = (struct seal_diag){0};
	argv[0] = words;
	strncpy(words, line, sizeof words - 1);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return seal_options_read(&tool, argc, argv, &values, &first, &asked, &diag);
}

static void good_forms(void **state)
{
	(void)state;
	assert_int_equal(read_line("-f --number 7 --text a=b -l one --list=two file"), SEAL_OK);
	assert_int_equal(values.flag, 1);
	assert_int_equal(values.number, 7);
	assert_string_equal(values.text, "a=b");
	assert_int_equal(values.list.count, 2);
	assert_string_equal(values.list.value[1], "two");
	assert_int_equal(first, 9);
	assert_int_equal(read_line("-fn12 --text= -- -f"), SEAL_OK);
	assert_int_equal(values.number, 12);
	assert_string_equal(values.text, "");
	assert_int_equal(first, 4);
	assert_int_equal(read_line("-"), SEAL_OK);
	assert_int_equal(read_line("-n 1000000"), SEAL_OK);
	assert_int_equal(read_line(""), SEAL_OK);
	assert_int_equal(values.number, -1);
}

static void help_and_version_win(void **state)
{
	(void)state;
	assert_int_equal(read_line("--help a b c"), SEAL_OK);
	assert_int_equal(asked, 'h');
	assert_int_equal(read_line("--version"), SEAL_OK);
	assert_int_equal(asked, 'v');
}

static void bad_forms_are_named(void **state)
{
	static const struct {
		const char *line, *names;
	} rows[] = {
		{"--fla", "--fla: unknown"},
		{"--flagg", "--flagg: unknown"},
		{"-x", "-x: unknown"},
		{"-fx", "-x: unknown"},
		{"--flag --flag", "--flag: given twice"},
		{"-f --flag", "--flag: given twice"},
		{"-n 3 -n 3", "-n: given twice"},
		{"--text", "--text: needs"},
		{"-n", "-n: needs"},
		{"--flag=1", "--flag: takes no"},
		{"--number=", "--number: not a number"},
		{"--number -1", "--number: not a number"},
		{"--number +1", "--number: not a number"},
		{"--number 1x", "--number: not a number"},
		{"--number 0x10", "--number: not a number"},
		{"--number 1000001", "--number: too large"},
		{"--number 99999999999", "--number: not a number"},
		{"one two", "two: one file too many"},
		{"-lllllllllllllllllllllllll --help=1", "--help: unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(read_line(rows[i].line), SEAL_E_USAGE);
		if (strncmp(diag.cause[0], rows[i].names, strlen(rows[i].names)) != 0)
			fail_msg("%s: said %s", rows[i].line, diag.cause[0]);
	}
}

static void lists_are_bounded(void **state)
{
	(void)state;
	assert_int_equal(
		read_line("-l1 -l2 -l3 -l4 -l5 -l6 -l7 -l8 -l9 -la -lb -lc -ld -le -lf -lg"),
		SEAL_OK);
	assert_int_equal(values.list.count, 16);
	assert_int_equal(
		read_line("-l1 -l2 -l3 -l4 -l5 -l6 -l7 -l8 -l9 -la -lb -lc -ld -le -lf -lg -lh"),
		SEAL_E_USAGE);
}

static void help_names_every_option(void **state)
{
	char text[1024];

	(void)state;
	assert_int_equal(seal_options_help(&tool, text, sizeof text, NULL), SEAL_OK);
	for (size_t i = 0; options[i].name; i++)
		assert_non_null(strstr(text, options[i].help));
	assert_non_null(strstr(text, "-n, --number N"));
	assert_non_null(strstr(text, "--help, --version"));
	assert_int_equal(seal_options_help(&tool, text, 60, NULL), SEAL_E_TOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_forms),
		cmocka_unit_test(help_and_version_win),
		cmocka_unit_test(bad_forms_are_named),
		cmocka_unit_test(lists_are_bounded),
		cmocka_unit_test(help_names_every_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
