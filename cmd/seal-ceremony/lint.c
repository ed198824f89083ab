/* seal-ceremony lint: before people travel. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../connect.h"
#include "../lint_lines.h"
#include "../papers.h"
#include "../tool.h"
#include "ceremony/lint.h"
#include "ceremony/roster_file.h"
#include "seal-ceremony.h"

#include "base/banned.h"

struct values {
	struct connect connect;
	const char *manifest, *roster;
	int offline, json;
	char **details;
};

static const struct seal_option options[] = {
	{"manifest", 'm', SEAL_OPTION_TEXT, offsetof(struct values, manifest), "FILE",
	 "of the share set in force"},
	{"roster", 'r', SEAL_OPTION_TEXT, offsetof(struct values, roster), "FILE",
	 "that the plan names: roles, terms, cards"},
	{"offline", 0, SEAL_OPTION_FLAG, offsetof(struct values, offline), NULL,
	 "do not ask the daemon"},
	CONNECT_ROWS(struct values, connect),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static char *details(const struct seal_lint *lint)
{
	json_t *json =
		json_pack("{s:i,s:o}", "wrong", (int)lint->wrong, "lines", lint_lines_json(lint));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	return text;
}

static int report(const struct values *values, const struct seal_lint *lint, struct seal_diag *diag)
{
	if (values->json)
		*values->details = details(lint);
	else
		lint_lines_show(lint);
	return lint_lines_end(lint, diag);
}

static int lint_file(const struct values *values, const struct seal_plan_file *file,
		     struct seal_diag *diag)
{
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	struct seal_lint lint SEAL_CLEANUP(seal_lint_done) = {0};
	struct seal_manifest manifest = {0};
	struct seal_lint_job job = {.file = file, .manifest = values->manifest ? &manifest : NULL};
	time_t now = time(NULL);
	struct tm parts;
	int error = values->manifest ? papers_manifest(values->manifest, NULL, &manifest, diag)
				     : SEAL_OK;

	if (!error && values->roster)
		error = seal_roster_read(values->roster, &roster, diag);
	if (!error && (!gmtime_r(&now, &parts) ||
		       strftime(job.now, sizeof job.now, "%Y-%m-%dT%H:%M:%SZ", &parts) != 20))
		error = seal_fail(diag, SEAL_E_SYSTEM, "clock");
	if (!error && !values->offline)
		error = connect_plan(&values->connect, &file->plan, &client, diag);
	job.client = client;
	job.roster = roster;
	if (!error)
		error = seal_lint_run(&job, &lint, diag);
	return error ? error : report(values, &lint, diag);
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	struct seal_plan_file plan SEAL_CLEANUP(seal_plan_file_done) = {0};
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "a plan's file is needed (see --help)");
	error = seal_plan_file_read(file, &plan, diag);
	return error ? error : lint_file(given, &plan, diag);
}

int lint_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {
		{"seal-ceremony lint", "[-m MANIFEST] [--offline] [--json] PLAN",
		 "Looks at all that can be seen of a plan before people travel for it: cards, "
		 "clock, who\ncomes, who may be absent, who could do it among themselves, and the "
		 "daemon.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
