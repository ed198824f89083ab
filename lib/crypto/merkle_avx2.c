/* Eight leaves or nodes at once: SHA-256 (FIPS 180-4) in eight lanes of AVX2. Without instructions
   for SHA-256 that is more than twice as fast as one by one. */

#include "crypto/merkle_internal.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>

#include "base/banned.h"

#define AVX2 __attribute__((target("avx2")))
#define ALWAYS static inline AVX2 __attribute__((always_inline))
#define BLOCK 64u

static const uint32_t rounds[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2};
static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
				  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

int seal_merkle_has_lanes(void)
{
	return __builtin_cpu_supports("avx2") != 0;
}

int seal_merkle_wants_lanes(void)
{
	static atomic_int
		known; /* 1 no, 2 yes: asking takes longer than hashing, in a virtual machine */
	unsigned a = 0;
	unsigned b = 0;
	unsigned c = 0;
	unsigned d = 0;
	int wants = known;

	if (!wants) {
		wants = seal_merkle_has_lanes() &&
					(!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_SHA))
				? 2
				: 1;
		known = wants;
	}
	return wants == 2;
}

ALWAYS __m256i add(__m256i a, __m256i b)
{
	return _mm256_add_epi32(a, b);
}

ALWAYS __m256i turned(__m256i v, int by)
{
	return _mm256_or_si256(_mm256_srli_epi32(v, by), _mm256_slli_epi32(v, 32 - by));
}

ALWAYS __m256i xor3(__m256i a, __m256i b, __m256i c)
{
	return _mm256_xor_si256(_mm256_xor_si256(a, b), c);
}

/* The words of one number in all lanes, from the lanes' words in a row. */
ALWAYS void transpose(__m256i w[8])
{
	__m256i a[8];
	__m256i b[8];

	for (int i = 0; i < 8; i += 2) {
		a[i] = _mm256_unpacklo_epi32(w[i], w[i + 1]);
		a[i + 1] = _mm256_unpackhi_epi32(w[i], w[i + 1]);
	}
	for (int i = 0; i < 8; i += 4) {
		b[i] = _mm256_unpacklo_epi64(a[i], a[i + 2]);
		b[i + 1] = _mm256_unpackhi_epi64(a[i], a[i + 2]);
		b[i + 2] = _mm256_unpacklo_epi64(a[i + 1], a[i + 3]);
		b[i + 3] = _mm256_unpackhi_epi64(a[i + 1], a[i + 3]);
	}
	for (int i = 0; i < 4; i++) {
		w[i] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x20);
		w[i + 4] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x31);
	}
}

/* Half a block of each lane, from bytes in big-endian words; and the way back. */
ALWAYS void load(const uint8_t *const block[8], size_t at, __m256i w[8])
{
	const __m256i swap =
		_mm256_broadcastsi128_si256(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));

	for (int i = 0; i < 8; i++)
		w[i] = _mm256_shuffle_epi8(_mm256_loadu_si256((const __m256i_u *)(block[i] + at)),
					   swap);
	transpose(w);
}

ALWAYS __m256i next_word(const __m256i w[16], int i)
{
	__m256i far = w[(i + 1) & 15];
	__m256i near = w[(i + 14) & 15];
	__m256i s0 = xor3(turned(far, 7), turned(far, 18), _mm256_srli_epi32(far, 3));
	__m256i s1 = xor3(turned(near, 17), turned(near, 19), _mm256_srli_epi32(near, 10));

	return add(add(w[i & 15], s0), add(w[(i + 9) & 15], s1));
}

/* One round: s[7] and s[3] are replaced, the caller turns the names. */
ALWAYS void one_round(__m256i s[8], __m256i word)
{
	__m256i e = s[4];
	__m256i choice = _mm256_xor_si256(s[6], _mm256_and_si256(e, _mm256_xor_si256(s[5], s[6])));
	__m256i s1 = xor3(turned(e, 6), turned(e, 11), turned(e, 25));
	__m256i t1 = add(add(s[7], s1), add(choice, word));
	__m256i a = s[0];
	__m256i s0 = xor3(turned(a, 2), turned(a, 13), turned(a, 22));
	__m256i most = _mm256_or_si256(_mm256_and_si256(a, s[1]),
				       _mm256_and_si256(s[2], _mm256_or_si256(a, s[1])));

	s[7] = s[6];
	s[6] = s[5];
	s[5] = e;
	s[4] = add(s[3], t1);
	s[3] = s[2];
	s[2] = s[1];
	s[1] = a;
	s[0] = add(t1, add(s0, most));
}

/* Lanes whose mask is 0 stay as they are. */
ALWAYS void compress(__m256i state[8], const uint8_t *const block[8], __m256i mask)
{
	__m256i w[16];
	__m256i s[8];

	load(block, 0, w);
	load(block, 32, w + 8);
	for (int i = 0; i < 8; i++)
		s[i] = state[i];
		/* So that names turn, and not registers. */
#pragma GCC unroll 64
	for (int i = 0; i < 64; i++) {
		if (i >= 16)
			w[i & 15] = next_word(w, i);
		one_round(s, add(w[i & 15], _mm256_set1_epi32((int)rounds[i])));
	}
	for (int i = 0; i < 8; i++)
		state[i] = add(state[i], _mm256_and_si256(s[i], mask));
}

ALWAYS void begin(__m256i state[8])
{
	for (int i = 0; i < 8; i++)
		state[i] = _mm256_set1_epi32((int)start[i]);
}

/* The state has a word of all lanes in a row: back to the lanes, each in big-endian. */
ALWAYS void end(__m256i state[8], uint8_t *out)
{
	uint8_t words[8][SEAL_MERKLE_HASH];
	const uint8_t *row[8];

	for (int i = 0; i < 8; i++) {
		_mm256_storeu_si256((__m256i_u *)words[i], state[i]);
		row[i] = words[i];
	}
	load(row, 0, state);
	for (int i = 0; i < 8; i++)
		_mm256_storeu_si256((__m256i_u *)(out + (size_t)i * SEAL_MERKLE_HASH), state[i]);
}

AVX2 void seal_merkle_lanes(const uint8_t *hashes, uint8_t *out)
{
	const __m256i all = _mm256_set1_epi32(-1);
	uint8_t padded[SEAL_MERKLE_LANES][2 * BLOCK] = {{0}};
	const uint8_t *block[SEAL_MERKLE_LANES];
	__m256i state[8];

	for (size_t i = 0; i < SEAL_MERKLE_LANES; i++) {
		padded[i][0] = 1;
		memcpy(padded[i] + 1, hashes + i * 2 * SEAL_MERKLE_HASH, 2 * SEAL_MERKLE_HASH);
		padded[i][65] = 0x80;
		padded[i][126] = 65 * 8 >> 8; /* the length in bits */
		padded[i][127] = 65 * 8 & 255;
		block[i] = padded[i];
	}
	begin(state);
	compress(state, block, all);
	for (size_t i = 0; i < SEAL_MERKLE_LANES; i++)
		block[i] += BLOCK;
	compress(state, block, all);
	end(state, out);
}

/* Block number b of a leaf: the byte 00, the line, and what ends a message. Within the line it is
   read where it stands. */
static const uint8_t *block_of(const uint8_t *line, size_t len, size_t b, uint8_t scratch[BLOCK])
{
	size_t message = len + 1;
	size_t from = b * BLOCK;
	size_t at = b == 0 ? 1 : 0;
	size_t left = message > from ? message - from : 0;

	if (b > 0 && left >= BLOCK)
		return line + from - 1;
	for (size_t i = 0; i < BLOCK; i++)
		scratch[i] = 0;
	left = left < BLOCK ? left : BLOCK;
	if (left > at)
		memcpy(scratch + at, line + from + at - 1, left - at);
	if (message >= from && message < from + BLOCK)
		scratch[message - from] = 0x80;
	if (from + BLOCK >= message + 9)
		for (unsigned i = 0; i < 8; i++)
			scratch[BLOCK - 1 - i] = (uint8_t)((uint64_t)message * 8 >> 8 * i);
	return scratch;
}

AVX2 void seal_merkle_leaf_lanes(const uint8_t *const line[static SEAL_MERKLE_LANES],
				 const size_t len[static SEAL_MERKLE_LANES], uint8_t *out)
{
	uint8_t scratch[SEAL_MERKLE_LANES][BLOCK] = {{0}};
	const uint8_t *block[SEAL_MERKLE_LANES];
	int on[SEAL_MERKLE_LANES];
	__m256i state[8];
	size_t most = 0;

	for (size_t i = 0; i < SEAL_MERKLE_LANES; i++)
		most = SEAL_MERKLE_BLOCKS(len[i]) > most ? SEAL_MERKLE_BLOCKS(len[i]) : most;
	begin(state);
	for (size_t b = 0; b < most; b++) {
		for (size_t i = 0; i < SEAL_MERKLE_LANES; i++) {
			on[i] = b < SEAL_MERKLE_BLOCKS(len[i]) ? -1 : 0;
			block[i] = on[i] ? block_of(line[i], len[i], b, scratch[i]) : scratch[i];
		}
		compress(state, block, _mm256_loadu_si256((const __m256i_u *)on));
	}
	end(state, out);
}

#else

#include "base/banned.h"

int seal_merkle_has_lanes(void)
{
	return 0;
}

int seal_merkle_wants_lanes(void)
{
	return 0;
}

void seal_merkle_leaf_lanes(const uint8_t *const line[static SEAL_MERKLE_LANES],
			    const size_t len[static SEAL_MERKLE_LANES], uint8_t *out)
{
	for (size_t i = 0; i < SEAL_MERKLE_LANES; i++)
		seal_merkle_leaf(line[i], len[i], out + i * SEAL_MERKLE_HASH);
}

void seal_merkle_lanes(const uint8_t *hashes, uint8_t *out)
{
	for (size_t i = 0; i < SEAL_MERKLE_LANES; i++)
		seal_merkle_node(hashes + i * 2 * SEAL_MERKLE_HASH,
				 hashes + (i * 2 + 1) * SEAL_MERKLE_HASH,
				 out + i * SEAL_MERKLE_HASH);
}

#endif
