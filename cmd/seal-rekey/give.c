/* seal-rekey give: sees the plan, signs it, gives a share for it alone. */

#include "seal-rekey.h"

#include <stdio.h>
#include <stdlib.h>

#include "../tool.h"
#include "ceremony/busy.h"

#include "base/banned.h"

static const struct seal_option options[] = {
	PLAN_ROW,
	DIGEST_ROW,
	USE_TOKENS_ROWS(struct values, tokens),
	CUSTODIAN_ROW,
	CONNECT_ROWS(struct values, connect),
	JSON_ROW,
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static void show(const struct values *values, const struct seal_set_folder *folder,
		 const struct seal_rekey_given *given)
{
	const char *name = folder->manifest.shares[given->index].custodian;

	(void)fprintf(values->json ? stderr : stdout, "%s: %s\n", name,
		      given->accepted ? "plan signed, share given"
				      : "not needed any more: the new set is made");
}

static int give(const struct values *values, const struct begun *begun, const char *dir,
		struct seal_diag *diag)
{
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct seal_rekey_given *given = calloc(1, sizeof *given);
	struct used_tokens tokens;
	struct seal_unseal unseal;
	int error = given ? use_folder(values, begun, dir, &folder, &tokens, &unseal, diag)
			  : seal_fail(diag, SEAL_E_NOMEM, "rekey");

	if (!error)
		error = confirm_plan(values, begun, diag);
	seal_busy("the tokens");
	if (!error)
		error = seal_rekey_give(&begun->rekey, &unseal, given, diag);
	seal_busy(NULL);
	if (!error) {
		show(values, &folder, given);
		show_state(values, begun, &given->status);
	}
	if (!error && values->json)
		state_details(values, begun, &given->status,
			      given->accepted ? folder.manifest.shares[given->index].custodian
					      : NULL);
	free(given);
	return error;
}

static int run(const void *values, const char *file, struct seal_diag *diag)
{
	struct begun begun SEAL_CLEANUP(begun_done) = {0};
	int error = begin(values, &begun, diag);

	return error ? error : give(values, &begun, file ? file : ".", diag);
}

int give_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT, .details = &text};
	const struct tool tool = {
		{"seal-rekey give", "-p PLAN [--digest HEX] [-i FILE] [-n NAME] [--json] [DIR]",
		 "Shows the plan, has the token here sign it, opens the share of the set in force "
		 "in DIR, and\ngives it to the daemon's core for this plan alone.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing is lost: a share is given whole or not at all; the same command goes on"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
