/* seal-open: opens age files. What opens them is lib/crypto. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "../tool.h"
#include "base/io.h"
#include "seal-open.h"

#include "base/banned.h"

#define ABSENT (-1)

static const struct seal_option table[] = {
	{"raw", 0, SEAL_OPTION_FLAG, offsetof(struct options, raw), NULL,
	 "any age v1 file, armored or not"},
	{"identity", 'i', SEAL_OPTION_LIST, offsetof(struct options, identity), "FILE",
	 "identities, one AGE-SECRET-KEY-1 a line; may be repeated"},
	{"passphrase-fd", 0, SEAL_OPTION_NUMBER, offsetof(struct options, passphrase_fd), "N",
	 "read a passphrase from descriptor N, up to a newline"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct options, json), NULL,
	 "report the result as one JSON object on stderr"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check(const struct options *options, const char *file, struct seal_diag *diag)
{
	if (!options->raw)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--raw: missing: opening with a token is not in this version");
	if (options->identity.count == 0 && options->passphrase_fd == ABSENT)
		return seal_fail(diag, SEAL_E_USAGE,
				 "neither --identity nor --passphrase-fd is given (see --help)");
	if (options->passphrase_fd == 0 && !file)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--passphrase-fd: 0 is the file that is to be opened");
	return SEAL_OK;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct options *options = given;
	struct identities identities SEAL_CLEANUP(identities_done) = {0};
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	int error = check(options, file, diag);

	if (!error)
		error = identities_load(&identities, options, diag);
	if (error)
		return error;
	if (file)
		in = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return seal_fail(diag, SEAL_E_IO, "%s", strerror(errno));
	return seal_age_open(identities.list, identities.count, &source, &sink, diag);
}

int main(int argc, char **argv)
{
	struct options options = {.passphrase_fd = ABSENT};
	const struct tool tool = {
		{"seal-open", "--raw [-i FILE]... [--passphrase-fd N] [--json] [FILE]",
		 "Opens an age file (stdin where no FILE is named) and writes it to stdout.", table,
		 1},
		run,
		&options.json,
		NULL};

	return tool_main(&tool, &options, argc, argv);
}
