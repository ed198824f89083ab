/* seal-roster accept: a person's token signs the text of duties. */

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"
#include "ceremony/roster_file.h"
#include "ceremony/signing.h"
#include "seal-roster.h"
#include "share/duty.h"

#include "base/banned.h"

struct values {
	const char *organisation, *duty, *card, *output;
	int version, json;
	struct use_tokens tokens;
	char **details;
};

static const struct seal_option options[] = {
	{"organisation", 0, SEAL_OPTION_TEXT, offsetof(struct values, organisation), "TEXT",
	 "as in the roster, in the same spelling"},
	{"duty", 0, SEAL_OPTION_TEXT, offsetof(struct values, duty), "FILE", "the text of duties"},
	{"duty-version", 0, SEAL_OPTION_NUMBER, offsetof(struct values, version), "N",
	 "which version of the text it is"},
	{"card", 0, SEAL_OPTION_TEXT, offsetof(struct values, card), "CARD",
	 "of the person, whose token signs"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "FILE",
	 "where the acceptance is written; must not be there yet"},
	USE_TOKENS_ROWS(struct values, tokens),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check_options(const struct values *values, struct seal_diag *diag)
{
	const char *missing = !values->organisation ? "--organisation"
			      : !values->duty	    ? "--duty"
			      : values->version < 1 ? "--duty-version"
			      : !values->card	    ? "--card"
			      : !values->output	    ? "--output"
						    : NULL;

	return missing ? seal_fail(diag, SEAL_E_USAGE, "%s: missing (see --help)", missing)
		       : SEAL_OK;
}

/* What is signed, to the person who signs it. */
static int ask(const struct values *values, const struct seal_duty *duty, struct seal_diag *diag)
{
	char line[512];
	char words[SEAL_CARD_WORDS];
	int yes = 0;
	int error;

	if (values->tokens.non_interactive)
		return SEAL_OK;
	seal_card_words(duty->digest, words);
	(void)snprintf(line, sizeof line, "%s accepts the duty of %s, version %u: %s", duty->person,
		       duty->organisation, duty->version, values->duty);
	seal_prompt_say(line);
	(void)snprintf(line, sizeof line, "  its words: %s", words);
	seal_prompt_say(line);
	error = seal_prompt_yes("Is it read, and accepted? (yes or no) ", &yes, diag);
	if (!error && !yes)
		error = seal_fail(diag, SEAL_E_POLICY, "%s does not accept it", duty->person);
	return error;
}

static int show(const struct values *values, const struct seal_duty *duty)
{
	char digest[2 * SEAL_ROSTER_DIGEST + 1];
	char card[2 * SEAL_CARD_FINGERPRINT + 1];

	seal_hex(duty->digest, sizeof duty->digest, digest);
	seal_hex(duty->card, sizeof duty->card, card);
	if (values->json)
		give_details(values->details,
			     json_pack("{s:s,s:s,s:s,s:i,s:s,s:s,s:s}", "file", values->output,
				       "organisation", duty->organisation, "person", duty->person,
				       "duty", (int)duty->version, "digest", digest, "card", card,
				       "time", duty->time));
	else
		(void)printf("acceptance   %s: %s, duty %u\nnext         give it to whoever drafts "
			     "the roster (%s draft --accepted DIR)\n",
			     values->output, duty->person, duty->version, NAME);
	return SEAL_OK;
}

/* The file's place is taken before anybody is asked for a PIN. */
static int make(const struct values *values, const struct used_tokens *tokens,
		const struct seal_card *card, struct seal_duty *duty, struct seal_diag *diag)
{
	const struct seal_card *const cards[] = {card};
	struct seal_signing signing = {.cards = cards,
				       .count = 1,
				       .place = &tokens->place,
				       .asker = &tokens->asker,
				       .has_serial = tokens->has_serial,
				       .serial = tokens->serial};
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	char *note SEAL_CLEANUP(seal_text_freep) = NULL;
	char text[SEAL_DUTY_TEXT];
	size_t len = 0;
	int error = seal_duty_text(duty, text, diag);

	if (!error)
		error = seal_file_new(values->output, SEAL_FILE_NEW, &file, diag);
	if (!error)
		error = ask(values, duty, diag);
	if (!error)
		error = seal_signing_open(&signing, &token, diag);
	if (!error)
		error = seal_signing_note(&signing, token, text, NULL, &note, &len, diag);
	if (!error)
		error = seal_file_write(file, note, len, diag);
	if (!error)
		error = seal_file_commit(file, diag);
	return error ? error : show(values, duty);
}

static void cardp(struct seal_card **card)
{
	free(*card);
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_card *card SEAL_CLEANUP(cardp) = calloc(1, sizeof *card);
	struct used_tokens tokens;
	struct seal_duty duty = {.organisation = values->organisation,
				 .version = (unsigned)values->version};
	char now[21];
	int error = check_options(values, diag);

	if (!error && !card)
		error = seal_fail(diag, SEAL_E_NOMEM, "card");
	if (!error)
		error = use_tokens(&values->tokens, &tokens, diag);
	if (!error)
		error = seal_card_read(values->card, card, diag);
	if (!error)
		error = seal_card_fingerprint(card, duty.card, diag);
	if (!error)
		error = seal_duty_read(values->duty, duty.digest, diag);
	if (!error)
		error = time_of(NULL, now, diag);
	if (error)
		return error;
	duty.person = card->name;
	duty.time = now;
	return make(values, &tokens, card, &duty, diag);
}

int accept_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT, .details = &text};
	const struct tool tool = {
		{NAME,
		 "accept --organisation TEXT --duty FILE --duty-version N --card CARD -o FILE "
		 "[OPTION]...",
		 "The holder of CARD accepts the duty: the token signs which text it is, and when.",
		 options, 0},
		run,
		&values.json,
		values.details,
		"nothing is lost: the acceptance is there whole or not at all"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
