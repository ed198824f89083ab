/* seal-rekey prove: a new holder has the share, and shows it. */

#include "seal-rekey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tool.h"
#include "ceremony/busy.h"
#include "ceremony/prove_share.h"

#include "base/banned.h"

static const struct seal_option options[] = {
	PLAN_ROW,
	DIGEST_ROW,
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct values, output), "DIR",
	 "folder for the new share; what is there already is used"},
	USE_TOKENS_ROWS(struct values, tokens),
	CUSTODIAN_ROW,
	CONNECT_ROWS(struct values, connect),
	JSON_ROW,
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

/* As seal_unseal_look would leave it, of the pending set. */
static void state_of(const struct seal_client_rekey_status *status,
		     const struct seal_unseal *unseal, struct seal_unseal_state *out)
{
	*out = (struct seal_unseal_state){0};
	memcpy(out->status.unproved, status->unproved, sizeof out->status.unproved);
	out->status.unproved_count = status->unproved_count;
	seal_unseal_mark(unseal, out);
}

static int prove(const struct values *values, const struct begun *begun,
		 struct seal_client_rekey_status *status, struct seal_diag *diag)
{
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct seal_unseal_state *state = calloc(1, sizeof *state);
	struct seal_proved proved = {0};
	struct used_tokens tokens;
	struct seal_unseal unseal;
	FILE *out = values->json ? stderr : stdout;
	const char *name = NULL;
	int error =
		state ? use_folder(values, begun, values->output, &folder, &tokens, &unseal, diag)
		      : seal_fail(diag, SEAL_E_NOMEM, "rekey");

	unseal.is_pending = 1;
	if (!error)
		error = seal_rekey_check(&begun->file.plan, &folder.manifest, diag);
	if (!error && strcmp(folder.manifest.set, status->pending_set) != 0)
		error = seal_fail(diag, SEAL_E_MISMATCH,
				  "%s: of set %.8s; the daemon's new set is "
				  "%.8s: choose another folder",
				  values->output, folder.manifest.set, status->pending_set);
	if (!error)
		state_of(status, &unseal, state);
	seal_busy("the tokens");
	if (!error)
		error = seal_prove_share(&unseal, &folder, values->output, state, &proved, diag);
	seal_busy(NULL);
	if (!error) {
		name = folder.manifest.shares[proved.index].custodian;
		(void)fprintf(out, "%s: proved%s\n", name,
			      proved.repeated ? " (it was known already)" : "");
		error = seal_client_rekey_status(begun->client, begun->file.plan.core, status,
						 diag);
	}
	if (!error)
		show_state(values, begun, status);
	if (!error && values->json)
		state_details(values, begun, status, name);
	free(state);
	return error;
}

static int is_done(const struct begun *begun, const struct seal_client_rekey_status *status)
{
	return status->epoch == begun->file.plan.epoch + 1;
}

static int look(const struct values *values, const struct begun *begun, struct seal_diag *diag)
{
	struct seal_client_rekey_status *status = calloc(1, sizeof *status);
	int error = status ? seal_client_rekey_status(begun->client, begun->file.plan.core, status,
						      diag)
			   : seal_fail(diag, SEAL_E_NOMEM, "rekey");

	if (!error && is_done(begun, status)) {
		show_state(values, begun, status);
		if (values->json)
			state_details(values, begun, status, NULL);
		free(status);
		return SEAL_OK;
	}
	if (!error &&
	    (!status->is_pending || strcmp(status->pending_plan, begun->rekey.digest) != 0))
		error = seal_fail(
			diag, SEAL_E_NOTFOUND,
			"no new set of this plan waits for proofs: a quorum of the set in "
			"force gives first");
	if (!error && access(values->output, F_OK) != 0)
		error = seal_rekey_fetch(&begun->rekey, values->custodian, values->output, diag);
	if (!error)
		error = prove(values, begun, status, diag);
	free(status);
	return error;
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	struct begun begun SEAL_CLEANUP(begun_done) = {0};
	int error = begin(values, &begun, diag);

	if (!error && !values->output)
		error = seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	if (!error)
		error = confirm_plan(values, &begun, diag);
	return error ? error : look(values, &begun, diag);
}

int prove_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT, .details = &text};
	const struct tool tool = {
		{"seal-rekey prove", "-p PLAN -o DIR [--digest HEX] [-i FILE] [-n NAME] [--json]",
		 "Fetches the new share, holds the new set to the plan, opens the share with the "
		 "token here,\nand proves it to the daemon. With the last proof the new set is in "
		 "force.",
		 options, 0},
		run,
		&values.json,
		values.details,
		"nothing is lost: the same command goes on where it was"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
