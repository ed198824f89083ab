/* The steps of an init, and their journal. */

#include "ceremony/init.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/journal.h"
#include "ceremony/init_internal.h"

#include "base/banned.h"

#define PATH_BYTES 512
#define JOURNAL "journal"

enum step { STEP_NONE, STEP_ASKED, STEP_WRITTEN };

static void textp(char **text)
{
	free(*text);
	*text = NULL;
}

static void folderp(DIR **folder)
{
	if (*folder)
		(void)closedir(*folder);
	*folder = NULL;
}

static int join(const char *dir, const char *name, const char *suffix, char out[PATH_BYTES],
		struct seal_diag *diag)
{
	int len = snprintf(out, PATH_BYTES, "%s/%s%s", dir, name, suffix);

	return len > 0 && len < PATH_BYTES ? SEAL_OK
					   : seal_fail(diag, SEAL_E_TOOLONG, "%s: path", dir);
}

/* New, empty, or with the journal of a call that was broken off. */
static int check_folder(const char *dir, struct seal_diag *diag)
{
	DIR *folder SEAL_CLEANUP(folderp) = NULL;
	const struct dirent *entry;
	char path[PATH_BYTES];
	int error;

	if (mkdir(dir, 0700) == 0)
		return SEAL_OK;
	if (errno != EEXIST)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", dir);
	error = join(dir, JOURNAL, "", path, diag);
	if (error || access(path, F_OK) == 0)
		return error;
	folder = opendir(dir);
	if (!folder)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", dir);
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return seal_fail(diag, SEAL_E_EXISTS,
					 "%s: is not empty: name a new folder for this share set",
					 dir);
	return SEAL_OK;
}

static int read_step(void *ctx, uint64_t seq SEAL_UNUSED, const char *text,
		     struct seal_diag *diag SEAL_UNUSED)
{
	enum step *step = ctx;

	if (strncmp(text, "asked ", 6) == 0)
		*step = STEP_ASKED;
	else if (strncmp(text, "written ", 8) == 0)
		*step = STEP_WRITTEN;
	return SEAL_OK;
}

static int write_file(const char *path, const char *text, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error = seal_file_new(path, 0, &file, diag);

	if (!error)
		error = seal_file_write(file, text, strlen(text), diag);
	return error ? error : seal_file_commit(file, diag);
}

/* alice.card, and alice-2.card for the spare. */
static int write_card(const struct seal_init_job *job, size_t index, struct seal_diag *diag)
{
	const struct seal_card *card = &job->cards->list[index];
	char *text SEAL_CLEANUP(textp) = NULL;
	char name[SEAL_CARD_NAME + 16];
	char path[PATH_BYTES];
	unsigned nth = 1;
	int error;

	for (size_t i = 0; i < index; i++)
		nth += strcmp(job->cards->list[i].name, card->name) == 0;
	if (nth == 1)
		(void)snprintf(name, sizeof name, "cards/%s", card->name);
	else
		(void)snprintf(name, sizeof name, "cards/%s-%u", card->name, nth);
	error = join(job->dir, name, ".card", path, diag);
	if (!error)
		error = seal_card_text(card, &text, diag);
	return error ? error : write_file(path, text, diag);
}

int seal_init_write(const struct seal_init_job *job, const struct seal_init_answer *answer,
		    struct seal_diag *diag)
{
	char path[PATH_BYTES];
	int error = join(job->dir, "cards", "", path, diag);

	if (!error && mkdir(path, 0700) != 0 && errno != EEXIST)
		error = seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	for (size_t i = 0; !error && i < job->cards->count; i++)
		error = write_card(job, i, diag);
	for (unsigned i = 0; !error && i < answer->manifest.total; i++) {
		error = join(job->dir, answer->manifest.shares[i].custodian, ".share", path, diag);
		if (!error)
			error = write_file(path, answer->file[i], diag);
	}
	if (!error && answer->root_token) {
		error = join(job->dir, "root-token", ".age", path, diag);
		if (!error)
			error = write_file(path, answer->root_token, diag);
	}
	/* The manifest comes last: a folder with one is whole. */
	if (!error)
		error = join(job->dir, "manifest", "", path, diag);
	return error ? error : write_file(path, answer->note, diag);
}

/* Lets the daemon make the set, or fetches the one it made for a call broken off. */
static int ask_daemon(const struct seal_init_job *job, int fetch, char **out_body,
		      struct seal_diag *diag)
{
	const struct seal_client_request again = {"GET", "sys/sealkit/shares", NULL,
						  job->bootstrap};
	struct seal_client_request make = {"PUT", "sys/init", NULL, job->bootstrap};
	struct seal_json_text body SEAL_CLEANUP(seal_json_text_done) = {0};
	int error;

	if (fetch)
		return seal_client_call(job->client, &again, NULL, out_body, diag);
	error = seal_init_request(job, &body, diag);
	make.body = body.bytes;
	return error ? error : seal_client_call(job->client, &make, NULL, out_body, diag);
}

static int run(const struct seal_init_job *job, struct seal_journal *journal, enum step step,
	       struct seal_init_result *result, struct seal_diag *diag)
{
	struct seal_init_answer answer SEAL_CLEANUP(seal_init_answer_done) = {0};
	struct seal_client_status status;
	char *body SEAL_CLEANUP(textp) = NULL;
	char line[128];
	int error = seal_client_status(job->client, &status, diag);

	if (!error && !status.is_seald)
		error = seal_fail(diag, SEAL_E_REFUSED, "%s: not seald",
				  seal_client_address(job->client));
	if (!error && status.initialized && step == STEP_NONE && !job->again)
		error = seal_fail(diag, SEAL_E_EXISTS, "%s: is initialised already, under set %.8s",
				  seal_client_address(job->client), status.set);
	if (!error && step == STEP_NONE)
		error = seal_journal_add(journal, "asked sys/init", diag);
	result->resumed = step == STEP_ASKED && status.initialized;
	if (!error)
		error = ask_daemon(job, result->resumed, &body, diag);
	if (!error)
		error = seal_init_read(job, status.identity, body, &answer, diag);
	if (!error)
		error = seal_init_write(job, &answer, diag);
	if (error)
		return error;
	(void)snprintf(line, sizeof line, "written %s", answer.manifest.set);
	error = seal_journal_add(journal, line, diag);
	result->manifest = answer.manifest;
	result->has_root_token = answer.root_token != NULL;
	return error;
}

int seal_init_run(const struct seal_init_job *job, struct seal_init_result *out_result,
		  struct seal_diag *diag)
{
	struct seal_journal *journal SEAL_CLEANUP(seal_journal_freep) = NULL;
	struct seal_init_result result = {0};
	enum step step = STEP_NONE;
	char path[PATH_BYTES];
	int error = check_folder(job->dir, diag);

	if (!error)
		error = join(job->dir, JOURNAL, "", path, diag);
	if (!error)
		error = seal_journal_open(path, read_step, &step, &journal, diag);
	if (!error && step == STEP_WRITTEN)
		error = seal_fail(diag, SEAL_E_EXISTS, "%s: holds a finished init", job->dir);
	if (!error)
		error = run(job, journal, step, &result, diag);
	if (!error)
		*out_result = result;
	return error;
}
