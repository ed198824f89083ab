/* Proofs made from files of lines: every line and every older size of logs to 70 lines, and some of
   a longer one, each checked against the root; and what cannot be proved. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

#include "audit/prove.h"

static char paths[2][40] = {"/tmp/sealkit-prove-XXXXXX", "/tmp/sealkit-prove-XXXXXX"};
static const char *const files[] = {paths[0], paths[1]};
static uint8_t roots[9001][SEAL_MERKLE_HASH];

static void line_of(uint64_t i, char *out, size_t cap)
{
	(void)snprintf(out, cap, "line %llu %.*s", (unsigned long long)i, (int)(i * 31 % 60),
		       "............................................................");
}

/* A log in two parts. */
static void write_log(uint64_t lines)
{
	struct seal_merkle tree = {0};
	FILE *out = fopen(paths[0], "w");

	seal_merkle_root(&tree, roots[0]);
	for (uint64_t i = 0; i < lines; i++) {
		uint8_t leaf[SEAL_MERKLE_HASH];
		char text[128];

		if (i == lines / 3) {
			assert_int_equal(fclose(out), 0);
			out = fopen(paths[1], "w");
		}
		line_of(i, text, sizeof text);
		assert_true(out && fprintf(out, "%s\n", text) > 0);
		seal_merkle_leaf(text, strlen(text), leaf);
		assert_int_equal(seal_merkle_add(&tree, 0, leaf, NULL), SEAL_OK);
		seal_merkle_root(&tree, roots[i + 1]);
	}
	assert_int_equal(fclose(out), 0);
}

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		(void)close(mkstemp(paths[i]));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(paths[0]);
	return unlink(paths[1]);
}

static void inclusion(uint64_t index, uint64_t size)
{
	const struct seal_prove prove = {files, 2, size};
	struct seal_merkle_proof proof;
	uint8_t leaf[SEAL_MERKLE_HASH], want[SEAL_MERKLE_HASH], root[SEAL_MERKLE_HASH];
	char text[128];

	assert_int_equal(seal_prove_inclusion(&prove, index, &proof, leaf, root, NULL), SEAL_OK);
	line_of(index, text, sizeof text);
	seal_merkle_leaf(text, strlen(text), want);
	assert_memory_equal(leaf, want, sizeof leaf);
	assert_memory_equal(root, roots[size], sizeof root);
	assert_int_equal(seal_merkle_check_inclusion(&proof, index, size, want, roots[size], NULL),
			 SEAL_OK);
}

static void consistency(uint64_t old, uint64_t size)
{
	const struct seal_prove prove = {files, 2, size};
	struct seal_merkle_proof proof;
	uint8_t old_root[SEAL_MERKLE_HASH], root[SEAL_MERKLE_HASH];

	assert_int_equal(seal_prove_consistency(&prove, old, &proof, old_root, root, NULL),
			 SEAL_OK);
	assert_memory_equal(old_root, roots[old], sizeof root);
	assert_memory_equal(root, roots[size], sizeof root);
	assert_int_equal(
		seal_merkle_check_consistency(&proof, old, size, roots[old], roots[size], NULL),
		SEAL_OK);
}

static void short_logs(void **state)
{
	(void)state;
	write_log(70);
	for (uint64_t size = 1; size <= 70; size += size < 18 ? 1 : 13)
		for (uint64_t i = 0; i <= size; i++) {
			if (i < size)
				inclusion(i, size);
			consistency(i, size);
		}
}

static void longer_log(void **state)
{
	static const uint64_t at[] = {1, 2999, 3000, 4095, 4096, 4097, 8191, 8192, 8999};

	(void)state;
	write_log(9000);
	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
		inclusion(at[i], 9000);
		consistency(at[i], 9000);
		consistency(1, at[i]);
	}
}

static void what_is_not_there(void **state)
{
	static const char *const none[] = {"/nonexistent/log"};
	struct seal_prove prove = {files, 2, 71};
	struct seal_merkle_proof proof = {.count = 77};
	uint8_t a[SEAL_MERKLE_HASH], b[SEAL_MERKLE_HASH];

	(void)state;
	write_log(70);
	assert_int_equal(seal_prove_inclusion(&prove, 3, &proof, a, b, NULL), SEAL_E_VERIFY);
	assert_int_equal(seal_prove_consistency(&prove, 3, &proof, a, b, NULL), SEAL_E_VERIFY);
	prove.size = 70;
	assert_int_equal(seal_prove_inclusion(&prove, 70, &proof, a, b, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_prove_consistency(&prove, 71, &proof, a, b, NULL), SEAL_E_ARGUMENT);
	prove = (struct seal_prove){none, 1, 70};
	assert_int_equal(seal_prove_inclusion(&prove, 3, &proof, a, b, NULL), SEAL_E_IO);
	assert_int_equal(proof.count, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_logs),
		cmocka_unit_test(longer_log),
		cmocka_unit_test(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
