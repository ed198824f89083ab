#ifndef SEALKIT_CRYPTO_SHAMIR_INTERNAL_H
#define SEALKIT_CRYPTO_SHAMIR_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

/* acc = acc * c + add, for each byte; c is public. The two must agree. */
typedef void seal_gf_mul_add(uint8_t *acc, const uint8_t *add, uint8_t c, size_t len);

seal_gf_mul_add seal_gf_mul_add_lanes; /* portable, 64-bit lanes */
seal_gf_mul_add seal_gf_mul_add_avx2;  /* call only where seal_gf_has_avx2() */
int seal_gf_has_avx2(void);

/* acc = acc + c * in, for each byte. */
void seal_gf_add_mul_lanes(uint8_t *acc, const uint8_t *in, uint8_t c, size_t len);
void seal_gf_add_mul_avx2(uint8_t *acc, const uint8_t *in, uint8_t c, size_t len);

/* The y bytes of the share at x. coefs: t-1 rows of len bytes, lowest power first;
   t is 2 or more. Apart from the split so that known coefficients can be tested. */
void seal_shamir_evaluate(const uint8_t *secret, const uint8_t *coefs, size_t len, unsigned t,
			  uint8_t x, uint8_t *out);

uint8_t seal_gf_mul(uint8_t a, uint8_t b);
uint8_t seal_gf_inv(uint8_t a); /* 0 for 0 */

#endif
