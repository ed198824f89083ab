/* seal-ceremony minutes: what a transcript says, for paper. */

#include <stdio.h>
#include <stdlib.h>

#include "../tool.h"
#include "base/own.h"
#include "base/path.h"
#include "ceremony/minutes.h"
#include "ceremony/set_folder.h"
#include "paper.h"
#include "seal-ceremony.h"

#include "base/banned.h"

struct values {
	struct paper_values paper;
	struct seal_option_list cards;
	const char *plan; /* the last argument */
	char **details;
};

static const struct seal_option options[] = {
	{"cards", 'c', SEAL_OPTION_LIST, offsetof(struct values, cards), "DIR",
	 "cards of those who signed; may be repeated"},
	PAPER_ROWS(struct values, paper),
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* Pointers to all cards, of the plan and of the folders; the caller's to free. */
static const struct seal_card **all_cards(const struct seal_cards *one,
					  const struct seal_cards *two, size_t *out_count)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	const struct seal_card **list = calloc(one->count + two->count + 1, sizeof *list);
	size_t count = 0;

	for (size_t i = 0; list && i < one->count; i++)
		list[count++] = &one->list[i];
	for (size_t i = 0; list && i < two->count; i++)
		list[count++] = &two->list[i];
	*out_count = count;
	return list;
}

static int report(const struct values *values, const struct seal_minutes *minutes,
		  struct seal_diag *diag)
{
	size_t by_token = 0, missing = 0;

	seal_minutes_signed(minutes, &by_token, &missing);
	if (asprintf(values->details, "{\"signed\":%zu,\"missing\":%zu}", by_token, missing) < 0) {
		*values->details = NULL;
		return seal_fail(diag, SEAL_E_NOMEM, "report");
	}
	return missing ? seal_fail(diag, SEAL_E_VERIFY, "%zu %s promised and not there", missing,
				   missing == 1 ? "signature is" : "signatures are")
		       : SEAL_OK;
}

static int make(const struct values *values, const struct seal_plan_file *plan,
		const struct seal_cards *cards, const char *dir, struct seal_diag *diag)
{
	struct seal_steps steps SEAL_CLEANUP(seal_steps_done) = {0};
	struct seal_minutes *minutes SEAL_CLEANUP(seal_minutes_freep) = NULL;
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	char path[SEAL_PATH];
	size_t count = 0;
	const struct seal_card **list = all_cards(cards, &plan->cards, &count);
	int error = list ? seal_path_join(dir, "transcript", ".jsonl", path, diag)
			 : seal_fail(diag, SEAL_E_NOMEM, "cards");

	if (!error)
		error = seal_steps_new(plan, &steps, diag);
	if (!error)
		error = seal_minutes_new(&steps, path, list, count, &minutes, diag);
	if (!error)
		error = seal_minutes_text(minutes, paper_language(&values->paper),
					  paper_form(&values->paper), &text, diag);
	if (!error)
		error = paper_write(&values->paper, text, diag);
	if (!error)
		error = report(values, minutes, diag);
	free(list);
	return error;
}

static int run(const void *given, const char *dir, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_plan_file plan SEAL_CLEANUP(seal_plan_file_done) = {0};
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	int error;

	if (!dir || dir == values->plan)
		return seal_fail(diag, SEAL_E_USAGE,
				 "the folder of a transcript and a plan's file are needed (see "
				 "--help)");
	error = paper_check(&values->paper, diag);
	if (!error)
		error = seal_plan_file_read(values->plan, &plan, diag);
	for (size_t i = 0; i < values->cards.count && !error; i++)
		error = seal_cards_add_folder(&cards, values->cards.value[i], diag);
	return error ? error : make(values, &plan, &cards, dir, diag);
}

int minutes_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text, .plan = argv[argc - 1]};
	const struct tool tool = {
		{"seal-ceremony minutes",
		 "[-c DIR] [-l en|fr] [-f text|html] [-o FILE] [--json] DIR PLAN",
		 "Writes the minutes of a ceremony from its transcript in DIR: who was there, what "
		 "was done\nand when, what went otherwise, signatures, and room for ink.",
		 options, 2},
		run,
		&values.paper.json,
		values.details,
		"nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
