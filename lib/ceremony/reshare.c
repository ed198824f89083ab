/* Resharing a split secret: its journal, and its steps. */

#include "ceremony/reshare.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/own.h"
#include "ceremony/new_folder.h"
#include "ceremony/split_internal.h"

#include "base/banned.h"

#define JOURNAL ".reshare"
#define OF "of "
#define AS " as "
#define OPENED SEAL_COMBINE_OPENED
#define BEGUN_LEN (sizeof OF - 1 + SEAL_SET_ID + sizeof AS - 1 + SEAL_SET_ID)

/* "of SET as SET", the former and the new one: nothing of it is on the disk under another name
   than the new set's. */
static int read_begun(struct seal_reshare_run *run, const char *text, struct seal_diag *diag)
{
	const char *former = text + strlen(OF);
	const char *fresh = former + SEAL_SET_ID + strlen(AS);

	if (strlen(text) != BEGUN_LEN || strspn(former, "0123456789abcdef") != SEAL_SET_ID ||
	    strspn(fresh, "0123456789abcdef") != SEAL_SET_ID)
		return seal_fail(diag, SEAL_E_FORMAT, "not the journal of a reshare");
	if (strncmp(former, run->former->manifest.set, SEAL_SET_ID) != 0)
		return seal_fail(
			diag, SEAL_E_MISMATCH,
			"is of set %.8s, which a run before was about: finish that one, or "
			"remove this file",
			former);
	(void)snprintf(run->set, sizeof run->set, "%s", fresh);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		run->had_opened[i] = 0;
	run->is_broken_off = 1;
	return seal_new_folder_sweep(run->dir, fresh, diag);
}

static int read_record(void *ctx, uint64_t seq SEAL_UNUSED, const char *text,
		       struct seal_diag *diag)
{
	struct seal_reshare_run *run = ctx;
	const struct seal_manifest *manifest = &run->former->manifest;

	if (strncmp(text, OPENED, strlen(OPENED)) != 0)
		return read_begun(run, text, diag);
	for (unsigned i = 0; i < manifest->total; i++)
		if (strcmp(manifest->shares[i].custodian, text + strlen(OPENED)) == 0)
			run->had_opened[i] = 1;
	return SEAL_OK;
}

int seal_reshare_check(const struct seal_set_folder *former, const char *dir,
		       struct seal_manifest *manifest, struct seal_reshare *out_minutes,
		       struct seal_diag *diag)
{
	struct seal_set_folder fresh SEAL_CLEANUP(seal_set_folder_done) = {0};
	struct seal_reshare minutes;
	char path[SEAL_PATH];
	uint8_t *note SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int error = seal_set_folder_manifest(dir, NULL, &fresh, diag);

	if (!error)
		error = seal_path_join(dir, SEAL_RESHARE_MINUTES, "", path, diag);
	if (!error)
		error = seal_file_read(path, SEAL_NOTE_MAX, &note, &len, diag);
	if (error)
		return error;
	seal_reshare_init(&minutes, &former->manifest, former->note, former->note_len,
			  &fresh.manifest, fresh.note, fresh.note_len);
	error = seal_reshare_verify(&minutes, note, len, diag);
	if (error)
		return seal_because(diag, error, "%s", dir);
	*manifest = fresh.manifest;
	minutes.fresh = manifest;
	*out_minutes = minutes;
	return SEAL_OK;
}

/* Whether the set that the last run was making is there. */
static int is_there(const struct seal_reshare_run *run)
{
	struct seal_set_folder folder SEAL_CLEANUP(seal_set_folder_done) = {0};

	return run->set[0] && seal_set_folder_manifest(run->dir, NULL, &folder, NULL) == SEAL_OK &&
	       strcmp(folder.manifest.set, run->set) == 0;
}

static int open_journal(struct seal_reshare_run *run, struct seal_diag *diag)
{
	int is_new = access(run->path, F_OK) != 0;
	int error = seal_journal_open(run->path, read_record, run, &run->journal, diag);

	if (error == SEAL_E_EXISTS)
		return seal_because(diag, error, "another run is at it");
	if (error && is_new)
		(void)unlink(run->path);
	return error ? seal_because(diag, error, "%s", run->path) : SEAL_OK;
}

static int write_begun(struct seal_reshare_run *run, struct seal_diag *diag)
{
	char line[BEGUN_LEN + 1];
	int error = seal_set_id(run->set, diag);

	(void)snprintf(line, sizeof line, OF "%s" AS "%s", run->former->manifest.set, run->set);
	return error ? error : seal_journal_add(run->journal, line, diag);
}

int seal_reshare_begin(struct seal_reshare_run *run, const char *dir,
		       const struct seal_set_folder *former, struct seal_diag *diag)
{
	int error;

	run->dir = dir;
	run->former = former;
	error = seal_new_folder_beside(dir, JOURNAL, run->path, diag);
	/* What cannot be is said before a journal is made for it. */
	if (!error && access(run->path, F_OK) != 0)
		error = seal_new_folder_check(dir, diag);
	if (!error)
		error = open_journal(run, diag);
	if (error)
		return error;
	if (is_there(run)) {
		error = seal_reshare_check(former, dir, &run->manifest, &run->minutes, diag);
		run->is_done = !error;
		return error;
	}
	error = seal_new_folder_check(dir, diag);
	return error ? error : write_begun(run, diag);
}

void seal_reshare_end(struct seal_reshare_run *run, int is_told)
{
	if (run->journal && !run->is_kept && (is_told || !run->is_done))
		(void)unlink(run->path);
	seal_journal_free(run->journal);
	run->journal = NULL;
}

struct seal_set_policy seal_reshare_policy(const struct seal_set_folder *former,
					   const struct seal_set_policy *policy)
{
	struct seal_set_policy next = *policy;

	next.epoch = former->manifest.epoch + 1;
	memcpy(next.purpose, former->manifest.purpose, sizeof next.purpose);
	return next;
}

static int sign_minutes(const struct seal_reshare_run *run, const struct seal_combined *combined,
			struct seal_reshare *minutes, char **out_note, size_t *out_len,
			struct seal_diag *diag)
{
	for (unsigned i = 0; i < run->former->manifest.total; i++) {
		minutes->opened[i].is_opened = combined->share[i] != NULL;
		memcpy(minutes->opened[i].card, combined->card[i], SEAL_CARD_FINGERPRINT);
	}
	return seal_reshare_sign(minutes, combined->share, out_note, out_len, diag);
}

static int write_all(const struct seal_reshare_run *run, const struct seal_cards *cards,
		     const struct seal_split_made *made, const char *minutes, size_t len,
		     struct seal_diag *diag)
{
	struct seal_new_folder folder SEAL_CLEANUP(seal_new_folder_done) = {0};
	int error = seal_new_folder_begin_as(run->dir, run->set, &folder, diag);

	if (!error)
		error = seal_split_write(&folder, cards, made, diag);
	if (!error)
		error = seal_new_folder_file(&folder, SEAL_RESHARE_MINUTES, "", minutes, len, diag);
	return error ? error : seal_new_folder_commit(&folder, diag);
}

/* The shares are held until the minutes are signed, and nowhere but in memory. */
static int make(struct seal_reshare_run *run, const struct seal_combine *combine,
		const struct seal_cards *cards, const struct seal_set_policy *policy,
		struct seal_diag *diag)
{
	struct seal_combined combined SEAL_CLEANUP(seal_combined_done) = {0};
	struct seal_split_made made SEAL_CLEANUP(seal_split_made_done) = {0};
	char *note SEAL_CLEANUP(seal_text_freep) = NULL;
	const char *fresh;
	size_t fresh_len = 0;
	size_t len = 0;
	int error = seal_combine_run(combine, &combined, diag);

	if (!error)
		error = seal_split_make(cards, policy, combined.secret, &made, diag);
	if (error)
		return error;
	run->manifest = *seal_set_manifest(made.set);
	fresh = seal_set_note(made.set, &fresh_len);
	seal_reshare_init(&run->minutes, &run->former->manifest, run->former->note,
			  run->former->note_len, &run->manifest, fresh, fresh_len);
	error = sign_minutes(run, &combined, &run->minutes, &note, &len, diag);
	return error ? error : write_all(run, cards, &made, note, len, diag);
}

int seal_reshare_make(struct seal_reshare_run *run, const struct seal_combine *combine,
		      const struct seal_cards *cards, const struct seal_set_policy *policy,
		      struct seal_diag *diag)
{
	struct seal_set_policy next = seal_reshare_policy(run->former, policy);
	struct seal_combine journalled = *combine;
	int error;

	memcpy(next.set, run->set, sizeof next.set);
	journalled.journal = run->journal;
	error = make(run, &journalled, cards, &next, diag);
	run->is_done = !error;
	/* Where only the last fsync has failed the folder is there. */
	run->is_kept = error == SEAL_E_INTERRUPTED || (error && is_there(run));
	return error;
}
