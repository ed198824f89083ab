/* The steps of an init, and their journal. */

#include "ceremony/init.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/journal.h"
#include "base/own.h"
#include "base/path.h"
#include "ceremony/init_internal.h"
#include "ceremony/new_folder.h"
#include "ceremony/split.h"
#include "share/set.h"

#include "base/banned.h"

#define JOURNAL ".journal"
#define PURPOSE "purpose "
#define ASKED "asked sys/init after "

enum step { STEP_NONE, STEP_ASKED };

/* The journal stands beside the folder while this is under way, as the folder is there only
   when all is done. */
struct journey {
	struct seal_journal *journal;
	char path[SEAL_PATH];
	enum step step;
	char before[SEAL_SET_ID + 1];	/* the daemon's set when it was asked, or "" */
	char purpose[SEAL_PURPOSE + 1]; /* that was asked for: it may name another address */
	int is_new; /* made by this call, and nothing asked of the daemon since: taken back */
};

static void journey_done(struct journey *journey)
{
	if (journey->journal && journey->is_new)
		(void)unlink(journey->path);
	seal_journal_free(journey->journal);
}

/* One that was killed after its last step leaves its journal; told apart from what somebody
   else put there. */
static int check_folder(const char *dir, struct seal_diag *diag)
{
	struct seal_diag why = {0};
	char path[SEAL_PATH];
	int error = seal_new_folder_check(dir, &why);

	if (error == SEAL_E_EXISTS && seal_path_join(dir, "manifest", "", path, NULL) == SEAL_OK &&
	    access(path, F_OK) == 0 &&
	    seal_path_join(dir, SEAL_SPLIT_SECRET, "", path, NULL) == SEAL_OK &&
	    access(path, F_OK) != 0) {
		if (seal_new_folder_beside(dir, JOURNAL, path, NULL) == SEAL_OK)
			(void)unlink(path);
		return seal_fail(diag, error, "%s: holds a finished init; name a new folder", dir);
	}
	if (error && diag)
		*diag = why;
	return error;
}

static int read_step(void *ctx, uint64_t seq SEAL_UNUSED, const char *text,
		     struct seal_diag *diag SEAL_UNUSED)
{
	struct journey *journey = ctx;

	if (strncmp(text, ASKED, strlen(ASKED)) == 0) {
		journey->step = STEP_ASKED;
		(void)snprintf(journey->before, sizeof journey->before, "%s", text + strlen(ASKED));
	} else if (strncmp(text, PURPOSE, strlen(PURPOSE)) == 0) {
		(void)snprintf(journey->purpose, sizeof journey->purpose, "%s",
			       text + strlen(PURPOSE));
	}
	return SEAL_OK;
}

static int write_set(const struct seal_init_job *job, const struct seal_init_answer *answer,
		     struct seal_new_folder *folder, struct seal_diag *diag)
{
	int error = seal_new_folder_file(folder, "manifest", "", answer->note, strlen(answer->note),
					 diag);

	for (unsigned i = 0; !error && i < answer->manifest.total; i++)
		error = seal_new_folder_file(folder, answer->manifest.shares[i].custodian, ".share",
					     answer->file[i], strlen(answer->file[i]), diag);
	if (!error && answer->root_token)
		error = seal_new_folder_file(folder, "root-token", ".age", answer->root_token,
					     strlen(answer->root_token), diag);
	return error ? error : seal_cards_write(job->cards, folder, diag);
}

static int write_down(const struct seal_init_job *job, const struct seal_init_answer *answer,
		      struct seal_diag *diag)
{
	struct seal_new_folder folder SEAL_CLEANUP(seal_new_folder_done) = {0};
	int error = seal_new_folder_begin(job->dir, &folder, diag);

	if (!error)
		error = write_set(job, answer, &folder, diag);
	if (!error)
		error = seal_new_folder_commit(&folder, diag);
	if (error)
		seal_advise(diag, "the daemon keeps the shares: mend it, and run the same again");
	return error;
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

/* In the core's own words: neither the bootstrap token nor a wish goes to another, and no gate
   says what is there already. */
static int ask_state(const struct seal_init_job *job, struct seal_client_status *out_status,
		     struct seal_diag *diag)
{
	const char *address = seal_client_address(job->client);
	struct seal_client_status status;
	int error = seal_client_status_signed(job->client, job->core, &status, diag);

	if (error)
		return error;
	if (!status.is_seald)
		return seal_fail(diag, SEAL_E_REFUSED, "%s: not seald: check the address", address);
	if (!status.is_signed)
		return seal_fail(diag, SEAL_E_VERIFY,
				 "%s: its core is another than the one named, or something stands "
				 "between: nothing was asked of it",
				 address);
	*out_status = status;
	return SEAL_OK;
}

/* libcurl sends a request once more where a kept connection ends before the answer: then the
   first has made the set, and only the second is refused. */
static int is_made(const struct seal_init_job *job, const struct seal_client_status *before)
{
	struct seal_client_status now;

	return !before->initialized && ask_state(job, &now, NULL) == SEAL_OK && now.initialized;
}

/* A gate could answer with what the core said of a set before. */
static int check_in_force(const struct seal_init_job *job, const struct seal_manifest *manifest,
			  struct seal_diag *diag)
{
	struct seal_client_status now;
	int error = ask_state(job, &now, diag);

	if (!error && strcmp(now.set, manifest->set) != 0)
		error = seal_fail(
			diag, SEAL_E_VERIFY,
			"the answer is of share set %.8s, and the daemon's is %.8s: do not "
			"use the one that was answered",
			manifest->set, *now.set ? now.set : "none");
	return error;
}

static int note_asked(const struct seal_init_job *job, struct journey *journey,
		      const struct seal_client_status *status, struct seal_diag *diag)
{
	char line[sizeof PURPOSE + sizeof ASKED + SEAL_SET_ID + SEAL_PURPOSE];
	int error;

	(void)snprintf(line, sizeof line, PURPOSE "%s", job->purpose);
	error = seal_journal_add(journey->journal, line, diag);
	if (error)
		return error;
	(void)snprintf(line, sizeof line, ASKED "%s", status->initialized ? status->set : "");
	return seal_journal_add(journey->journal, line, diag);
}

/* What is answered is held to what was asked for, by the run that asked. */
static int read_answer(const struct seal_init_job *job, const struct journey *journey, int resumed,
		       const char *body, struct seal_init_answer *answer, struct seal_diag *diag)
{
	struct seal_init_job asked = *job;
	int error;

	if (resumed && *journey->purpose)
		asked.purpose = journey->purpose;
	error = seal_init_read(&asked, body, answer, diag);
	return error ? error : check_in_force(job, &answer->manifest, diag);
}

static int run(const struct seal_init_job *job, struct journey *journey,
	       struct seal_init_result *result, struct seal_diag *diag)
{
	struct seal_init_answer answer SEAL_CLEANUP(seal_init_answer_done) = {0};
	struct seal_client_status status;
	char *body SEAL_CLEANUP(seal_text_freep) = NULL;
	int refused = 0;
	int meanwhile;
	int error = ask_state(job, &status, diag);

	if (error)
		return error;
	/* Still the set from before: the request never got there. */
	result->resumed = journey->step == STEP_ASKED && status.initialized &&
			  strcmp(status.set, journey->before) != 0;
	if (status.initialized && !result->resumed && !job->again)
		error = seal_fail(diag, SEAL_E_EXISTS,
				  "%s: is initialised already, under set %.8s; before the first "
				  "quorum --again makes another",
				  seal_client_address(job->client), status.set);
	if (!error && !result->resumed)
		error = note_asked(job, journey, &status, diag);
	if (error)
		return error;
	error = ask_daemon(job, result->resumed, &refused, &body, diag);
	meanwhile = refused && is_made(job, &status);
	if (meanwhile)
		error = ask_daemon(job, 1, &refused, &body, diag);
	if (!refused)
		journey->is_new = 0;
	if (!error) {
		error = read_answer(job, journey, result->resumed, body, &answer, diag);
		journey->is_new = error && meanwhile; /* then it is somebody else's */
	}
	if (!error)
		error = write_down(job, &answer, diag);
	if (error)
		return error;
	(void)unlink(journey->path);
	result->manifest = answer.manifest;
	result->has_root_token = answer.root_token != NULL;
	return SEAL_OK;
}

static int begin(const struct seal_init_job *job, struct journey *journey, struct seal_diag *diag)
{
	int error = check_folder(job->dir, diag);

	if (!error)
		error = seal_new_folder_beside(job->dir, JOURNAL, journey->path, diag);
	if (error)
		return error;
	journey->is_new = access(journey->path, F_OK) != 0;
	error = seal_journal_open(journey->path, read_step, journey, &journey->journal, diag);
	if (error == SEAL_E_EXISTS) /* somebody else's, who was quicker */
		return error;
	/* A full disk: what could not be begun is not left. */
	if (error && journey->is_new)
		(void)unlink(journey->path);
	return error;
}

int seal_init_run(const struct seal_init_job *job, struct seal_init_result *out_result,
		  struct seal_diag *diag)
{
	struct journey journey SEAL_CLEANUP(journey_done) = {0};
	struct seal_init_result result = {0};
	int error = check_people(job, diag);

	if (!error)
		error = begin(job, &journey, diag);
	if (!error)
		error = run(job, &journey, &result, diag);
	if (!error)
		*out_result = result;
	return error;
}
