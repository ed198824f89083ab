/* seal-ceremony script: the run sheet, for paper. */

#include <stdio.h>
#include <stdlib.h>

#include "../tool.h"
#include "base/own.h"
#include "ceremony/sheet.h"
#include "paper.h"
#include "seal-ceremony.h"

#include "base/banned.h"

struct values {
	struct paper_values paper;
	char **details;
};

static const struct seal_option options[] = {
	PAPER_ROWS(struct values, paper),
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_plan_file plan SEAL_CLEANUP(seal_plan_file_done) = {0};
	struct seal_steps steps SEAL_CLEANUP(seal_steps_done) = {0};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "a plan's file is needed (see --help)");
	error = paper_check(&values->paper, diag);
	if (!error)
		error = seal_plan_file_read(file, &plan, diag);
	if (!error)
		error = seal_steps_new(&plan, &steps, diag);
	if (!error)
		error = seal_sheet(&steps, paper_language(&values->paper),
				   paper_form(&values->paper), &text, diag);
	if (!error)
		error = paper_write(&values->paper, text, diag);
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
		&values.paper.json,
		values.details,
		"nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
