/* seal-ceremony script: the run sheet, for paper. */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tool.h"
#include "base/file.h"
#include "base/own.h"
#include "ceremony/sheet.h"
#include "seal-ceremony.h"

#include "base/banned.h"

struct values {
	const char *language, *format, *output;
	int json;
	char **details;
};

static const struct seal_option options[] = {
	{"language", 'l', SEAL_OPTION_TEXT, offsetof(struct values, language), "LANG",
	 "en or fr (en)"},
	{"format", 'f', SEAL_OPTION_TEXT, offsetof(struct values, format), "FORM",
	 "html or text (text)"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "FILE",
	 "a new file, instead of stdout"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout; needs --output"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* The index of the word; -1: it is none of the two. */
static int which(const char *word, const char *zero, const char *one)
{
	return !word || strcmp(word, zero) == 0 ? 0 : strcmp(word, one) == 0 ? 1 : -1;
}

static int write_out(const char *path, const char *text, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error;

	if (!path)
		return fputs(text, stdout) < 0 ? seal_fail_errno(diag, SEAL_E_IO, "stdout")
					       : SEAL_OK;
	error = seal_file_new(path, SEAL_FILE_NEW, &file, diag);
	if (!error)
		error = seal_file_write(file, text, strlen(text), diag);
	return error ? error : seal_file_commit(file, diag);
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_plan_file plan SEAL_CLEANUP(seal_plan_file_done) = {0};
	struct seal_steps steps SEAL_CLEANUP(seal_steps_done) = {0};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int language = which(values->language, "en", "fr");
	int is_html = which(values->format, "text", "html");
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "a plan's file is needed (see --help)");
	if (language < 0)
		return seal_fail(diag, SEAL_E_USAGE, "--language: en or fr");
	if (is_html < 0)
		return seal_fail(diag, SEAL_E_USAGE, "--format: html or text");
	if (values->json && !values->output)
		return seal_fail(diag, SEAL_E_USAGE, "--json: needs --output");
	error = seal_plan_file_read(file, &plan, diag);
	if (!error)
		error = seal_steps_new(&plan, &steps, diag);
	if (!error)
		error = seal_sheet(&steps, language ? SEAL_FRENCH : SEAL_ENGLISH,
				   is_html ? SEAL_SHEET_HTML : SEAL_SHEET_TEXT, &text, diag);
	if (!error)
		error = write_out(values->output, text, diag);
	if (!error && asprintf(values->details, "{\"digest\":\"%s\",\"steps\":%zu}", steps.digest,
			       steps.count) < 0) {
		*values->details = NULL;
		error = seal_fail(diag, SEAL_E_NOMEM, "report");
	}
	return error;
}

int script_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {
		{"seal-ceremony script", "[-l en|fr] [-f text|html] [-o FILE] [--json] PLAN",
		 "Writes the run sheet of a plan: one step a row, who does what, what must be "
		 "seen, "
		 "a box\nto tick, initials, time; and what to do where something goes wrong.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
