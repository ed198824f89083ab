/* Whether the shares of a quorum give all others of a set: so that any other quorum would have
   given the same key. */

#include "share/set_internal.h"

#include <string.h>

#include "crypto/shamir.h"

#include "base/banned.h"

/* The first of those given, as many as their group needs. */
struct base {
	const struct seal_secret *share[SEAL_MANIFEST_SHARES];
	uint8_t is_in[SEAL_MANIFEST_SHARES]; /* by manifest index */
	unsigned count;
};

static void choose(const struct seal_manifest *manifest, struct seal_secret *const *shares,
		   int group, struct base *base)
{
	unsigned need = group < 0 ? manifest->threshold : manifest->groups[group].threshold;

	*base = (struct base){.count = 0};
	for (unsigned i = 0; i < manifest->total && base->count < need; i++)
		if (shares[i] && manifest->shares[i].group == group) {
			base->share[base->count++] = shares[i];
			base->is_in[i] = 1;
		}
}

/* The polynomial's value at x: the value at 0 of the one that is moved by x, as addition in the
   field is XOR. Where one share is enough there is none, and all are alike. */
static int make(const struct base *base, uint8_t x, struct seal_secret *out, struct seal_diag *diag)
{
	struct seal_secret *moved SEAL_CLEANUP(seal_secret_freep) = NULL;
	const uint8_t *from[SEAL_MANIFEST_SHARES] = {NULL};
	const size_t len = SEAL_SET_KEY + 1;
	int error;

	seal_secret_data(out)[SEAL_SET_KEY] = x;
	if (base->count == 1) {
		memcpy(seal_secret_data(out), seal_secret_bytes(base->share[0]), SEAL_SET_KEY);
		return SEAL_OK;
	}
	error = seal_secret_new(base->count * len, &moved, diag);
	if (error)
		return error;
	for (unsigned i = 0; i < base->count; i++) {
		uint8_t *at = seal_secret_data(moved) + i * len;

		memcpy(at, seal_secret_bytes(base->share[i]), len);
		at[SEAL_SET_KEY] ^= x;
		from[i] = at;
	}
	return seal_shamir_combine(from, len, base->count, seal_secret_data(out), diag);
}

static int check_one(const struct seal_manifest *manifest, const struct base *base, unsigned i,
		     struct seal_diag *diag)
{
	struct seal_secret *share SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t is = 0;
	int error = seal_secret_new(SEAL_SET_KEY + 1, &share, diag);

	if (!error)
		error = make(base, manifest->shares[i].x, share, diag);
	if (error)
		return error;
	error = seal_manifest_recognise(manifest, share, &is, NULL);
	if (error == SEAL_E_MISMATCH || (!error && is != i))
		return seal_fail(diag, SEAL_E_VERIFY,
				 "the share of %s is not the one that those given lead to",
				 manifest->shares[i].custodian);
	return error ? seal_fail(diag, error, "share of %s", manifest->shares[i].custodian)
		     : SEAL_OK;
}

int seal_set_check_quorum(const struct seal_manifest *manifest, struct seal_secret *const *shares,
			  unsigned *out_checked, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	unsigned checked = 0;
	/* Too few, or not those of the manifest, it says. */
	int error = seal_set_combine(manifest, shares, &key, diag);

	for (unsigned i = 0; i < manifest->total && !error; i++) {
		struct base base;

		choose(manifest, shares, manifest->shares[i].group, &base);
		if (base.is_in[i])
			continue;
		error = check_one(manifest, &base, i, diag);
		checked++;
	}
	if (!error)
		*out_checked = checked;
	return error;
}
