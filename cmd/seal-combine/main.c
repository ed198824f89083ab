/* seal-combine: puts share lines from standard input together again. */

#include <unistd.h>

#include "../tool.h"
#include "base/io.h"
#include "share/lines.h"

#include "base/banned.h"

struct values {
	int plain, json;
};

static const struct seal_option options[] = {
	{"plain", 0, SEAL_OPTION_FLAG, offsetof(struct values, plain), NULL,
	 "bare share lines, as Vault and seal-split --plain print them"},
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

	if (!values->plain)
		return seal_fail(diag, SEAL_E_USAGE, "--plain: missing (see --help)");
	return seal_plain_combine(&source, &sink, diag);
}

int main(int argc, char **argv)
{
	struct values values = {0};
	const struct tool tool = {{"seal-combine", "--plain [--json] < lines > secret",
				   "Puts bare share lines together. Give as many as the threshold, "
				   "of one set: a wrong\n"
				   "line is not noticed and gives a wrong secret.",
				   options, 0},
				  run,
				  &values.json,
				  NULL};

	return tool_main(&tool, &values, argc, argv);
}
