/* seal-roster sign: an administrator's token signs a version, having seen what is new in it. */

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/own.h"
#include "ceremony/roster_file.h"
#include "ceremony/signing.h"
#include "seal-roster.h"

#include "base/banned.h"

struct values {
	const char *cards, *previous, *output;
	struct seal_option_list card;
	int json;
	struct use_tokens tokens;
	char **details;
};

static const struct seal_option options[] = {
	{"cards", 0, SEAL_OPTION_TEXT, offsetof(struct values, cards), "DIR",
	 "cards of the administrators"},
	{"card", 0, SEAL_OPTION_LIST, offsetof(struct values, card), "CARD",
	 "one of them; may be repeated"},
	{"previous", 0, SEAL_OPTION_TEXT, offsetof(struct values, previous), "FILE",
	 "the version before, whose administrators sign"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "FILE",
	 "the signed roster; may be the file that is signed"},
	USE_TOKENS_ROWS(struct values, tokens),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* What is signed, what decides who signs, and who has. */
struct job {
	const struct values *values;
	const char *path;
	struct seal_roster *roster, *previous;
	const struct seal_roster *by;
	struct seal_cards cards;
	const struct seal_card *fit[SEAL_CARDS_MAX]; /* of those who may sign, and have not */
	size_t count;
	uint8_t is_signed[SEAL_ROSTER_PEOPLE];
	size_t signatures;
};

static void done(struct job *job)
{
	seal_roster_free(job->roster);
	seal_roster_free(job->previous);
	seal_cards_done(&job->cards);
}

static int check_options(const struct values *values, const char *file, struct seal_diag *diag)
{
	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "ROSTER: missing (see --help)");
	if (!values->output)
		return seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	if (!values->cards && values->card.count == 0)
		return seal_fail(diag, SEAL_E_USAGE, "--card, --cards: one is needed (see --help)");
	return SEAL_OK;
}

static int load(struct job *job, struct seal_diag *diag)
{
	const struct values *values = job->values;
	int error = seal_roster_read_any(job->path, 1, &job->roster, diag);

	if (!error && values->previous)
		error = seal_roster_read(values->previous, &job->previous, diag);
	if (!error && job->roster->version > 1 && !job->previous)
		error = seal_fail(diag, SEAL_E_USAGE,
				  "--previous: missing: version %u of the roster decides who signs",
				  job->roster->version - 1);
	if (!error && job->previous)
		error = seal_roster_follows(job->previous, job->roster, diag);
	if (!error && values->cards)
		error = seal_cards_add_folder(&job->cards, values->cards, diag);
	for (size_t i = 0; !error && i < values->card.count; i++)
		error = seal_cards_add(&job->cards, values->card.value[i], diag);
	job->by = job->previous ? job->previous : job->roster;
	return error ? error
		     : seal_roster_signed_by(job->by, job->roster, job->is_signed, &job->signatures,
					     diag);
}

static int may_sign(const struct job *job, const struct seal_roster_person *person)
{
	return (person->roles & SEAL_ROLE_ADMINISTRATOR) &&
	       seal_roster_active(person, job->roster->created);
}

/* Cards whose token counts. The last reason why another does not is told where none does. */
static int choose_cards(struct job *job, struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (size_t i = 0; !error && i < job->cards.count; i++) {
		const struct seal_card *card = &job->cards.list[i];
		const struct seal_roster_person *person;
		uint8_t print[SEAL_CARD_FINGERPRINT];

		error = seal_card_fingerprint(card, print, diag);
		if (error)
			return error;
		person = seal_roster_holder(job->by, print, NULL);
		if (!person || strcmp(person->id, card->name) != 0)
			(void)seal_fail(diag, SEAL_E_MISMATCH, "%s: not in version %u",
					job->cards.path[i], job->by->version);
		else if (!may_sign(job, person))
			(void)seal_fail(diag, SEAL_E_POLICY,
					"%s: %s is no administrator in office of version %u",
					job->cards.path[i], person->id, job->by->version);
		else if (job->is_signed[person - job->by->people])
			(void)seal_fail(diag, SEAL_E_DUPLICATE, "%s: %s has signed already",
					job->cards.path[i], person->id);
		else
			job->fit[job->count++] = card;
	}
	return job->count > 0 ? SEAL_OK : diag->error;
}

/* R5: nobody signs what was not shown. */
static int ask(const struct job *job, const struct shown *shown, const json_t *changes,
	       struct seal_diag *diag)
{
	char line[512];
	int yes = 0;
	int error;

	if (job->values->tokens.non_interactive)
		return SEAL_OK;
	(void)snprintf(line, sizeof line, "Roster of %s, version %u, made at %s: %zu people",
		       job->roster->organisation, job->roster->version, job->roster->created,
		       job->roster->count);
	seal_prompt_say(line);
	(void)snprintf(line, sizeof line, "  its words: %s", shown->words);
	seal_prompt_say(line);
	for (size_t i = 0; i < json_array_size(changes); i++)
		seal_prompt_say(json_string_value(json_array_get(changes, i)));
	error = seal_prompt_yes("Sign it? (yes or no) ", &yes, diag);
	if (!error && !yes)
		error = seal_fail(diag, SEAL_E_POLICY, "%s: not signed", job->path);
	return error;
}

static int sign(const struct job *job, const struct used_tokens *tokens, char **out_note,
		size_t *out_len, struct seal_diag *diag)
{
	const struct seal_signing signing = {
		.cards = job->fit,
		.count = job->count,
		.place = &tokens->place,
		.asker = &tokens->asker,
		.has_serial = tokens->has_serial,
		.serial = tokens->serial,
		.choose = job->values->tokens.non_interactive ? NULL : use_tokens_choose};
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = seal_roster_text(job->roster, &text, diag);

	if (!error)
		error = seal_signing_open(&signing, &token, diag);
	return error ? error
		     : seal_signing_note(&signing, token, text, job->roster->note, out_note,
					 out_len, diag);
}

/* As the file is now. */
static int show(struct job *job, const char *note, size_t len, const struct shown *shown,
		const json_t *changes, struct seal_diag *diag)
{
	const struct values *values = job->values;
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	const struct seal_roster *by;
	json_t *json;
	int error = seal_roster_parse(note, len, &roster, diag);

	by = job->previous ? job->previous : roster;
	if (!error)
		error = seal_roster_signed_by(by, roster, job->is_signed, &job->signatures, diag);
	if (error)
		return error;
	if (!values->json) {
		print_head(stdout, values->output, roster, shown);
		print_changes(stdout, changes);
		print_signed(stdout, by, job->is_signed, job->signatures);
		return SEAL_OK;
	}
	json = head_json(values->output, roster, shown);
	if (json) {
		(void)json_object_set_new(json, "signed", signed_json(by, job->is_signed));
		(void)json_object_set_new(json, "needed", json_integer(by->changes));
		(void)json_object_set_new(json, "complete",
					  json_boolean(job->signatures >= by->changes));
	}
	give_details(values->details, json);
	return SEAL_OK;
}

static int write_note(const char *path, const char *note, size_t len, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error = seal_file_new(path, 0, &file, diag);

	if (!error)
		error = seal_file_write(file, note, len, diag);
	return error ? error : seal_file_commit(file, diag);
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct job job SEAL_CLEANUP(done) = {.values = values, .path = file};
	char *note SEAL_CLEANUP(seal_text_freep) = NULL;
	struct used_tokens tokens;
	struct shown shown;
	json_t *changes = NULL;
	size_t len = 0;
	int error = check_options(values, file, diag);

	if (!error)
		error = use_tokens(&values->tokens, &tokens, diag);
	if (!error)
		error = load(&job, diag);
	if (!error)
		error = choose_cards(&job, diag);
	if (!error)
		error = shown_of(job.roster, &shown, diag);
	if (!error && job.previous)
		error = changes_of(job.previous, job.roster, &changes, diag);
	if (!error)
		error = ask(&job, &shown, changes, diag);
	if (!error)
		error = sign(&job, &tokens, &note, &len, diag);
	if (!error)
		error = write_note(values->output, note, len, diag);
	if (!error)
		error = show(&job, note, len, &shown, changes, diag);
	json_decref(changes);
	return error;
}

int sign_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT, .details = &text};
	const struct tool tool = {
		{NAME,
		 "sign --card CARD | --cards DIR [--previous FILE] -o FILE [OPTION]... ROSTER",
		 "Adds the signature of an administrator's token to a roster, or to the text of "
		 "one.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing is lost: the roster is as it was, or signed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
