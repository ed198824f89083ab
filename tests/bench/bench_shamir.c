/* Shamir, 3 of 5, against libgfshare (log tables, not constant time), in one run
   and alternating; medians of 7. One line a measurement, as HACKING.md says. */

#include <libgfshare.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/secret.h"
#include "crypto/shamir.h"

#define ROUNDS 7
#define T 3u
#define N 5u

static size_t len;
static uint8_t *secret;
static uint8_t *shares[N];
static uint8_t x[N];
static unsigned char numbers[N] = {1, 2, 3, 4, 5};
static unsigned char taken[N] = {1, 2, 3, 0, 0};
static gfshare_ctx *peer_split;
static gfshare_ctx *peer_combine;

static void must(int error)
{
	if (error)
		exit(3);
}

/* The peer asks its caller for randomness; a xorshift costs it next to nothing, so
   the comparison is in its favour. */
static void cheap_random(unsigned char *out, unsigned count)
{
	static uint64_t state = 88172645463325252u;

	for (unsigned i = 0; i < count; i += 8) {
		size_t n = count - i < 8 ? count - i : 8;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(out + i, &state, n);
	}
}

static void ours_split(void)
{
	must(seal_shamir_split(secret, len, T, N, x, shares, NULL));
}

static void ours_combine(void)
{
	must(seal_shamir_combine((const uint8_t *const *)shares, len + 1, T, secret, NULL));
}

static void theirs_split(void)
{
	gfshare_ctx_enc_setsecret(peer_split, secret);
	for (unsigned char i = 0; i < N; i++)
		gfshare_ctx_enc_getshare(peer_split, i, shares[i]);
}

static void theirs_combine(void)
{
	for (unsigned char i = 0; i < T; i++)
		gfshare_ctx_dec_giveshare(peer_combine, i, shares[i]);
	gfshare_ctx_dec_newshares(peer_combine, taken);
	gfshare_ctx_dec_extract(peer_combine, secret);
}

static double now_us(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static double once(void (*what)(void), unsigned repeat)
{
	double start = now_us();

	for (unsigned i = 0; i < repeat; i++)
		what();
	return (now_us() - start) / repeat;
}

static int by_value(const void *a, const void *b)
{
	double x1 = *(const double *)a;
	double x2 = *(const double *)b;

	return (x1 > x2) - (x1 < x2);
}

static void pair(const char *name, void (*ours)(void), void (*theirs)(void), unsigned repeat)
{
	double a[ROUNDS];
	double b[ROUNDS];
	struct rusage used;

	for (unsigned i = 0; i < ROUNDS; i++) {
		a[i] = once(ours, repeat);
		b[i] = once(theirs, repeat);
	}
	qsort(a, ROUNDS, sizeof a[0], by_value);
	qsort(b, ROUNDS, sizeof b[0], by_value);
	(void)getrusage(RUSAGE_SELF, &used);
	(void)printf("bench %s ours=%.2f unit=us peer=libgfshare peer_value=%.2f ratio=%.2f "
		     "rss_kib=%ld\n",
		     name, a[ROUNDS / 2], b[ROUNDS / 2], a[ROUNDS / 2] / b[ROUNDS / 2],
		     used.ru_maxrss);
}

static void prepare(size_t bytes)
{
	len = bytes;
	secret = calloc(1, len);
	for (unsigned i = 0; i < N; i++)
		shares[i] = calloc(1, len + 1);
	if (!secret || !shares[N - 1])
		exit(3);
	peer_split = gfshare_ctx_init_enc(numbers, N, T, (unsigned)len);
	peer_combine = gfshare_ctx_init_dec(numbers, N, (unsigned)len);
	must(seal_shamir_pick_x(N, x, NULL));
	ours_split();
}

int main(void)
{
	gfshare_fill_rand = cheap_random;
	prepare(32);
	pair("shamir_split_32", ours_split, theirs_split, 20000);
	ours_split();
	pair("shamir_combine_32", ours_combine, theirs_combine, 20000);
	prepare(1u << 20);
	pair("shamir_split_1m", ours_split, theirs_split, 5);
	ours_split();
	pair("shamir_combine_1m", ours_combine, theirs_combine, 5);
	return 0;
}
