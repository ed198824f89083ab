/* Init: unseal key, root key and keyring are made; configuration, wrapped root,
   wrapped keyring, entries and (with cards) manifest and sealed shares go into one
   transaction. Only then is anything handed out. The barrier stays sealed. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "barrier/barrier_internal.h"
#include "base/encode.h"
#include "crypto/shamir.h"

#include "base/banned.h"

static int keep_rows(const struct seal_changes *changes, struct seal_barrier_state *state,
		     struct seal_diag *diag)
{
	if (changes->count == 0)
		return SEAL_OK;
	state->rows = calloc(changes->count, sizeof *state->rows);
	if (!state->rows)
		return seal_fail(diag, SEAL_E_NOMEM, "state of the barrier");
	for (size_t i = 0; i < changes->count; i++)
		memcpy(state->rows[i], changes->list[i].key, SEAL_STORE_KEY);
	state->row_count = changes->count;
	return SEAL_OK;
}

int seal_barrier_install(struct seal_barrier *barrier, struct seal_barrier_outside **outside,
			 const struct seal_secret *unseal_key,
			 const struct seal_barrier_entry *entries, size_t entry_count,
			 struct seal_diag *diag)
{
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = NULL;
	struct seal_changes all SEAL_CLEANUP(seal_changes_done) = {.store = barrier->store};
	struct seal_changes rows SEAL_CLEANUP(seal_changes_done) = {.store = barrier->store};
	struct seal_barrier_outside *fresh = *outside;
	int error = seal_secret_random(SEAL_BARRIER_KEY, &root, diag);

	if (!error)
		error = seal_keyring_new((uint64_t)time(NULL), &keyring, diag);
	if (!error)
		error = seal_barrier_outside_wrap(fresh, unseal_key, root, diag);
	all.keyring = rows.keyring = keyring;
	if (!error)
		error = seal_changes_entries(&rows, entries, entry_count, diag);
	if (!error)
		error = keep_rows(&rows, &fresh->state, diag);
	if (!error)
		error = seal_barrier_outside_replace(&all, barrier->outside, fresh, root, diag);
	for (size_t i = 0; i < rows.count && !error; i++)
		error = seal_changes_take(&all, &rows.list[i], diag);
	if (!error)
		error = seal_changes_apply(&all, diag);
	if (error)
		return error;
	seal_barrier_reset(barrier);
	seal_barrier_outside_free(barrier->outside);
	barrier->outside = seal_steal(outside);
	return SEAL_OK;
}

struct plain_set {
	struct seal_secret **shares;
	unsigned n;
};

static void plain_done(struct plain_set *set)
{
	for (unsigned i = 0; set->shares && i < set->n; i++)
		seal_secret_free(set->shares[i]);
	free(set->shares);
}

static int split(const struct seal_secret *key, unsigned t, struct plain_set *set,
		 struct seal_diag *diag)
{
	uint8_t x[SEAL_BARRIER_PLAIN];
	uint8_t *to[SEAL_BARRIER_PLAIN];
	const uint8_t *secret = seal_secret_bytes(key);
	int error = SEAL_OK;

	set->shares = calloc(set->n, sizeof(struct seal_secret *));
	if (!set->shares)
		return seal_fail(diag, SEAL_E_NOMEM, "shares");
	if (set->n == 1)
		return seal_secret_copy(secret, SEAL_BARRIER_KEY, &set->shares[0], diag);
	for (unsigned i = 0; i < set->n && !error; i++) {
		error = seal_secret_new(SEAL_BARRIER_KEY + 1, &set->shares[i], diag);
		if (!error)
			to[i] = seal_secret_data(set->shares[i]);
	}
	if (!error)
		error = seal_shamir_pick_x(set->n, x, diag);
	if (!error)
		error = seal_shamir_split(secret, SEAL_BARRIER_KEY, t, set->n, x, to, diag);
	if (!error)
		error = seal_shamir_check((const uint8_t *const *)to, SEAL_BARRIER_KEY + 1, t,
					  set->n, secret, diag);
	return error;
}

/* Vault's words, which its clients know. */
static int check_numbers(unsigned t, unsigned n, struct seal_diag *diag)
{
	if (n < 1)
		return seal_fail(diag, SEAL_E_POLICY, "shares must be at least one");
	if (t < 1)
		return seal_fail(diag, SEAL_E_POLICY, "threshold must be at least one");
	if (n > 1 && t == 1)
		return seal_fail(diag, SEAL_E_POLICY,
				 "threshold must be greater than one for multiple shares");
	if (n > SEAL_BARRIER_PLAIN)
		return seal_fail(diag, SEAL_E_POLICY, "shares must be less than 256");
	if (t > n)
		return seal_fail(diag, SEAL_E_POLICY, "threshold cannot be larger than shares");
	return SEAL_OK;
}

int seal_barrier_init_plain(struct seal_barrier *barrier, unsigned t, unsigned n,
			    const struct seal_barrier_entry *entries, size_t entry_count,
			    struct seal_secret **out_shares, struct seal_diag *diag)
{
	struct plain_set set SEAL_CLEANUP(plain_done) = {.n = n};
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_barrier_outside *outside SEAL_CLEANUP(seal_barrier_outside_freep) = NULL;
	uint8_t id[SEAL_SET_ID / 2];
	int error = check_numbers(t, n, diag);

	if (error)
		return error;
	if (barrier->outside)
		return seal_fail(diag, SEAL_E_EXISTS, "already initialised");
	outside = calloc(1, sizeof *outside);
	if (!outside)
		return seal_fail(diag, SEAL_E_NOMEM, "seal configuration");
	error = seal_random(id, sizeof id, diag);
	if (!error)
		error = seal_secret_random(SEAL_BARRIER_KEY, &key, diag);
	if (!error)
		error = split(key, t, &set, diag);
	if (error)
		return error;
	outside->config.plain = 1;
	outside->config.epoch = 1;
	outside->config.threshold = t;
	outside->config.total = n;
	seal_hex(id, sizeof id, outside->config.set);
	error = seal_barrier_install(barrier, &outside, key, entries, entry_count, diag);
	for (unsigned i = 0; i < n && !error; i++)
		out_shares[i] = seal_steal(&set.shares[i]);
	return error;
}
