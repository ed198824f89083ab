/* seal-open: opens age files. Options, messages and exit codes only; what opens
   them is lib/crypto. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/harden.h"
#include "base/io.h"
#include "seal-open.h"

#include "base/banned.h"

static const char help[] =
	"usage: seal-open --raw [-i FILE]... [--passphrase-fd N] [--json] [FILE]\n"
	"Opens an age file (stdin where no FILE is named) and writes it to stdout.\n\n"
	"  --raw               any age v1 file, armored or not\n"
	"  -i, --identity FILE identities, one AGE-SECRET-KEY-1 a line; may be repeated\n"
	"  --passphrase-fd N   read a passphrase from descriptor N, up to a newline\n"
	"  --json              report the result as one JSON object on stderr\n"
	"  --help, --version   say so\n";

static int report(const struct options *options, int error, const struct seal_diag *diag)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (options->json)
		(void)fprintf(stderr, "{\"result\":\"%s\",\"exit\":%d}\n", seal_error_name(error),
			      seal_error_exit(error));
	if (error) {
		seal_diag_line(diag, line, sizeof line);
		(void)fprintf(stderr, "seal-open: %s: %s\n",
			      options->file ? options->file : "stdin",
			      line[0] ? line : seal_error_text(error));
	}
	return seal_error_exit(error);
}

static int open_file(const struct options *options, struct seal_diag *diag)
{
	struct identities identities SEAL_CLEANUP(identities_done) = {0};
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);
	int error = identities_load(&identities, options, diag);

	if (error)
		return error;
	if (options->file)
		in = open(options->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return seal_fail(diag, SEAL_E_IO, "%s", strerror(errno));
	return seal_age_open(identities.list, identities.count, &source, &sink, diag);
}

int main(int argc, char **argv)
{
	struct options options = {.passphrase_fd = -1};
	struct seal_diag diag = {0};
	int error = seal_process_harden(&diag);

	if (error)
		return report(&options, error, &diag);
	if (options_read(&options, argc, argv) != 0)
		return seal_error_exit(SEAL_E_USAGE);
	if (options.help)
		return fputs(help, stdout) < 0 || fflush(stdout) != 0 ? 3 : 0;
	if (options.version)
		return puts("seal-open " SEAL_VERSION) < 0 || fflush(stdout) != 0 ? 3 : 0;
	error = open_file(&options, &diag);
	return report(&options, error, &diag);
}
