/* The pending set: proofs of its holders, and the switch with the last of them. */

#include <stdlib.h>
#include <string.h>

#include "barrier/rekey_internal.h"

#include "base/banned.h"

int seal_rekey_text_copy(const char *text, size_t len, char **out, struct seal_diag *diag)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return seal_fail(diag, SEAL_E_NOMEM, "plan of a rekey");
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	*out = copy;
	return SEAL_OK;
}

void seal_rekey_pending_free(struct seal_rekey_pending *pending)
{
	if (pending) {
		seal_barrier_outside_free(pending->outside);
		free(pending->text);
	}
	free(pending);
}

void seal_rekey_pending_freep(struct seal_rekey_pending **pending)
{
	seal_rekey_pending_free(*pending);
	*pending = NULL;
}

int seal_rekey_load(const struct seal_barrier *barrier, struct seal_keyring *keyring,
		    struct seal_rekey_pending **out_pending, struct seal_diag *diag)
{
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;

	return seal_rekey_record_read(barrier->store, keyring, barrier->outside->config.set,
				      out_pending, &root, diag);
}

int seal_rekey_store(struct seal_barrier *barrier, const struct seal_rekey_pending *pending,
		     const struct seal_secret *root, struct seal_diag *diag)
{
	struct seal_changes changes SEAL_CLEANUP(seal_changes_done) = {
		.store = barrier->store,
		.keyring = barrier->keyring,
	};
	int error =
		seal_rekey_record_add(&changes, barrier->outside->config.set, pending, root, diag);

	if (!error)
		error = seal_counter_add(&changes, diag);
	return error ? error : seal_changes_apply(&changes, diag);
}

/* The new set is in force, and nothing of the old one, or nothing has happened. */
static int switch_to(struct seal_barrier *barrier, struct seal_rekey_pending *fresh,
		     struct seal_secret **root, struct seal_diag *diag)
{
	struct seal_changes changes SEAL_CLEANUP(seal_changes_done) = {
		.store = barrier->store,
		.keyring = barrier->keyring,
	};
	struct seal_barrier_outside *outside = fresh->outside;
	int error = seal_barrier_outside_replace(&changes, barrier->outside, outside, *root, diag);

	if (!error)
		error = seal_rekey_record_drop(&changes, barrier->outside->config.set, diag);
	if (!error)
		error = seal_changes_apply(&changes, diag);
	if (error)
		return seal_because(diag, error, "the set before stays in force");
	seal_store_forget(barrier->store);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++) {
		free(outside->files[i]);
		outside->files[i] = NULL;
	}
	seal_barrier_outside_free(barrier->outside);
	barrier->outside = seal_steal(&fresh->outside);
	seal_secret_free(barrier->root);
	barrier->root = seal_steal(root);
	seal_rekey_pending_freep(&barrier->pending);
	return SEAL_OK;
}

/* The record again, for the root key in it. The proofs were checked against what we have
   shown, so it must be of that. */
static int read_again(const struct seal_barrier *barrier, struct seal_rekey_pending **out_fresh,
		      struct seal_secret **out_root, struct seal_diag *diag)
{
	const struct seal_barrier_outside *ours = barrier->pending->outside;
	struct seal_rekey_pending *fresh SEAL_CLEANUP(seal_rekey_pending_freep) = NULL;
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_rekey_record_read(barrier->store, barrier->keyring,
					   barrier->outside->config.set, &fresh, &root, diag);

	if (error)
		return error;
	if (!fresh || fresh->outside->config_len != ours->config_len ||
	    !seal_eq_ct(fresh->outside->config_text, ours->config_text, ours->config_len))
		return seal_fail(diag, SEAL_E_VERIFY, "pending rekey: changed in the store");
	memcpy(fresh->outside->state.proved, ours->state.proved, sizeof ours->state.proved);
	*out_fresh = seal_steal(&fresh);
	*out_root = seal_steal(&root);
	return SEAL_OK;
}

int seal_barrier_rekey_prove(struct seal_barrier *barrier, size_t i, int *out_switched,
			     struct seal_diag *diag)
{
	struct seal_rekey_pending *fresh SEAL_CLEANUP(seal_rekey_pending_freep) = NULL;
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_rekey_pending *pending = barrier->pending;
	int switched = 0;
	int error;

	if (!barrier->keyring)
		return seal_fail(diag, SEAL_E_SEALED, "the barrier is sealed");
	if (!pending)
		return seal_fail(diag, SEAL_E_NOTFOUND, "no rekey is pending");
	if (i >= pending->outside->config.total)
		return seal_fail(diag, SEAL_E_ARGUMENT, "share %zu", i + 1);
	if (!pending->outside->state.proved[i]) {
		error = read_again(barrier, &fresh, &root, diag);
		if (error)
			return error;
		fresh->outside->state.proved[i] = 1;
		switched = seal_barrier_all_proved(&fresh->outside->state,
						   fresh->outside->config.total);
		error = switched ? switch_to(barrier, fresh, &root, diag)
				 : seal_rekey_store(barrier, fresh, root, diag);
		if (error)
			return error;
		if (!switched)
			pending->outside->state.proved[i] = 1;
	}
	*out_switched = switched;
	return SEAL_OK;
}

int seal_barrier_rekey_pending(const struct seal_barrier *barrier,
			       struct seal_barrier_rekey_status *out_status)
{
	const struct seal_rekey_pending *pending = barrier->pending;
	struct seal_barrier_rekey_status status = {0};
	const struct seal_barrier_config *config;

	if (!pending)
		return 0;
	config = &pending->outside->config;
	memcpy(status.plan, pending->plan, sizeof status.plan);
	memcpy(status.set, config->set, sizeof status.set);
	status.epoch = config->epoch;
	status.t = config->threshold;
	status.n = config->total;
	status.until = pending->until;
	memcpy(status.proved, pending->outside->state.proved, sizeof status.proved);
	*out_status = status;
	return 1;
}

const char *seal_barrier_rekey_text(const struct seal_barrier *barrier, size_t *out_len)
{
	if (!barrier->pending)
		return NULL;
	*out_len = barrier->pending->text_len;
	return barrier->pending->text;
}

const char *seal_barrier_rekey_note(const struct seal_barrier *barrier, size_t *out_len)
{
	if (!barrier->pending)
		return NULL;
	*out_len = barrier->pending->outside->note_len;
	return barrier->pending->outside->note;
}

const struct seal_manifest *seal_barrier_rekey_manifest(const struct seal_barrier *barrier)
{
	return barrier->pending ? barrier->pending->outside->manifest : NULL;
}

const char *seal_barrier_rekey_file(const struct seal_barrier *barrier, size_t i, size_t *out_len)
{
	if (!barrier->pending || i >= SEAL_MANIFEST_SHARES || !barrier->pending->outside->files[i])
		return NULL;
	*out_len = barrier->pending->outside->file_len[i];
	return barrier->pending->outside->files[i];
}
