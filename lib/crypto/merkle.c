/* Hashes of leaves and nodes, and the tree that grows. SHA-256 is called without the fetched
   contexts of OpenSSL's newer interface, which for lines of some hundred bytes cost a third of
   the time. */

#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/merkle_internal.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

#define GROUP 512u /* lines that are put in order of length */

#define LEAF "\x00"
#define NODE "\x01"

void seal_merkle_leaf(const void *bytes, size_t len, uint8_t out[static SEAL_MERKLE_HASH])
{
	SHA256_CTX ctx;

	(void)SHA256_Init(&ctx);
	(void)SHA256_Update(&ctx, LEAF, 1);
	(void)SHA256_Update(&ctx, bytes, len);
	(void)SHA256_Final(out, &ctx);
}

void seal_merkle_node(const uint8_t left[static SEAL_MERKLE_HASH],
		      const uint8_t right[static SEAL_MERKLE_HASH],
		      uint8_t out[static SEAL_MERKLE_HASH])
{
	SHA256_CTX ctx;

	(void)SHA256_Init(&ctx);
	(void)SHA256_Update(&ctx, NODE, 1);
	(void)SHA256_Update(&ctx, left, SEAL_MERKLE_HASH);
	(void)SHA256_Update(&ctx, right, SEAL_MERKLE_HASH);
	(void)SHA256_Final(out, &ctx);
}

static size_t start_of(const uint32_t *ends, size_t i)
{
	return i ? (size_t)ends[i - 1] + 1 : 0;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* In that order, in which those of as many blocks are together. Gives how many are hashed: those
   that are not fill no group of lanes, and are the last in order. */
static size_t leaves_in_lanes(const char *lines, const uint32_t *ends, const uint64_t *order,
			      size_t count, uint8_t *out)
{
	size_t done = 0;

	for (; done + SEAL_MERKLE_LANES <= count; done += SEAL_MERKLE_LANES) {
		uint8_t hashes[SEAL_MERKLE_LANES * SEAL_MERKLE_HASH];
		const uint8_t *line[SEAL_MERKLE_LANES];
		size_t len[SEAL_MERKLE_LANES];

		for (size_t k = 0; k < SEAL_MERKLE_LANES; k++) {
			size_t i = (uint32_t)order[done + k];

			line[k] = (const uint8_t *)lines + start_of(ends, i);
			len[k] = ends[i] - start_of(ends, i);
		}
		seal_merkle_leaf_lanes(line, len, hashes);
		for (size_t k = 0; k < SEAL_MERKLE_LANES; k++)
			memcpy(out + (uint32_t)order[done + k] * (size_t)SEAL_MERKLE_HASH,
			       hashes + k * SEAL_MERKLE_HASH, SEAL_MERKLE_HASH);
	}
	return done;
}

void seal_merkle_leaves(const char *lines, const uint32_t *ends, size_t count, uint8_t *out)
{
	int lanes = seal_merkle_wants_lanes();
	uint64_t order[GROUP];

	for (size_t from = 0; from < count; from += GROUP) {
		size_t group = count - from < GROUP ? count - from : GROUP;
		size_t done = 0;

		for (size_t i = 0; i < group; i++)
			order[i] = (uint64_t)SEAL_MERKLE_BLOCKS(ends[from + i] -
								start_of(ends, from + i))
					   << 32 |
				   (from + i);
		if (lanes) {
			qsort(order, group, sizeof order[0], by_value);
			done = leaves_in_lanes(lines, ends, order, group, out);
		}
		for (; done < group; done++) {
			size_t i = (uint32_t)order[done];

			seal_merkle_leaf(lines + start_of(ends, i), ends[i] - start_of(ends, i),
					 out + i * SEAL_MERKLE_HASH);
		}
	}
}

void seal_merkle_nodes(const uint8_t *hashes, size_t pairs, uint8_t *out)
{
	size_t i = 0;

	if (seal_merkle_wants_lanes())
		for (; i + SEAL_MERKLE_LANES <= pairs; i += SEAL_MERKLE_LANES)
			seal_merkle_lanes(hashes + i * 2 * SEAL_MERKLE_HASH,
					  out + i * SEAL_MERKLE_HASH);
	for (; i < pairs; i++)
		seal_merkle_node(hashes + i * 2 * SEAL_MERKLE_HASH,
				 hashes + (i * 2 + 1) * SEAL_MERKLE_HASH,
				 out + i * SEAL_MERKLE_HASH);
}

int seal_merkle_add(struct seal_merkle *tree, unsigned height,
		    const uint8_t hash[static SEAL_MERKLE_HASH], struct seal_diag *diag)
{
	uint8_t node[SEAL_MERKLE_HASH];
	uint64_t count;

	if (height >= SEAL_MERKLE_LEVELS)
		return seal_fail(diag, SEAL_E_ARGUMENT, "subtree of height %u", height);
	count = UINT64_C(1) << height;
	if (tree->size & (count - 1) || count > SEAL_MERKLE_SIZE_MAX - tree->size)
		return seal_fail(diag, SEAL_E_ARGUMENT, "subtree of height %u behind %llu leaves",
				 height, (unsigned long long)tree->size);
	memcpy(node, hash, sizeof node);
	/* As in a binary counter: two of a size are one of the next. */
	for (; tree->size >> height & 1; height++)
		seal_merkle_node(tree->node[height], node, node);
	memcpy(tree->node[height], node, sizeof node);
	tree->size += count;
	return SEAL_OK;
}

void seal_merkle_root(const struct seal_merkle *tree, uint8_t out[static SEAL_MERKLE_HASH])
{
	uint8_t root[SEAL_MERKLE_HASH];
	int some = 0;

	if (tree->size == 0) {
		(void)SHA256(NULL, 0, out);
		return;
	}
	for (unsigned i = 0; i < SEAL_MERKLE_LEVELS; i++) {
		if (!(tree->size >> i & 1))
			continue;
		if (some)
			seal_merkle_node(tree->node[i], root, root);
		else
			memcpy(root, tree->node[i], sizeof root);
		some = 1;
	}
	memcpy(out, root, sizeof root);
}
