/* The same arithmetic on 32 bytes at a time, for machines that have AVX2. */

#include "crypto/shamir_internal.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "base/banned.h"

int seal_gf_has_avx2(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

__attribute__((target("avx2"))) static __m256i times(__m256i v, uint8_t c)
{
	const __m256i poly = _mm256_set1_epi8(0x1b);
	const __m256i zero = _mm256_setzero_si256();
	__m256i sum = zero;

	for (unsigned bit = 0; bit < 8; bit++) {
		__m256i take = _mm256_set1_epi8((char)(0 - (c >> bit & 1)));
		__m256i carry = _mm256_and_si256(_mm256_cmpgt_epi8(zero, v), poly);

		sum = _mm256_xor_si256(sum, _mm256_and_si256(v, take));
		v = _mm256_xor_si256(_mm256_add_epi8(v, v), carry);
	}
	return sum;
}

__attribute__((target("avx2"))) void seal_gf_mul_add_avx2(uint8_t *acc, const uint8_t *add,
							  uint8_t c, size_t len)
{
	for (; len >= 32; len -= 32, acc += 32, add += 32) {
		__m256i v = times(_mm256_loadu_si256((const __m256i_u *)acc), c);

		v = _mm256_xor_si256(v, _mm256_loadu_si256((const __m256i_u *)add));
		_mm256_storeu_si256((__m256i_u *)acc, v);
	}
	seal_gf_mul_add_lanes(acc, add, c, len);
}

__attribute__((target("avx2"))) void seal_gf_add_mul_avx2(uint8_t *acc, const uint8_t *in,
							  uint8_t c, size_t len)
{
	for (; len >= 32; len -= 32, acc += 32, in += 32) {
		__m256i v = times(_mm256_loadu_si256((const __m256i_u *)in), c);

		v = _mm256_xor_si256(v, _mm256_loadu_si256((const __m256i_u *)acc));
		_mm256_storeu_si256((__m256i_u *)acc, v);
	}
	seal_gf_add_mul_lanes(acc, in, c, len);
}

#else

#include "base/banned.h"

int seal_gf_has_avx2(void)
{
	return 0;
}

void seal_gf_mul_add_avx2(uint8_t *acc, const uint8_t *add, uint8_t c, size_t len)
{
	seal_gf_mul_add_lanes(acc, add, c, len);
}

void seal_gf_add_mul_avx2(uint8_t *acc, const uint8_t *in, uint8_t c, size_t len)
{
	seal_gf_add_mul_lanes(acc, in, c, len);
}

#endif
