/* The Merkle tree. Published: leaves, roots, and proofs are the test vectors of Certificate
   Transparency, as transparency-dev/merkle has them (testonly/constants.go, and the
   proofs of its proof/verify_test.go). For all sizes to 130 the tree is held against the
   definition. */

#include "merkle_naive.h"

#include "base/encode.h"

static void is_hex(const uint8_t *hash, const char *want)
{
	char hex[2 * SEAL_MERKLE_HASH + 1];

	seal_hex(hash, SEAL_MERKLE_HASH, hex);
	assert_string_equal(hex, want);
}

static void from_hex(const char *hex, uint8_t *out)
{
	size_t len;

	assert_int_equal(seal_unhex(hex, strlen(hex), out, SEAL_MERKLE_HASH, &len, NULL), SEAL_OK);
}

#define N1 "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define N3 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define N2 "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define N4 "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define L1 "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define L4 "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define N6 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define N5 "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

static const char *const ct_leaves[] = {"",
					"00",
					"10",
					"2021",
					"3031",
					"40414243",
					"5051525354555657",
					"606162636465666768696a6b6c6d6e6f"};
static const char *const ct_roots[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static void ct_leaf(unsigned i, hash_bytes out)
{
	uint8_t bytes[16];
	size_t len;

	assert_int_equal(seal_unhex(ct_leaves[i], strlen(ct_leaves[i]), bytes, 16, &len, NULL),
			 SEAL_OK);
	seal_merkle_leaf(bytes, len, out);
}

static void published_roots(void **state)
{
	struct seal_merkle tree = {0};
	hash_bytes hash;

	(void)state;
	seal_merkle_root(&tree, hash);
	is_hex(hash, ct_roots[0]);
	for (unsigned i = 0; i < 8; i++) {
		ct_leaf(i, hash);
		assert_int_equal(seal_merkle_add(&tree, 0, hash, NULL), SEAL_OK);
		seal_merkle_root(&tree, hash);
		is_hex(hash, ct_roots[i + 1]);
	}
}

static int ct_subtree(void *ctx, uint64_t start, unsigned height, uint8_t *out,
		      struct seal_diag *diag)
{
	struct seal_merkle tree = {0};
	hash_bytes hash;

	(void)ctx;
	for (uint64_t i = 0; i < UINT64_C(1) << height; i++) {
		ct_leaf((unsigned)(start + i), hash);
		assert_int_equal(seal_merkle_add(&tree, 0, hash, diag), SEAL_OK);
	}
	seal_merkle_root(&tree, out);
	return SEAL_OK;
}

static void published_proofs(void **state)
{
	static const struct {
		int inclusion;
		unsigned from, size; /* the index, or the old size */
		const char *hash[4];
	} rows[] = {
		{1, 0, 1, {NULL}},	 {1, 0, 8, {L1, N2, N4}}, {1, 5, 8, {L4, N6, N3}},
		{1, 2, 3, {N1}},	 {0, 1, 1, {NULL}},	  {0, 1, 8, {L1, N2, N4}},
		{0, 6, 8, {N5, N6, N3}}, {0, 2, 5, {N2, L4}},
	};
	const struct seal_merkle_source source = {ct_subtree, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct seal_merkle_proof proof = {.count = 99};
		hash_bytes a, root;
		size_t n = 0;

		from_hex(ct_roots[rows[i].size], root);
		if (rows[i].inclusion) {
			ct_leaf(rows[i].from, a);
			assert_int_equal(seal_merkle_prove_inclusion(&source, rows[i].from,
								     rows[i].size, &proof, NULL),
					 SEAL_OK);
			assert_int_equal(seal_merkle_check_inclusion(&proof, rows[i].from,
								     rows[i].size, a, root, NULL),
					 SEAL_OK);
		} else {
			from_hex(ct_roots[rows[i].from], a);
			assert_int_equal(seal_merkle_prove_consistency(&source, rows[i].from,
								       rows[i].size, &proof, NULL),
					 SEAL_OK);
			assert_int_equal(seal_merkle_check_consistency(&proof, rows[i].from,
								       rows[i].size, a, root, NULL),
					 SEAL_OK);
		}
		for (; rows[i].hash[n]; n++)
			is_hex(proof.hash[n], rows[i].hash[n]);
		assert_int_equal(proof.count, n);
	}
}

static void roots_of_all_sizes(void **state)
{
	struct seal_merkle tree = {0};
	hash_bytes hash;

	(void)state;
	for (unsigned n = 0; n < MAX; n++) {
		assert_int_equal(tree.size, n);
		seal_merkle_root(&tree, hash);
		assert_memory_equal(hash, roots[n], sizeof hash);
		assert_int_equal(seal_merkle_add(&tree, 0, leaves[n], NULL), SEAL_OK);
	}
	seal_merkle_root(&tree, hash);
	assert_memory_equal(hash, roots[MAX], sizeof hash);
}

/* A tree put together from subtrees of any height that fits is the same tree. */
static void subtrees_are_added(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct seal_merkle tree = {0};
		hash_bytes hash;

		while (tree.size < MAX) {
			unsigned height;

			random = random * 1664525u + 1013904223u;
			height = random >> 29;
			mth(0, 1, hash);
			if (tree.size % (1u << height)) {
				const struct seal_merkle before = tree;

				assert_int_equal(seal_merkle_add(&tree, height, hash, NULL),
						 SEAL_E_ARGUMENT);
				assert_memory_equal(&tree, &before, sizeof tree);
				continue;
			}
			if (tree.size + (1u << height) > MAX)
				break;
			mth(tree.size, 1u << height, hash);
			assert_int_equal(seal_merkle_add(&tree, height, hash, NULL), SEAL_OK);
		}
		seal_merkle_root(&tree, hash);
		assert_memory_equal(hash, roots[tree.size], sizeof hash);
	}
}

static void no_tree_is_too_large(void **state)
{
	struct seal_merkle tree = {0};

	(void)state;
	assert_int_equal(seal_merkle_add(&tree, 63, leaves[0], NULL), SEAL_E_ARGUMENT);
	for (unsigned i = 63; i-- > 0;)
		assert_int_equal(seal_merkle_add(&tree, i, leaves[0], NULL), SEAL_OK);
	assert_true(tree.size == SEAL_MERKLE_SIZE_MAX);
	assert_int_equal(seal_merkle_add(&tree, 0, leaves[0], NULL), SEAL_E_ARGUMENT);
	assert_true(tree.size == SEAL_MERKLE_SIZE_MAX);
}

/* Each count of pairs, with lanes and rest; in place, too. */
static void nodes_in_rows(void **state)
{
	hash_bytes row[MAX], want;

	(void)state;
	for (size_t pairs = 0; pairs <= MAX / 2; pairs++) {
		memcpy(row, leaves, sizeof row);
		seal_merkle_nodes(row[0], pairs, row[0]);
		for (size_t i = 0; i < pairs; i++) {
			sha256(1, leaves[2 * i], 32, leaves[2 * i + 1], 32, want);
			assert_memory_equal(row[i], want, sizeof want);
		}
	}
	if (!seal_merkle_has_lanes())
		return;
	seal_merkle_lanes(leaves[0], row[0]);
	sha256(1, leaves[14], 32, leaves[15], 32, want);
	assert_memory_equal(row[7], want, sizeof want);
}

/* Lines of every length about the borders of blocks, in any order, in groups of every size. */
static void leaves_of_lines(void **state)
{
	static char lines[1u << 20];
	static uint32_t ends[1400];
	static uint8_t out[1400][SEAL_MERKLE_HASH];
	size_t count = 0;
	size_t at = 0;
	hash_bytes want;

	(void)state;
	for (; count < 1400; count++) {
		size_t len = count * 389 % 700; /* each length twice */

		for (size_t i = 0; i < len; i++)
			lines[at++] = (char)(11 + (count + i * 3) % 200);
		ends[count] = (uint32_t)at;
		lines[at++] = '\n';
	}
	for (size_t n = 0; n <= 1400; n += n < 40 ? 1 : 340) {
		seal_merkle_leaves(lines, ends, n, out[0]);
		for (size_t i = 0; i < n; i++) {
			size_t from = i ? ends[i - 1] + 1 : 0;

			sha256(0, lines + from, ends[i] - from, NULL, 0, want);
			assert_memory_equal(out[i], want, sizeof want);
		}
	}
}

static void leaves_in_lanes(void **state)
{
	static const size_t len[SEAL_MERKLE_LANES] = {0, 54, 55, 62, 63, 64, 1000, 118};
	const uint8_t *line[SEAL_MERKLE_LANES];
	uint8_t text[1000], out[SEAL_MERKLE_LANES][SEAL_MERKLE_HASH];
	hash_bytes want;

	(void)state;
	if (!seal_merkle_has_lanes())
		return;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < SEAL_MERKLE_LANES; i++)
		line[i] = text;
	seal_merkle_leaf_lanes(line, len, out[0]);
	for (size_t i = 0; i < SEAL_MERKLE_LANES; i++) {
		sha256(0, text, len[i], NULL, 0, want);
		assert_memory_equal(out[i], want, sizeof want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_roots),	cmocka_unit_test(published_proofs),
		cmocka_unit_test(roots_of_all_sizes),	cmocka_unit_test(subtrees_are_added),
		cmocka_unit_test(no_tree_is_too_large), cmocka_unit_test(nodes_in_rows),
		cmocka_unit_test(leaves_of_lines),	cmocka_unit_test(leaves_in_lanes),
	};

	return cmocka_run_group_tests(tests, naive_setup, NULL);
}
