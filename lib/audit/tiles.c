/* Tiles of level 0. */

#include "audit/tiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/own.h"
#include "base/path.h"

#include "base/banned.h"

void seal_tile_path(uint64_t index, uint64_t size, char out[static SEAL_TILE_PATH])
{
	uint64_t number = index / SEAL_TILE_HASHES;
	uint64_t width = size - number * SEAL_TILE_HASHES;
	unsigned part[7];
	int count = 0;
	size_t at = (size_t)snprintf(out, SEAL_TILE_PATH, "tile/0/");

	do {
		part[count++] = (unsigned)(number % 1000);
		number /= 1000;
	} while (number > 0);
	while (count-- > 0)
		at += (size_t)snprintf(out + at, SEAL_TILE_PATH - at, count ? "x%03u/" : "%03u",
				       part[count]);
	if (width < SEAL_TILE_HASHES)
		(void)snprintf(out + at, SEAL_TILE_PATH - at, ".p/%u", (unsigned)width);
}

static int read_tile(struct seal_tiles *tiles, uint64_t size, size_t want, struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	char name[SEAL_TILE_PATH], path[SEAL_PATH];
	size_t len = 0;
	int error;

	seal_tile_path(tiles->next, size, name);
	error = seal_path_join(tiles->dir, name, "", path, diag);
	if (!error)
		error = seal_file_read(path, sizeof tiles->tile, &bytes, &len, diag);
	if (error)
		return error;
	if (len < want)
		return seal_fail(diag, SEAL_E_TRUNCATED, "%s: %zu bytes, not %zu", path, len, want);
	memcpy(tiles->tile, bytes, want);
	return SEAL_OK;
}

int seal_tiles_next(struct seal_tiles *tiles, uint8_t out[static SEAL_MERKLE_HASH],
		    struct seal_diag *diag)
{
	size_t in = tiles->next % SEAL_TILE_HASHES;
	uint64_t left = tiles->size - tiles->next;
	size_t want =
		SEAL_MERKLE_HASH * (left < SEAL_TILE_HASHES ? (size_t)left : SEAL_TILE_HASHES);
	int error = SEAL_OK;

	if (left == 0)
		return seal_fail(diag, SEAL_E_ARGUMENT, "tiles");
	if (in == 0)
		error = read_tile(tiles, tiles->size, want, diag);
	/* Where the log has grown, the part that there was may be gone. */
	if (error == SEAL_E_NOTFOUND)
		error = read_tile(tiles, UINT64_MAX, want, diag);
	if (error)
		return error;
	memcpy(out, tiles->tile + in * SEAL_MERKLE_HASH, SEAL_MERKLE_HASH);
	tiles->next++;
	return SEAL_OK;
}

int seal_tiles_check(const char *dir, const struct seal_checkpoint *checkpoint,
		     struct seal_diag *diag)
{
	struct seal_tiles tiles = {.dir = dir, .size = checkpoint->size};
	struct seal_merkle tree = {0};
	uint8_t hash[SEAL_MERKLE_HASH];
	int error = SEAL_OK;

	while (!error && tree.size < checkpoint->size) {
		error = seal_tiles_next(&tiles, hash, diag);
		if (!error)
			error = seal_merkle_add(&tree, 0, hash, diag);
	}
	if (error)
		return error;
	seal_merkle_root(&tree, hash);
	return seal_eq_ct(hash, checkpoint->root, sizeof hash)
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_VERIFY, "%s: do not lead to the checkpoint", dir);
}
