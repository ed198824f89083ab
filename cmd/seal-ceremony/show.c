/* seal-ceremony show: what is read aloud and signed. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tool.h"
#include "base/encode.h"
#include "base/own.h"
#include "ceremony/plan_file.h"
#include "seal-ceremony.h"

#include "base/banned.h"

struct values {
	int text, json;
	char **details;
};

static const struct seal_option options[] = {
	{"text", 0, SEAL_OPTION_FLAG, offsetof(struct values, text), NULL,
	 "the text alone: SHA-256 of it is the digest"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_plan_file plan = {0};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	uint8_t digest[SEAL_PLAN_DIGEST];
	char hex[2 * SEAL_PLAN_DIGEST + 1], words[SEAL_CARD_WORDS];
	json_t *json;
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "a plan's file is needed (see --help)");
	if (values->text && values->json)
		return seal_fail(diag, SEAL_E_USAGE, "--text: not with --json");
	error = seal_plan_file_read(file, &plan, diag);
	if (!error)
		error = seal_plan_text(&plan.plan, &text, diag);
	seal_plan_file_done(&plan);
	if (error)
		return error;
	seal_plan_digest(text, strlen(text), digest);
	seal_hex(digest, sizeof digest, hex);
	seal_card_words(digest, words);
	if (!values->json) {
		(void)printf("%s", text);
		if (!values->text)
			(void)printf("\ndigest  %s\nwords   %s\n", hex, words);
		return SEAL_OK;
	}
	json = json_pack("{s:s,s:s,s:s,s:s}", "kind", seal_plan_kind_name(plan.plan.kind), "digest",
			 hex, "words", words, "text", text);
	*values->details = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return *values->details ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "report");
}

int show_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {
		{"seal-ceremony show", "[--text] [--json] PLAN",
		 "Prints the text that a plan's file gives, its digest, and that as "
		 "words to be read\naloud: they are the same on each machine.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing was changed"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
