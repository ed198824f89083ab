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
#include "share/set.h"

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

/* What this call made of the folder, for taking it back. */
struct begun {
	int folder, journal;
};

/* New, empty, or with the journal of a call that was broken off. */
static int check_folder(const char *dir, struct begun *begun, struct seal_diag *diag)
{
	DIR *folder SEAL_CLEANUP(folderp) = NULL;
	const struct dirent *entry;
	char path[PATH_BYTES];
	int error;

	if (mkdir(dir, 0700) == 0) {
		*begun = (struct begun){1, 1};
		return SEAL_OK;
	}
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
	begun->journal = 1;
	return SEAL_OK;
}

/* Nothing was made, here or at the daemon: nothing is left. */
static void take_back(const char *dir, const struct begun *begun)
{
	char path[PATH_BYTES];

	if (begun->journal && join(dir, JOURNAL, "", path, NULL) == SEAL_OK)
		(void)unlink(path);
	if (begun->folder)
		(void)rmdir(dir);
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

static int write_card(const struct seal_init_job *job, size_t index, struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(textp) = NULL;
	char base[SEAL_CARDS_NAME];
	char name[SEAL_CARDS_NAME + 8];
	char path[PATH_BYTES];
	int error = seal_card_text(&job->cards->list[index], &text, diag);

	seal_cards_name(job->cards, index, base);
	(void)snprintf(name, sizeof name, "cards/%s", base);
	if (!error)
		error = join(job->dir, name, ".card", path, diag);
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

/* Before anything is asked: what the daemon would refuse, in the words of seal-split. Whether
   virtual tokens are taken is for the daemon to say. */
static int check_people(const struct seal_init_job *job, struct seal_diag *diag)
{
	struct seal_set_policy policy = {.threshold = job->threshold,
					 .group_count = job->group_count,
					 .allow_no_spare = job->allow_no_spare,
					 .allow_single = job->allow_single,
					 .allow_virtual = 1,
					 .epoch = 1};

	(void)memcpy(policy.groups, job->groups, sizeof policy.groups);
	(void)snprintf(policy.purpose, sizeof policy.purpose, "%s", job->purpose);
	return seal_set_check(job->cards->list, job->cards->count, &policy, diag);
}

/* Lets the daemon make the set, or fetches the one it made for a call broken off. *out_refused:
   it made none. */
static int ask_daemon(const struct seal_init_job *job, int fetch, int *out_refused, char **out_body,
		      struct seal_diag *diag)
{
	const struct seal_client_request again = {"GET", "sys/sealkit/shares", NULL,
						  job->bootstrap};
	struct seal_client_request make = {"PUT", "sys/init", NULL, job->bootstrap};
	struct seal_json_text body SEAL_CLEANUP(seal_json_text_done) = {0};
	unsigned status = 0;
	int error = fetch ? SEAL_OK : seal_init_request(job, &body, diag);

	make.body = body.bytes;
	*out_refused = error != SEAL_OK;
	if (error)
		return error;
	error = seal_client_call(job->client, fetch ? &again : &make, &status, out_body, diag);
	/* A proxy in between may say 5xx of what was done. */
	*out_refused = error && status >= 400 && status < 500;
	if (error == SEAL_E_DENIED)
		error = seal_fail(diag, error,
				  "bootstrap token: the daemon does not take it; name the file "
				  "that it made at its first start");
	return error;
}

static int check_status(const struct seal_init_job *job, const struct seal_client_status *status,
			enum step step, struct seal_diag *diag)
{
	const char *address = seal_client_address(job->client);

	if (!status->is_seald)
		return seal_fail(diag, SEAL_E_REFUSED, "%s: not seald: check the address", address);
	if (status->initialized && step == STEP_NONE && !job->again)
		return seal_fail(diag, SEAL_E_EXISTS,
				 "%s: is initialised already, under set %.8s; before the first "
				 "quorum --again makes another",
				 address, status->set);
	return SEAL_OK;
}

static int write_down(const struct seal_init_job *job, struct seal_journal *journal,
		      const struct seal_init_answer *answer, struct seal_diag *diag)
{
	char line[128];
	int error = seal_init_write(job, answer, diag);

	(void)snprintf(line, sizeof line, "written %s", answer->manifest.set);
	if (!error)
		error = seal_journal_add(journal, line, diag);
	if (error)
		seal_advise(diag, "the daemon keeps the shares: mend it, and run the same again");
	return error;
}

static int run(const struct seal_init_job *job, struct seal_journal *journal, enum step step,
	       struct begun *begun, struct seal_init_result *result, struct seal_diag *diag)
{
	struct seal_init_answer answer SEAL_CLEANUP(seal_init_answer_done) = {0};
	struct seal_client_status status;
	char *body SEAL_CLEANUP(textp) = NULL;
	int refused = 0;
	int error = seal_client_status(job->client, &status, diag);

	if (!error)
		error = check_status(job, &status, step, diag);
	if (!error && step == STEP_NONE)
		error = seal_journal_add(journal, "asked sys/init", diag);
	if (error)
		return error;
	result->resumed = step == STEP_ASKED && status.initialized;
	error = ask_daemon(job, result->resumed, &refused, &body, diag);
	if (!refused)
		*begun = (struct begun){0};
	if (!error)
		error = seal_init_read(job, status.identity, body, &answer, diag);
	if (!error)
		error = write_down(job, journal, &answer, diag);
	if (error)
		return error;
	result->manifest = answer.manifest;
	result->has_root_token = answer.root_token != NULL;
	return SEAL_OK;
}

int seal_init_run(const struct seal_init_job *job, struct seal_init_result *out_result,
		  struct seal_diag *diag)
{
	struct seal_journal *journal SEAL_CLEANUP(seal_journal_freep) = NULL;
	struct seal_init_result result = {0};
	struct begun begun = {0};
	enum step step = STEP_NONE;
	char path[PATH_BYTES];
	int error = check_people(job, diag);

	if (!error)
		error = check_folder(job->dir, &begun, diag);
	if (!error)
		error = join(job->dir, JOURNAL, "", path, diag);
	if (!error)
		error = seal_journal_open(path, read_step, &step, &journal, diag);
	if (error == SEAL_E_EXISTS) /* somebody else's, who was quicker */
		begun = (struct begun){0};
	if (!error && step == STEP_WRITTEN)
		error = seal_fail(diag, SEAL_E_EXISTS,
				  "%s: holds a finished init; name a new folder", job->dir);
	if (!error)
		error = run(job, journal, step, &begun, &result, diag);
	if (error)
		take_back(job->dir, &begun);
	else
		*out_result = result;
	return error;
}
