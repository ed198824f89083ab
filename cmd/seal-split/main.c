/* seal-split: splits a secret from standard input for the holders of cards, or into
   bare share lines. */

#include <stdlib.h>
#include <unistd.h>

#include "../tool.h"
#include "base/io.h"
#include "seal-split.h"
#include "share/lines.h"

#include "base/banned.h"

#define ABSENT (-1)

static const struct seal_option options[] = {
	{"threshold", 'k', SEAL_OPTION_NUMBER, offsetof(struct values, threshold), "K",
	 "how many are needed"},
	{"groups", 'g', SEAL_OPTION_TEXT, offsetof(struct values, groups), "LIST",
	 "instead: how many of each group, ops=2,security=1"},
	{"cards", 'c', SEAL_OPTION_TEXT, offsetof(struct values, cards), "DIR",
	 "cards of the custodians, *.card"},
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "DIR",
	 "new folder for manifest, sealed shares and sealed secret"},
	{"purpose", 0, SEAL_OPTION_TEXT, offsetof(struct values, purpose), "TEXT",
	 "what the secret is for, in words (\"a secret\")"},
	{"fingerprints", 0, SEAL_OPTION_TEXT, offsetof(struct values, fingerprints), "FILE",
	 "confirm cards by lines NAME HEX64 instead of asking"},
	{"roots", 0, SEAL_OPTION_TEXT, offsetof(struct values, roots), "DIR",
	 "certificates that are believed, instead of the built-in ones"},
	{"allow-no-spare", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_no_spare), NULL,
	 "all shares needed: one lost share loses the secret"},
	{"allow-single", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_single), NULL,
	 "one person has the secret alone"},
	{"rehearsal", 0, SEAL_OPTION_FLAG, offsetof(struct values, rehearsal), NULL,
	 "take cards of virtual tokens"},
	{"plain", 0, SEAL_OPTION_NUMBER, offsetof(struct values, plain), "N",
	 "instead of cards: N bare share lines on stdout, as Vault prints them"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report as one JSON object: on stdout, with --plain on stderr"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int split_plain(const struct values *values, struct seal_diag *diag)
{
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	struct seal_plain_policy policy = {.threshold = (unsigned)values->threshold,
					   .shares = (unsigned)values->plain,
					   .allow_no_spare = values->allow_no_spare};

	tool_report_to_stderr();
	if (values->cards || values->output || values->purpose || values->groups ||
	    values->fingerprints || values->roots || values->allow_single || values->rehearsal)
		return seal_fail(diag, SEAL_E_USAGE, "--plain: takes -k and --allow-no-spare only");
	if (values->threshold == ABSENT)
		return seal_fail(diag, SEAL_E_USAGE, "--threshold: missing (see --help)");
	return seal_plain_split(&policy, &source, &sink, diag);
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;

	if (values->plain)
		return split_plain(values, diag);
	if (!values->cards)
		return seal_fail(diag, SEAL_E_USAGE, "--cards: missing (or --plain; see --help)");
	return split_for_cards(values, diag);
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.threshold = ABSENT, .details = &text};
	const struct tool tool = {
		{"seal-split",
		 "-k K --cards DIR -o DIR [--fingerprints FILE] [--json] < secret\n"
		 "       seal-split -k K --plain N [--json] < secret > lines",
		 "Splits a secret of 1 byte to 16 MiB so that K custodians give it back, and seals "
		 "one share\nto each holder of a card; or writes N bare share lines.",
		 options, 0},
		run,
		&values.json,
		values.details,
		"nothing is lost: the share set is there whole or not at all"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
