/* seal-ceremony run and resume: a plan walked at a terminal. */

#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tool.h"
#include "base/encode.h"
#include "base/path.h"
#include "base/secret.h"
#include "seal-ceremony.h"

#include "base/banned.h"

static const struct seal_option options[] = {
	{"output", 'o', SEAL_OPTION_TEXT, offsetof(struct run_values, output), "DIR",
	 "folder of the transcript; made where it is not there"},
	{"set", 's', SEAL_OPTION_TEXT, offsetof(struct run_values, set), "DIR",
	 "folder of the share set in force; init makes DIR/set"},
	{"bootstrap-token", 0, SEAL_OPTION_TEXT, offsetof(struct run_values, bootstrap), "FILE",
	 "init: token file of seald's first start (/var/lib/seald/bootstrap-token)"},
	{"cards", 'c', SEAL_OPTION_TEXT, offsetof(struct run_values, cards), "DIR",
	 "of those who hold no share: to sign the end"},
	{"language", 'l', SEAL_OPTION_TEXT, offsetof(struct run_values, language), "LANG",
	 "en or fr (en)"},
	{"identity", 'i', SEAL_OPTION_LIST, offsetof(struct run_values, tokens.identities), "FILE",
	 "identity file of a passphrase token; may be repeated"},
	{"device", 0, SEAL_OPTION_LIST, offsetof(struct run_values, tokens.devices), "DEVICE",
	 "only piv:READER, or virtual udp:HOST:PORT; may be repeated"},
	{"last-try", 0, SEAL_OPTION_FLAG, offsetof(struct run_values, tokens.last_try), NULL,
	 "send a PIN even where one try is left"},
	CONNECT_ROWS(struct run_values, connect),
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct run_values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static int check(const struct run_values *values, const char *file, struct seal_diag *diag)
{
	int fd;

	if (!file)
		return seal_fail(diag, SEAL_E_USAGE, "a plan's file is needed (see --help)");
	if (!values->output)
		return seal_fail(diag, SEAL_E_USAGE, "--output: missing (see --help)");
	if (values->language && strcmp(values->language, "en") != 0 &&
	    strcmp(values->language, "fr") != 0)
		return seal_fail(diag, SEAL_E_USAGE, "--language: en or fr");
	fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return seal_fail(diag, SEAL_E_USAGE, "there is no terminal to walk on (/dev/tty)");
	(void)close(fd);
	return SEAL_OK;
}

static int open_plan(struct run *run, const char *file, struct seal_diag *diag)
{
	int error = seal_plan_file_read(file, &run->plan, diag);

	if (!error)
		error = run_can(run, diag);
	if (!error)
		error = seal_steps_new(&run->plan, &run->steps, diag);
	if (!error)
		error = use_tokens(&run->values->tokens, &run->tokens, diag);
	if (!error)
		error = run_open_set(run, diag);
	if (!error && run->values->cards)
		error = seal_cards_add_folder(&run->others, run->values->cards, diag);
	if (!error)
		error = connect_plan(&run->values->connect, &run->plan.plan, &run->client, diag);
	run->unseal = (struct seal_unseal){.folder = &run->folder,
					   .client = run->client,
					   .place = &run->tokens.place,
					   .asker = &run->tokens.asker,
					   .choose = use_tokens_choose};
	return error;
}

/* The folder, and that it is known by its name after a power cut. */
static int make_folder(const char *dir, struct seal_diag *diag)
{
	char parent[SEAL_PATH];
	int error;

	if (mkdir(dir, 0755) != 0)
		return errno == EEXIST ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "%s", dir);
	error = seal_path_parent(dir, parent, diag);
	return error ? error : seal_path_sync(parent, diag);
}

/* Behind a start or a crash; a break goes on until somebody says that all are back. */
static int add_first(struct run *run, struct seal_diag *diag)
{
	struct seal_transcript_entry entry = {.kind = SEAL_TRANSCRIPT_START,
					      .text = run->plan.plan.purpose};

	if (run->walk.was_there) {
		entry.kind = SEAL_TRANSCRIPT_RESUME;
		entry.text = "the program was started again";
		(void)snprintf(run->message, sizeof run->message, "%s", run_text(run, RUN_RESUMED));
	}
	return run->walk.on_break || run->walk.ended || run->walk.aborted
		       ? SEAL_OK
		       : seal_walk_add(&run->walk, &entry, diag);
}

static int open_walk(struct run *run, struct seal_diag *diag)
{
	const struct run_values *values = run->values;
	char path[SEAL_PATH];
	int error = seal_path_join(values->output, "transcript", ".jsonl", path, diag);

	if (!error && values->is_resume && access(path, F_OK) != 0)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "%s: nothing was begun there",
				  values->output);
	if (!error)
		error = make_folder(values->output, diag);
	run->walk.steps = &run->steps;
	if (!error)
		error = seal_walk_open(&run->walk, path, diag);
	return error ? error : add_first(run, diag);
}

static int report(const struct run *run, struct seal_diag *diag)
{
	struct seal_checkpoint head;
	char root[SEAL_BASE64_LEN(SEAL_MERKLE_HASH)], done[RUN_NAMES], missing[RUN_NAMES];

	seal_transcript_head(run->walk.transcript, &head);
	seal_base64(SEAL_BASE64_PADDED, head.root, sizeof head.root, root);
	run_signed(run, 1, done, sizeof done);
	run_signed(run, 0, missing, sizeof missing);
	if (asprintf(run->values->details,
		     "{\"ended\":%s,\"aborted\":%s,\"steps\":%zu,\"deviations\":%zu,"
		     "\"lines\":%llu,\"root\":\"%s\",\"signed\":[%s],\"unsigned\":[%s]}",
		     run->walk.ended ? "true" : "false", run->walk.aborted ? "true" : "false",
		     run->walk.row, run->walk.deviations, (unsigned long long)head.size, root, done,
		     missing) < 0) {
		*run->values->details = NULL;
		return seal_fail(diag, SEAL_E_NOMEM, "report");
	}
	if (!run->values->json)
		(void)printf("%s/transcript.jsonl: %llu lines, root %s\n", run->values->output,
			     (unsigned long long)head.size, root);
	return run->walk.aborted
		       ? seal_fail(diag, SEAL_E_POLICY, "aborted: what was in force stays in force")
		       : SEAL_OK;
}

static void run_done(struct run *run)
{
	seal_walk_done(&run->walk);
	seal_signatures_done(&run->signatures);
	seal_cards_done(&run->others);
	seal_client_freep(&run->client);
	seal_set_folder_done(&run->folder);
	seal_steps_done(&run->steps);
	seal_plan_file_done(&run->plan);
}

static int run_run(const void *given, const char *file, struct seal_diag *diag)
{
	struct run *run = calloc(1, sizeof *run);
	int error;

	if (!run)
		return seal_fail(diag, SEAL_E_NOMEM, "walk");
	run->values = given;
	error = check(run->values, file, diag);
	if (run->values->language && strcmp(run->values->language, "fr") == 0)
		run->language = SEAL_FRENCH;
	if (!error)
		error = open_plan(run, file, diag);
	if (!error)
		error = open_walk(run, diag);
	if (!error)
		error = run_walk(run, diag);
	if (!error)
		error = report(run, diag);
	run_done(run);
	free(run);
	return error;
}

static int walk_main(const char *name, const char *purpose, int is_resume, int argc, char **argv)
{
	char *text = NULL;
	struct run_values values = {
		.tokens = USE_TOKENS_INIT, .details = &text, .is_resume = is_resume};
	const struct tool tool = {
		{name, "-o DIR [-s DIR] [-i FILE] [-l en|fr] [--json] PLAN", purpose, options, 1},
		run_run,
		&values.json,
		values.details,
		"nothing is lost: seal-ceremony resume goes on here, with the same plan and "
		"folder"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}

int run_main(int argc, char **argv)
{
	return walk_main("seal-ceremony run",
			 "Walks a plan at a terminal, one step at a time, and writes each into "
			 "DIR/transcript.jsonl\nbefore it says so. Where DIR has one it goes on "
			 "behind its last line.",
			 0, argc, argv);
}

int resume_main(int argc, char **argv)
{
	return walk_main("seal-ceremony resume",
			 "Goes on with a walk that was broken off: behind the last line of "
			 "DIR/transcript.jsonl.",
			 1, argc, argv);
}
