/* seal-status: what a seal daemon says of itself to everybody. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../connect.h"
#include "../tool.h"
#include "base/encode.h"

#include "base/banned.h"

struct values {
	struct connect connect;
	int json;
	char **details;
};

static const struct seal_option options[] = {
	CONNECT_ROWS(struct values, connect),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static json_t *list_of(const struct seal_client_given *shares, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_pack("{s:i,s:s}", "x", (int)shares[i].x,
							    "card", shares[i].card));
	return list;
}

static char *details(const struct seal_client_status *status, const char *identity)
{
	json_t *json;
	char *text;

	json = json_pack("{s:b,s:b,s:i,s:i,s:i,s:s,s:s,s:s,s:i,s:s,s:s,s:o,s:o,s:b}", "initialized",
			 status->initialized, "sealed", status->sealed, "threshold", (int)status->t,
			 "total", (int)status->n, "progress", (int)status->progress, "version",
			 status->version, "storage", status->storage, "set", status->set, "epoch",
			 (int)status->epoch, "core", identity, "sandbox", status->sandbox, "given",
			 list_of(status->given, status->given_count), "unproved",
			 list_of(status->unproved, status->unproved_count), "signed",
			 status->is_signed);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

static void print(const struct seal_client *client, const struct seal_client_status *status,
		  const char *identity)
{
	(void)printf("address      %s\n", seal_client_address(client));
	(void)printf("version      %s%s\n", status->version,
		     status->is_seald ? "" : " (not seald)");
	(void)printf("initialised  %s\n", status->initialized ? "yes" : "no");
	(void)printf("state        %s\n", status->sealed ? "SEALED" : "open");
	if (status->initialized)
		(void)printf("quorum       %u of %u\n", status->t, status->n);
	if (status->sealed && status->initialized)
		(void)printf("given        %u of %u\n", status->progress, status->t);
	for (size_t i = 0; i < status->given_count; i++)
		(void)printf("             x %u, card %s\n", status->given[i].x,
			     status->given[i].card);
	if (status->is_seald && !status->plain && status->initialized)
		(void)printf("proved       %zu of %u%s\n", status->n - status->unproved_count,
			     status->n, status->unproved_count ? "; not yet:" : "");
	for (size_t i = 0; i < status->unproved_count; i++)
		(void)printf("             x %u, card %s\n", status->unproved[i].x,
			     status->unproved[i].card);
	if (status->is_seald && status->set[0])
		(void)printf("share set    %s, epoch %u\n", status->set, status->epoch);
	if (status->is_seald)
		(void)printf("core         %s\nsigned       %s\n", identity,
			     status->is_signed ? "by this core"
					       : "not checked: give --core to have it");
	if (status->sandbox[0])
		(void)printf("sandbox      %s\n", status->sandbox);
}

static int run(const void *given, const char *file SEAL_UNUSED, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_client *client SEAL_CLEANUP(seal_client_freep) = NULL;
	struct seal_client_status status;
	char identity[SEAL_BASE64_LEN(32)] = "";
	uint8_t core[32];
	int has_core = 0;
	int error = connect_core(&values->connect, core, &has_core, diag);

	if (!error)
		error = connect_open(&values->connect, &client, diag);
	if (!error)
		error = has_core ? connect_look(client, core, &status, diag)
				 : seal_client_status(client, &status, diag);
	/* What answers, and not as a daemon does, is none. */
	if (error)
		return error == SEAL_E_FORMAT ? SEAL_E_DAEMON : error;
	if (status.has_identity)
		seal_base64(SEAL_BASE64_PADDED, status.identity, sizeof status.identity, identity);
	if (values->json)
		*values->details = details(&status, identity);
	else
		print(client, &status, identity);
	return status.sealed
		       ? seal_fail(diag, SEAL_E_QUORUM, "%s: sealed%s", seal_client_address(client),
				   status.initialized ? "" : " and not initialised")
		       : SEAL_OK;
}

int main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {{"seal-status", "[-a URL] [--pin SHA256] [--json]",
				   "Says whether a seal daemon is open: exit code 0 open, 1 sealed "
				   "or not initialised,\n6 unreachable.",
				   options, 0},
				  run,
				  &values.json,
				  values.details,
				  "nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
