/* Lines hashed in pieces by threads, held against the tree made line by line: sizes and stops of
   every kind, long and short and empty lines, several files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "audit/leaves.h"

#define FILES 3u
#define STOPS 6u

struct got {
	struct seal_merkle tree;
	const uint64_t *stops;
	size_t stop, file, dropped, pieces;
	uint64_t file_line;
	uint8_t roots[STOPS][SEAL_MERKLE_HASH];
	size_t torn;
	int fail_at;
};

static int fds[FILES];

static void look(void *ctx, const struct seal_leaves_piece *piece, void *notes)
{
	size_t at = 0;

	(void)ctx;
	/* Each line is one: bytes, and a newline only at the end. */
	for (size_t i = 0; i < piece->count; i++) {
		assert_int_equal(piece->bytes[piece->ends[i]], '\n');
		assert_null(memchr(piece->bytes + at, '\n', piece->ends[i] - at));
		at = (size_t)piece->ends[i] + 1;
	}
	assert_int_equal(*(uint64_t *)notes, 0);
	*(uint64_t *)notes = piece->count + 1;
}

static int take(void *ctx, const struct seal_leaves_result *result, struct seal_diag *diag)
{
	struct got *got = ctx;
	const struct seal_leaves_piece *piece = &result->piece;

	if (got->fail_at && ++got->pieces == (size_t)got->fail_at)
		return seal_fail(diag, SEAL_E_POLICY, "here");
	assert_int_equal(*(uint64_t *)result->notes, piece->count + 1);
	assert_true(piece->first == got->tree.size);
	if (piece->file != got->file)
		got->file_line = 1;
	assert_true(piece->file >= got->file && piece->file_line == got->file_line);
	got->file = piece->file;
	got->file_line += piece->count;
	got->torn += piece->torn;
	for (size_t i = 0; i < result->node_count; i++)
		assert_int_equal(seal_merkle_add(&got->tree, result->node[i].height,
						 result->node[i].hash, NULL),
				 SEAL_OK);
	assert_true(got->tree.size == piece->first + piece->count);
	while (got->stop < STOPS && got->stops[got->stop] == got->tree.size)
		seal_merkle_root(&got->tree, got->roots[got->stop++]);
	return SEAL_OK;
}

static void drop(void *ctx, void *notes)
{
	struct got *got = ctx;

	assert_int_not_equal(*(uint64_t *)notes, 0);
	got->dropped++;
}

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		char name[] = "/tmp/sealkit-leaves-XXXXXX";

		fds[i] = mkstemp(name);
		assert_true(fds[i] >= 0);
		assert_int_equal(unlink(name), 0);
	}
	return 0;
}

static uint64_t random_state = 1;

static uint64_t below(uint64_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 11) % n;
}

/* A file of lines of up to `longest` bytes; each is added to the tree. */
static void fill(int fd, size_t lines, size_t longest, struct seal_merkle *tree,
		 const uint64_t *stops, uint8_t roots[STOPS][SEAL_MERKLE_HASH])
{
	FILE *out = fdopen(dup(fd), "w");
	char *text = malloc(longest + 1);

	assert_non_null(out);
	assert_non_null(text);
	assert_int_equal(ftruncate(fd, 0), 0);
	rewind(out);
	for (size_t i = 0; i < lines; i++) {
		size_t len = below(longest + 1);
		uint8_t leaf[SEAL_MERKLE_HASH];

		for (size_t k = 0; k < len; k++)
			text[k] = (char)(11 + (i + k * 7) % 200);
		text[len] = '\n';
		assert_int_equal(fwrite(text, 1, len + 1, out), len + 1);
		seal_merkle_leaf(text, len, leaf);
		assert_int_equal(seal_merkle_add(tree, 0, leaf, NULL), SEAL_OK);
		for (size_t k = 0; k < STOPS; k++)
			if (stops[k] == tree->size)
				seal_merkle_root(tree, roots[k]);
	}
	assert_int_equal(fclose(out), 0);
	free(text);
}

static void as_line_by_line(size_t lines, size_t longest, unsigned threads)
{
	struct seal_merkle tree = {0};
	uint64_t stops[STOPS];
	uint8_t roots[STOPS][SEAL_MERKLE_HASH] = {{0}};
	struct got got = {.stops = stops, .file_line = 1};
	struct seal_leaves leaves = {.fds = fds,
				     .count = FILES,
				     .stops = stops,
				     .stop_count = STOPS,
				     .threads = threads,
				     .look = look,
				     .notes_size = sizeof(uint64_t),
				     .take = take,
				     .drop = drop,
				     .ctx = &got};
	uint8_t root[SEAL_MERKLE_HASH], want[SEAL_MERKLE_HASH];
	size_t file = 77;

	for (size_t k = 0; k < STOPS; k++)
		stops[k] = 1 + (k + 1) * lines * 2 / STOPS + below(lines / STOPS + 1);
	for (size_t i = 0; i < FILES; i++)
		fill(fds[i], i == 1 ? below(3) : lines, longest, &tree, stops, roots);
	assert_int_equal(seal_leaves_run(&leaves, &file, NULL), SEAL_OK);
	assert_true(got.tree.size == tree.size);
	seal_merkle_root(&got.tree, root);
	seal_merkle_root(&tree, want);
	assert_memory_equal(root, want, sizeof root);
	for (size_t k = 0; k < STOPS && stops[k] <= tree.size; k++) {
		assert_true(k < got.stop);
		assert_memory_equal(got.roots[k], roots[k], sizeof roots[k]);
	}
	assert_int_equal(got.torn + got.dropped, 0);
	assert_int_equal(file, 77);
}

static void all_sizes(void **state)
{
	(void)state;
	for (size_t lines = 1; lines < 140; lines++)
		as_line_by_line(lines, lines % 7 * 9, 1 + (unsigned)(lines % 3));
	as_line_by_line(20000, 0, 2);
	as_line_by_line(9000, 300, 3);
	as_line_by_line(200, 60000, 4);
	as_line_by_line(5, SEAL_LEAVES_PIECE - 1, 2);
	as_line_by_line(30000, 20, 0);
}

static void put(int fd, const char *text, size_t len)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, text, len, 0), len);
}

/* No newline at the end; nothing at all; a line that is too long; a file that is none. */
static void ends_of_files(void **state)
{
	static const uint64_t none[STOPS];
	static char long_line[SEAL_LEAVES_PIECE + 1];
	struct got got = {.stops = none, .file_line = 1};
	struct seal_leaves leaves = {
		.fds = fds, .count = FILES, .threads = 2, .take = take, .ctx = &got};
	struct seal_diag diag = {0};
	size_t file = 77;
	int zero;

	(void)state;
	leaves.look = look;
	leaves.notes_size = sizeof(uint64_t);
	put(fds[0], "a\nb", 3);
	put(fds[1], "", 0);
	put(fds[2], "c\n", 2);
	assert_int_equal(seal_leaves_run(&leaves, &file, NULL), SEAL_OK);
	assert_int_equal(got.tree.size, 2);
	assert_int_equal(got.torn, 1);
	put(fds[0], "", 0);
	put(fds[2], "", 0);
	got = (struct got){.stops = none, .file_line = 1};
	assert_int_equal(seal_leaves_run(&leaves, &file, NULL), SEAL_OK);
	assert_int_equal(got.tree.size, 0);
	for (size_t i = 0; i < sizeof long_line; i++)
		long_line[i] = 'x';
	long_line[0] = '\n';
	put(fds[1], long_line, sizeof long_line);
	assert_int_equal(seal_leaves_run(&leaves, &file, NULL), SEAL_OK);
	assert_int_equal(got.torn, SEAL_LEAVES_PIECE);
	put(fds[1], "x", 1);
	assert_int_equal(pwrite(fds[1], long_line + 1, SEAL_LEAVES_PIECE, 1), SEAL_LEAVES_PIECE);
	got = (struct got){.stops = none, .file_line = 1};
	assert_int_equal(seal_leaves_run(&leaves, &file, &diag), SEAL_E_TOOLONG);
	assert_string_equal(diag.cause[0], "line 1 is over 262144 bytes");
	assert_int_equal(file, 1);
	zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	leaves.fds = &zero;
	leaves.count = 1;
	assert_int_equal(seal_leaves_run(&leaves, &file, NULL), SEAL_E_IO);
	(void)close(zero);
}

/* An error of the taker ends the run, and what was looked at in vain is dropped. */
static void error_of_the_taker(void **state)
{
	static const uint64_t none[STOPS];
	struct seal_merkle tree = {0};
	uint8_t roots[STOPS][SEAL_MERKLE_HASH];
	size_t file = 77;

	(void)state;
	for (size_t i = 0; i < FILES; i++)
		fill(fds[i], 20000, 30, &tree, none, roots);
	for (int at = 1; at < 12; at++) {
		struct got got = {.stops = none, .file_line = 1, .fail_at = at};
		const struct seal_leaves leaves = {.fds = fds,
						   .count = FILES,
						   .threads = 4,
						   .look = look,
						   .notes_size = sizeof(uint64_t),
						   .take = take,
						   .drop = drop,
						   .ctx = &got};

		assert_int_equal(seal_leaves_run(&leaves, &file, NULL), SEAL_E_POLICY);
		assert_int_equal(got.pieces, at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_sizes),
		cmocka_unit_test(ends_of_files),
		cmocka_unit_test(error_of_the_taker),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
