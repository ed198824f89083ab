/* Arithmetic in GF(2^8) on eight bytes at a time. The multiplier is public (an x
   or a Lagrange factor), the bytes are secret: the loop is shift and mask, the
   same for all values of the bytes. */

#include "crypto/shamir_internal.h"

#include <string.h>

#include "base/banned.h"

#define HIGH 0x8080808080808080u
#define LOW7 0x7f7f7f7f7f7f7f7fu

/* Each byte times x: shift, and 0x1b into those that overflowed. */
static uint64_t twice(uint64_t v)
{
	uint64_t carry = (v & HIGH) >> 7;

	return ((v & LOW7) << 1) ^ (carry * 0x1bu);
}

static uint64_t times(uint64_t v, uint8_t c)
{
	uint64_t sum = 0;

	for (unsigned bit = 0; bit < 8; bit++) {
		sum ^= v & (0u - ((uint64_t)c >> bit & 1u));
		v = twice(v);
	}
	return sum;
}

uint8_t seal_gf_mul(uint8_t a, uint8_t b)
{
	return (uint8_t)times(a, b);
}

/* a^254, by squaring; a is public here, and still no table is used. */
uint8_t seal_gf_inv(uint8_t a)
{
	uint8_t power = a;
	uint8_t sum = 1;

	for (unsigned i = 1; i < 8; i++) {
		power = seal_gf_mul(power, power);
		sum = seal_gf_mul(sum, power);
	}
	return sum;
}

static uint64_t load(const uint8_t *bytes, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, bytes, len);
	return v;
}

void seal_gf_mul_add_lanes(uint8_t *acc, const uint8_t *add, uint8_t c, size_t len)
{
	while (len > 0) {
		size_t n = len < 8 ? len : 8;
		uint64_t v = times(load(acc, n), c) ^ load(add, n);

		memcpy(acc, &v, n);
		acc += n;
		add += n;
		len -= n;
	}
}

void seal_gf_add_mul_lanes(uint8_t *acc, const uint8_t *in, uint8_t c, size_t len)
{
	while (len > 0) {
		size_t n = len < 8 ? len : 8;
		uint64_t v = load(acc, n) ^ times(load(in, n), c);

		memcpy(acc, &v, n);
		acc += n;
		in += n;
		len -= n;
	}
}
