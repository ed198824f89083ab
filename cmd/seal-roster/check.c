/* seal-roster check: whether a roster holds; every rule that is broken, a line each. */

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/history.h"
#include "ceremony/roster_file.h"
#include "seal-roster.h"

#include "base/banned.h"

struct values {
	struct seal_option_list previous;
	const char *digest, *cards, *at;
	int rehearsal, json;
	char **details;
};

static const struct seal_option options[] = {
	{"previous", 0, SEAL_OPTION_LIST, offsetof(struct values, previous), "PATH",
	 "earlier versions: a file, or a folder of *.roster; may be repeated"},
	{"digest", 0, SEAL_OPTION_TEXT, offsetof(struct values, digest), "HEX64",
	 "of a version that is trusted; those after it must follow from it"},
	{"cards", 'c', SEAL_OPTION_TEXT, offsetof(struct values, cards), "DIR",
	 "the cards, which must be those of the roster and no others"},
	{"at", 0, SEAL_OPTION_TEXT, offsetof(struct values, at), "TIME",
	 "as of that day or time, not of now"},
	{"rehearsal", 0, SEAL_OPTION_FLAG, offsetof(struct values, rehearsal), NULL,
	 "take cards of virtual tokens"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* What was found; advice is lawful. */
struct verdict {
	struct seal_roster_findings broken, advice;
	const struct seal_roster *by; /* NULL: not here */
	uint8_t is_signed[SEAL_ROSTER_PEOPLE];
	size_t signatures;
};

static int check_cards(const struct values *values, const struct seal_roster *roster,
		       struct verdict *verdict, struct seal_diag *diag)
{
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	int error = seal_cards_add_folder(&cards, values->cards, diag);

	return error ? error
		     : seal_roster_check_cards(roster, &cards, values->rehearsal, &verdict->broken,
					       diag);
}

static int check_all(const struct values *values, const struct seal_history *history,
		     const struct seal_roster *roster, struct verdict *verdict,
		     struct seal_diag *diag)
{
	uint8_t digest[SEAL_ROSTER_DIGEST];
	char time[21];
	size_t len = 0;
	int error = time_of(values->at, time, diag);

	if (!error && values->digest &&
	    (strlen(values->digest) != 2 * sizeof digest ||
	     seal_unhex(values->digest, 2 * sizeof digest, digest, sizeof digest, &len, NULL)))
		error = seal_fail(diag, SEAL_E_USAGE, "--digest: not 64 hex digits");
	if (error)
		return error;
	seal_roster_rules(roster, &verdict->broken);
	error = seal_history_verify(history, roster, values->digest ? digest : NULL,
				    &verdict->broken, diag);
	seal_roster_rules_at(roster, time, &verdict->broken);
	if (!error && values->cards)
		error = check_cards(values, roster, verdict, diag);
	seal_roster_advice(roster, &verdict->advice);
	verdict->by = seal_history_before(history, roster);
	/* A forged signature is told among what is broken. */
	if (!error && verdict->by &&
	    seal_roster_signed_by(verdict->by, roster, verdict->is_signed, &verdict->signatures,
				  NULL) != SEAL_OK)
		verdict->by = NULL;
	return error;
}

static int show(const struct values *values, const char *path, const struct seal_roster *roster,
		const struct verdict *verdict, struct seal_diag *diag)
{
	struct shown shown;
	int error = shown_of(roster, &shown, diag);
	json_t *json;

	if (error)
		return error;
	if (!values->json) {
		print_head(stdout, path, roster, &shown);
		if (verdict->by)
			print_signed(stdout, verdict->by, verdict->is_signed, verdict->signatures);
		print_findings("broken", &verdict->broken);
		print_findings("advice", &verdict->advice);
		return SEAL_OK;
	}
	json = head_json(path, roster, &shown);
	if (json) {
		(void)json_object_set_new(json, "broken", findings_json(&verdict->broken));
		(void)json_object_set_new(json, "advice", findings_json(&verdict->advice));
	}
	if (json && verdict->by) {
		(void)json_object_set_new(json, "signed",
					  signed_json(verdict->by, verdict->is_signed));
		(void)json_object_set_new(json, "needed", json_integer(verdict->by->changes));
	}
	give_details(values->details, json);
	return SEAL_OK;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_history history SEAL_CLEANUP(seal_history_done) = {0};
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	struct verdict verdict = {.by = NULL};
	int error = file ? seal_roster_read_any(file, 0, &roster, diag)
			 : seal_fail(diag, SEAL_E_USAGE, "ROSTER: missing (see --help)");

	for (size_t i = 0; !error && i < values->previous.count; i++)
		error = seal_history_add(&history, values->previous.value[i], diag);
	if (!error)
		error = check_all(values, &history, roster, &verdict, diag);
	if (!error)
		error = show(values, file, roster, &verdict, diag);
	if (!error && verdict.broken.count > 0)
		error = seal_fail(diag, SEAL_E_VERIFY, "%s: does not hold: %s: %s%s", file,
				  verdict.broken.list[0].rule, verdict.broken.list[0].text,
				  verdict.broken.count > 1 ? " (and more)" : "");
	return error;
}

int check_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {
		{NAME, "check [--previous PATH]... [--digest HEX64] [OPTION]... ROSTER",
		 "Says whether a roster holds: its rules, its signatures and what it follows from; "
		 "and each rule\nthat is broken.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing is lost: nothing was written"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
