#ifndef SEALKIT_CRYPTO_MERKLE_H
#define SEALKIT_CRYPTO_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* The Merkle tree of RFC 6962, section 2.1 (RFC 9162 has the same): leaves and nodes are
   hashed with different first bytes, so that no node passes for a leaf. Threat: a log of which
   two people are shown two versions. Nothing here is secret. */

#define SEAL_MERKLE_HASH 32u
#define SEAL_MERKLE_LEVELS 63u /* a tree has at most 2^63 - 1 leaves */
#define SEAL_MERKLE_SIZE_MAX ((uint64_t)INT64_MAX)
#define SEAL_MERKLE_PROOF 64u /* hashes of a proof */

/* SHA-256 of 00 and the bytes; of 01 and both children; of nothing: the root of no leaves. */
void seal_merkle_leaf(const void *bytes, size_t len, uint8_t out[static SEAL_MERKLE_HASH]);
/* The leaves of lines in a row: ends[i] is where the newline of line i is. */
void seal_merkle_leaves(const char *lines, const uint32_t *ends, size_t count, uint8_t *out);
void seal_merkle_node(const uint8_t left[static SEAL_MERKLE_HASH],
		      const uint8_t right[static SEAL_MERKLE_HASH],
		      uint8_t out[static SEAL_MERKLE_HASH]);
/* The parents of 2 * pairs hashes in a row, which may take their place (out == hashes). Many at
   once are several times as fast as one by one. */
void seal_merkle_nodes(const uint8_t *hashes, size_t pairs, uint8_t *out);

/* A tree that only grows, as the hashes of its complete subtrees, one a bit of size. All zero:
   no leaves. A plain record: may be copied. */
struct seal_merkle {
	uint64_t size;
	uint8_t node[SEAL_MERKLE_LEVELS][SEAL_MERKLE_HASH]; /* of 2^i leaves, where bit i is set */
};

/* Appends a complete subtree of 2^height leaves, a leaf where height is 0. SEAL_E_ARGUMENT,
   and nothing changes: size is no multiple of 2^height, or the tree would be too large. */
SEAL_MUST_CHECK int seal_merkle_add(struct seal_merkle *tree, unsigned height,
				    const uint8_t hash[static SEAL_MERKLE_HASH],
				    struct seal_diag *diag);
void seal_merkle_root(const struct seal_merkle *tree, uint8_t out[static SEAL_MERKLE_HASH]);

struct seal_merkle_proof {
	size_t count;
	uint8_t hash[SEAL_MERKLE_PROOF][SEAL_MERKLE_HASH];
};

/* Where makers of proofs have hashes from: gives the hash of the complete subtree of 2^height
   leaves from leaf `start` on, a multiple of 2^height. For one proof no two asked for overlap. */
struct seal_merkle_source {
	int (*subtree)(void *ctx, uint64_t start, unsigned height,
		       uint8_t out[static SEAL_MERKLE_HASH], struct seal_diag *diag);
	void *ctx;
};

/* That leaf number `index`, from 0, is in the tree of that size. SEAL_E_ARGUMENT: it is not.
   Errors of the source are passed through. */
SEAL_MUST_CHECK int seal_merkle_prove_inclusion(const struct seal_merkle_source *source,
						uint64_t index, uint64_t size,
						struct seal_merkle_proof *out_proof,
						struct seal_diag *diag);
/* That the first `old` of `size` leaves are the tree of that size. SEAL_E_ARGUMENT: old is
   larger. Of no leaves, and of all, the proof is empty. */
SEAL_MUST_CHECK int seal_merkle_prove_consistency(const struct seal_merkle_source *source,
						  uint64_t old, uint64_t size,
						  struct seal_merkle_proof *out_proof,
						  struct seal_diag *diag);

/* SEAL_E_VERIFY for everything that proves nothing, impossible sizes and counts included. */
SEAL_MUST_CHECK int seal_merkle_check_inclusion(const struct seal_merkle_proof *proof,
						uint64_t index, uint64_t size,
						const uint8_t leaf[static SEAL_MERKLE_HASH],
						const uint8_t root[static SEAL_MERKLE_HASH],
						struct seal_diag *diag);
SEAL_MUST_CHECK int seal_merkle_check_consistency(const struct seal_merkle_proof *proof,
						  uint64_t old, uint64_t size,
						  const uint8_t old_root[static SEAL_MERKLE_HASH],
						  const uint8_t root[static SEAL_MERKLE_HASH],
						  struct seal_diag *diag);

#endif
