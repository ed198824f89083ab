/* Unsealing: shares come one by one; at the quorum the unseal key is put together, opens
   the root key (and so proves the seal configuration), and that the keyring. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "barrier/barrier_internal.h"
#include "crypto/shamir.h"

#include "base/banned.h"

static int check_sealed(const struct seal_barrier *barrier, struct seal_diag *diag)
{
	if (!barrier->outside)
		return seal_fail(diag, SEAL_E_NOTFOUND, "not initialised");
	if (barrier->keyring)
		return seal_fail(diag, SEAL_E_EXISTS, "already unsealed");
	return SEAL_OK;
}

static int make_nonce(char out[static 37], struct seal_diag *diag)
{
	uint8_t b[16];
	int error = seal_random(b, sizeof b, diag);

	if (error)
		return error;
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	(void)snprintf(out, 37,
		       "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
		       b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
		       b[13], b[14], b[15]);
	return SEAL_OK;
}

int seal_barrier_begin(struct seal_barrier *barrier, uint64_t now, char out_nonce[static 37],
		       struct seal_diag *diag)
{
	struct seal_unseal *unseal = &barrier->unseal;
	int error = check_sealed(barrier, diag);

	if (!error && unseal->nonce[0] == '\0')
		error = make_nonce(unseal->nonce, diag);
	if (error)
		return error;
	if (unseal->count == 0)
		unseal->since = now;
	memcpy(out_nonce, unseal->nonce, sizeof unseal->nonce);
	return SEAL_OK;
}

void seal_barrier_reset(struct seal_barrier *barrier)
{
	struct seal_unseal *unseal = &barrier->unseal;

	for (size_t i = 0; i < SEAL_BARRIER_PLAIN; i++)
		seal_secret_free(unseal->given[i]);
	*unseal = (struct seal_unseal){0};
}

void seal_barrier_expire(struct seal_barrier *barrier, uint64_t now, uint64_t lifetime)
{
	const struct seal_unseal *unseal = &barrier->unseal;

	if (unseal->nonce[0] != '\0' && now > unseal->since && now - unseal->since >= lifetime)
		seal_barrier_reset(barrier);
}

static int open_root(struct seal_barrier *barrier, const struct seal_secret *key,
		     struct seal_secret **out_root, struct seal_diag *diag)
{
	const struct seal_barrier_outside *outside = barrier->outside;
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_box_aad aad = {
		.label = "sealkit/barrier-root/1",
		.bytes = outside->config_text,
		.len = outside->config_len,
	};
	int error;

	if (seal_secret_len(key) != SEAL_BARRIER_KEY)
		return seal_fail(diag, SEAL_E_VERIFY, "shares of the wrong length");
	error = seal_secret_new(SEAL_BARRIER_KEY, &root, diag);
	if (!error)
		error = seal_box_open(key, &aad, outside->root, sizeof outside->root,
				      seal_secret_data(root), diag);
	if (error)
		return seal_because(diag, error, "root key");
	*out_root = seal_steal(&root);
	return SEAL_OK;
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
	int same = outside->state.in_force;

	for (size_t i = 0; i < SEAL_MANIFEST_SHARES && !outside->config.plain; i++) {
		int given = barrier->unseal.given[i] != NULL;

		state.proved[i] = outside->state.proved[i] || given;
		same = same && state.proved[i] == outside->state.proved[i];
	}
	return same ? SEAL_OK : seal_barrier_outside_update(outside, barrier->store, &state, diag);
}

int seal_barrier_open(struct seal_barrier *barrier, const struct seal_secret *key,
		      struct seal_diag *diag)
{
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_keyring *keyring SEAL_CLEANUP(seal_keyring_freep) = NULL;
	int error = open_root(barrier, key, &root, diag);

	if (!error)
		error = open_keyring(barrier, root, &keyring, diag);
	if (!error)
		error = seal_counter_read(barrier->store, keyring, diag);
	if (!error)
		error = record(barrier, diag);
	if (error)
		return error;
	barrier->root = seal_steal(&root);
	barrier->keyring = seal_steal(&keyring);
	seal_barrier_reset(barrier);
	return SEAL_OK;
}

static int plain_open(struct seal_barrier *barrier, struct seal_diag *diag)
{
	const struct seal_unseal *unseal = &barrier->unseal;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	const uint8_t *shares[SEAL_BARRIER_PLAIN];
	size_t len = seal_secret_len(unseal->given[0]);
	int error;

	if (unseal->count == 1)
		return seal_barrier_open(barrier, unseal->given[0], diag);
	for (unsigned i = 0; i < unseal->count; i++) {
		shares[i] = seal_secret_bytes(unseal->given[i]);
		if (seal_secret_len(unseal->given[i]) != len || len < 2)
			return seal_fail(diag, SEAL_E_MISMATCH,
					 "all parts must be the same length");
	}
	error = seal_secret_new(len - 1, &key, diag);
	if (!error)
		error = seal_shamir_combine(shares, len, unseal->count, seal_secret_data(key),
					    diag);
	return error ? error : seal_barrier_open(barrier, key, diag);
}

/* The first share starts the clock. */
static int keep(struct seal_barrier *barrier, size_t i, const struct seal_secret *share,
		uint64_t now, struct seal_diag *diag)
{
	struct seal_unseal *unseal = &barrier->unseal;
	char nonce[37] = {0};
	int error = unseal->nonce[0] ? SEAL_OK : make_nonce(nonce, diag);

	if (!error)
		error = seal_secret_copy(seal_secret_bytes(share), seal_secret_len(share),
					 &unseal->given[i], diag);
	if (error)
		return error;
	if (nonce[0])
		memcpy(unseal->nonce, nonce, sizeof nonce);
	if (unseal->count++ == 0)
		unseal->since = now;
	return SEAL_OK;
}

/* Wrong shares are all forgotten. Where the machine failed only the last one is, so that
   giving it once more is enough. */
static int settle(struct seal_barrier *barrier, size_t last, int error, struct seal_diag *diag)
{
	struct seal_unseal *unseal = &barrier->unseal;

	if (!error)
		return SEAL_OK;
	if (error == SEAL_E_NOMEM || error == SEAL_E_LOCKMEM || error == SEAL_E_IO ||
	    error == SEAL_E_SYSTEM || error == SEAL_E_CRYPTO) {
		seal_secret_freep(&unseal->given[last]);
		unseal->count--;
		return error;
	}
	seal_barrier_reset(barrier);
	if (error != SEAL_E_DUPLICATE && error != SEAL_E_MISMATCH)
		error = SEAL_E_VERIFY;
	return seal_because(diag, error, "unseal");
}

/* As Vault: nothing is known of a share before the threshold; the same bytes again are
   passed over. */
static size_t which_plain(const struct seal_barrier *barrier, const struct seal_secret *share)
{
	size_t i = 0;

	while (barrier->unseal.given[i] && !seal_secret_equal(barrier->unseal.given[i], share))
		i++;
	return i;
}

int seal_barrier_share(struct seal_barrier *barrier, const struct seal_secret *share, uint64_t now,
		       size_t *out_index, struct seal_diag *diag)
{
	struct seal_unseal *unseal = &barrier->unseal;
	int error = check_sealed(barrier, diag);
	int plain = !error && barrier->outside->config.plain;
	size_t i = 0;

	if (!error && plain)
		i = which_plain(barrier, share);
	else if (!error)
		error = seal_barrier_recognise(barrier, share, &i, diag);
	if (!error && !unseal->given[i]) {
		error = keep(barrier, i, share, now, diag);
		if (!error && seal_barrier_quorum(barrier, NULL))
			error = settle(barrier, i,
				       plain ? plain_open(barrier, diag)
					     : seal_barrier_card_open(barrier, diag),
				       diag);
	}
	if (!error)
		*out_index = i;
	return error;
}
