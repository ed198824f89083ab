/* seal-roster draft: the text of a version, which administrators then sign. */

#include <stdlib.h>
#include <string.h>

#include "../confirm.h"
#include "base/file.h"
#include "base/own.h"
#include "ceremony/confirm.h"
#include "ceremony/roster_draft.h"
#include "ceremony/roster_file.h"
#include "seal-roster.h"

#include "base/banned.h"

struct values {
	const char *people, *duty, *cards, *previous, *accepted, *output, *fingerprints, *roots;
	int allow_single, allow_no_spare, rehearsal, json;
	char **details;
};

static const struct seal_option options[] = {
	{"people", 'p', SEAL_OPTION_TEXT, offsetof(struct values, people), "FILE",
	 "the list of people"},
	{"duty", 0, SEAL_OPTION_TEXT, offsetof(struct values, duty), "FILE",
	 "the text of duties, of the version that the list names"},
	{"cards", 'c', SEAL_OPTION_TEXT, offsetof(struct values, cards), "DIR",
	 "their cards, *.card"},
	{"previous", 0, SEAL_OPTION_TEXT, offsetof(struct values, previous), "FILE",
	 "the version before; without it the first is drafted"},
	{"accepted", 0, SEAL_OPTION_TEXT, offsetof(struct values, accepted), "DIR",
	 "acceptances of duty, *.accepted"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "FILE",
	 "where the text is written; must not be there yet"},
	{"fingerprints", 0, SEAL_OPTION_TEXT, offsetof(struct values, fingerprints), "FILE",
	 "confirm new cards by lines NAME HEX64 instead of asking"},
	{"roots", 0, SEAL_OPTION_TEXT, offsetof(struct values, roots), "DIR",
	 "certificates that are believed, instead of the built-in ones"},
	{"allow-single", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_single), NULL,
	 "one administrator alone can change the roster"},
	{"allow-no-spare", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_no_spare), NULL,
	 "all administrators are needed to change it"},
	{"rehearsal", 0, SEAL_OPTION_FLAG, offsetof(struct values, rehearsal), NULL,
	 "take cards of virtual tokens"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check_options(const struct values *values, struct seal_diag *diag)
{
	const char *missing = !values->people	? "--people"
			      : !values->duty	? "--duty"
			      : !values->cards	? "--cards"
			      : !values->output ? "--output"
						: NULL;

	return missing ? seal_fail(diag, SEAL_E_USAGE, "%s: missing (see --help)", missing)
		       : SEAL_OK;
}

static int check_virtual(const struct values *values, const struct seal_cards *cards,
			 struct seal_diag *diag)
{
	for (size_t i = 0; i < cards->count; i++)
		if (cards->list[i].is_virtual && !values->rehearsal)
			return seal_fail(diag, SEAL_E_POLICY,
					 "%s: of a virtual token (--rehearsal takes it)",
					 cards->path[i]);
	return SEAL_OK;
}

/* What the version before has not vouched for: those are confirmed, as nothing else tells whose a
   card is. The copies point into cards. */
static int confirm(const struct values *values, const struct seal_cards *cards,
		   const struct seal_roster *previous, struct seal_diag *diag)
{
	const struct seal_confirm how = {.fingerprints = values->fingerprints,
					 .roots = values->roots};
	struct seal_cards fresh = {.list = calloc(cards->count + 1, sizeof *fresh.list),
				   .path = calloc(cards->count + 1, sizeof *fresh.path)};
	int error = fresh.list && fresh.path ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "cards");

	for (size_t i = 0; !error && i < cards->count; i++) {
		const struct seal_roster_person *holder;
		uint8_t print[SEAL_CARD_FINGERPRINT];

		error = seal_card_fingerprint(&cards->list[i], print, diag);
		if (error)
			break;
		holder = previous ? seal_roster_holder(previous, print, NULL) : NULL;
		if (holder && strcmp(holder->id, cards->list[i].name) == 0)
			continue;
		fresh.path[fresh.count] = cards->path[i];
		fresh.list[fresh.count++] = cards->list[i];
	}
	if (!error && (fresh.count > 0 || values->fingerprints))
		error = seal_confirm_cards(&fresh, &how, diag);
	free(fresh.list);
	free(fresh.path);
	return error;
}

static int check_advice(const struct values *values, const struct seal_roster *roster,
			struct seal_diag *diag)
{
	struct seal_roster_findings found = {.count = 0};

	seal_roster_advice(roster, &found);
	for (size_t i = 0; i < found.count; i++) {
		int allowed = strcmp(found.list[i].rule, "single") == 0 ? values->allow_single
									: values->allow_no_spare;

		if (!allowed)
			return seal_fail(diag, SEAL_E_POLICY, "%s (--allow-%s takes it)",
					 found.list[i].text, found.list[i].rule);
	}
	return SEAL_OK;
}

static int show(const struct values *values, const struct seal_roster *previous,
		const struct seal_roster *roster, struct seal_diag *diag)
{
	const struct seal_roster *by = previous ? previous : roster;
	struct seal_roster_findings unmet = {.count = 0};
	json_t *changes = NULL;
	struct shown shown;
	int error = shown_of(roster, &shown, diag);

	/* Lawful to sign, and what check will say tomorrow. */
	seal_roster_rules_at(roster, roster->created, &unmet);
	if (!error && previous)
		error = changes_of(previous, roster, &changes, diag);
	if (error)
		return error;
	if (values->json) {
		json_t *json = head_json(values->output, roster, &shown);

		if (json && changes)
			(void)json_object_set(json, "differs", changes);
		if (json)
			(void)json_object_set_new(json, "unmet", findings_json(&unmet));
		if (json)
			(void)json_object_set_new(json, "needed", json_integer(by->changes));
		give_details(values->details, json);
	} else {
		print_head(stdout, values->output, roster, &shown);
		print_changes(stdout, changes);
		print_findings("not yet", &unmet);
		(void)printf("next         %u of its administrators sign it: %s sign --card CARD "
			     "-o FILE %s\n",
			     by->changes, NAME, values->output);
	}
	json_decref(changes);
	return SEAL_OK;
}

/* The file's place is taken before people confirm cards one by one. */
static int confirm_and_write(const struct values *values, const struct seal_cards *cards,
			     const struct seal_roster *previous, const struct seal_roster *roster,
			     struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = seal_roster_text(roster, &text, diag);

	if (!error)
		error = seal_file_new(values->output, SEAL_FILE_NEW, &file, diag);
	if (!error)
		error = confirm(values, cards, previous, diag);
	if (!error)
		error = seal_file_write(file, text, strlen(text), diag);
	return error ? error : seal_file_commit(file, diag);
}

static void peoplep(struct seal_people **people)
{
	free(*people);
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_people *people SEAL_CLEANUP(peoplep) = NULL;
	struct seal_roster *previous SEAL_CLEANUP(seal_roster_freep) = NULL;
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	struct seal_roster_draft draft = {.cards = &cards, .accepted = values->accepted};
	char created[21];
	int error = check_options(values, diag);

	if (!error)
		error = seal_people_read(values->people, &people, diag);
	if (!error)
		error = seal_cards_add_folder(&cards, values->cards, diag);
	if (!error && values->previous)
		error = seal_roster_read(values->previous, &previous, diag);
	if (!error)
		error = seal_duty_read(values->duty, draft.duty, diag);
	if (!error)
		error = time_of(NULL, created, diag);
	if (!error)
		error = check_virtual(values, &cards, diag);
	draft.people = people;
	draft.previous = previous;
	draft.created = created;
	if (!error)
		error = seal_roster_draft(&draft, &roster, diag);
	if (!error)
		error = check_advice(values, roster, diag);
	if (!error)
		error = confirm_and_write(values, &cards, previous, roster, diag);
	if (!error)
		error = show(values, previous, roster, diag);
	if (!error && values->fingerprints)
		confirm_warn(NAME, &cards, NULL);
	return error;
}

int draft_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {
		{NAME,
		 "draft --people FILE --duty FILE --cards DIR [--previous FILE] -o FILE "
		 "[OPTION]...",
		 "Writes the text of a roster's first or next version. It is in force when "
		 "administrators have\nsigned it.",
		 options, 0},
		run,
		&values.json,
		values.details,
		"nothing is lost: the text is there whole or not at all"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
