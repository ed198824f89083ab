/* seal-split: splits a secret from standard input into share lines. */

#include <unistd.h>

#include "../tool.h"
#include "base/io.h"
#include "share/lines.h"

#include "base/banned.h"

struct values {
	int shares, threshold, allow_no_spare, json;
};

#define ABSENT (-1)

static const struct seal_option options[] = {
	{"plain", 0, SEAL_OPTION_NUMBER, offsetof(struct values, shares), "N",
	 "N bare share lines, as Vault prints them"},
	{"threshold", 'k', SEAL_OPTION_NUMBER, offsetof(struct values, threshold), "K",
	 "how many are needed"},
	{"allow-no-spare", 0, SEAL_OPTION_FLAG, offsetof(struct values, allow_no_spare), NULL,
	 "accept K = N, where one lost share loses the secret"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report the result as one JSON object on stderr"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	struct seal_plain_policy policy;

	if (values->shares == ABSENT || values->threshold == ABSENT)
		return seal_fail(diag, SEAL_E_USAGE, "--plain and -k are needed (see --help)");
	policy = (struct seal_plain_policy){.threshold = (unsigned)values->threshold,
					    .shares = (unsigned)values->shares,
					    .allow_no_spare = values->allow_no_spare};
	return seal_plain_split(&policy, &source, &sink, diag);
}

int main(int argc, char **argv)
{
	struct values values = {.shares = ABSENT, .threshold = ABSENT};
	const struct tool tool = {
		{"seal-split", "--plain N -k K [--allow-no-spare] [--json] < secret > lines",
		 "Splits a secret of 1 byte to 16 MiB into N share lines, K of which give it back.",
		 options, 0},
		run,
		&values.json,
		NULL};

	return tool_main(&tool, &values, argc, argv);
}
