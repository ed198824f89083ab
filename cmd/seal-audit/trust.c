/* Whose signatures are believed, and a checkpoint that is held against them. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/own.h"
#include "seal-audit.h"

#include "base/banned.h"

int trust_load(const struct trust *trust, struct seal_cosigners *cosigners, struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (trust->keys.count == 0 && trust->rosters.count == 0 && !trust->cards)
		return seal_fail(diag, SEAL_E_USAGE,
				 "none of --roster, --key and --cards is given: whose signatures "
				 "are to be believed? (see --help)");
	for (size_t i = 0; !error && i < trust->keys.count; i++)
		error = seal_cosigners_add_keys(cosigners, trust->keys.value[i], diag);
	for (size_t i = 0; !error && i < trust->rosters.count; i++)
		error = seal_cosigners_add_roster(cosigners, trust->rosters.value[i], diag);
	if (!error && trust->cards)
		error = seal_cosigners_add_cards(cosigners, trust->cards, diag);
	return error;
}

const char *const *files_of(const char *const *argv, const char *file, size_t *out_count)
{
	size_t count = 0;

	while (*argv != file)
		argv++;
	while (argv[count])
		count++;
	*out_count = count;
	return argv;
}

void head_done(struct head *head)
{
	free(head->bytes);
	*head = (struct head){0};
}

/* Who has signed it well, into names; anything that is wrong is an error. */
static int signers_of(const struct seal_cosigners *cosigners, const struct seal_note *note,
		      const char **names, int *log_signed, const char *origin,
		      struct seal_diag *diag)
{
	struct seal_cosign_verdict verdict[SEAL_NOTE_SIGNATURES];
	uint64_t now = (uint64_t)time(NULL);

	seal_cosign_check(note, cosigners->keys, cosigners->count, verdict);
	for (size_t i = 0; i < seal_note_count(note); i++) {
		const char *name = seal_note_signature(note, i)->name;
		const char *why;

		names[i] = NULL;
		if (!verdict[i].key)
			continue;
		if (verdict[i].error)
			return seal_fail(diag, SEAL_E_VERIFY, "signature of %s does not verify",
					 name);
		if (verdict[i].seconds > now + SEAL_VERIFY_SKEW)
			return seal_fail(diag, SEAL_E_VERIFY,
					 "cosignature of %s is of a time to come", name);
		why = verdict[i].seconds
			      ? seal_cosigners_object(cosigners, name, verdict[i].seconds)
			      : NULL;
		if (why)
			return seal_fail(diag, SEAL_E_VERIFY, "cosignature of %s: %s", name, why);
		names[i] = name;
		*log_signed |= !seal_cosign_is_key(verdict[i].key) && strcmp(name, origin) == 0;
	}
	return SEAL_OK;
}

static int log_is_known(const struct seal_cosigners *cosigners, const char *origin)
{
	for (size_t i = 0; i < cosigners->count; i++)
		if (!seal_cosign_is_key(&cosigners->keys[i]) &&
		    strcmp(cosigners->keys[i].name, origin) == 0)
			return 1;
	return 0;
}

static int has(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && (!name || strcmp(names[i], name) == 0))
			return 1;
	return 0;
}

int head_verify(const struct seal_cosigners *cosigners, const struct trust *trust, const char *text,
		size_t len, struct seal_checkpoint *out, struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	const char *names[SEAL_NOTE_SIGNATURES];
	struct seal_checkpoint checkpoint;
	int log_signed = 0;
	int error = seal_note_parse(text, len, &note, diag);

	if (!error)
		error = seal_checkpoint_read(note, &checkpoint, diag);
	if (!error)
		error = signers_of(cosigners, note, names, &log_signed, checkpoint.origin, diag);
	if (error)
		return error;
	if (!has(names, seal_note_count(note), NULL))
		return seal_fail(diag, SEAL_E_VERIFY, "not signed by a known key");
	if (!log_signed && log_is_known(cosigners, checkpoint.origin))
		return seal_fail(diag, SEAL_E_VERIFY, "not signed by the log %s",
				 checkpoint.origin);
	for (size_t i = 0; i < trust->required.count; i++)
		if (!has(names, seal_note_count(note), trust->required.value[i]))
			return seal_fail(diag, SEAL_E_VERIFY, "%s has not signed",
					 trust->required.value[i]);
	*out = checkpoint;
	return SEAL_OK;
}

int head_read(const struct seal_cosigners *cosigners, const struct trust *trust, const char *path,
	      struct head *out_head, struct seal_diag *diag)
{
	struct head head = {0};
	int error = seal_file_read(path, SEAL_CHECKPOINT_MAX, &head.bytes, &head.len, diag);

	if (error)
		return error;
	head.note = (char *)head.bytes;
	error = head_verify(cosigners, trust, head.note, head.len, &head.checkpoint, diag);
	if (error) {
		head_done(&head);
		return seal_because(diag, error, "%s", path);
	}
	*out_head = head;
	return SEAL_OK;
}
