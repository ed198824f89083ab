/* Proofs of all sizes to 130, held against the definition of RFC 6962, section 2.1; and
   forged in what they have. */

#include "merkle_naive.h"

/* What a maker of proofs may ask for: complete subtrees, aligned, within the tree, none twice. */
struct asked {
	uint64_t size;
	uint8_t leaf[MAX];
};

static int subtree(void *ctx, uint64_t start, unsigned height, uint8_t *out, struct seal_diag *diag)
{
	struct asked *asked = ctx;
	uint64_t count = UINT64_C(1) << height;

	(void)diag;
	assert_int_equal(start % count, 0);
	assert_true(start + count <= asked->size);
	for (uint64_t i = start; i < start + count; i++)
		assert_int_equal(asked->leaf[i]++, 0);
	mth(start, count, out);
	return SEAL_OK;
}

/* All that a forger may change; a bit of it is enough. */
static void inclusion_forged(const struct seal_merkle_proof *good, uint64_t index, uint64_t size)
{
	struct seal_merkle_proof proof = *good;
	hash_bytes leaf, root;

#define REFUSED(i, n) \
	assert_int_equal(seal_merkle_check_inclusion(&proof, i, n, leaf, root, NULL), SEAL_E_VERIFY)
	memcpy(leaf, leaves[index], sizeof leaf);
	memcpy(root, roots[size], sizeof root);
	for (size_t bit = 0; bit < good->count * 256; bit += size < 12 ? 1 : 37) {
		proof.hash[bit / 256][bit % 256 / 8] ^= (uint8_t)(1u << bit % 8);
		REFUSED(index, size);
		proof = *good;
	}
	for (size_t bit = 0; bit < 256; bit += size < 12 ? 1 : 37) {
		leaf[bit / 8] ^= (uint8_t)(1u << bit % 8);
		REFUSED(index, size);
		memcpy(leaf, leaves[index], sizeof leaf);
		root[bit / 8] ^= (uint8_t)(1u << bit % 8);
		REFUSED(index, size);
		memcpy(root, roots[size], sizeof root);
	}
	for (uint64_t other = 0; other <= size; other++)
		if (other != index)
			REFUSED(other, size);
	REFUSED(size, size);
	REFUSED(0, 0);
	REFUSED(index, SEAL_MERKLE_SIZE_MAX + 1);
	REFUSED(index, UINT64_MAX);
	proof.count++;
	REFUSED(index, size);
	proof.count = SEAL_MERKLE_PROOF + 1;
	REFUSED(index, size);
	proof.count = good->count - 1;
	if (good->count)
		REFUSED(index, size);
#undef REFUSED
}

static void inclusion_of_all(void **state)
{
	(void)state;
	for (uint64_t size = 1; size <= MAX; size++)
		for (uint64_t index = 0; index < size; index++) {
			struct asked asked = {.size = size};
			const struct seal_merkle_source source = {subtree, &asked};
			struct seal_merkle_proof proof = {0};
			hash_bytes want[SEAL_MERKLE_PROOF];

			assert_int_equal(
				seal_merkle_prove_inclusion(&source, index, size, &proof, NULL),
				SEAL_OK);
			assert_int_equal(proof.count, path(index, 0, size, want));
			assert_memory_equal(proof.hash, want, proof.count * sizeof want[0]);
			assert_int_equal(seal_merkle_check_inclusion(&proof, index, size,
								     leaves[index], roots[size],
								     NULL),
					 SEAL_OK);
			if (size < 20 || size % 16 < 2)
				inclusion_forged(&proof, index, size);
		}
}

static void consistency_forged(const struct seal_merkle_proof *good, uint64_t old, uint64_t size)
{
	struct seal_merkle_proof proof = *good;
	hash_bytes from, to;

#define REFUSED(m, n) \
	assert_int_equal(seal_merkle_check_consistency(&proof, m, n, from, to, NULL), SEAL_E_VERIFY)
	memcpy(from, roots[old], sizeof from);
	memcpy(to, roots[size], sizeof to);
	for (size_t bit = 0; bit < good->count * 256; bit += size < 12 ? 1 : 37) {
		proof.hash[bit / 256][bit % 256 / 8] ^= (uint8_t)(1u << bit % 8);
		REFUSED(old, size);
		proof = *good;
	}
	for (size_t bit = 0; bit < 256; bit += size < 12 ? 1 : 37) {
		from[bit / 8] ^= (uint8_t)(1u << bit % 8);
		REFUSED(old, size);
		memcpy(from, roots[old], sizeof from);
		if (old == 0)
			continue; /* every tree goes on from nothing: that says nothing of the root
				   */
		to[bit / 8] ^= (uint8_t)(1u << bit % 8);
		REFUSED(old, size);
		memcpy(to, roots[size], sizeof to);
	}
	for (uint64_t other = 0; other <= size + 1; other++)
		if (other != old)
			REFUSED(other, size);
	REFUSED(size + 1, size);
	REFUSED(old, SEAL_MERKLE_SIZE_MAX + 1);
	proof.count++;
	REFUSED(old, size);
	proof.count = SEAL_MERKLE_PROOF + 1;
	REFUSED(old, size);
	proof.count = good->count - 1;
	if (good->count)
		REFUSED(old, size);
#undef REFUSED
}

static void consistency_of_all(void **state)
{
	(void)state;
	for (uint64_t size = 0; size <= MAX; size++)
		for (uint64_t old = 0; old <= size; old++) {
			struct asked asked = {.size = size};
			const struct seal_merkle_source source = {subtree, &asked};
			struct seal_merkle_proof proof = {.count = 99};
			hash_bytes want[SEAL_MERKLE_PROOF];

			assert_int_equal(
				seal_merkle_prove_consistency(&source, old, size, &proof, NULL),
				SEAL_OK);
			assert_int_equal(proof.count, old ? subproof(old, 0, size, 1, want) : 0);
			assert_memory_equal(proof.hash, want, proof.count * sizeof want[0]);
			assert_int_equal(seal_merkle_check_consistency(
						 &proof, old, size, roots[old], roots[size], NULL),
					 SEAL_OK);
			if (size < 20 || size % 16 < 2)
				consistency_forged(&proof, old, size);
		}
}

/* What cannot be proved is said, errors of the source are its own, and nothing is given. */
static int broken(void *ctx, uint64_t start, unsigned height, uint8_t *out, struct seal_diag *diag)
{
	unsigned *left = ctx;
	struct asked asked = {.size = MAX};

	if ((*left)-- == 0)
		return seal_fail(diag, SEAL_E_IO, "tile");
	return subtree(&asked, start, height, out, diag);
}

static void what_cannot_be_proved(void **state)
{
	unsigned left = 0;
	const struct seal_merkle_source source = {broken, &left};
	struct seal_merkle_proof proof = {.count = 77};
	unsigned asked = 0;
	int error;

	(void)state;
	assert_int_equal(seal_merkle_prove_inclusion(&source, 5, 5, &proof, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_merkle_prove_inclusion(&source, 0, 0, &proof, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_merkle_prove_inclusion(&source, 1, UINT64_MAX, &proof, NULL),
			 SEAL_E_ARGUMENT);
	assert_int_equal(seal_merkle_prove_consistency(&source, 6, 5, &proof, NULL),
			 SEAL_E_ARGUMENT);
	assert_int_equal(seal_merkle_prove_consistency(&source, 6, UINT64_MAX, &proof, NULL),
			 SEAL_E_ARGUMENT);
	for (;; asked++) {
		left = asked;
		error = seal_merkle_prove_inclusion(&source, 77, MAX, &proof, NULL);
		if (!error)
			break;
		assert_int_equal(error, SEAL_E_IO);
		assert_int_equal(proof.count, 77);
	}
	assert_int_equal(asked, proof.count);
	proof.count = 77;
	for (asked = 0;; asked++) {
		left = asked;
		error = seal_merkle_prove_consistency(&source, 77, MAX, &proof, NULL);
		if (!error)
			break;
		assert_int_equal(error, SEAL_E_IO);
		assert_int_equal(proof.count, 77);
	}
	assert_true(asked > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inclusion_of_all),
		cmocka_unit_test(consistency_of_all),
		cmocka_unit_test(what_cannot_be_proved),
	};

	return cmocka_run_group_tests(tests, naive_setup, NULL);
}
