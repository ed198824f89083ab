/* Seals stdin to stdout, for the interop scripts and benches:
   seal-age [-a] RECIPIENT...    or    seal-age [-a] -p PASSPHRASE_FD */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/age_seal.h"

static int seal(int argc, char **argv, struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_secret *passphrase SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_age_recipient to[SEAL_AGE_RECIPIENTS];
	int in = STDIN_FILENO;
	struct seal_source source = seal_source_fd(&in);
	size_t count = 0;
	int error = SEAL_OK;

	if (argc == 2 && strcmp(argv[0], "-p") == 0) {
		error = seal_secret_read_fd((int)strtol(argv[1], NULL, 10), 1024, &passphrase,
					    diag);
		return error ? error
			     : seal_age_seal_passphrase(passphrase, SEAL_AGE_SCRYPT_DEFAULT,
							&source, sink, diag);
	}
	for (; !error && argc > 0 && count < SEAL_AGE_RECIPIENTS; argc--, argv++)
		error = seal_age_recipient_parse(argv[0], &to[count++], diag);
	return error ? error : seal_age_seal(to, count, &source, sink, diag);
}

int main(int argc, char **argv)
{
	struct seal_diag diag = {0};
	struct seal_age_armor_out armor;
	int out = STDOUT_FILENO;
	struct seal_sink plain = seal_sink_fd(&out);
	struct seal_sink text = seal_age_armor_sink(&armor, &plain);
	int armored = argc > 1 && strcmp(argv[1], "-a") == 0;
	int error = seal(argc - 1 - armored, argv + 1 + armored, armored ? &text : &plain, &diag);

	if (!error && armored)
		error = seal_age_armor_end(&armor, &diag);
	if (error) {
		char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

		seal_diag_line(&diag, line, sizeof line);
		(void)fprintf(stderr, "seal-age: %s\n", line);
	}
	return seal_error_exit(error);
}
