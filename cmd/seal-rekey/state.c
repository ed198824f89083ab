/* seal-rekey status and cancel. */

#include "seal-rekey.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../tool.h"
#include "ceremony/busy.h"

#include "base/banned.h"

static const struct seal_option status_options[] = {
	PLAN_ROW,
	CONNECT_ROWS(struct values, connect),
	JSON_ROW,
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static const struct seal_option cancel_options[] = {
	PLAN_ROW,      USE_TOKENS_ROWS(struct values, tokens),
	CUSTODIAN_ROW, CONNECT_ROWS(struct values, connect),
	JSON_ROW,      {NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int run_status(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	struct begun begun SEAL_CLEANUP(begun_done) = {0};
	struct seal_client_rekey_status *status = calloc(1, sizeof *status);
	int error = status ? begin(values, &begun, diag) : seal_fail(diag, SEAL_E_NOMEM, "rekey");

	if (!error)
		error = seal_client_rekey_status(begun.client, begun.file.plan.core, status, diag);
	if (!error && values->json)
		state_details(values, &begun, status, NULL);
	else if (!error)
		show_state(values, &begun, status);
	free(status);
	return error;
}

static int run_cancel(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct begun begun SEAL_CLEANUP(begun_done) = {0};
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct used_tokens tokens;
	struct seal_unseal unseal;
	int cancelled = 0;
	unsigned against = 0;
	int error = begin(values, &begun, diag);

	if (!error)
		error = use_folder(values, &begun, file ? file : ".", &folder, &tokens, &unseal,
				   diag);
	seal_busy("the tokens");
	if (!error)
		error = seal_rekey_cancel(&begun.rekey, &unseal, &cancelled, &against, diag);
	seal_busy(NULL);
	if (error)
		return error;
	if (values->json) {
		json_t *json = json_pack("{s:s,s:b,s:i}", "plan", begun.rekey.digest, "cancelled",
					 cancelled, "against", (int)against);

		*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
		json_decref(json);
	} else if (cancelled) {
		(void)printf("cancelled: the set in force stays\n");
	} else {
		(void)printf("%u of %u holders have signed against it\n", against,
			     folder.manifest.threshold);
	}
	return SEAL_OK;
}

static int tool_of(const struct seal_tool *table,
		   int (*run)(const void *values, const char *file, struct seal_diag *diag),
		   int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT, .details = &text};
	const struct tool tool = {*table, run, &values.json, values.details, "nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}

int status_main(int argc, char **argv)
{
	static const struct seal_tool table = {
		"seal-rekey status", "-p PLAN [--json]",
		"Says how far the rekey of a plan is, and which share set opens the daemon now.",
		status_options, 0};

	return tool_of(&table, run_status, argc, argv);
}

int cancel_main(int argc, char **argv)
{
	static const struct seal_tool table = {"seal-rekey cancel",
					       "-p PLAN [-i FILE] [-n NAME] [--json] [DIR]",
					       "Ends the rekey of a plan: signed by who opened it, "
					       "or by a quorum of those who hold "
					       "the set\nin force (in DIR), one after another.",
					       cancel_options, 1};

	return tool_of(&table, run_cancel, argc, argv);
}
