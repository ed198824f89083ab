/* seal-split: splits a secret from standard input into share lines. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/harden.h"
#include "base/io.h"
#include "share/lines.h"

#include "base/banned.h"

enum { PLAIN = 256, NO_SPARE, JSON, HELP, VERSION, KINDS };

static const struct option table[] = {
	{"plain", required_argument, NULL, PLAIN},
	{"threshold", required_argument, NULL, 'k'},
	{"allow-no-spare", no_argument, NULL, NO_SPARE},
	{"json", no_argument, NULL, JSON},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSION},
	{NULL, 0, NULL, 0},
};

static const char help[] =
	"usage: seal-split --plain N -k K [--allow-no-spare] [--json] < secret > lines\n"
	"Splits a secret of 1 byte to 16 MiB into N share lines, K of which give it back.\n\n"
	"  --plain N           N bare share lines, as Vault prints them\n"
	"  -k, --threshold K   how many are needed\n"
	"  --allow-no-spare    accept K = N, where one lost share loses the secret\n"
	"  --json              report the result as one JSON object on stderr\n"
	"  --help, --version   say so\n";

static int json;

static int finish(int error, const struct seal_diag *diag)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (json)
		(void)fprintf(stderr, "{\"result\":\"%s\",\"exit\":%d}\n", seal_error_name(error),
			      seal_error_exit(error));
	if (error) {
		seal_diag_line(diag, line, sizeof line);
		(void)fprintf(stderr, "seal-split: %s\n", line[0] ? line : seal_error_text(error));
	}
	return seal_error_exit(error);
}

static int take_number(const char *text, const char *what, unsigned *out, struct seal_diag *diag)
{
	char *end = NULL;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || value > 100000)
		return seal_fail(diag, SEAL_E_USAGE, "%s: not a number", what);
	*out = (unsigned)value;
	return SEAL_OK;
}

static int take(struct seal_plain_policy *policy, int kind, const char *name,
		struct seal_diag *diag)
{
	switch (kind) {
	case PLAIN:
		return take_number(optarg, "--plain", &policy->shares, diag);
	case 'k':
		return take_number(optarg, "--threshold", &policy->threshold, diag);
	case NO_SPARE:
		policy->allow_no_spare = 1;
		return SEAL_OK;
	case JSON:
		json = 1;
		return SEAL_OK;
	default:
		return seal_fail(diag, SEAL_E_USAGE,
				 "%s: unknown option, or without its argument (see --help)", name);
	}
}

/* *out_done: --help or --version was answered. */
static int options(struct seal_plain_policy *policy, int argc, char **argv, int *out_done,
		   struct seal_diag *diag)
{
	int seen[KINDS] = {0};
	int kind;
	int error;

	opterr = 0;
	while ((kind = getopt_long(argc, argv, "+k:", table, NULL)) != -1) {
		if (kind == HELP || kind == VERSION) {
			*out_done = 1;
			if (fputs(kind == HELP ? help : "seal-split " SEAL_VERSION "\n", stdout) <
				    0 ||
			    fflush(stdout) != 0)
				return seal_fail_errno(diag, SEAL_E_IO, "stdout");
			return SEAL_OK;
		}
		if (kind != '?' && seen[kind]++)
			return seal_fail(diag, SEAL_E_USAGE, "%s: option given twice",
					 argv[optind - 1]);
		error = take(policy, kind, argv[optind - 1], diag);
		if (error)
			return error;
	}
	if (optind < argc)
		return seal_fail(diag, SEAL_E_USAGE, "%s: the secret comes on standard input",
				 argv[optind]);
	if (!seen[PLAIN] || !seen['k'])
		return seal_fail(diag, SEAL_E_USAGE, "--plain and -k are needed (see --help)");
	return SEAL_OK;
}

int main(int argc, char **argv)
{
	struct seal_plain_policy policy = {0};
	struct seal_diag diag = {0};
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	int done = 0;
	int error = seal_process_harden(&diag);

	if (!error)
		error = options(&policy, argc, argv, &done, &diag);
	if (!error && done)
		return 0;
	if (!error)
		error = seal_plain_split(&policy, &source, &sink, &diag);
	return finish(error, &diag);
}
