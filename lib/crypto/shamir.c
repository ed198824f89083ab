/* Splitting and combining. Threats: a coefficient that can be guessed, an x of 0
   (the share would be the secret), shares that only some subsets can combine,
   and traces of polynomials left in memory. */

#include "crypto/shamir.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/shamir_internal.h"

#include "base/banned.h"

#define CHUNK 4096u    /* bytes of the secret worked on at a time */
#define SMALL_ASK 256u /* up to here the kernel is asked directly */

static void mul_add(uint8_t *acc, const uint8_t *add, uint8_t c, size_t len)
{
	if (len >= 32 && seal_gf_has_avx2())
		seal_gf_mul_add_avx2(acc, add, c, len);
	else
		seal_gf_mul_add_lanes(acc, add, c, len);
}

static void add_mul(uint8_t *acc, const uint8_t *in, uint8_t c, size_t len)
{
	if (len >= 32 && seal_gf_has_avx2())
		seal_gf_add_mul_avx2(acc, in, c, len);
	else
		seal_gf_add_mul_lanes(acc, in, c, len);
}

int seal_shamir_pick_x(unsigned n, uint8_t *out_x, struct seal_diag *diag)
{
	uint8_t all[255];
	uint8_t rolls[512];
	unsigned at = sizeof rolls;

	if (n < 1 || n > SEAL_SHAMIR_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "%u shares", n);
	for (unsigned i = 0; i < 255; i++)
		all[i] = (uint8_t)(i + 1);
	for (unsigned i = 0; i < n; i++) {
		unsigned left = 255 - i;
		unsigned pick = 256;

		/* Rolls at or above the largest multiple are dropped, or some x would be
		   likelier than others. */
		while (pick >= 256 / left * left) {
			if (at == sizeof rolls) {
				int error = seal_random(rolls, sizeof rolls, diag);

				if (error)
					return error;
				at = 0;
			}
			pick = rolls[at++];
		}
		pick = i + pick % left;
		out_x[i] = all[pick];
		all[pick] = all[i];
	}
	return SEAL_OK;
}

static int check_x(const uint8_t *x, unsigned n, struct seal_diag *diag)
{
	uint8_t seen[256] = {0};

	for (unsigned i = 0; i < n; i++) {
		if (x[i] == 0)
			return seal_fail(diag, SEAL_E_FORMAT, "share %u: x is 0", i + 1);
		if (seen[x[i]])
			return seal_fail(diag, SEAL_E_DUPLICATE,
					 "shares %u and %u have the same x (%u)", seen[x[i]], i + 1,
					 x[i]);
		seen[x[i]] = (uint8_t)(i + 1);
	}
	return SEAL_OK;
}

/* Random coefficients: from the kernel where few are needed, else from
   ChaCha20 keyed by it, a fresh stream for every chunk. */
static int fill(uint8_t *out, size_t len, const uint8_t *seed, uint32_t chunk,
		struct seal_diag *diag)
{
	static const uint8_t zero_nonce[4] = {0};
	uint8_t nonce[12];

	if (len <= SMALL_ASK)
		return seal_random(out, len, diag);
	memcpy(nonce, &chunk, sizeof chunk);
	memcpy(nonce + 4, zero_nonce, sizeof zero_nonce);
	memcpy(nonce + 8, zero_nonce, sizeof zero_nonce);
	(void)crypto_stream_chacha20_ietf(out, len, nonce, seed);
	return SEAL_OK;
}

/* Horner from the highest coefficient down. */
void seal_shamir_evaluate(const uint8_t *secret, const uint8_t *coefs, size_t len, unsigned t,
			  uint8_t x, uint8_t *out)
{
	memcpy(out, coefs + (size_t)(t - 2) * len, len);
	for (unsigned row = t - 2; row > 0; row--)
		mul_add(out, coefs + (size_t)(row - 1) * len, x, len);
	mul_add(out, secret, x, len);
}

int seal_shamir_split(const uint8_t *secret, size_t len, unsigned t, unsigned n, const uint8_t *x,
		      uint8_t *const *out_shares, struct seal_diag *diag)
{
	struct seal_secret *work SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t chunk = len < CHUNK ? len : CHUNK;
	size_t rows;
	int error;

	if (t < 2 || t > n || n > SEAL_SHAMIR_MAX || len < 1 || len > SEAL_SHAMIR_LEN)
		return seal_fail(diag, SEAL_E_ARGUMENT, "%u of %u shares of %zu bytes", t, n, len);
	rows = (size_t)(t - 1) * chunk;
	error = check_x(x, n, diag);
	if (!error)
		error = seal_secret_new(32 + rows, &work, diag);
	if (!error && rows > SMALL_ASK)
		error = seal_random(seal_secret_data(work), 32, diag);
	for (size_t at = 0; !error && at < len; at += chunk) {
		size_t now = len - at < chunk ? len - at : chunk;
		uint8_t *coefs = seal_secret_data(work) + 32;

		error = fill(coefs, (size_t)(t - 1) * now, seal_secret_data(work),
			     (uint32_t)(at / chunk), diag);
		for (unsigned i = 0; !error && i < n; i++)
			seal_shamir_evaluate(secret + at, coefs, now, t, x[i], out_shares[i] + at);
	}
	if (error)
		return error;
	for (unsigned i = 0; i < n; i++)
		out_shares[i][len] = x[i];
	return SEAL_OK;
}

/* The value at `at` of the polynomial through the shares, into out. */
static void interpolate(const uint8_t *const *shares, size_t len, unsigned k, uint8_t at,
			uint8_t *out)
{
	for (unsigned i = 0; i < k; i++) {
		uint8_t above = 1;
		uint8_t below = 1;

		for (unsigned j = 0; j < k; j++) {
			if (j == i)
				continue;
			above = seal_gf_mul(above, shares[j][len] ^ at);
			below = seal_gf_mul(below, shares[j][len] ^ shares[i][len]);
		}
		above = seal_gf_mul(above, seal_gf_inv(below));
		/* The first row also clears what stood there. */
		if (i == 0)
			for (size_t b = 0; b < len; b++)
				out[b] = 0;
		add_mul(out, shares[i], above, len);
	}
}

static int take_x(const uint8_t *const *shares, size_t len, unsigned k, struct seal_diag *diag)
{
	uint8_t x[SEAL_SHAMIR_MAX];

	for (unsigned i = 0; i < k; i++)
		x[i] = shares[i][len];
	return check_x(x, k, diag);
}

int seal_shamir_combine(const uint8_t *const *shares, size_t share_len, unsigned k,
			uint8_t *out_secret, struct seal_diag *diag)
{
	int error;

	if (k < 2 || k > SEAL_SHAMIR_MAX)
		return seal_fail(diag, SEAL_E_QUORUM, "%u shares: 2 to %u can be combined", k,
				 SEAL_SHAMIR_MAX);
	if (share_len < 2 || share_len > SEAL_SHAMIR_LEN + 1u)
		return seal_fail(diag, SEAL_E_FORMAT, "a share of %zu bytes", share_len);
	error = take_x(shares, share_len - 1, k, diag);
	if (error)
		return error;
	interpolate(shares, share_len - 1, k, 0, out_secret);
	return SEAL_OK;
}

int seal_shamir_check(const uint8_t *const *shares, size_t share_len, unsigned t, unsigned n,
		      const uint8_t *secret, struct seal_diag *diag)
{
	struct seal_secret *value SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t len = share_len - 1;
	int error;

	if (share_len < 2 || t < 2 || t > n || n > SEAL_SHAMIR_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "%u of %u shares", t, n);
	error = take_x(shares, len, n, diag);
	if (!error)
		error = seal_secret_new(len, &value, diag);
	if (error)
		return error;
	interpolate(shares, len, t, 0, seal_secret_data(value));
	if (!seal_eq_ct(seal_secret_data(value), secret, len))
		return seal_fail(diag, SEAL_E_VERIFY, "the shares do not give the secret");
	for (unsigned i = t; i < n; i++) {
		interpolate(shares, len, t, shares[i][len], seal_secret_data(value));
		if (!seal_eq_ct(seal_secret_data(value), shares[i], len))
			return seal_fail(diag, SEAL_E_VERIFY, "share %u is not on the polynomial",
					 i + 1);
	}
	return SEAL_OK;
}
