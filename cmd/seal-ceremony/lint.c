/* seal-ceremony lint: before people travel. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../connect.h"
#include "../tool.h"
#include "base/file.h"
#include "base/secret.h"
#include "ceremony/lint.h"
#include "seal-ceremony.h"

#include "base/banned.h"

#define MANIFEST_MAX (256u << 10)

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

static const char *const levels[] = {
	[SEAL_LINT_FINE] = "ok", [SEAL_LINT_NOTE] = "note", [SEAL_LINT_WRONG] = "wrong"};

static char *details(const struct seal_lint *lint)
{
	json_t *list = json_array(), *json;
	char *text;

	for (size_t i = 0; i < lint->count; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s,s:s,s:s}", "level", levels[lint->list[i].level],
					"rule", lint->list[i].rule, "text", lint->list[i].text));
	json = json_pack("{s:i,s:o}", "wrong", (int)lint->wrong, "lines", list);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

static int read_roster(const char *path, struct seal_roster **out, struct seal_diag *diag)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	int error = seal_file_read(path, SEAL_NOTE_MAX, &bytes, &len, diag);

	if (!error)
		error = seal_roster_parse(bytes, len, out, diag);
	free(bytes);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

static int read_manifest(const char *path, struct seal_manifest *out, struct seal_diag *diag)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	int error = seal_file_read(path, MANIFEST_MAX, &bytes, &len, diag);

	if (!error)
		error = seal_manifest_parse(bytes, len, NULL, out, diag);
	free(bytes);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

/* What the plan says of the daemon holds, unless an option says otherwise: the environment
   is of other days. */
static int open_client(const struct values *values, const struct seal_plan *plan,
		       struct seal_client **out_client, struct seal_diag *diag)
{
	struct connect connect = values->connect;
	uint8_t core[32];
	int has_core = 0;
	int error;

	if (!connect.address)
		connect.address = plan->address;
	if (!connect.pin && plan->pin[0])
		connect.pin = plan->pin;
	error = connect_core(&connect, core, &has_core, diag);
	if (!error && has_core && !seal_eq_ct(core, plan->core, sizeof core))
		error = seal_fail(diag, SEAL_E_MISMATCH, "--core: the plan is of another daemon");
	if (error)
		return error;
	return connect_open(&connect, out_client, diag);
}

static int report(const struct values *values, const struct seal_lint *lint, struct seal_diag *diag)
{
	if (values->json)
		*values->details = details(lint);
	for (size_t i = 0; i < lint->count && !values->json; i++)
		(void)printf("%-6s%-9s%s\n", levels[lint->list[i].level], lint->list[i].rule,
			     lint->list[i].text);
	return lint->wrong ? seal_fail(diag, SEAL_E_POLICY, "%zu %s wrong", lint->wrong,
				       lint->wrong == 1 ? "thing is" : "things are")
			   : SEAL_OK;
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
	int error = values->manifest ? read_manifest(values->manifest, &manifest, diag) : SEAL_OK;

	if (!error && values->roster)
		error = read_roster(values->roster, &roster, diag);
	if (!error && (!gmtime_r(&now, &parts) ||
		       strftime(job.now, sizeof job.now, "%Y-%m-%dT%H:%M:%SZ", &parts) != 20))
		error = seal_fail(diag, SEAL_E_SYSTEM, "clock");
	if (!error && !values->offline)
		error = open_client(values, &file->plan, &client, diag);
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
