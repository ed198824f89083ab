/* Options, strictly: exact names, each once, numbers as numbers. */

#include "base/options.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

#define OPTIONS_MAX 32u
#define NUMBER_MAX 1000000

struct cursor {
	const struct seal_tool *tool;
	char **argv;
	int argc, at;
	void *values;
	struct seal_diag *diag;
	uint8_t seen[OPTIONS_MAX];
	int asked;
};

static int usage(struct cursor *cursor, const char *what, const char *why)
{
	return seal_fail(cursor->diag, SEAL_E_USAGE, "%s: %s (see --help)", what, why);
}

static int take_number(struct cursor *cursor, const char *what, const char *text, int *out)
{
	int value = 0;

	if (text[0] == '\0' || strlen(text) > 7)
		return usage(cursor, what, "not a number");
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return usage(cursor, what, "not a number");
		value = value * 10 + (*c - '0');
	}
	if (value > NUMBER_MAX)
		return usage(cursor, what, "too large");
	*out = value;
	return SEAL_OK;
}

static int store(struct cursor *cursor, const struct seal_option *option, const char *what,
		 const char *text)
{
	char *field = (char *)cursor->values + option->offset;
	struct seal_option_list *list;

	switch (option->kind) {
	case SEAL_OPTION_FLAG:
		*(int *)(void *)field = 1;
		return SEAL_OK;
	case SEAL_OPTION_NUMBER:
		return take_number(cursor, what, text, (int *)(void *)field);
	case SEAL_OPTION_TEXT:
		*(const char **)(void *)field = text;
		return SEAL_OK;
	case SEAL_OPTION_LIST:
		list = (struct seal_option_list *)(void *)field;
		if (list->count == sizeof list->value / sizeof list->value[0])
			return usage(cursor, what, "given too often");
		list->value[list->count++] = text;
		return SEAL_OK;
	}
	return seal_fail(cursor->diag, SEAL_E_ARGUMENT, "kind of an option");
}

/* value: what stands behind `=` or the letter; NULL where the next argument has it. */
static int take(struct cursor *cursor, size_t i, const char *what, const char *value)
{
	const struct seal_option *option = &cursor->tool->options[i];

	if (i >= OPTIONS_MAX)
		return seal_fail(cursor->diag, SEAL_E_ARGUMENT, "a table of options too long");
	if (cursor->seen[i] && option->kind != SEAL_OPTION_LIST)
		return usage(cursor, what, "given twice");
	cursor->seen[i] = 1;
	if (option->kind == SEAL_OPTION_FLAG && value)
		return usage(cursor, what, "takes no argument");
	if (option->kind != SEAL_OPTION_FLAG && !value) {
		if (cursor->at + 1 >= cursor->argc)
			return usage(cursor, what, "needs an argument");
		value = cursor->argv[++cursor->at];
	}
	return store(cursor, option, what, value);
}

static int take_long(struct cursor *cursor, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	const struct seal_option *options = cursor->tool->options;
	char what[64];

	(void)snprintf(what, sizeof what, "--%.*s", len > 40 ? 40 : (int)len, text);
	if (!equals && (strcmp(text, "help") == 0 || strcmp(text, "version") == 0)) {
		if (!cursor->asked)
			cursor->asked = (unsigned char)text[0];
		return SEAL_OK;
	}
	for (size_t i = 0; options[i].name; i++)
		if (strlen(options[i].name) == len && strncmp(options[i].name, text, len) == 0)
			return take(cursor, i, what, equals ? equals + 1 : NULL);
	return usage(cursor, what, "unknown option");
}

/* Letters may stand together; the first that takes an argument takes the rest. */
static int take_letters(struct cursor *cursor, const char *text)
{
	const struct seal_option *options = cursor->tool->options;

	for (; *text; text++) {
		char what[3] = {'-', *text, '\0'};
		size_t i = 0;
		int error;

		while (options[i].name && options[i].letter != *text)
			i++;
		if (!options[i].name)
			return usage(cursor, what, "unknown option");
		if (options[i].kind != SEAL_OPTION_FLAG)
			return take(cursor, i, what, text[1] ? text + 1 : NULL);
		error = take(cursor, i, what, NULL);
		if (error)
			return error;
	}
	return SEAL_OK;
}

int seal_options_read(const struct seal_tool *tool, int argc, char **argv, void *values,
		      int *out_first, int *out_asked, struct seal_diag *diag)
{
	struct cursor cursor = {tool, argv, argc, 1, values, diag, {0}, 0};

	for (; cursor.at < argc; cursor.at++) {
		const char *text = argv[cursor.at];
		int error;

		if (strcmp(text, "--") == 0) {
			cursor.at++;
			break;
		}
		if (text[0] != '-' || text[1] == '\0')
			break;
		error = text[1] == '-' ? take_long(&cursor, text + 2)
				       : take_letters(&cursor, text + 1);
		if (error)
			return error;
	}
	if (!cursor.asked && (size_t)(argc - cursor.at) > tool->max_files &&
	    argv[cursor.at + (int)tool->max_files][0] == '-' && tool->max_files)
		return usage(&cursor, argv[cursor.at + (int)tool->max_files],
			     "options come before the file");
	if (!cursor.asked && (size_t)(argc - cursor.at) > tool->max_files)
		return usage(&cursor, argv[cursor.at + (int)tool->max_files],
			     tool->max_files ? "one file too many" : "no such argument is taken");
	*out_first = cursor.at;
	*out_asked = cursor.asked;
	return SEAL_OK;
}

int seal_options_help(const struct seal_tool *tool, char *out, size_t cap, struct seal_diag *diag)
{
	size_t at = (size_t)snprintf(out, cap, "usage: %s %s\n%s\n\n", tool->name, tool->synopsis,
				     tool->purpose);

	for (const struct seal_option *option = tool->options; option->name && at < cap; option++) {
		char left[48];
		const char letter[] = {'-', option->letter, ',', ' ', '\0'};

		(void)snprintf(left, sizeof left, "%s--%s%s%s", option->letter ? letter : "",
			       option->name, option->argument ? " " : "",
			       option->argument ? option->argument : "");
		at += (size_t)snprintf(out + at, cap - at, "  %-22s %s\n", left, option->help);
	}
	if (at < cap)
		at += (size_t)snprintf(out + at, cap - at, "  %-22s %s\n", "--help, --version",
				       "say so");
	return at < cap ? SEAL_OK : seal_fail(diag, SEAL_E_TOOLONG, "help of %s", tool->name);
}
