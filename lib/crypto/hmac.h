#ifndef SEALKIT_CRYPTO_HMAC_H
#define SEALKIT_CRYPTO_HMAC_H

#include <stddef.h>
#include <stdint.h>

/* HMAC-SHA256 over pieces, and with it the two halves of HKDF (RFC 5869). No
   call can fail. Where an output is a key, it is written into a seal_secret. */

struct seal_piece {
	const void *bytes;
	size_t len;
};

/* out = HMAC(key, pieces one after the other). This is also HKDF-Extract, with
   the salt as key. key may be NULL where key_len is 0. */
void seal_hmac(const uint8_t *key, size_t key_len, const struct seal_piece *pieces, size_t count,
	       uint8_t out[static 32]);

/* HKDF-Expand to one block: out_len is at most 32, more is cut to 32. The info
   is the pieces one after the other. */
void seal_hmac_expand(const uint8_t prk[static 32], const struct seal_piece *pieces, size_t count,
		      uint8_t *out, size_t out_len);

#endif
