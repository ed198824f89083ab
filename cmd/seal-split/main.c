/* seal-split: splits a secret from standard input for the holders of cards, or into
   bare share lines. */

#include <stdlib.h>
#include <unistd.h>

#include "../tool.h"
#include "base/io.h"
#include "seal-split.h"
#include "share/lines.h"

#include "base/banned.h"

static const struct seal_option options[] = {
	NEW_SET_ROWS(struct values, set),
	{"purpose", 0, SEAL_OPTION_TEXT, offsetof(struct values, purpose), "TEXT",
	 "what the secret is for, in words (\"a secret\")"},
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
	struct seal_plain_policy policy = {.threshold = (unsigned)values->set.threshold,
					   .shares = (unsigned)values->plain,
					   .allow_no_spare = values->set.allow_no_spare};

	tool_report_to_stderr();
	if (new_set_is_given(&values->set) || values->purpose)
		return seal_fail(diag, SEAL_E_USAGE, "--plain: takes -k and --allow-no-spare only");
	if (values->set.threshold < 0)
		return seal_fail(diag, SEAL_E_USAGE, "--threshold: missing (see --help)");
	return seal_plain_split(&policy, &source, &sink, diag);
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;

	if (values->plain)
		return split_plain(values, diag);
	if (!values->set.cards)
		return seal_fail(diag, SEAL_E_USAGE, "--cards: missing (or --plain; see --help)");
	return split_for_cards(values, diag);
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.set = NEW_SET_INIT, .details = &text};
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
