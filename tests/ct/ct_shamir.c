/* Run under valgrind: secrets are marked undefined, so any branch or address that
   depends on one is reported. `leak` branches on a secret on purpose: there
   valgrind must find something, or this test proves nothing. */

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "base/secret.h"
#include "crypto/shamir.h"
#include "crypto/shamir_internal.h"

#define LEN 71u

static int split_and_combine(void)
{
	static uint8_t store[5][LEN + 1];
	static uint8_t secret[LEN];
	uint8_t *shares[5];
	uint8_t got[LEN];
	uint8_t x[5];

	if (seal_random(secret, LEN, NULL) != SEAL_OK || seal_shamir_pick_x(5, x, NULL) != SEAL_OK)
		return 3;
	for (unsigned i = 0; i < 5; i++)
		shares[i] = store[i];
	VALGRIND_MAKE_MEM_UNDEFINED(secret, LEN);
	if (seal_shamir_split(secret, LEN, 3, 5, x, shares, NULL) != SEAL_OK)
		return 3;
	/* Only the y bytes are secret; the x byte behind them is public. */
	for (unsigned i = 0; i < 5; i++)
		VALGRIND_MAKE_MEM_UNDEFINED(store[i], LEN);
	if (seal_shamir_combine((const uint8_t *const *)shares + 1, LEN + 1, 3, got, NULL) !=
	    SEAL_OK)
		return 3;
	VALGRIND_MAKE_MEM_DEFINED(got, LEN);
	return 0;
}

static int backends(void)
{
	uint8_t acc[LEN];
	uint8_t in[LEN];

	if (seal_random(acc, LEN, NULL) != SEAL_OK || seal_random(in, LEN, NULL) != SEAL_OK)
		return 3;
	VALGRIND_MAKE_MEM_UNDEFINED(acc, LEN);
	VALGRIND_MAKE_MEM_UNDEFINED(in, LEN);
	for (unsigned c = 0; c < 256; c++) {
		seal_gf_mul_add_lanes(acc, in, (uint8_t)c, LEN);
		seal_gf_add_mul_lanes(acc, in, (uint8_t)c, LEN);
		if (seal_gf_has_avx2()) {
			seal_gf_mul_add_avx2(acc, in, (uint8_t)c, LEN);
			seal_gf_add_mul_avx2(acc, in, (uint8_t)c, LEN);
		}
	}
	VALGRIND_MAKE_MEM_DEFINED(acc, LEN);
	return 0;
}

static int leak(void)
{
	volatile uint8_t secret = 7;
	volatile int seen = 0;

	VALGRIND_MAKE_MEM_UNDEFINED((volatile void *)&secret, 1);
	if (secret & 1)
		seen = 1;
	return seen - 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "split") == 0)
		return split_and_combine();
	if (argc == 2 && strcmp(argv[1], "backends") == 0)
		return backends();
	if (argc == 2 && strcmp(argv[1], "leak") == 0)
		return leak();
	(void)fprintf(stderr, "usage: ct_shamir split|backends|leak\n");
	return 2;
}
