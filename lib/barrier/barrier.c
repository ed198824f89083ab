/* The barrier as its callers see it: what it holds, what it says about itself, sealing
   and terms. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "barrier/rekey_internal.h"

#include "base/banned.h"

int seal_barrier_new(struct seal_store *store, struct seal_barrier **out_barrier,
		     struct seal_diag *diag)
{
	struct seal_barrier *barrier SEAL_CLEANUP(seal_barrier_freep) = calloc(1, sizeof *barrier);
	int error;

	if (!barrier)
		return seal_fail(diag, SEAL_E_NOMEM, "barrier");
	barrier->store = store;
	error = seal_barrier_outside_load(store, &barrier->outside, diag);
	if (!error)
		*out_barrier = seal_steal(&barrier);
	return error;
}

void seal_barrier_free(struct seal_barrier *barrier)
{
	if (!barrier)
		return;
	seal_barrier_seal(barrier);
	seal_barrier_outside_free(barrier->outside);
	free(barrier);
}

void seal_barrier_freep(struct seal_barrier **barrier)
{
	seal_barrier_free(*barrier);
	*barrier = NULL;
}

void seal_barrier_seal(struct seal_barrier *barrier)
{
	seal_barrier_reset(barrier);
	seal_rekey_forget(barrier);
	if (barrier->keyring)
		seal_counter_settle(barrier->store, barrier->keyring);
	seal_secret_freep(&barrier->root);
	seal_keyring_freep(&barrier->keyring);
}

void seal_barrier_status(const struct seal_barrier *barrier, struct seal_barrier_status *out_status)
{
	const struct seal_barrier_outside *outside = barrier->outside;
	struct seal_barrier_status status = {.sealed = barrier->keyring == NULL};

	if (outside) {
		const struct seal_barrier_config *config = &outside->config;

		status.initialized = 1;
		status.t = config->threshold;
		status.n = config->total;
		status.epoch = config->epoch;
		status.plain = config->plain;
		memcpy(status.set, config->set, sizeof status.set);
		memcpy(status.nonce, barrier->unseal.nonce, sizeof status.nonce);
		(void)seal_given_quorum(&barrier->unseal, outside, &status.progress);
	}
	if (barrier->keyring)
		status.term = (unsigned)barrier->keyring->count;
	if (!status.plain)
		seal_given_marks(&barrier->unseal, status.given);
	*out_status = status;
}

int seal_barrier_in_force(const struct seal_barrier *barrier)
{
	return barrier->outside && barrier->outside->state.in_force;
}

const char *seal_barrier_note(const struct seal_barrier *barrier, size_t *out_len)
{
	if (!barrier->outside || !barrier->outside->note)
		return NULL;
	*out_len = barrier->outside->note_len;
	return barrier->outside->note;
}

const struct seal_manifest *seal_barrier_manifest(const struct seal_barrier *barrier)
{
	return barrier->outside ? barrier->outside->manifest : NULL;
}

const char *seal_barrier_file(const struct seal_barrier *barrier, size_t i, size_t *out_len)
{
	if (!barrier->outside || i >= SEAL_MANIFEST_SHARES || !barrier->outside->files[i])
		return NULL;
	*out_len = barrier->outside->file_len[i];
	return barrier->outside->files[i];
}

void seal_barrier_proved(const struct seal_barrier *barrier,
			 uint8_t out[static SEAL_MANIFEST_SHARES])
{
	static const uint8_t none[SEAL_MANIFEST_SHARES];

	memcpy(out, barrier->outside ? barrier->outside->state.proved : none, sizeof none);
}

int seal_barrier_term(const struct seal_barrier *barrier, struct seal_barrier_term *out_term,
		      struct seal_diag *diag)
{
	const struct seal_keyring *keyring = barrier->keyring;
	struct seal_barrier_term term = {0};
	struct tm utc;
	time_t at;

	if (!keyring)
		return seal_fail(diag, SEAL_E_SEALED, "the barrier is sealed");
	term.term = (unsigned)keyring->count;
	term.encryptions = keyring->terms[keyring->count - 1].encryptions;
	at = (time_t)keyring->terms[keyring->count - 1].installed;
	if (!gmtime_r(&at, &utc) ||
	    strftime(term.installed, sizeof term.installed, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		return seal_fail(diag, SEAL_E_VERIFY, "time of a term");
	*out_term = term;
	return SEAL_OK;
}

int seal_barrier_rotate(struct seal_barrier *barrier, struct seal_diag *diag)
{
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = NULL;
	struct seal_changes changes SEAL_CLEANUP(seal_changes_done) = {
		.store = barrier->store,
		.keyring = barrier->keyring,
	};
	uint8_t key[SEAL_STORE_KEY];
	uint8_t *box = NULL;
	size_t len = 0;
	int error;

	if (!barrier->keyring)
		return seal_fail(diag, SEAL_E_SEALED, "the barrier is sealed");
	error = seal_keyring_rotated(barrier->keyring, (uint64_t)time(NULL), &keyring, diag);
	if (!error)
		error = seal_keyring_wrap(keyring, barrier->root, &box, &len, diag);
	if (!error) {
		seal_barrier_outside_key(SEAL_OUTSIDE_KEYRING, key);
		error = seal_changes_raw(&changes, key, seal_barrier_outside_parent, box, len,
					 diag);
	}
	free(box);
	/* The old term's count is in the keyring from here on. */
	if (!error)
		error = seal_counter_drop(&changes, diag);
	if (!error)
		error = seal_changes_apply(&changes, diag);
	if (error)
		return error;
	seal_keyring_free(barrier->keyring);
	barrier->keyring = seal_steal(&keyring);
	return SEAL_OK;
}
