/* The walk: one step at a time, never back; each thing is in the transcript before the page
   says so. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/busy.h"
#include "run.h"

#include "base/banned.h"

static int add(struct run *run, enum seal_transcript_kind kind, const char *person,
	       const char *result, const char *text, struct seal_diag *diag)
{
	const struct seal_step *step = seal_walk_current(&run->walk);
	const struct seal_transcript_entry entry = {.kind = kind,
						    .row = step ? (unsigned)run->walk.row + 1 : 0,
						    .step = step ? step->id : NULL,
						    .person = person,
						    .result = result,
						    .text = text};

	return seal_walk_add(&run->walk, &entry, diag);
}

static void say(struct run *run, enum run_text what, const char *more)
{
	(void)snprintf(run->message, sizeof run->message, "%s%s", run_text(run, what), more);
}

static int yes(const struct run *run, enum run_text question, int *out_yes, struct seal_diag *diag)
{
	char line[RUN_LINE];

	for (;;) {
		int error = run_ask(run, question, line, diag);

		if (error)
			return error;
		*out_yes = strcmp(line, run_text(run, RUN_YES_NO)) == 0;
		if (*out_yes || strcmp(line, run->language == SEAL_FRENCH ? "non" : "no") == 0)
			return SEAL_OK;
	}
}

/* What was expected, happened and was decided, by whom (R18). */
static int add_deviation(struct run *run, const char *expected, const char *happened,
			 const char *decided, const char *by, struct seal_diag *diag)
{
	char text[3 * RUN_LINE + 96];

	(void)snprintf(text, sizeof text, "expected: %s; happened: %s; decided: %s", expected,
		       happened, decided);
	return add(run, SEAL_TRANSCRIPT_DEVIATION, by, NULL, text, diag);
}

static int end_row(struct run *run, const char *person, const char *result, const char *text,
		   const uint8_t *card, struct seal_diag *diag)
{
	const struct seal_transcript_entry entry = {.person = person[0] ? person : NULL,
						    .card = card,
						    .result = result,
						    .text = text && text[0] ? text : NULL};

	return seal_walk_step(&run->walk, &entry, diag);
}

static int on_deviation(struct run *run, struct seal_diag *diag)
{
	char expected[RUN_LINE], happened[RUN_LINE], decided[RUN_LINE], by[RUN_LINE];
	int leave_out = 0;
	int error = run_ask(run, RUN_EXPECTED, expected, diag);

	if (!error)
		error = run_ask(run, RUN_HAPPENED, happened, diag);
	if (!error)
		error = run_ask(run, RUN_DECIDED, decided, diag);
	if (!error)
		error = run_ask(run, RUN_BY, by, diag);
	if (!error)
		error = add_deviation(run, expected, happened, decided, by, diag);
	if (!error)
		error = yes(run, RUN_GO_ON, &leave_out, diag);
	if (!error && leave_out)
		error = end_row(run, by, SEAL_WALK_SKIPPED, NULL, NULL, diag);
	if (!error)
		say(run, RUN_WRITTEN, "");
	return error;
}

static int on_break(struct run *run, struct seal_diag *diag)
{
	char until[RUN_LINE] = "", stays[RUN_LINE] = "", by[RUN_LINE], text[2 * RUN_LINE + 64];
	int error = run_ask(run, RUN_UNTIL, until, diag);

	if (!error)
		error = run_ask(run, RUN_STAYS, stays, diag);
	if (!error)
		error = run_ask(run, RUN_BY, by, diag);
	(void)snprintf(text, sizeof text, "until: %s; with the material: %s", until, stays);
	return error ? error : add(run, SEAL_TRANSCRIPT_BREAK, by, NULL, text, diag);
}

static int is_name(const char *text)
{
	return strlen(text) <= SEAL_CARD_NAME;
}

static int on_person(struct run *run, struct seal_diag *diag)
{
	char who[RUN_LINE] = "", which[RUN_LINE], why[RUN_LINE];
	int comes = 0;
	int error = SEAL_OK;

	do
		error = run_ask(run, RUN_WHO, who, diag);
	while (!error && !is_name(who));
	do {
		if (!error)
			error = run_ask(run, RUN_COMES, which, diag);
		if (error)
			return error;
		comes = strcmp(which, run->language == SEAL_FRENCH ? "e" : "c") == 0;
	} while (!comes && strcmp(which, run->language == SEAL_FRENCH ? "s" : "g") != 0);
	error = run_ask(run, RUN_WHY, why, diag);
	if (!error)
		error = add(run, SEAL_TRANSCRIPT_PERSON, who,
			    comes ? SEAL_WALK_COMES : SEAL_WALK_GOES, why, diag);
	if (!error)
		say(run, RUN_WRITTEN, "");
	return error;
}

static int on_abort(struct run *run, struct seal_diag *diag)
{
	char why[RUN_LINE], by[RUN_LINE];
	int sure = 0;
	int error = yes(run, RUN_ABORT, &sure, diag);

	if (!error && sure)
		error = yes(run, RUN_ABORT_SURE, &sure, diag);
	if (error || !sure)
		return error;
	error = run_ask(run, RUN_WHY, why, diag);
	if (!error)
		error = run_ask(run, RUN_BY, by, diag);
	return error ? error : add(run, SEAL_TRANSCRIPT_ABORT, by, NULL, why, diag);
}

/* At the roll-call: all of the plan who do not answer. */
static int ask_absent(struct run *run, struct seal_diag *diag)
{
	for (;;) {
		char line[RUN_LINE] = "";
		const struct seal_walk_person *person;
		int error = seal_prompt_line(run_text(run, RUN_ABSENT), line, sizeof line, diag);

		if (error || !line[0])
			return error;
		person = seal_walk_find(&run->walk, line);
		if (person && person->is_here)
			error = add(run, SEAL_TRANSCRIPT_PERSON, person->name, SEAL_WALK_ABSENT,
				    NULL, diag);
		if (error)
			return error;
	}
}

static void show_result(struct run *run, const char *person, const struct run_result *result)
{
	char line[RUN_LINE + SEAL_CARD_NAME + 8];

	(void)snprintf(line, sizeof line, "%s%s%s", person,
		       person[0] && result->text[0] ? ": " : "", result->text);
	say(run, RUN_DONE, line);
}

/* A step that a tool does: what it refuses is written down too, and the step stays. */
static int by_tool(struct run *run, const char *person, struct seal_diag *diag)
{
	const struct seal_step *step = seal_walk_current(&run->walk);
	struct run_result result = {.result = SEAL_WALK_DONE};
	struct seal_diag why = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	int error = run_tool(run, step, person, &result, &why);

	seal_busy(NULL);
	if (error && run_is_end(error)) {
		*diag = why;
		return error;
	}
	if (error) {
		seal_diag_line(&why, line, sizeof line);
		if (!line[0])
			(void)snprintf(line, sizeof line, "%s", seal_error_text(error));
		error = end_row(run, person, SEAL_WALK_REFUSED, line, NULL, diag);
		if (!error)
			say(run, RUN_REFUSED, line);
		return error;
	}
	error = end_row(run, person, result.result, result.text,
			result.has_card ? result.card : NULL, diag);
	if (!error)
		show_result(run, person, &result);
	return error;
}

static int on_done(struct run *run, struct seal_diag *diag)
{
	const struct seal_step *step = seal_walk_current(&run->walk);
	char person[RUN_LINE] = "";
	int error = SEAL_OK;

	if (strcmp(step->id, "sign") == 0)
		return run_roll(run, diag);
	if (strcmp(step->id, "open") == 0)
		error = ask_absent(run, diag);
	if (error)
		return error;
	if (step->person[0])
		(void)snprintf(person, sizeof person, "%s", step->person);
	else
		error = run_ask(run, RUN_INITIALS, person, diag);
	if (error)
		return error;
	if (run_has_tool(step))
		return by_tool(run, person, diag);
	error = end_row(run, person, SEAL_WALK_DONE, NULL, NULL, diag);
	run->message[0] = '\0';
	return error;
}

static int is_deputy(const struct run *run, const char *name)
{
	const struct seal_plan *plan = &run->plan.plan;

	for (size_t i = 0; i < plan->people_count; i++)
		if (plan->people[i].part == SEAL_PLAN_DEPUTY &&
		    strcmp(plan->people[i].name, name) == 0)
			return 1;
	return 0;
}

/* A deputy in the place of who was invited: a deviation, then the same step. */
static int on_instead(struct run *run, struct seal_diag *diag)
{
	const struct seal_step *step = seal_walk_current(&run->walk);
	char who[RUN_LINE], why[RUN_LINE], by[RUN_LINE], expected[RUN_LINE], decided[RUN_LINE + 32];
	int error = run_ask(run, RUN_INSTEAD, who, diag);

	if (error)
		return error;
	if (!is_deputy(run, who)) {
		say(run, RUN_NO_DEPUTY, "");
		return SEAL_OK;
	}
	error = run_ask(run, RUN_WHY, why, diag);
	if (!error)
		error = run_ask(run, RUN_BY, by, diag);
	(void)snprintf(expected, sizeof expected, "the share of %s", step->person);
	(void)snprintf(decided, sizeof decided, "%s, deputy, in this place", who);
	if (!error)
		error = add_deviation(run, expected, why, decided, by, diag);
	return error ? error : by_tool(run, who, diag);
}

static int on_key(struct run *run, const char *key, struct seal_diag *diag)
{
	if (!key[0])
		return on_done(run, diag);
	if (strcmp(key, "d") == 0)
		return on_deviation(run, diag);
	if (strcmp(key, "b") == 0)
		return on_break(run, diag);
	if (strcmp(key, "p") == 0)
		return on_person(run, diag);
	if (strcmp(key, "a") == 0)
		return on_abort(run, diag);
	if (strcmp(key, "s") == 0 && run_is_of_share(seal_walk_current(&run->walk)))
		return on_instead(run, diag);
	say(run, RUN_NO_KEY, "");
	return SEAL_OK;
}

int run_walk(struct run *run, struct seal_diag *diag)
{
	char line[RUN_LINE];
	int error = SEAL_OK;

	while (!error && !run->walk.aborted && seal_walk_current(&run->walk)) {
		line[0] = '\0';
		if (!run->walk.on_break)
			run_look(run);
		error = run_page(run, RUN_BACK, line, diag);
		if (error)
			break;
		if (!run->walk.on_break)
			error = on_key(run, line, diag);
		else if (line[0])
			error = add(run, SEAL_TRANSCRIPT_RESUME, line, NULL, "after a break", diag);
	}
	if (!error && !run->walk.aborted && !run->walk.ended)
		error = add(run, SEAL_TRANSCRIPT_END, NULL, NULL, NULL, diag);
	return error ? error : run_sign(run, diag);
}
