/* The end of a walk: who signs with what, and the signatures on the head. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "ceremony/busy.h"
#include "run.h"

#include "base/banned.h"

static size_t add_cards(const struct seal_cards *cards, const struct seal_card **list, size_t count)
{
	for (size_t i = 0; i < cards->count; i++)
		list[count++] = &cards->list[i];
	return count;
}

int run_signatures(struct run *run, struct seal_diag *diag)
{
	const struct seal_cards *all[] = {&run->folder.cards, &run->plan.cards, &run->others};
	const struct seal_card **list;
	struct seal_checkpoint head;
	char path[SEAL_PATH];
	size_t count = 0;
	int error = seal_path_join(run->values->output, "transcript", ".jsonl", path, diag);

	for (size_t i = 0; i < 3; i++)
		count += all[i]->count;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	list = calloc(count + 1, sizeof *list);
	if (!list)
		return seal_fail(diag, SEAL_E_NOMEM, "signatures");
	count = 0;
	for (size_t i = 0; i < 3; i++)
		count = add_cards(all[i], list, count);
	seal_transcript_head(run->walk.transcript, &head);
	seal_signatures_done(&run->signatures);
	if (!error)
		error = seal_signatures_open(path, &head, list, count, &run->signatures, diag);
	free(list);
	return error;
}

/* "alice: sign with the token, or in ink? (t or i) ": 1, 0. */
static int ask_one(const struct run *run, const char *person, enum run_text question,
		   const char *one, const char *other, int *out_one, struct seal_diag *diag)
{
	char text[RUN_LINE], line[RUN_LINE];

	(void)snprintf(text, sizeof text, "%s: %s", person, run_text(run, question));
	for (;;) {
		int error;

		line[0] = '\0';
		error = seal_prompt_line(text, line, sizeof line, diag);
		if (error)
			return error;
		*out_one = strcmp(line, one) == 0;
		if (*out_one || strcmp(line, other) == 0)
			return SEAL_OK;
	}
}

/* The cards of all are known before the end: who has none signs in ink. */
static int say_one(struct run *run, struct seal_walk_person *person, struct seal_diag *diag)
{
	struct seal_transcript_entry entry = {.person = person->name, .result = SEAL_WALK_INK};
	int by_token = 0;
	int error = SEAL_OK;

	if (!seal_signatures_knows(&run->signatures, person->name))
		entry.text = "no card is here";
	else
		error = ask_one(run, person->name, RUN_TOKEN_OR_INK, "t",
				run->language == SEAL_FRENCH ? "e" : "i", &by_token, diag);
	if (by_token)
		entry.result = SEAL_WALK_SIGNS;
	return error ? error : seal_walk_step(&run->walk, &entry, diag);
}

int run_roll(struct run *run, struct seal_diag *diag)
{
	const struct seal_transcript_entry done = {.result = SEAL_WALK_DONE};
	int error = run_signatures(run, diag);

	for (size_t i = 0; i < run->walk.people_count && !error; i++) {
		struct seal_walk_person *person = &run->walk.people[i];

		if (person->is_here && person->signing == SEAL_SIGNING_UNSAID)
			error = say_one(run, person, diag);
	}
	return error ? error : seal_walk_step(&run->walk, &done, diag);
}

/* After an abort nobody has said anything: all who are here and have a card are asked. */
static int is_to_sign(const struct run *run, const struct seal_walk_person *person)
{
	return run->walk.aborted
		       ? person->is_here && seal_signatures_knows(&run->signatures, person->name)
		       : person->signing == SEAL_SIGNING_TOKEN;
}

static int sign_one(struct run *run, const char *person, struct seal_diag *diag)
{
	const struct seal_signing how = {.place = &run->tokens.place,
					 .asker = &run->tokens.asker,
					 .choose = use_tokens_choose};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	int error, goes_on = 1;

	for (;;) {
		struct seal_diag why = {0};

		error = ask_one(run, person, RUN_SIGN, "", "l", &goes_on, diag);
		if (error || !goes_on)
			return error;
		seal_busy("the tokens");
		error = seal_signatures_add(&run->signatures, person, &how, &why);
		seal_busy(NULL);
		if (!error)
			return SEAL_OK;
		if (run_is_end(error)) {
			*diag = why;
			return error;
		}
		seal_diag_line(&why, line, sizeof line);
		seal_prompt_say(line);
	}
}

int run_sign(struct run *run, struct seal_diag *diag)
{
	char words[SEAL_CARD_WORDS], text[RUN_LINE];
	int error = run_signatures(run, diag);

	if (error)
		return error;
	seal_card_words(run->signatures.head.root, words);
	(void)snprintf(text, sizeof text, "\n%s%s", run_text(run, RUN_HEAD), words);
	seal_prompt_say(text);
	for (size_t i = 0; i < run->walk.people_count && !error; i++) {
		const char *name = run->walk.people[i].name;

		if (!is_to_sign(run, &run->walk.people[i]) ||
		    seal_signatures_time(&run->signatures, name))
			continue;
		error = sign_one(run, name, diag);
		if (!error && seal_signatures_time(&run->signatures, name)) {
			(void)snprintf(text, sizeof text, "%s: %s", name,
				       run_text(run, RUN_SIGNED));
			seal_prompt_say(text);
		}
	}
	return error;
}

void run_signed(const struct run *run, int want, char *out, size_t cap)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < run->walk.people_count; i++) {
		const struct seal_walk_person *person = &run->walk.people[i];

		if (!is_to_sign(run, person) ||
		    !seal_signatures_time(&run->signatures, person->name) != !want || len >= cap)
			continue;
		len += (size_t)snprintf(out + len, cap - len, "%s\"%s\"", len ? "," : "",
					person->name);
	}
}
