/* Unsealing: shares come one by one; at the quorum the unseal key is put together, opens
   the root key (and so proves the seal configuration), and that the keyring. */

#include <stdlib.h>
#include <string.h>

#include "barrier/rekey_internal.h"

#include "base/banned.h"

static int check_sealed(const struct seal_barrier *barrier, struct seal_diag *diag)
{
	if (!barrier->outside)
		return seal_fail(diag, SEAL_E_NOTFOUND, "not initialised");
	if (barrier->keyring)
		return seal_fail(diag, SEAL_E_EXISTS, "already unsealed");
	return SEAL_OK;
}

int seal_barrier_begin(struct seal_barrier *barrier, uint64_t now, char out_nonce[static 37],
		       struct seal_diag *diag)
{
	struct seal_given *given = &barrier->unseal;
	int error = check_sealed(barrier, diag);

	if (!error)
		error = seal_given_begin(given, now, diag);
	if (!error)
		memcpy(out_nonce, given->nonce, sizeof given->nonce);
	return error;
}

void seal_barrier_reset(struct seal_barrier *barrier)
{
	seal_given_reset(&barrier->unseal);
}

void seal_barrier_expire(struct seal_barrier *barrier, uint64_t now, uint64_t lifetime)
{
	if (barrier->unseal.nonce[0] != '\0' && seal_given_late(&barrier->unseal, now, lifetime))
		seal_barrier_reset(barrier);
}

static int open_keyring(struct seal_barrier *barrier, const struct seal_secret *root,
			struct seal_keyring **out_keyring, struct seal_diag *diag)
{
	uint8_t key[SEAL_STORE_KEY];
	uint8_t *box = NULL;
	size_t len = 0;
	int error;

	seal_barrier_outside_key(SEAL_OUTSIDE_KEYRING, key);
	error = seal_store_get(barrier->store, key, &box, &len, diag);
	if (error == SEAL_E_NOTFOUND)
		return seal_fail(diag, SEAL_E_VERIFY, "keyring: missing");
	if (!error)
		error = seal_keyring_unwrap(box, len, root, out_keyring, diag);
	free(box);
	return error;
}

/* Whose shares opened it is proof that they have them; and init is over. */
static int record(struct seal_barrier *barrier, struct seal_diag *diag)
{
	struct seal_barrier_outside *outside = barrier->outside;
	struct seal_barrier_state state = {.in_force = 1};
	uint8_t have[SEAL_MANIFEST_SHARES];
	int same = outside->state.in_force;

	seal_given_marks(&barrier->unseal, have);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES && !outside->config.plain; i++) {
		state.proved[i] = outside->state.proved[i] || have[i];
		same = same && state.proved[i] == outside->state.proved[i];
	}
	return same ? SEAL_OK : seal_barrier_outside_update(outside, barrier->store, &state, diag);
}

static int open_with(struct seal_barrier *barrier, const struct seal_secret *key,
		     struct seal_diag *diag)
{
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = NULL;
	struct seal_rekey_pending *pending SEAL_CLEANUP(seal_rekey_pending_freep) = NULL;
	int error = seal_barrier_outside_root(barrier->outside, key, &root, diag);

	if (!error)
		error = open_keyring(barrier, root, &keyring, diag);
	if (!error)
		error = seal_counter_read(barrier->store, keyring, diag);
	if (!error)
		error = seal_rekey_load(barrier, keyring, &pending, diag);
	if (!error)
		error = record(barrier, diag);
	if (error)
		return error;
	barrier->root = seal_steal(&root);
	barrier->keyring = seal_steal(&keyring);
	barrier->pending = seal_steal(&pending);
	seal_barrier_reset(barrier);
	return SEAL_OK;
}

static int open_by_quorum(struct seal_barrier *barrier, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_given_combine(&barrier->unseal, barrier->outside, &key, diag);

	return error ? error : open_with(barrier, key, diag);
}

int seal_barrier_share(struct seal_barrier *barrier, const struct seal_secret *share, uint64_t now,
		       size_t *out_index, struct seal_diag *diag)
{
	struct seal_given *given = &barrier->unseal;
	int error = check_sealed(barrier, diag);
	int fresh = 0;
	size_t i = 0;

	if (!error)
		error = seal_given_add(given, barrier->outside, share, now, &i, &fresh, diag);
	if (!error && fresh && seal_given_quorum(given, barrier->outside, NULL))
		error = seal_given_settle(given, i, open_by_quorum(barrier, diag), "unseal", diag);
	if (!error)
		*out_index = i;
	return error;
}
