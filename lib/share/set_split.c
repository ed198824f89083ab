/* Splitting a key for a set, and putting it together again. In sets with groups the
   key is the XOR of one random key a group, so that no group can do without another. */

#include "share/set_internal.h"

#include <string.h>

#include "crypto/shamir.h"

#include "base/banned.h"

void seal_set_work_done(struct seal_set_work *work)
{
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		seal_secret_freep(&work->share[i]);
}

static void xor_into(struct seal_secret *sum, const struct seal_secret *part)
{
	for (size_t i = 0; i < SEAL_SET_KEY; i++)
		seal_secret_data(sum)[i] ^= seal_secret_bytes(part)[i];
}

static unsigned group_threshold(const struct seal_manifest *manifest, int group)
{
	return group < 0 ? manifest->threshold : manifest->groups[group].threshold;
}

/* With a threshold of 1 there is no polynomial: each share is the key itself. */
static int split_one(const struct seal_secret *key, const uint8_t *x, unsigned n,
		     uint8_t *const *shares)
{
	for (unsigned i = 0; i < n; i++) {
		memcpy(shares[i], seal_secret_bytes(key), SEAL_SET_KEY);
		shares[i][SEAL_SET_KEY] = x[i];
	}
	return SEAL_OK;
}

static int split_group(const struct seal_secret *key, const struct seal_manifest *manifest,
		       int group, struct seal_set_work *work, struct seal_diag *diag)
{
	unsigned t = group_threshold(manifest, group);
	uint8_t *shares[SEAL_MANIFEST_SHARES];
	uint8_t x[SEAL_MANIFEST_SHARES];
	unsigned n = 0;
	int error;

	for (size_t i = 0; i < manifest->total; i++)
		if (manifest->shares[i].group == group) {
			x[n] = manifest->shares[i].x;
			shares[n++] = seal_secret_data(work->share[i]);
		}
	if (t == 1)
		return split_one(key, x, n, shares);
	error = seal_shamir_split(seal_secret_bytes(key), SEAL_SET_KEY, t, n, x, shares, diag);
	if (!error)
		error = seal_shamir_check((const uint8_t *const *)shares, SEAL_SET_KEY + 1, t, n,
					  seal_secret_bytes(key), diag);
	return error;
}

static int split_groups(const struct seal_secret *key, const struct seal_manifest *manifest,
			struct seal_set_work *work, struct seal_diag *diag)
{
	struct seal_secret *rest SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t last = manifest->group_count - 1;
	int error;

	if (manifest->group_count == 0)
		return split_group(key, manifest, -1, work, diag);
	error = seal_secret_copy(seal_secret_bytes(key), SEAL_SET_KEY, &rest, diag);
	for (size_t i = 0; !error && i < last; i++) {
		struct seal_secret *part SEAL_CLEANUP(seal_secret_freep) = NULL;

		error = seal_secret_random(SEAL_SET_KEY, &part, diag);
		if (error)
			break;
		xor_into(rest, part);
		error = split_group(part, manifest, (int)i, work, diag);
	}
	return error ? error : split_group(rest, manifest, (int)last, work, diag);
}

static int publish_proofs(struct seal_manifest *manifest, const struct seal_set_work *work,
			  struct seal_diag *diag)
{
	for (size_t i = 0; i < manifest->total; i++) {
		struct seal_proof *proof SEAL_CLEANUP(seal_proof_freep) = NULL;
		int error = seal_proof_new(work->share[i], manifest->set, &proof, diag);

		if (error)
			return error;
		seal_proof_public(proof, manifest->shares[i].proof);
	}
	return SEAL_OK;
}

int seal_set_split(const struct seal_secret *key, struct seal_manifest *manifest,
		   struct seal_set_work *work, struct seal_diag *diag)
{
	struct seal_secret *back SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t x[SEAL_MANIFEST_SHARES];
	int error = seal_shamir_pick_x(manifest->total, x, diag);

	for (size_t i = 0; !error && i < manifest->total; i++) {
		manifest->shares[i].x = x[i];
		error = seal_secret_new(SEAL_SET_KEY + 1, &work->share[i], diag);
	}
	if (!error)
		error = split_groups(key, manifest, work, diag);
	if (!error)
		error = publish_proofs(manifest, work, diag);
	if (!error)
		error = seal_set_combine(manifest, work->share, &back, diag);
	if (!error && !seal_secret_equal(key, back))
		error = seal_fail(diag, SEAL_E_VERIFY, "the shares do not give the key back");
	return error;
}

/* Says what is missing, group by group. */
static int check_quorum(const struct seal_manifest *manifest, struct seal_secret *const *shares,
			struct seal_diag *diag)
{
	uint8_t given[SEAL_MANIFEST_SHARES] = {0};
	unsigned progress = 0;

	for (size_t i = 0; i < manifest->total; i++)
		given[i] = shares[i] != NULL;
	if (seal_manifest_quorum(manifest, given, &progress))
		return SEAL_OK;
	for (size_t g = 0; g < manifest->group_count; g++) {
		unsigned have = 0;

		for (size_t i = 0; i < manifest->total; i++)
			have += given[i] && manifest->shares[i].group == (int)g;
		if (have < manifest->groups[g].threshold)
			return seal_fail(diag, SEAL_E_QUORUM,
					 "%u of the %u that group %s must give", have,
					 manifest->groups[g].threshold, manifest->groups[g].name);
	}
	return seal_fail(diag, SEAL_E_QUORUM, "%u share%s of the %u that are needed", progress,
			 progress == 1 ? "" : "s", manifest->threshold);
}

static int check_shares(const struct seal_manifest *manifest, struct seal_secret *const *shares,
			struct seal_diag *diag)
{
	for (size_t i = 0; i < manifest->total; i++) {
		size_t is = 0;
		int error = shares[i] ? seal_manifest_recognise(manifest, shares[i], &is, diag)
				      : SEAL_OK;

		if (!error && shares[i] && is != i)
			error = seal_fail(diag, SEAL_E_MISMATCH, "the share is %s's",
					  manifest->shares[is].custodian);
		if (!error && shares[i] && seal_secret_len(shares[i]) != SEAL_SET_KEY + 1)
			error = seal_fail(diag, SEAL_E_FORMAT, "a share of %zu bytes",
					  seal_secret_len(shares[i]));
		if (error)
			return seal_because(diag, error, "%s", manifest->shares[i].custodian);
	}
	return SEAL_OK;
}

static int combine_group(const struct seal_manifest *manifest, struct seal_secret *const *shares,
			 int group, struct seal_secret *sum, struct seal_diag *diag)
{
	struct seal_secret *part SEAL_CLEANUP(seal_secret_freep) = NULL;
	const uint8_t *from[SEAL_MANIFEST_SHARES] = {NULL};
	unsigned t = group_threshold(manifest, group);
	unsigned k = 0;
	int error = seal_secret_new(SEAL_SET_KEY, &part, diag);

	for (size_t i = 0; i < manifest->total && k < t; i++)
		if (shares[i] && manifest->shares[i].group == group)
			from[k++] = seal_secret_bytes(shares[i]);
	if (!error && k < t)
		error = seal_fail(diag, SEAL_E_QUORUM, "%u of %u shares", k, t);
	if (!error && t == 1)
		memcpy(seal_secret_data(part), from[0], SEAL_SET_KEY);
	else if (!error)
		error = seal_shamir_combine(from, SEAL_SET_KEY + 1, k, seal_secret_data(part),
					    diag);
	if (!error)
		xor_into(sum, part);
	return error;
}

int seal_set_combine(const struct seal_manifest *manifest, struct seal_secret *const *shares,
		     struct seal_secret **out_key, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = check_quorum(manifest, shares, diag);

	if (!error)
		error = check_shares(manifest, shares, diag);
	if (!error)
		error = seal_secret_new(SEAL_SET_KEY, &key, diag);
	if (!error && manifest->group_count == 0)
		error = combine_group(manifest, shares, -1, key, diag);
	for (size_t g = 0; !error && g < manifest->group_count; g++)
		error = combine_group(manifest, shares, (int)g, key, diag);
	if (!error)
		*out_key = seal_steal(&key);
	return error;
}
