/* seal-audit verify: the verdict on a log, with reasons. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "seal-audit.h"

#include "base/banned.h"

struct values {
	struct trust trust;
	struct seal_option_list heads;
	const char *tiles;
	int strict, growing, json;
	const char *const *arguments;
	char **details;
};

static const struct seal_option options[] = {
	TRUST_ROWS(struct values, trust),
	{"head", 0, SEAL_OPTION_LIST, offsetof(struct values, heads), "FILE",
	 "a checkpoint kept elsewhere; the log must go on from it"},
	{"tiles", 0, SEAL_OPTION_TEXT, offsetof(struct values, tiles), "DIR",
	 "hashes of lines (C2SP tlog-tiles): tell which were changed"},
	{"strict", 0, SEAL_OPTION_FLAG, offsetof(struct values, strict), NULL,
	 "parse every line, and take no signature of a stranger"},
	{"growing", 0, SEAL_OPTION_FLAG, offsetof(struct values, growing), NULL,
	 "take lines that no checkpoint covers yet"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "report as one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

struct findings {
	json_t *list; /* NULL: they are printed */
	const struct seal_cosigners *cosigners;
};

static void found(void *ctx, const struct seal_verify_finding *finding)
{
	const struct findings *findings = ctx;
	json_t *json;

	if (!findings->list) {
		if (finding->line)
			(void)printf("%s:%llu: %s\n", finding->path,
				     (unsigned long long)finding->line, finding->what);
		else
			(void)printf("%s: %s\n", finding->path, finding->what);
		return;
	}
	json = json_pack("{s:s,s:s}", "file", finding->path, "what", finding->what);
	if (finding->line)
		(void)json_object_set_new(json, "line", json_integer((json_int_t)finding->line));
	(void)json_array_append_new(findings->list, json);
}

static const char *objects(void *ctx, const char *name, uint64_t seconds)
{
	const struct findings *findings = ctx;

	return seal_cosigners_object(findings->cosigners, name, seconds);
}

static char *details_of(const struct seal_verify_report *report, json_t *list)
{
	char root[SEAL_BASE64_LEN(SEAL_MERKLE_HASH)];
	json_t *json;
	char *text;

	seal_base64(SEAL_BASE64_PADDED, report->root, sizeof report->root, root);
	json = json_pack("{s:s,s:I,s:I,s:I,s:I,s:s,s:I,s:O}", "origin", report->origin, "lines",
			 (json_int_t)report->lines, "bytes", (json_int_t)report->bytes, "proved",
			 (json_int_t)report->proved, "checkpoints", (json_int_t)report->heads,
			 "root", root, "found", (json_int_t)report->findings, "findings", list);
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}

static void print(const struct seal_verify_report *report)
{
	char root[SEAL_BASE64_LEN(SEAL_MERKLE_HASH)];

	seal_base64(SEAL_BASE64_PADDED, report->root, sizeof report->root, root);
	(void)printf("log          %s\n", report->origin[0] ? report->origin : "unknown");
	(void)printf("lines        %llu, of %llu bytes\n", (unsigned long long)report->lines,
		     (unsigned long long)report->bytes);
	(void)printf("proved       the first %llu, by %zu checkpoints\n",
		     (unsigned long long)report->proved, report->heads);
	(void)printf("root         %s\n", root);
	if (report->findings)
		(void)printf("verdict      no: %llu faults\n",
			     (unsigned long long)report->findings);
	else
		(void)printf("verdict      good\n");
}

/* The rosters that it all rests on, for people to compare. */
static int print_rosters(const struct seal_cosigners *cosigners, struct seal_diag *diag)
{
	for (size_t i = 0; i < cosigners->roster_count; i++) {
		uint8_t digest[SEAL_ROSTER_DIGEST];
		char words[SEAL_CARD_WORDS];
		int error = seal_roster_digest(cosigners->rosters[i], digest, diag);

		if (error)
			return error;
		seal_card_words(digest, words);
		(void)printf("roster       %s, version %u: %s\n",
			     cosigners->rosters[i]->organisation, cosigners->rosters[i]->version,
			     words);
	}
	return SEAL_OK;
}

static int add_heads(const struct values *values, const char *const *files, size_t count,
		     char ***heads, size_t *head_count, struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (size_t i = 0; !error && i < count; i++)
		error = seal_verify_heads_of(files[i], heads, head_count, diag);
	for (size_t i = 0; !error && i < values->heads.count; i++) {
		char **more = realloc(*heads, (*head_count + 1) * sizeof *more);

		if (!more)
			return seal_fail(diag, SEAL_E_NOMEM, "checkpoints");
		*heads = more;
		more[*head_count] = strdup(values->heads.value[i]);
		if (!more[*head_count])
			return seal_fail(diag, SEAL_E_NOMEM, "checkpoints");
		(*head_count)++;
	}
	return error;
}

static int verify(const struct values *values, struct seal_verify *job, struct findings *findings,
		  struct seal_diag *diag)
{
	struct seal_verify_report report;
	int error = seal_verify_run(job, &report, diag);

	if (error && error != SEAL_E_VERIFY)
		return error;
	if (values->json)
		*values->details = details_of(&report, findings->list);
	else
		print(&report);
	return error;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_cosigners cosigners SEAL_CLEANUP(seal_cosigners_done) = {0};
	struct findings findings = {.cosigners = &cosigners};
	struct seal_verify job = {.required = values->trust.required.value,
				  .required_count = values->trust.required.count,
				  .tiles = values->tiles,
				  .strict = values->strict,
				  .growing = values->growing,
				  .now = (uint64_t)time(NULL),
				  .objects = objects,
				  .found = found,
				  .ctx = &findings};
	char **heads = NULL;
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "FILE: name a log (see --help)");
	job.files = files_of(values->arguments, file, &job.count);
	error = trust_load(&values->trust, &cosigners, diag);
	job.keys = cosigners.keys;
	job.key_count = cosigners.count;
	if (!error)
		error = add_heads(values, job.files, job.count, &heads, &job.head_count, diag);
	job.heads = (const char *const *)heads;
	if (values->json)
		findings.list = json_array();
	if (!error && !values->json)
		error = print_rosters(&cosigners, diag);
	if (!error)
		error = verify(values, &job, &findings, diag);
	json_decref(findings.list);
	for (size_t i = 0; heads && i < job.head_count; i++)
		free(heads[i]);
	free(heads);
	return error;
}

int verify_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.arguments = (const char *const *)argv, .details = &text};
	const struct tool tool = {
		{"seal-audit verify",
		 "[--roster FILE] [--key FILE] [--cards DIR] [--strict] [--json] FILE...",
		 "Verifies a log or transcript: lines in order and without a gap, the checkpoints "
		 "beside it\n(FILE.checkpoint, FILE.checkpoints/) and their signatures. Several "
		 "files "
		 "are the parts of\none log, in order. Says which line is wrong, and why.",
		 options, 64},
		run,
		&values.json,
		values.details,
		NULL};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
