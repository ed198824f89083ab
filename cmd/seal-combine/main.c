/* seal-combine: puts a secret together again, from the folder of a share set or from
   share lines. */

#include <unistd.h>

#include "../tool.h"
#include "seal-combine.h"
#include "share/lines.h"
#include "share/manifest.h"

#include "base/banned.h"

static const struct seal_option options[] = {
	USE_TOKENS_ROWS(struct values, tokens),
	{"signer", 0, SEAL_OPTION_TEXT, offsetof(struct values, signer), "BASE64",
	 "who signed the set, as was told when it was made"},
	{"walk", 0, SEAL_OPTION_FLAG, offsetof(struct values, walk), NULL,
	 "one custodian after another at this keyboard"},
	{"plain", 0, SEAL_OPTION_FLAG, offsetof(struct values, plain), NULL,
	 "instead of a folder: bare share lines on stdin"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report the result as one JSON object on stderr"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int uses_tokens(const struct use_tokens *tokens)
{
	return tokens->identities.count > 0 || tokens->devices.count > 0 || tokens->serial ||
	       tokens->pin_fd >= 0 || tokens->passphrase_fd >= 0 || tokens->last_try ||
	       tokens->replugged || tokens->non_interactive;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);

	if (values->plain &&
	    (file || values->walk || values->signer || uses_tokens(&values->tokens)))
		return seal_fail(diag, SEAL_E_USAGE,
				 "--plain: reads stdin and uses no folder and no token");
	if (values->plain)
		return seal_plain_combine(&source, &sink, diag);
	if (!file)
		return seal_fail(diag, SEAL_E_USAGE,
				 "name the folder of a share set (or --plain; see --help)");
	if (values->walk && values->tokens.non_interactive)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--walk: asks who is next: not with --non-interactive");
	return combine_folders(values, file, &sink, diag);
}

int main(int argc, char **argv)
{
	struct values values = {.tokens = USE_TOKENS_INIT, .arguments = (const char *const *)argv};
	const struct tool tool = {
		{"seal-combine",
		 "[--signer BASE64] [-i FILE]... [--walk] [--json] DIR... > secret\n"
		 "       seal-combine --plain [--json] < lines > secret",
		 "Puts a secret together again: from the folder that seal-split made, or those "
		 "that "
		 "several\ncustodians bring, with the tokens that are here, one after another. Or "
		 "from "
		 "bare share\nlines, as many as the threshold and of one set: a wrong line is not "
		 "noticed and gives a\nwrong secret.",
		 options, SEAL_MANIFEST_SHARES},
		run,
		&values.json,
		NULL,
		"nothing is lost: shares and tokens are as they were"};

	return tool_main(&tool, &values, argc, argv);
}
