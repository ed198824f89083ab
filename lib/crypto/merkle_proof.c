/* Proofs of inclusion and of consistency: made as RFC 6962, section 2.1, defines them, checked
   as RFC 9162, sections 2.1.3.2 and 2.1.4.2, has it. Sizes and counts come from strangers. */

#include "crypto/merkle.h"

#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

/* The largest power of two below n, which is at least 2. */
static uint64_t split_of(uint64_t n)
{
	return UINT64_C(1) << (63 - __builtin_clzll(n - 1));
}

/* The tree over the leaves from start to end: its complete subtrees, the smallest and last of
   them innermost. start is a multiple of a power of two that is not below end - start. */
static int range(const struct seal_merkle_source *source, uint64_t start, uint64_t end,
		 uint8_t out[static SEAL_MERKLE_HASH], struct seal_diag *diag)
{
	struct seal_merkle part = {0};

	while (start < end) {
		unsigned height = 63 - (unsigned)__builtin_clzll(end - start);
		uint8_t hash[SEAL_MERKLE_HASH];
		int error = source->subtree(source->ctx, start, height, hash, diag);

		if (!error)
			error = seal_merkle_add(&part, height, hash, diag);
		if (error)
			return error;
		start += UINT64_C(1) << height;
	}
	seal_merkle_root(&part, out);
	return SEAL_OK;
}

static int add(const struct seal_merkle_source *source, uint64_t start, uint64_t end,
	       struct seal_merkle_proof *proof, struct seal_diag *diag)
{
	return range(source, start, end, proof->hash[proof->count++], diag);
}

/* Made from the root down, but told from the leaf up. */
static void turn(struct seal_merkle_proof *proof, struct seal_merkle_proof *out)
{
	out->count = proof->count;
	for (size_t i = 0; i < proof->count; i++)
		memcpy(out->hash[i], proof->hash[proof->count - 1 - i], SEAL_MERKLE_HASH);
}

int seal_merkle_prove_inclusion(const struct seal_merkle_source *source, uint64_t index,
				uint64_t size, struct seal_merkle_proof *out_proof,
				struct seal_diag *diag)
{
	struct seal_merkle_proof proof = {0};
	uint64_t start = 0;
	uint64_t end = size;
	int error = SEAL_OK;

	if (index >= size || size > SEAL_MERKLE_SIZE_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "no such leaf");
	while (!error && end - start > 1) {
		uint64_t middle = start + split_of(end - start);

		if (index < middle) {
			error = add(source, middle, end, &proof, diag);
			end = middle;
		} else {
			error = add(source, start, middle, &proof, diag);
			start = middle;
		}
	}
	if (!error)
		turn(&proof, out_proof);
	return error;
}

int seal_merkle_prove_consistency(const struct seal_merkle_source *source, uint64_t old,
				  uint64_t size, struct seal_merkle_proof *out_proof,
				  struct seal_diag *diag)
{
	struct seal_merkle_proof proof = {0};
	uint64_t start = 0;
	uint64_t end = size;
	int error = SEAL_OK;

	if (old > size || size > SEAL_MERKLE_SIZE_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "an older tree that is larger");
	while (!error && old > 0 && old < end) {
		uint64_t middle = start + split_of(end - start);

		if (old <= middle) {
			error = add(source, middle, end, &proof, diag);
			end = middle;
		} else {
			error = add(source, start, middle, &proof, diag);
			start = middle;
		}
	}
	/* A subtree of the old tree that is not all of it: its hash is not known by the root. */
	if (!error && start > 0)
		error = add(source, start, end, &proof, diag);
	if (!error)
		turn(&proof, out_proof);
	return error;
}

static int refuse(struct seal_diag *diag, const char *what)
{
	return seal_fail(diag, SEAL_E_VERIFY, "%s", what);
}

int seal_merkle_check_inclusion(const struct seal_merkle_proof *proof, uint64_t index,
				uint64_t size, const uint8_t leaf[static SEAL_MERKLE_HASH],
				const uint8_t root[static SEAL_MERKLE_HASH], struct seal_diag *diag)
{
	uint8_t hash[SEAL_MERKLE_HASH];
	uint64_t at = index;
	uint64_t last = size - 1;

	if (index >= size || size > SEAL_MERKLE_SIZE_MAX || proof->count > SEAL_MERKLE_PROOF)
		return refuse(diag, "inclusion proof for a leaf beyond the tree");
	memcpy(hash, leaf, sizeof hash);
	for (size_t i = 0; i < proof->count; i++) {
		if (last == 0)
			return refuse(diag, "inclusion proof too long");
		if (at & 1 || at == last) {
			seal_merkle_node(proof->hash[i], hash, hash);
			for (; !(at & 1) && at; at >>= 1)
				last >>= 1;
		} else {
			seal_merkle_node(hash, proof->hash[i], hash);
		}
		at >>= 1;
		last >>= 1;
	}
	if (last != 0)
		return refuse(diag, "inclusion proof too short");
	if (!seal_eq_ct(hash, root, sizeof hash))
		return refuse(diag, "inclusion proof for another leaf or root");
	return SEAL_OK;
}

/* What both heads are, where the proof must be empty: 1 and *out_error; else 0. */
static int is_plain(const struct seal_merkle_proof *proof, uint64_t old, uint64_t size,
		    const uint8_t *old_root, const uint8_t *root, int *out_error,
		    struct seal_diag *diag)
{
	static const struct seal_merkle none = {0};
	uint8_t empty[SEAL_MERKLE_HASH];
	const uint8_t *same = old ? root : empty;

	if (old > size || size > SEAL_MERKLE_SIZE_MAX || proof->count > SEAL_MERKLE_PROOF) {
		*out_error = refuse(diag, "consistency proof for impossible sizes");
		return 1;
	}
	if (old > 0 && old < size)
		return 0;
	seal_merkle_root(&none, empty);
	*out_error = SEAL_OK;
	if (proof->count != 0)
		*out_error = refuse(diag, "consistency proof too long");
	else if (!seal_eq_ct(old_root, same, SEAL_MERKLE_HASH) ||
		 (size == 0 && !seal_eq_ct(root, empty, SEAL_MERKLE_HASH)))
		*out_error = refuse(diag, "two roots of one size");
	return 1;
}

int seal_merkle_check_consistency(const struct seal_merkle_proof *proof, uint64_t old,
				  uint64_t size, const uint8_t old_root[static SEAL_MERKLE_HASH],
				  const uint8_t root[static SEAL_MERKLE_HASH],
				  struct seal_diag *diag)
{
	uint8_t from[SEAL_MERKLE_HASH];
	uint8_t to[SEAL_MERKLE_HASH];
	uint64_t at = old - 1;
	uint64_t last = size - 1;
	size_t i = 0;
	int error;

	if (is_plain(proof, old, size, old_root, root, &error, diag))
		return error;
	for (; at & 1; at >>= 1)
		last >>= 1;
	/* Where the old tree is one complete subtree, its root begins the proof. */
	if (at && proof->count == 0)
		return refuse(diag, "consistency proof too short");
	memcpy(from, at ? proof->hash[i++] : old_root, sizeof from);
	memcpy(to, from, sizeof to);
	for (; i < proof->count; i++) {
		if (last == 0)
			return refuse(diag, "consistency proof too long");
		if (at & 1 || at == last) {
			seal_merkle_node(proof->hash[i], from, from);
			seal_merkle_node(proof->hash[i], to, to);
			for (; !(at & 1) && at; at >>= 1)
				last >>= 1;
		} else {
			seal_merkle_node(to, proof->hash[i], to);
		}
		at >>= 1;
		last >>= 1;
	}
	if (last != 0)
		return refuse(diag, "consistency proof too short");
	if (!seal_eq_ct(from, old_root, sizeof from))
		return refuse(diag, "consistency proof for another old root");
	return seal_eq_ct(to, root, sizeof to) ? SEAL_OK
					       : refuse(diag, "consistency proof for another root");
}
