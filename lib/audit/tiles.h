#ifndef SEALKIT_AUDIT_TILES_H
#define SEALKIT_AUDIT_TILES_H

#include "audit/checkpoint.h"

/* The hashes of a log's lines as files of 256 each (C2SP tlog-tiles, level 0), below a folder:
   tile/0/x001/x234/067, and 067.p/112 for the last one, which has fewer. */

#define SEAL_TILE_HASHES 256u
#define SEAL_TILE_PATH 64u

/* "tile/0/..." of the tile that has the hash of leaf `index`, in a tree of `size` leaves. */
void seal_tile_path(uint64_t index, uint64_t size, char out[static SEAL_TILE_PATH]);

/* Hashes in order, from the first leaf on. In the caller's storage; zero but for dir and size. */
struct seal_tiles {
	const char *dir;
	uint64_t size; /* of the tree that is read */
	uint64_t next;
	uint8_t tile[SEAL_TILE_HASHES * SEAL_MERKLE_HASH];
};
/* The next one. A whole tile serves for a part of it. SEAL_E_NOTFOUND; SEAL_E_TRUNCATED: a tile
   that is too short. */
SEAL_MUST_CHECK int seal_tiles_next(struct seal_tiles *tiles, uint8_t out[static SEAL_MERKLE_HASH],
				    struct seal_diag *diag);
/* SEAL_E_VERIFY: all of them together do not lead to the root. */
SEAL_MUST_CHECK int seal_tiles_check(const char *dir, const struct seal_checkpoint *checkpoint,
				     struct seal_diag *diag);

#endif
