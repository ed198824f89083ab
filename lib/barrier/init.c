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

/* What there was before, and is not written over. Its entries cannot be listed without
   its keys, so the state has kept their row keys. */
static int drop_old(struct seal_changes *changes, const struct seal_barrier_outside *old,
		    struct seal_diag *diag)
{
	uint8_t key[SEAL_STORE_KEY];
	int error = SEAL_OK;

	for (size_t i = 0; i < old->state.row_count && !error; i++)
		error = seal_changes_raw(changes, old->state.rows[i], NULL, NULL, 0, diag);
	for (unsigned i = 0; i < SEAL_MANIFEST_SHARES && !error; i++) {
		seal_barrier_outside_key(SEAL_OUTSIDE_SHARE + i, key);
		error = seal_changes_raw(changes, key, NULL, NULL, 0, diag);
	}
	seal_barrier_outside_key(SEAL_OUTSIDE_MANIFEST, key);
	return error ? error : seal_changes_raw(changes, key, NULL, NULL, 0, diag);
}

static int outside_row(struct seal_changes *changes, unsigned row, const void *value, size_t len,
		       struct seal_diag *diag)
{
	uint8_t key[SEAL_STORE_KEY];

	seal_barrier_outside_key(row, key);
	return seal_changes_raw(changes, key, seal_barrier_outside_parent, value, len, diag);
}

static int add_outside(struct seal_changes *changes, const struct seal_barrier_outside *outside,
		       struct seal_diag *diag)
{
	char *state = NULL;
	size_t len = 0;
	int error = seal_barrier_state_text(&outside->state, &outside->config, &state, &len, diag);

	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_STATE, state, len, diag);
	free(state);
	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_CONFIG, outside->config_text,
				    outside->config_len, diag);
	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_ROOT, outside->root, sizeof outside->root,
				    diag);
	if (!error && outside->note)
		error = outside_row(changes, SEAL_OUTSIDE_MANIFEST, outside->note,
				    outside->note_len, diag);
	for (unsigned i = 0; outside->note && i < outside->config.total && !error; i++)
		error = outside_row(changes, SEAL_OUTSIDE_SHARE + i, outside->files[i],
				    outside->file_len[i], diag);
	return error;
}

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

static int add_keyring(struct seal_changes *changes, const struct seal_secret *root,
		       struct seal_diag *diag)
{
	uint8_t *box = NULL;
	size_t len = 0;
	int error = seal_keyring_wrap(changes->keyring, root, &box, &len, diag);

	if (!error)
		error = outside_row(changes, SEAL_OUTSIDE_KEYRING, box, len, diag);
	free(box);
	return error;
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
	struct seal_box_aad aad = {.label = "sealkit/barrier-root/1"};
	int error = seal_secret_random(SEAL_BARRIER_KEY, &root, diag);

	if (!error)
		error = seal_keyring_new((uint64_t)time(NULL), &keyring, diag);
	if (!error)
		error = seal_barrier_config_text(&fresh->config, &fresh->config_text,
						 &fresh->config_len, diag);
	if (error)
		return error;
	aad.bytes = fresh->config_text;
	aad.len = fresh->config_len;
	error = seal_box_seal(unseal_key, &aad, seal_secret_bytes(root), SEAL_BARRIER_KEY,
			      fresh->root, diag);
	all.keyring = rows.keyring = keyring;
	if (!error)
		error = seal_changes_entries(&rows, entries, entry_count, diag);
	if (!error)
		error = keep_rows(&rows, &fresh->state, diag);
	if (!error && barrier->outside)
		error = drop_old(&all, barrier->outside, diag);
	if (!error)
		error = add_outside(&all, fresh, diag);
	if (!error)
		error = add_keyring(&all, root, diag);
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
