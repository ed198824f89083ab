#ifndef SEALKIT_TESTS_MERKLE_NAIVE_H
#define SEALKIT_TESTS_MERKLE_NAIVE_H

/* RFC 6962, section 2.1, as it is written: recursive, and each hash made anew. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <sodium.h>

#include "crypto/merkle_internal.h"

#define MAX 130u

typedef uint8_t hash_bytes[SEAL_MERKLE_HASH];

static hash_bytes leaves[MAX], roots[MAX + 1];

static void SEAL_UNUSED sha256(uint8_t first, const void *a, size_t a_len, const void *b,
			       size_t b_len, hash_bytes out)
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, &first, 1);
	(void)crypto_hash_sha256_update(&state, a, a_len);
	(void)crypto_hash_sha256_update(&state, b, b_len);
	(void)crypto_hash_sha256_final(&state, out);
}

static size_t largest_power_below(size_t n)
{
	size_t k = 1;

	while (2 * k < n)
		k *= 2;
	return k;
}

/* MTH(D[from:from+n]) as the RFC defines it. */
static void mth(size_t from, size_t n, hash_bytes out)
{
	hash_bytes left, right;
	size_t k;

	if (n == 0) {
		(void)crypto_hash_sha256(out, NULL, 0);
		return;
	}
	if (n == 1) {
		memcpy(out, leaves[from], sizeof leaves[0]);
		return;
	}
	k = largest_power_below(n);
	mth(from, k, left);
	mth(from + k, n - k, right);
	sha256(1, left, 32, right, 32, out);
}

/* PATH(m, D[from:from+n]). */
static size_t SEAL_UNUSED path(size_t m, size_t from, size_t n, hash_bytes *out)
{
	size_t k, count;

	if (n == 1)
		return 0;
	k = largest_power_below(n);
	if (m < k) {
		count = path(m, from, k, out);
		mth(from + k, n - k, out[count]);
	} else {
		count = path(m - k, from + k, n - k, out);
		mth(from, k, out[count]);
	}
	return count + 1;
}

/* SUBPROOF(m, D[from:from+n], whole). */
static size_t SEAL_UNUSED subproof(size_t m, size_t from, size_t n, int whole, hash_bytes *out)
{
	size_t k, count;

	if (m == n) {
		if (!whole)
			mth(from, n, out[0]);
		return !whole;
	}
	k = largest_power_below(n);
	if (m <= k) {
		count = subproof(m, from, k, whole, out);
		mth(from + k, n - k, out[count]);
	} else {
		count = subproof(m - k, from + k, n - k, 0, out);
		mth(from, k, out[count]);
	}
	return count + 1;
}

static int SEAL_UNUSED naive_setup(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MAX; i++) {
		char text[16];

		(void)snprintf(text, sizeof text, "leaf %u", i);
		sha256(0, text, strlen(text), NULL, 0, leaves[i]);
	}
	for (unsigned n = 0; n <= MAX; n++)
		mth(0, n, roots[n]);
	return 0;
}

#endif
