#ifndef SEALKIT_CRYPTO_SHAMIR_H
#define SEALKIT_CRYPTO_SHAMIR_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* Shamir's scheme over GF(2^8), polynomial 0x11b, laid out as Vault does (design
   section 3): a share of a secret of len bytes is len y bytes, then its x byte.
   No branch, table look-up or address depends on a secret; x values, lengths and
   counts are public. Shares carry no check of their own: a wrong one yields a
   wrong secret, so callers verify proof keys or an AEAD tag. */

#define SEAL_SHAMIR_MAX 255u /* shares of one set */
#define SEAL_SHAMIR_LEN (16u << 20)

/* n distinct x values, random, none of them 0, into out_x. */
SEAL_MUST_CHECK int seal_shamir_pick_x(unsigned n, uint8_t *out_x, struct seal_diag *diag);

/* Splits len bytes so that any t of the n shares give them back. x: n values as
   from seal_shamir_pick_x. out_shares: n buffers of len+1 bytes in secret memory,
   owned by the caller; contents are undefined after an error. 2 <= t <= n <= 255. */
SEAL_MUST_CHECK int seal_shamir_split(const uint8_t *secret, size_t len, unsigned t, unsigned n,
				      const uint8_t *x, uint8_t *const *out_shares,
				      struct seal_diag *diag);

/* Puts k shares of share_len bytes (2 or more) together into share_len-1 bytes.
   Refused: k below 2, an x of 0 (SEAL_E_FORMAT), an x twice (SEAL_E_DUPLICATE). */
SEAL_MUST_CHECK int seal_shamir_combine(const uint8_t *const *shares, size_t share_len, unsigned k,
					uint8_t *out_secret, struct seal_diag *diag);

/* After a split: the first t shares give the secret, and each further one lies on
   their polynomial. Together that proves every subset. SEAL_E_VERIFY if not. */
SEAL_MUST_CHECK int seal_shamir_check(const uint8_t *const *shares, size_t share_len, unsigned t,
				      unsigned n, const uint8_t *secret, struct seal_diag *diag);

#endif
