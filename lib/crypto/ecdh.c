/* Points and software keys: P-256 by OpenSSL, X25519 by libsodium. */

#include "crypto/ecdh.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <sodium.h>
#include <string.h>

#include "base/banned.h"

/* What one P-256 operation needs; freed as a whole. */
struct work {
	EC_GROUP *group;
	EC_POINT *in, *out;
	BN_CTX *ctx;
	BIGNUM *scalar;
};

static void work_done(struct work *work)
{
	EC_POINT_clear_free(work->in);
	EC_POINT_clear_free(work->out);
	BN_clear_free(work->scalar);
	BN_CTX_free(work->ctx);
	EC_GROUP_free(work->group);
}

static int work_init(struct work *work, struct seal_diag *diag)
{
	work->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	work->ctx = BN_CTX_secure_new();
	work->scalar = BN_secure_new();
	if (work->group) {
		work->in = EC_POINT_new(work->group);
		work->out = EC_POINT_new(work->group);
	}
	if (!work->in || !work->out || !work->ctx || !work->scalar)
		return seal_fail(diag, SEAL_E_NOMEM, "P-256");
	return SEAL_OK;
}

size_t seal_curve_point_len(enum seal_curve curve)
{
	return curve == SEAL_CURVE_P256 ? SEAL_P256_POINT : 32;
}

/* EC_POINT_oct2point refuses what is not on the curve; infinity is one byte 00,
   which the fixed length keeps out. */
static int read_point(struct work *work, const uint8_t *point, size_t len, struct seal_diag *diag)
{
	int form = len == SEAL_P256_POINT	 ? point[0] == 4
		   : len == SEAL_P256_COMPRESSED ? point[0] == 2 || point[0] == 3
						 : 0;

	if (!form || EC_POINT_oct2point(work->group, work->in, point, len, work->ctx) != 1 ||
	    EC_POINT_is_at_infinity(work->group, work->in))
		return seal_fail(diag, SEAL_E_FORMAT, "not a point of P-256");
	return SEAL_OK;
}

static int read_scalar(struct work *work, const struct seal_secret *key, struct seal_diag *diag)
{
	if (seal_secret_len(key) != 32 || !BN_bin2bn(seal_secret_bytes(key), 32, work->scalar) ||
	    BN_is_zero(work->scalar) || BN_cmp(work->scalar, EC_GROUP_get0_order(work->group)) >= 0)
		return seal_fail(diag, SEAL_E_FORMAT, "not a private key of P-256");
	BN_set_flags(work->scalar, BN_FLG_CONSTTIME);
	return SEAL_OK;
}

int seal_point_check(enum seal_curve curve, const uint8_t *point, size_t len,
		     struct seal_diag *diag)
{
	struct work work SEAL_CLEANUP(work_done) = {0};
	int error;

	if (len != seal_curve_point_len(curve))
		return seal_fail(diag, SEAL_E_FORMAT, "a point of %zu bytes", len);
	if (curve == SEAL_CURVE_X25519)
		return SEAL_OK;
	error = work_init(&work, diag);
	return error ? error : read_point(&work, point, len, diag);
}

int seal_p256_expand(const uint8_t in[static SEAL_P256_COMPRESSED],
		     uint8_t out[static SEAL_P256_POINT], struct seal_diag *diag)
{
	struct work work SEAL_CLEANUP(work_done) = {0};
	int error = work_init(&work, diag);

	if (!error)
		error = read_point(&work, in, SEAL_P256_COMPRESSED, diag);
	if (error)
		return error;
	if (EC_POINT_point2oct(work.group, work.in, POINT_CONVERSION_UNCOMPRESSED, out,
			       SEAL_P256_POINT, work.ctx) != SEAL_P256_POINT)
		return seal_fail(diag, SEAL_E_CRYPTO, "P-256");
	return SEAL_OK;
}

void seal_p256_compress(const uint8_t in[static SEAL_P256_POINT],
			uint8_t out[static SEAL_P256_COMPRESSED])
{
	out[0] = (uint8_t)(2u | (in[64] & 1u));
	memcpy(out + 1, in + 1, 32);
}

static int p256_derive(void *ctx, const uint8_t *peer_point, size_t len, uint8_t out_z[32],
		       struct seal_diag *diag)
{
	struct work work SEAL_CLEANUP(work_done) = {0};
	BIGNUM *x;
	int error = work_init(&work, diag);

	if (!error)
		error = read_point(&work, peer_point, len, diag);
	if (!error)
		error = read_scalar(&work, ctx, diag);
	if (error)
		return error;
	BN_CTX_start(work.ctx);
	x = BN_CTX_get(work.ctx);
	if (!x || EC_POINT_mul(work.group, work.out, NULL, work.in, work.scalar, work.ctx) != 1 ||
	    EC_POINT_get_affine_coordinates(work.group, work.out, x, NULL, work.ctx) != 1 ||
	    BN_bn2binpad(x, out_z, 32) != 32)
		error = seal_fail(diag, SEAL_E_CRYPTO, "P-256");
	if (x)
		BN_clear(x);
	BN_CTX_end(work.ctx);
	return error;
}

static int x25519_derive(void *ctx, const uint8_t *peer_point, size_t len, uint8_t out_z[32],
			 struct seal_diag *diag)
{
	const struct seal_secret *key = ctx;

	if (len != 32 || seal_secret_len(key) != 32)
		return seal_fail(diag, SEAL_E_ARGUMENT, "X25519: length");
	if (crypto_scalarmult(out_z, seal_secret_bytes(key), peer_point) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "X25519: point of low order");
	return SEAL_OK;
}

struct seal_ecdh seal_ecdh_software(enum seal_curve curve, struct seal_secret *key)
{
	return (struct seal_ecdh){.derive = curve == SEAL_CURVE_P256 ? p256_derive : x25519_derive,
				  .ctx = key};
}

int seal_ecdh_public(enum seal_curve curve, const struct seal_secret *key, uint8_t *out,
		     struct seal_diag *diag)
{
	struct work work SEAL_CLEANUP(work_done) = {0};
	int error;

	if (curve == SEAL_CURVE_X25519) {
		if (seal_secret_len(key) != 32 ||
		    crypto_scalarmult_base(out, seal_secret_bytes(key)) != 0)
			return seal_fail(diag, SEAL_E_ARGUMENT, "X25519: length");
		return SEAL_OK;
	}
	error = work_init(&work, diag);
	if (!error)
		error = read_scalar(&work, key, diag);
	if (error)
		return error;
	if (EC_POINT_mul(work.group, work.out, work.scalar, NULL, NULL, work.ctx) != 1 ||
	    EC_POINT_point2oct(work.group, work.out, POINT_CONVERSION_UNCOMPRESSED, out,
			       SEAL_P256_POINT, work.ctx) != SEAL_P256_POINT)
		return seal_fail(diag, SEAL_E_CRYPTO, "P-256");
	return SEAL_OK;
}

/* Random until in range: the first nearly always is (one in 2^32 is not). */
int seal_ecdh_generate(enum seal_curve curve, struct seal_secret **out_key, struct seal_diag *diag)
{
	for (int tries = 0; tries < 16; tries++) {
		struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
		uint8_t point[SEAL_POINT_MAX];
		int error = seal_secret_random(32, &key, diag);

		if (!error)
			error = seal_ecdh_public(curve, key, point, diag);
		if (error == SEAL_E_FORMAT)
			continue;
		if (error)
			return error;
		*out_key = seal_steal(&key);
		return SEAL_OK;
	}
	return seal_fail(diag, SEAL_E_CRYPTO, "no private key of P-256 found");
}
