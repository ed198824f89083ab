/* seal-combine: puts share lines from standard input together again. */

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "base/harden.h"
#include "base/io.h"
#include "share/lines.h"

#include "base/banned.h"

enum { PLAIN = 1, JSON, HELP, VERSION, KINDS };

static const struct option table[] = {
	{"plain", no_argument, NULL, PLAIN},
	{"json", no_argument, NULL, JSON},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSION},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"usage: seal-combine --plain [--json] < lines > secret\n"
	"Puts bare share lines together. Give as many as the threshold, of one set: a wrong\n"
	"line is not noticed and gives a wrong secret.\n\n"
	"  --plain             bare share lines, as Vault and seal-split --plain print them\n"
	"  --json              report the result as one JSON object on stderr\n"
	"  --help, --version   say so\n";

static int usage(const char *what, const char *why)
{
	(void)fprintf(stderr, "seal-combine: %s: %s (see --help)\n", what, why);
	return 2;
}

static int combine(int json)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	struct seal_diag diag = {0};
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	int error = seal_plain_combine(&source, &sink, &diag);

	if (json)
		(void)fprintf(stderr, "{\"result\":\"%s\",\"exit\":%d}\n", seal_error_name(error),
			      seal_error_exit(error));
	if (error) {
		seal_diag_line(&diag, line, sizeof line);
		(void)fprintf(stderr, "seal-combine: stdin: %s\n", line);
	}
	return seal_error_exit(error);
}

int main(int argc, char **argv)
{
	int seen[KINDS] = {0};
	int kind;

	if (seal_process_harden(NULL) != SEAL_OK)
		return usage("start", "the process cannot be hardened") + 1;
	opterr = 0;
	while ((kind = getopt_long(argc, argv, "+", table, NULL)) != -1) {
		if (kind == '?')
			return usage(argv[optind - 1], "unknown option");
		if (seen[kind]++)
			return usage(argv[optind - 1], "option given twice");
	}
	if (seen[HELP] || seen[VERSION])
		return fputs(seen[HELP] ? help : "seal-combine " SEAL_VERSION "\n", stdout) < 0 ||
				       fflush(stdout) != 0
			       ? 3
			       : 0;
	if (optind < argc)
		return usage(argv[optind], "share lines come on standard input");
	if (!seen[PLAIN])
		return usage("--plain", "missing");
	return combine(seen[JSON]);
}
