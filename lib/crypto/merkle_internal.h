#ifndef SEALKIT_CRYPTO_MERKLE_INTERNAL_H
#define SEALKIT_CRYPTO_MERKLE_INTERNAL_H

#include "crypto/merkle.h"

#define SEAL_MERKLE_LANES 8u

/* Parents of SEAL_MERKLE_LANES pairs at once, where the machine can (AVX2); out may be hashes. */
int seal_merkle_has_lanes(void);
void seal_merkle_lanes(const uint8_t *hashes, uint8_t *out);

#endif
