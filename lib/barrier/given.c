/* Shares of the set in force, as they come one by one: for an unseal, for a rekey. With a
   manifest each is recognised before it counts; plain ones are known at the threshold. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "barrier/barrier_internal.h"
#include "crypto/shamir.h"

#include "base/banned.h"

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

void seal_given_reset(struct seal_given *given)
{
	for (size_t i = 0; i < SEAL_BARRIER_PLAIN; i++)
		seal_secret_free(given->share[i]);
	*given = (struct seal_given){0};
}

int seal_given_begin(struct seal_given *given, uint64_t now, struct seal_diag *diag)
{
	int error = given->nonce[0] ? SEAL_OK : make_nonce(given->nonce, diag);

	if (!error && given->count == 0)
		given->since = now;
	return error;
}

int seal_given_late(const struct seal_given *given, uint64_t now, uint64_t lifetime)
{
	return now > given->since && now - given->since >= lifetime;
}

int seal_given_quorum(const struct seal_given *given, const struct seal_barrier_outside *outside,
		      unsigned *out_progress)
{
	uint8_t have[SEAL_MANIFEST_SHARES];
	unsigned progress = given->count;
	int quorum = progress >= outside->config.threshold;

	if (!outside->config.plain) {
		seal_given_marks(given, have);
		quorum = seal_manifest_quorum(outside->manifest, have, &progress);
	}
	if (out_progress)
		*out_progress = progress;
	return quorum;
}

void seal_given_marks(const struct seal_given *given, uint8_t out[static SEAL_MANIFEST_SHARES])
{
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		out[i] = given->share[i] != NULL;
}

/* The first share starts the clock. */
static int keep(struct seal_given *given, size_t i, const struct seal_secret *share, uint64_t now,
		struct seal_diag *diag)
{
	char nonce[37] = {0};
	int error = given->nonce[0] ? SEAL_OK : make_nonce(nonce, diag);

	if (!error)
		error = seal_secret_copy(seal_secret_bytes(share), seal_secret_len(share),
					 &given->share[i], diag);
	if (error)
		return error;
	if (nonce[0])
		memcpy(given->nonce, nonce, sizeof nonce);
	if (given->count++ == 0)
		given->since = now;
	return SEAL_OK;
}

/* As Vault: nothing is known of a share before the threshold; the same bytes again are
   passed over. */
static size_t which_plain(const struct seal_given *given, const struct seal_secret *share)
{
	size_t i = 0;

	while (given->share[i] && !seal_secret_equal(given->share[i], share))
		i++;
	return i;
}

int seal_given_add(struct seal_given *given, const struct seal_barrier_outside *outside,
		   const struct seal_secret *share, uint64_t now, size_t *out_index, int *out_new,
		   struct seal_diag *diag)
{
	int error = SEAL_OK;
	size_t i = 0;
	int fresh;

	if (outside->config.plain)
		i = which_plain(given, share);
	else
		error = seal_manifest_recognise(outside->manifest, share, &i, diag);
	if (error)
		return error;
	fresh = given->share[i] == NULL;
	if (fresh)
		error = keep(given, i, share, now, diag);
	if (error)
		return error;
	*out_index = i;
	*out_new = fresh;
	return SEAL_OK;
}

static int combine_plain(const struct seal_given *given, struct seal_secret **out_key,
			 struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	const uint8_t *shares[SEAL_BARRIER_PLAIN];
	size_t len = seal_secret_len(given->share[0]);
	int error;

	if (given->count == 1)
		return seal_secret_copy(seal_secret_bytes(given->share[0]), len, out_key, diag);
	for (unsigned i = 0; i < given->count; i++) {
		shares[i] = seal_secret_bytes(given->share[i]);
		if (seal_secret_len(given->share[i]) != len || len < 2)
			return seal_fail(diag, SEAL_E_MISMATCH,
					 "all parts must be the same length");
	}
	error = seal_secret_new(len - 1, &key, diag);
	if (!error)
		error = seal_shamir_combine(shares, len, given->count, seal_secret_data(key), diag);
	if (!error)
		*out_key = seal_steal(&key);
	return error;
}

int seal_given_combine(const struct seal_given *given, const struct seal_barrier_outside *outside,
		       struct seal_secret **out_key, struct seal_diag *diag)
{
	return outside->config.plain
		       ? combine_plain(given, out_key, diag)
		       : seal_set_combine(outside->manifest, given->share, out_key, diag);
}

int seal_given_settle(struct seal_given *given, size_t last, int error, const char *what,
		      struct seal_diag *diag)
{
	if (!error)
		return SEAL_OK;
	if (error == SEAL_E_NOMEM || error == SEAL_E_LOCKMEM || error == SEAL_E_IO ||
	    error == SEAL_E_SYSTEM || error == SEAL_E_CRYPTO) {
		seal_secret_freep(&given->share[last]);
		given->count--;
		return error;
	}
	seal_given_reset(given);
	if (error != SEAL_E_DUPLICATE && error != SEAL_E_MISMATCH)
		error = SEAL_E_VERIFY;
	return seal_because(diag, error, "%s", what);
}
