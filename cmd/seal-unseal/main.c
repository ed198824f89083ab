/* seal-unseal: one custodian's share to a sealed daemon, or one after another's. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../tool.h"
#include "ceremony/busy.h"
#include "ceremony/prompt.h"
#include "ceremony/terminal.h"
#include "seal-unseal.h"

#include "base/banned.h"

static const struct seal_option options[] = {
	USE_TOKENS_ROWS(struct values, tokens),
	{"custodian", 'n', SEAL_OPTION_TEXT, offsetof(struct values, custodian), "NAME",
	 "whose turn it is, where tokens of several are plugged in"},
	{"walk", 0, SEAL_OPTION_FLAG, offsetof(struct values, walk), NULL,
	 "one custodian after another at this keyboard"},
	{"wait", 0, SEAL_OPTION_NUMBER, offsetof(struct values, wait), "SECONDS",
	 "then wait until it is open; 1 when time ran out"},
	{"prove", 0, SEAL_OPTION_FLAG, offsetof(struct values, prove), NULL,
	 "give nothing: prove that the share was opened, fetching it where DIR has it not"},
	{"reset", 0, SEAL_OPTION_FLAG, offsetof(struct values, reset), NULL,
	 "forget what was given so far; this share is the right to do so"},
	CONNECT_ROWS(struct values, connect),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check(const struct values *values, struct seal_diag *diag)
{
	if (values->walk && (values->tokens.non_interactive || values->wait >= 0 ||
			     values->custodian || values->tokens.serial))
		return seal_fail(diag, SEAL_E_USAGE,
				 "--walk: asks who is next: not with --non-interactive, --wait, "
				 "--custodian or --serial");
	if (values->walk && (values->tokens.pin_fd >= 0 || values->tokens.passphrase_fd >= 0))
		return seal_fail(
			diag, SEAL_E_USAGE,
			"--walk: each custodian types: not with --pin-fd, --passphrase-fd");
	if (values->prove && (values->walk || values->reset || values->wait >= 0))
		return seal_fail(diag, SEAL_E_USAGE,
				 "--prove: gives no share: not with --walk, --wait or --reset");
	return SEAL_OK;
}

static void report_line(const struct seal_diag *diag, int error)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	char text[sizeof line + 256];

	seal_diag_line(diag, line, sizeof line);
	(void)snprintf(
		text, sizeof text, "seal-unseal: %s\n%s\n", line,
		error == SEAL_E_DAEMON
			? "No share is lost: but if the daemon was started anew, those given "
			  "so far are to be given again."
			: "Nothing was lost: what was given stays given.");
	seal_terminal_write(STDERR_FILENO, text);
}

/* Trouble of one custodian is not the end of the walk; a person ends it with Ctrl-C. */
static int ends_walk(int error)
{
	return error == SEAL_E_INTERRUPTED || error == SEAL_E_USAGE || error == SEAL_E_NOMEM ||
	       error == SEAL_E_LOCKMEM;
}

static int look(const struct seal_unseal *unseal, struct seal_unseal_state *state,
		struct seal_diag *diag)
{
	int error;

	seal_busy(seal_client_address(unseal->client));
	error = seal_unseal_look(unseal, state, diag);
	seal_busy(NULL);
	return error;
}

static int turn(const struct seal_unseal *unseal, struct seal_unseal_state *state, int *out_gave,
		struct seal_diag *diag)
{
	int error;

	seal_busy("the tokens");
	error = seal_unseal_turn(unseal, state, diag);
	seal_busy(NULL);
	*out_gave = !error;
	return error;
}

static int walk(const struct values *values, const struct seal_unseal *unseal,
		struct seal_unseal_state *state, int *out_gave, struct seal_diag *diag)
{
	char line[8];
	int unreachable = 0;

	while (state->status.sealed) {
		struct seal_diag why = {0};
		int gave = 0;
		int error =
			seal_prompt_line(unreachable ? "When the daemon runs again, press Enter "
						     : "Next custodian: plug in your token, "
						       "take a seat, and press Enter ",
					 line, sizeof line, diag);

		if (error)
			return error;
		error = look(unseal, state, &why);
		/* First all see how far it is now. */
		if (!error && !unreachable && state->status.sealed)
			error = turn(unseal, state, &gave, &why);
		if (error && ends_walk(error)) {
			*diag = why;
			return error;
		}
		unreachable = error == SEAL_E_DAEMON;
		if (error) {
			report_line(&why, error);
			continue;
		}
		*out_gave = gave;
		unseal_show(values, unseal, state, gave);
	}
	return SEAL_OK;
}

static uint64_t seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec;
}

/* Others may give theirs from elsewhere meanwhile. */
static int wait_open(const struct values *values, const struct seal_unseal *unseal,
		     struct seal_unseal_state *state, struct seal_diag *diag)
{
	const struct timespec pause = {0, 500000000};
	uint64_t until = seconds() + (uint64_t)values->wait;
	unsigned shown = state->status.progress;
	int error = SEAL_OK;

	unseal_waits(values, state);
	while (state->status.sealed) {
		struct seal_diag why = {0};

		if (seconds() >= until && error)
			return error;
		if (seconds() >= until)
			return seal_fail(diag, SEAL_E_QUORUM,
					 "still sealed after %d seconds: %u of %u given",
					 values->wait, state->status.progress,
					 unseal->folder->manifest.threshold);
		(void)nanosleep(&pause, NULL);
		error = seal_unseal_look(unseal, state, &why);
		if (error)
			*diag = why;
		if (error == SEAL_E_DAEMON)
			continue; /* it may be started again */
		if (error)
			return error;
		if (state->status.progress != shown || !state->status.sealed)
			unseal_show(values, unseal, state, 0);
		shown = state->status.progress;
	}
	return SEAL_OK;
}

static int turns(const struct values *values, const struct seal_unseal *unseal,
		 struct seal_diag *diag)
{
	struct seal_unseal_state state = {0};
	int gave = 0;
	int error = look(unseal, &state, diag);

	if (error)
		return error;
	if (state.status.sealed && !values->tokens.non_interactive)
		unseal_begin(values, unseal, &state);
	if (!state.status.sealed) {
		unseal_show(values, unseal, &state, 0);
	} else if (values->walk) {
		error = walk(values, unseal, &state, &gave, diag);
	} else {
		error = turn(unseal, &state, &gave, diag);
		if (gave)
			unseal_show(values, unseal, &state, 1);
		if (!error && values->wait >= 0)
			error = wait_open(values, unseal, &state, diag);
	}
	if (values->json)
		unseal_details(values, unseal, &state, gave);
	return error;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct used_tokens tokens;
	struct seal_unseal unseal = {.folder = &folder,
				     .place = &tokens.place,
				     .asker = &tokens.asker,
				     .custodian = values->custodian,
				     .reset = values->reset};
	uint8_t core[32];
	int has_core = 0;
	int error = check(values, diag);

	if (!error)
		error = connect_core(&values->connect, core, &has_core, diag);
	if (!error)
		error = use_tokens(&values->tokens, &tokens, diag);
	if (!error)
		error = seal_set_folder_read(file ? file : ".", has_core ? core : NULL, &folder,
					     diag);
	if (!error)
		error = connect_open(&values->connect, &client, diag);
	if (error)
		return error;
	unseal.client = client;
	unseal.has_serial = tokens.has_serial;
	unseal.serial = tokens.serial;
	unseal.choose = values->tokens.non_interactive ? NULL : use_tokens_choose;
	return values->prove ? unseal_prove(values, &unseal, &folder, file ? file : ".", diag)
			     : turns(values, &unseal, diag);
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT, .wait = -1, .details = &text};
	const struct tool tool = {
		{"seal-unseal",
		 "[-a URL] [--pin SHA256] [-i FILE] [-n NAME | --walk] [--prove] [--json] [DIR]",
		 "Gives a share to a sealed daemon: finds the one that the tokens here open, among "
		 "those in\nDIR (where seal-init wrote them; else the current folder).",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing is lost: a share is given whole or not at all, and those given stay"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
