#ifndef SEALKIT_CRYPTO_ECDH_H
#define SEALKIT_CRYPTO_ECDH_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"

/* Diffie-Hellman where the private key may be in a token: a call does the raw
   operation, all the rest is done on the host. */

enum seal_curve { SEAL_CURVE_P256, SEAL_CURVE_X25519 };

#define SEAL_P256_POINT 65u	 /* 04 x y */
#define SEAL_P256_COMPRESSED 33u /* 02 or 03, x */
#define SEAL_POINT_MAX SEAL_P256_POINT

/* 65 or 32. */
size_t seal_curve_point_len(enum seal_curve curve);

/* The holder of a private key. `derive` sets out_z to the shared x coordinate
   (P-256) or u coordinate (X25519). Its callers have validated the point: a
   token may answer for points off the curve, and so give its key away. */
struct seal_ecdh {
	int (*derive)(void *ctx, const uint8_t *peer_point, size_t len, uint8_t out_z[32],
		      struct seal_diag *diag);
	void *ctx;
};

/* A key in memory, 32 bytes big-endian (P-256) or as RFC 7748 has it. The key
   must outlive it. */
struct seal_ecdh seal_ecdh_software(enum seal_curve curve, struct seal_secret *key);

/* SEAL_E_FORMAT unless an uncompressed point on the curve, not infinity; for
   X25519 only the length can be checked here, low order shows in derive. */
SEAL_MUST_CHECK int seal_point_check(enum seal_curve curve, const uint8_t *point, size_t len,
				     struct seal_diag *diag);
SEAL_MUST_CHECK int seal_p256_expand(const uint8_t in[static SEAL_P256_COMPRESSED],
				     uint8_t out[static SEAL_P256_POINT], struct seal_diag *diag);
/* Of a checked point. */
void seal_p256_compress(const uint8_t in[static SEAL_P256_POINT],
			uint8_t out[static SEAL_P256_COMPRESSED]);

SEAL_MUST_CHECK int seal_ecdh_generate(enum seal_curve curve, struct seal_secret **out_key,
				       struct seal_diag *diag);
/* out holds seal_curve_point_len(curve) bytes. A P-256 scalar outside 1..n-1 is
   SEAL_E_FORMAT. */
SEAL_MUST_CHECK int seal_ecdh_public(enum seal_curve curve, const struct seal_secret *key,
				     uint8_t *out, struct seal_diag *diag);

#endif
