/* seal-open: opens age files. What opens them is lib/crypto. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../tool.h"
#include "base/io.h"
#include "seal-open.h"

#include "base/banned.h"

static const struct seal_option table[] = {
	{"raw", 0, SEAL_OPTION_FLAG, offsetof(struct options, raw), NULL,
	 "any age v1 file, armored or not, of any length"},
	{"cards", 0, SEAL_OPTION_TEXT, offsetof(struct options, cards), "DIR",
	 "cards of those who may open it"},
	{"card", 0, SEAL_OPTION_LIST, offsetof(struct options, card), "CARD",
	 "one of them; may be repeated"},
	USE_TOKENS_ROWS(struct options, tokens),
	{"show", 0, SEAL_OPTION_FLAG, offsetof(struct options, show), NULL,
	 "show the share even on a terminal"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct options, json), NULL,
	 "report the result as one JSON object on stderr"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check(const struct options *options, const char *file, struct seal_diag *diag)
{
	if (options->raw && options->tokens.identities.count == 0 &&
	    options->tokens.passphrase_fd < 0 && !options->cards && options->card.count == 0)
		return seal_fail(diag, SEAL_E_USAGE,
				 "none of --identity, --card, --cards and --passphrase-fd is given "
				 "(see --help)");
	/* Before a PIN is spent. A share on a screen is in its history, and in whoever's sight. */
	if (!options->raw && !options->show && isatty(STDOUT_FILENO))
		return seal_fail(
			diag, SEAL_E_USAGE,
			"the plain share would be shown on this terminal: to show that you "
			"have it use seal-unseal --prove; else redirect it, or say --show");
	if ((options->tokens.passphrase_fd == 0 || options->tokens.pin_fd == 0) && !file)
		return seal_fail(diag, SEAL_E_USAGE, "%s: 0 is the file that is to be opened",
				 options->tokens.pin_fd == 0 ? "--pin-fd" : "--passphrase-fd");
	return SEAL_OK;
}

static int open_raw(const struct options *options, struct used_tokens *tokens, const char *file,
		    struct seal_diag *diag)
{
	struct identities identities SEAL_CLEANUP(identities_done) = {0};
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	int error = identities_load(&identities, options, tokens, file, diag);

	if (error)
		return error;
	if (file)
		in = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return seal_fail(diag, SEAL_E_IO, "%s", strerror(errno));
	return seal_age_open(identities.list, identities.count, &source, &sink, diag);
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct options *options = given;
	struct used_tokens tokens;
	int error = check(options, file, diag);

	if (!error)
		error = use_tokens(&options->tokens, &tokens, diag);
	if (error)
		return error;
	return options->raw ? open_raw(options, &tokens, file, diag)
			    : share_open(options, &tokens, file, diag);
}

int main(int argc, char **argv)
{
	struct options options = {.tokens = USE_TOKENS_INIT};
	const struct tool tool = {
		{"seal-open", "[--cards DIR | --card CARD] [-i FILE] [--raw] [--json] [FILE]",
		 "Opens a sealed share with its holder's token and writes its text to stdout; with "
		 "--raw any\nage file. FILE is stdin where none is named.",
		 table, 1},
		run,
		&options.json,
		NULL,
		"nothing is lost: the sealed file is as it was"};

	return tool_main(&tool, &options, argc, argv);
}
