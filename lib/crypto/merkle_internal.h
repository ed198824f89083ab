#ifndef SEALKIT_CRYPTO_MERKLE_INTERNAL_H
#define SEALKIT_CRYPTO_MERKLE_INTERNAL_H

#include "crypto/merkle.h"

#define SEAL_MERKLE_LANES 8u

/* Where the machine can (AVX2); and where that is faster, as it has nothing for SHA-256. */
int seal_merkle_has_lanes(void);
int seal_merkle_wants_lanes(void);
/* Parents of SEAL_MERKLE_LANES pairs at once; out may be hashes. */
void seal_merkle_lanes(const uint8_t *hashes, uint8_t *out);
/* As many leaves at once. Fastest where all have as many blocks. */
#define SEAL_MERKLE_BLOCKS(len) (((len) + 73) / 64)
void seal_merkle_leaf_lanes(const uint8_t *const line[static SEAL_MERKLE_LANES],
			    const size_t len[static SEAL_MERKLE_LANES], uint8_t *out);

#endif
