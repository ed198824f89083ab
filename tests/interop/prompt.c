/* Puts one question as tools do, for tests/cli/prompt.py; prints the answer, which in
   tests is no secret. interop_prompt KIND [FD] */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/harden.h"
#include "ceremony/prompt.h"

static int put(const struct seal_token_asker *asker, enum seal_question what, int wrong,
	       struct seal_diag *diag)
{
	struct seal_token_question question = {
		.what = what, .applet = "PIV", .token = "YubiKey 12345678", .holder = "alice"};
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error;

	question.tries_left = wrong ? 1 : 3;
	question.wrong_before = wrong;
	question.min_len = 6;
	question.max_len = 8;
	if (what == SEAL_ASK_PASSPHRASE) {
		question.applet = "identity file";
		question.token = "a\033[2Jb.identity";
		question.tries_left = -1;
		question.max_len = 1024;
	}
	error = asker->secret(asker->ctx, &question, &secret, diag);
	if (!error)
		printf("got: %.*s\n", (int)seal_secret_len(secret),
		       (const char *)seal_secret_bytes(secret));
	asker->touch(asker->ctx, &question, 1);
	asker->touch(asker->ctx, &question, 0);
	return error;
}

static int ask(const char *kind, struct seal_prompt *prompt, struct seal_diag *diag)
{
	struct seal_token_asker asker = seal_prompt_asker(prompt);
	size_t index = 0;
	int yes = 0;
	int error;

	if (strcmp(kind, "yes") == 0) {
		error = seal_prompt_yes("go on? ", &yes, diag);
		if (!error)
			printf("got: %d\n", yes);
		return error;
	}
	if (strcmp(kind, "number") == 0) {
		error = seal_prompt_number("which? ", 2, &index, diag);
		if (!error)
			printf("got: %zu\n", index);
		return error;
	}
	if (strcmp(kind, "twice") == 0) {
		error = put(&asker, SEAL_ASK_PIN, 0, diag);
		return error ? error : put(&asker, SEAL_ASK_PIN, 1, diag);
	}
	return put(&asker,
		   strcmp(kind, "new") == 0	     ? SEAL_ASK_NEW_PIN
		   : strcmp(kind, "passphrase") == 0 ? SEAL_ASK_PASSPHRASE
						     : SEAL_ASK_PIN,
		   strcmp(kind, "wrong") == 0, diag);
}

int main(int argc, char **argv)
{
	struct seal_prompt prompt = SEAL_PROMPT_INIT;
	struct seal_diag diag = {0};
	char line[1024];
	int error;

	if (argc < 2 || seal_process_harden(&diag) != SEAL_OK)
		return 99;
	if (argc > 2)
		prompt.pin_fd = (int)strtol(argv[2], NULL, 10);
	prompt.non_interactive = strcmp(argv[1], "mute") == 0;
	error = ask(argv[1], &prompt, &diag);
	if (error) {
		seal_diag_line(&diag, line, sizeof line);
		fprintf(stderr, "%s\n", line);
	}
	return seal_error_exit(error);
}
