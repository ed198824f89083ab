/* Proofs from lines. What a proof needs is asked for first, as a list of complete subtrees that do
   not overlap; then the log is read, each of them ended where it ends, and the proof made. */

#include "audit/prove.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/leaves.h"

#include "base/banned.h"

#define WANTED 2048u /* 64 hashes of at most 32 subtrees each */

struct wanted {
	uint64_t start;
	unsigned height;
	uint8_t hash[SEAL_MERKLE_HASH];
};

struct list {
	struct wanted *wanted; /* by start, when all are known */
	size_t count, next;
	uint64_t old, size;
	struct seal_merkle part, whole; /* of the next one; of all lines */
	uint8_t old_root[SEAL_MERKLE_HASH];
};

static int note(void *ctx, uint64_t start, unsigned height, uint8_t *out, struct seal_diag *diag)
{
	struct list *list = ctx;

	if (list->count == WANTED)
		return seal_fail(diag, SEAL_E_ARGUMENT, "proof");
	list->wanted[list->count++] = (struct wanted){.start = start, .height = height};
	explicit_bzero(out, SEAL_MERKLE_HASH);
	return SEAL_OK;
}

static int give(void *ctx, uint64_t start, unsigned height, uint8_t *out, struct seal_diag *diag)
{
	const struct list *list = ctx;

	for (size_t i = 0; i < list->count; i++)
		if (list->wanted[i].start == start && list->wanted[i].height == height) {
			memcpy(out, list->wanted[i].hash, SEAL_MERKLE_HASH);
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_ARGUMENT, "proof");
}

static int by_start(const void *a, const void *b)
{
	const struct wanted *x = a;
	const struct wanted *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* One subtree of the log, in order. */
static int add(struct list *list, const struct seal_leaves_node *node, struct seal_diag *diag)
{
	struct wanted *wanted = list->next < list->count ? &list->wanted[list->next] : NULL;
	uint64_t start = list->whole.size;
	int error = seal_merkle_add(&list->whole, node->height, node->hash, diag);

	if (!error && list->whole.size == list->old)
		seal_merkle_root(&list->whole, list->old_root);
	if (error || !wanted || start < wanted->start)
		return error;
	error = seal_merkle_add(&list->part, node->height, node->hash, diag);
	if (!error && list->part.size == UINT64_C(1) << wanted->height) {
		seal_merkle_root(&list->part, wanted->hash);
		list->part = (struct seal_merkle){0};
		list->next++;
	}
	return error;
}

static int take(void *ctx, const struct seal_leaves_result *result, struct seal_diag *diag)
{
	struct list *list = ctx;
	int error = SEAL_OK;

	for (size_t i = 0; !error && i < result->node_count && list->whole.size < list->size; i++)
		error = add(list, &result->node[i], diag);
	return error;
}

static int run(const struct seal_prove *prove, const int *fds, struct list *list,
	       struct seal_diag *diag)
{
	uint64_t *stops = calloc(2 * list->count + 2, sizeof *stops);
	struct seal_leaves leaves = {
		.fds = fds, .count = prove->count, .stops = stops, .take = take, .ctx = list};
	size_t file = 0;
	int error;

	if (!stops)
		return seal_fail(diag, SEAL_E_NOMEM, "proof");
	for (size_t i = 0; i < list->count; i++) {
		stops[leaves.stop_count++] = list->wanted[i].start;
		stops[leaves.stop_count++] =
			list->wanted[i].start + (UINT64_C(1) << list->wanted[i].height);
	}
	/* The old size begins or ends one of them; the tree's own is the last. */
	stops[leaves.stop_count++] = prove->size;
	error = seal_leaves_run(&leaves, &file, diag);
	free(stops);
	return error ? seal_because(diag, error, "%s", prove->files[file]) : SEAL_OK;
}

static int read_log(const struct seal_prove *prove, struct list *list, struct seal_diag *diag)
{
	int *fds = calloc(prove->count + 1, sizeof *fds);
	size_t opened = 0;
	int error = fds ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "proof");

	qsort(list->wanted, list->count, sizeof *list->wanted, by_start);
	for (; !error && opened < prove->count; opened++) {
		fds[opened] =
			open(prove->files[opened], O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		if (fds[opened] < 0) {
			error = seal_fail_errno(diag, SEAL_E_IO, "%s", prove->files[opened]);
			break;
		}
	}
	if (!error)
		error = run(prove, fds, list, diag);
	while (opened > 0)
		(void)close(fds[--opened]);
	free(fds);
	if (!error && list->whole.size < prove->size)
		error = seal_fail(diag, SEAL_E_VERIFY, "the log has %llu lines, not %llu",
				  (unsigned long long)list->whole.size,
				  (unsigned long long)prove->size);
	return error;
}

/* The proof, of both kinds: made once to see what it needs, and once with it. */
static int make(const struct seal_merkle_source *source, const struct seal_prove *prove,
		int is_consistency, uint64_t from, struct seal_merkle_proof *out_proof,
		struct seal_diag *diag)
{
	return is_consistency
		       ? seal_merkle_prove_consistency(source, from, prove->size, out_proof, diag)
		       : seal_merkle_prove_inclusion(source, from, prove->size, out_proof, diag);
}

static int prove_both(const struct seal_prove *prove, struct list *list, int is_consistency,
		      uint64_t from, struct seal_merkle_proof *out_proof, struct seal_diag *diag)
{
	const struct seal_merkle_source noting = {note, list}, giving = {give, list};
	struct seal_merkle_proof proof;
	int error;

	list->wanted = calloc(WANTED, sizeof *list->wanted);
	list->size = prove->size;
	if (!list->wanted)
		return seal_fail(diag, SEAL_E_NOMEM, "proof");
	error = make(&noting, prove, is_consistency, from, &proof, diag);
	/* The leaf itself is no part of its proof, but it is told. */
	if (!error && !is_consistency)
		error = note(list, from, 0, proof.hash[0], diag);
	if (!error)
		error = read_log(prove, list, diag);
	return error ? error : make(&giving, prove, is_consistency, from, out_proof, diag);
}

int seal_prove_inclusion(const struct seal_prove *prove, uint64_t index,
			 struct seal_merkle_proof *out_proof,
			 uint8_t out_leaf[static SEAL_MERKLE_HASH],
			 uint8_t out_root[static SEAL_MERKLE_HASH], struct seal_diag *diag)
{
	struct list list = {0};
	int error = prove_both(prove, &list, 0, index, out_proof, diag);

	if (!error)
		error = give(&list, index, 0, out_leaf, diag);
	if (!error)
		seal_merkle_root(&list.whole, out_root);
	free(list.wanted);
	return error;
}

int seal_prove_consistency(const struct seal_prove *prove, uint64_t old,
			   struct seal_merkle_proof *out_proof,
			   uint8_t out_old_root[static SEAL_MERKLE_HASH],
			   uint8_t out_root[static SEAL_MERKLE_HASH], struct seal_diag *diag)
{
	struct list list = {.old = old};
	int error;

	seal_merkle_root(&list.whole, list.old_root); /* of no lines */
	error = prove_both(prove, &list, 1, old, out_proof, diag);
	if (!error) {
		memcpy(out_old_root, list.old_root, SEAL_MERKLE_HASH);
		seal_merkle_root(&list.whole, out_root);
	}
	free(list.wanted);
	return error;
}
