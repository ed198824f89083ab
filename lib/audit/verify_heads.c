/* The checkpoints of a log: read, their signatures checked, and put in order. */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit/verify_internal.h"
#include "base/file.h"
#include "base/own.h"
#include "base/path.h"

#include "base/banned.h"

static int add_path(char ***paths, size_t *count, const char *path, struct seal_diag *diag)
{
	char **more;
	char *copy;

	if (*count == SEAL_VERIFY_HEADS)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u checkpoints",
				 SEAL_VERIFY_HEADS);
	copy = strdup(path);
	more = copy ? realloc(*paths, (*count + 1) * sizeof *more) : NULL;
	if (!more) {
		free(copy);
		return seal_fail(diag, SEAL_E_NOMEM, "checkpoints");
	}
	more[(*count)++] = copy;
	*paths = more;
	return SEAL_OK;
}

static int add_folder(const char *folder, char ***paths, size_t *count, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	DIR *dir SEAL_CLEANUP(seal_path_closep) = opendir(folder);
	const struct dirent *entry;
	int error = SEAL_OK;

	if (!dir && errno == ENOENT)
		return SEAL_OK;
	if (!dir)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", folder);
	for (errno = 0; !error && (entry = readdir(dir)); errno = 0) {
		if (entry->d_name[0] == '.')
			continue;
		error = seal_path_join(folder, entry->d_name, "", path, diag);
		if (!error)
			error = add_path(paths, count, path, diag);
	}
	return !error && errno ? seal_fail_errno(diag, SEAL_E_IO, "%s", folder) : error;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int seal_verify_heads_of(const char *file, char ***paths, size_t *count, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	struct stat there;
	size_t beside;
	int len = snprintf(path, sizeof path, "%s.checkpoint", file);
	int error = SEAL_OK;

	/* One more letter, and it is the folder. */
	if (len < 0 || (size_t)len + 1 >= sizeof path)
		return seal_fail(diag, SEAL_E_IO, "%s: name too long", file);
	if (stat(path, &there) == 0)
		error = add_path(paths, count, path, diag);
	else if (errno != ENOENT)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	(void)snprintf(path + len, sizeof path - (size_t)len, "s");
	beside = *count;
	if (!error)
		error = add_folder(path, paths, count, diag);
	if (*count > beside)
		qsort(*paths + beside, *count - beside, sizeof **paths, by_name);
	return error;
}

int seal_verify_has_signed(const struct seal_verify_head *head, const char *name)
{
	for (size_t i = 0; i < head->signer_count; i++)
		if (strcmp(head->signers[i], name) == 0)
			return 1;
	return 0;
}

static int add_signer(struct seal_verify_head *head, const char *name, struct seal_diag *diag)
{
	char **more = realloc(head->signers, (head->signer_count + 1) * sizeof *more);

	if (!more)
		return seal_fail(diag, SEAL_E_NOMEM, "checkpoints");
	head->signers = more;
	more[head->signer_count] = strdup(name);
	if (!more[head->signer_count])
		return seal_fail(diag, SEAL_E_NOMEM, "checkpoints");
	head->signer_count++;
	return SEAL_OK;
}

/* One signature, as it was judged; *good stays where it is no reason against the head. */
static int judge(struct seal_verify_state *state, struct seal_verify_head *head, const char *name,
		 const struct seal_cosign_verdict *verdict, int *good, struct seal_diag *diag)
{
	const struct seal_verify *verify = state->verify;
	const char *why;

	if (!verdict->key) {
		if (verify->strict)
			seal_verify_tell(state, head->path, 0, "signature of %s: not a known key",
					 name);
		return SEAL_OK;
	}
	if (verdict->error == SEAL_E_NOMEM)
		return seal_fail(diag, SEAL_E_NOMEM, "checkpoints");
	if (verdict->error) {
		seal_verify_tell(state, head->path, 0, "signature of %s does not verify", name);
		*good = 0;
		return SEAL_OK;
	}
	why = verify->objects && verdict->seconds
		      ? verify->objects(verify->ctx, name, verdict->seconds)
		      : NULL;
	if (why) {
		seal_verify_tell(state, head->path, 0, "cosignature of %s: %s", name, why);
		return SEAL_OK;
	}
	if (verify->now && verdict->seconds > verify->now + SEAL_VERIFY_SKEW)
		seal_verify_tell(state, head->path, 0, "cosignature of %s is of a time to come",
				 name);
	if (verdict->seconds && (!head->earliest || verdict->seconds < head->earliest))
		head->earliest = verdict->seconds;
	return add_signer(head, name, diag);
}

/* A key of the log itself, where one is known, must have signed. */
static int log_has_signed(const struct seal_verify_state *state,
			  const struct seal_verify_head *head,
			  const struct seal_cosign_verdict *verdicts, size_t count)
{
	const struct seal_verify *verify = state->verify;
	int known = 0;

	for (size_t i = 0; i < verify->key_count; i++)
		known |= !seal_cosign_is_key(&verify->keys[i]) &&
			 strcmp(verify->keys[i].name, head->checkpoint.origin) == 0;
	for (size_t i = 0; i < count; i++)
		if (verdicts[i].key && !verdicts[i].error && !seal_cosign_is_key(verdicts[i].key) &&
		    strcmp(verdicts[i].key->name, head->checkpoint.origin) == 0)
			return 1;
	return !known;
}

static int check_note(struct seal_verify_state *state, struct seal_verify_head *head,
		      const struct seal_note *note, struct seal_diag *diag)
{
	const struct seal_verify *verify = state->verify;
	struct seal_cosign_verdict verdicts[SEAL_NOTE_SIGNATURES];
	size_t count = seal_note_count(note);
	int good = 1;

	seal_cosign_check(note, verify->keys, verify->key_count, verdicts);
	for (size_t i = 0; i < count; i++) {
		int error = judge(state, head, seal_note_signature(note, i)->name, &verdicts[i],
				  &good, diag);

		if (error)
			return error;
	}
	if (good && head->signer_count == 0)
		seal_verify_tell(state, head->path, 0, "not signed by a known key");
	else if (good && !log_has_signed(state, head, verdicts, count))
		seal_verify_tell(state, head->path, 0, "not signed by the log %s",
				 head->checkpoint.origin);
	else
		head->is_good = good;
	if (head->checkpoint.has_more && verify->strict)
		seal_verify_tell(state, head->path, 0, "has lines that nobody can check");
	return SEAL_OK;
}

static int load_one(struct seal_verify_state *state, struct seal_verify_head *head,
		    struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	struct seal_diag why = {0};
	char text[SEAL_VERIFY_TEXT];
	size_t len = 0;
	int error = seal_file_read(head->path, SEAL_CHECKPOINT_MAX, &bytes, &len, diag);

	if (error && error != SEAL_E_TOOLONG)
		return error;
	if (!error)
		error = seal_note_parse(bytes, len, &note, &why);
	if (!error)
		error = seal_checkpoint_read(note, &head->checkpoint, &why);
	if (error == SEAL_E_NOMEM)
		return seal_fail(diag, error, "checkpoints");
	if (error) {
		seal_diag_line(&why, text, sizeof text);
		seal_verify_tell(state, head->path, 0, "no checkpoint: %s",
				 text[0] ? text : "too long");
		return SEAL_OK;
	}
	return check_note(state, head, note, diag);
}

static int by_size(const void *a, const void *b)
{
	const struct seal_verify_head *x = a;
	const struct seal_verify_head *y = b;

	if (x->checkpoint.size != y->checkpoint.size)
		return x->checkpoint.size < y->checkpoint.size ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* All heads of one log. */
static void check_origins(struct seal_verify_state *state)
{
	for (size_t i = 0; i < state->head_count; i++) {
		struct seal_verify_head *head = &state->heads[i];

		if (!head->is_good)
			continue;
		if (!state->report.origin[0])
			memcpy(state->report.origin, head->checkpoint.origin,
			       sizeof head->checkpoint.origin);
		if (strcmp(state->report.origin, head->checkpoint.origin) != 0) {
			seal_verify_tell(state, head->path, 0, "of the log %s, not of %s",
					 head->checkpoint.origin, state->report.origin);
			head->is_good = 0;
		}
	}
}

int seal_verify_load(struct seal_verify_state *state, struct seal_diag *diag)
{
	const struct seal_verify *verify = state->verify;
	int error = SEAL_OK;

	if (verify->head_count > SEAL_VERIFY_HEADS)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u checkpoints",
				 SEAL_VERIFY_HEADS);
	state->heads = calloc(verify->head_count + 1, sizeof *state->heads);
	if (!state->heads)
		return seal_fail(diag, SEAL_E_NOMEM, "checkpoints");
	for (; !error && state->head_count < verify->head_count; state->head_count++) {
		state->heads[state->head_count].path = verify->heads[state->head_count];
		error = load_one(state, &state->heads[state->head_count], diag);
	}
	if (error)
		return error;
	qsort(state->heads, state->head_count, sizeof *state->heads, by_size);
	check_origins(state);
	state->report.heads = state->head_count;
	return SEAL_OK;
}
