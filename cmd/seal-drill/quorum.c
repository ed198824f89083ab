/* seal-drill quorum: custodians at one keyboard, who put nothing together but the proof that they
   could. All but the verdict goes to stderr, as it is asked and told there. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../gather.h"
#include "../tool.h"
#include "seal-drill.h"
#include "share/set.h"

#include "base/banned.h"

#define NAMES_BYTES 4096

struct values {
	struct use_tokens tokens;
	const char *signer;
	int walk, json;
	const char *const *arguments;
	char **details;
};

static const struct seal_option options[] = {
	USE_TOKENS_ROWS(struct values, tokens),
	{"signer", 0, SEAL_OPTION_TEXT, offsetof(struct values, signer), "BASE64",
	 "who must have signed the manifest"},
	{"walk", 0, SEAL_OPTION_FLAG, offsetof(struct values, walk), NULL,
	 "one custodian after another at this keyboard"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

struct result {
	uint8_t given[SEAL_MANIFEST_SHARES];
	unsigned others; /* shares that follow from those given */
	int has_secret;
	double seconds;
};

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static char *details(const struct seal_manifest *manifest, const struct result *result)
{
	json_t *given = json_array(), *json;
	char *text;

	for (unsigned i = 0; i < manifest->total; i++)
		if (result->given[i])
			(void)json_array_append_new(given,
						    json_string(manifest->shares[i].custodian));
	json = json_pack("{s:s,s:i,s:o,s:i,s:b,s:f}", "set", manifest->set, "epoch",
			 (int)manifest->epoch, "given", given, "others", (int)result->others,
			 "secret", result->has_secret, "seconds", result->seconds);
	text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;
	json_decref(json);
	return text;
}

static void show(const struct values *values, const struct seal_set_folder *folder,
		 const struct result *result)
{
	const struct seal_manifest *manifest = &folder->manifest;
	char names[NAMES_BYTES];

	if (values->json) {
		*values->details = details(manifest, result);
		return;
	}
	seal_set_folder_names(folder, result->given, 1, names, sizeof names);
	(void)printf("quorum   %s: %u of %u of set %.8s, epoch %u\n"
		     "shares   each is the manifest's, and the %u others follow from them\n"
		     "secret   %s\n"
		     "took     %.1f seconds\n",
		     names, manifest->threshold, manifest->total, manifest->set, manifest->epoch,
		     result->others,
		     result->has_secret ? "opened in memory, authentic, and wiped"
					: "none is here: what the key opens, a daemon can say",
		     result->seconds);
}

/* All that came together is wiped when this ends. */
static int drill(const struct gather *gather, struct result *out_result, struct seal_diag *diag)
{
	struct seal_combined combined SEAL_CLEANUP(seal_combined_done) = {0};
	const struct seal_manifest *manifest = &gather->folder.manifest;
	double begun = seconds();
	int error = seal_combine_run(&gather->combine, &combined, diag);

	if (!error)
		error = seal_set_check_quorum(manifest, combined.share, &out_result->others, diag);
	for (unsigned i = 0; i < manifest->total; i++)
		out_result->given[i] = combined.share[i] != NULL;
	out_result->has_secret = combined.secret != NULL;
	out_result->seconds = seconds() - begun;
	return error;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct gather gather SEAL_CLEANUP(gather_done) = {0};
	struct result result = {.others = 0};
	const struct gather_options how = {.tool = "seal-drill",
					   .tokens = &values->tokens,
					   .signer = values->signer,
					   .walk = values->walk,
					   .any_set = 1,
					   .arguments = values->arguments,
					   .file = file};
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "DIR: missing (see --help)");
	if (values->walk && values->tokens.non_interactive)
		return seal_fail(diag, SEAL_E_USAGE,
				 "--walk: asks who is next: not with --non-interactive");
	error = gather_begin(&how, &gather, diag);
	if (!error)
		error = drill(&gather, &result, diag);
	if (error)
		return error;
	gather_tell(&gather);
	show(values, &gather.folder, &result);
	return SEAL_OK;
}

int quorum_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.tokens = USE_TOKENS_INIT,
				.arguments = (const char *const *)argv,
				.details = &text};
	const struct tool tool = {
		{"seal-drill", "quorum [--signer BASE64] [-i FILE]... [--walk] [--json] DIR...",
		 "Custodians open their shares, one after another, until they are a quorum. What "
		 "comes together\nis compared with the manifest, and wiped: nothing secret leaves "
		 "the memory of this machine.",
		 options, SEAL_MANIFEST_SHARES},
		run,
		&values.json,
		values.details,
		"nothing is lost: shares and tokens are as they were"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
