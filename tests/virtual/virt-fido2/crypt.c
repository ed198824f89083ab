/* Keys, MACs and the two PIN/UV auth protocols (CTAP 2.1 section 6.5.6 and 6.5.7). */
#include "virt.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

void vx_random(void *p, size_t n)
{
	if (RAND_bytes(p, (int)n) != 1)
		abort();
}

void vx_sha256(const void *p, size_t n, uint8_t out[32])
{
	SHA256(p, n, out);
}

void vx_hmac(const void *key, size_t kn, const void *p, size_t n, uint8_t out[32])
{
	unsigned len = 32;
	if (HMAC(EVP_sha256(), key, (int)kn, p, n, out, &len) == NULL)
		abort();
}

EVP_PKEY *vx_new_p256(void)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");
	if (k == NULL)
		abort();
	return k;
}

static EVP_PKEY *build(const uint8_t pub[65], const BIGNUM *d)
{
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *k = NULL;
	if (b != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(b, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(b, OSSL_PKEY_PARAM_PUB_KEY, pub, 65) &&
	    (d == NULL || OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_PRIV_KEY, d)) &&
	    (params = OSSL_PARAM_BLD_to_param(b)) != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
		(void)EVP_PKEY_fromdata(ctx, &k, d != NULL ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
					params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(ctx);
	return k;
}

EVP_PKEY *vx_p256_from_scalar(const uint8_t d[32])
{
	EC_GROUP *g = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *pt = EC_POINT_new(g);
	BIGNUM *bn = BN_bin2bn(d, 32, NULL);
	uint8_t pub[65];
	EVP_PKEY *k = NULL;
	if (EC_POINT_mul(g, pt, bn, NULL, NULL, NULL) == 1 &&
	    EC_POINT_point2oct(g, pt, POINT_CONVERSION_UNCOMPRESSED, pub, 65, NULL) == 65)
		k = build(pub, bn);
	BN_clear_free(bn);
	EC_POINT_free(pt);
	EC_GROUP_free(g);
	return k;
}

bool vx_scalar(EVP_PKEY *k, uint8_t d[32])
{
	BIGNUM *bn = NULL;
	bool ok = EVP_PKEY_get_bn_param(k, OSSL_PKEY_PARAM_PRIV_KEY, &bn) == 1 &&
		  BN_bn2binpad(bn, d, 32) == 32;
	BN_clear_free(bn);
	return ok;
}

bool vx_point(EVP_PKEY *k, uint8_t x[32], uint8_t y[32])
{
	BIGNUM *bx = NULL, *by = NULL;
	bool ok = EVP_PKEY_get_bn_param(k, OSSL_PKEY_PARAM_EC_PUB_X, &bx) == 1 &&
		  EVP_PKEY_get_bn_param(k, OSSL_PKEY_PARAM_EC_PUB_Y, &by) == 1 &&
		  BN_bn2binpad(bx, x, 32) == 32 && BN_bn2binpad(by, y, 32) == 32;
	BN_free(bx);
	BN_free(by);
	return ok;
}

bool vx_ecdh(EVP_PKEY *k, const uint8_t x[32], const uint8_t y[32], uint8_t z[32])
{
	uint8_t pub[65] = {0x04};
	memcpy(pub + 1, x, 32);
	memcpy(pub + 33, y, 32);
	EVP_PKEY *peer = build(pub, NULL);
	EVP_PKEY_CTX *ctx = peer != NULL ? EVP_PKEY_CTX_new(k, NULL) : NULL;
	size_t n = 32;
	bool ok = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
		  EVP_PKEY_derive_set_peer(ctx, peer) == 1 && EVP_PKEY_derive(ctx, z, &n) == 1 &&
		  n == 32;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return ok;
}

size_t vx_sign(EVP_PKEY *k, const void *p, size_t n, uint8_t *sig, size_t cap)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	if (c == NULL || EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, k) != 1 ||
	    EVP_DigestSign(c, sig, &cap, p, n) != 1)
		abort();
	EVP_MD_CTX_free(c);
	return cap;
}

/* COSE_Key: ES256 for credentials, ECDH-ES+HKDF-256 (-25) for key agreement. */
void vx_cose(struct vf_buf *b, EVP_PKEY *k, bool agreement)
{
	uint8_t x[32], y[32];
	if (!vx_point(k, x, y))
		abort();
	vb_map(b, 5);
	vb_uint(b, 1);
	vb_uint(b, 2);
	vb_uint(b, 3);
	vb_nint(b, agreement ? 24 : 6);
	vb_nint(b, 0);
	vb_uint(b, 1);
	vb_nint(b, 1);
	vb_bytes(b, x, 32);
	vb_nint(b, 2);
	vb_bytes(b, y, 32);
}

bool vx_gcm(bool seal, const uint8_t key[32], const uint8_t nonce[12], const uint8_t aad[32],
	    const uint8_t *in, size_t n, uint8_t *out, uint8_t tag[16])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len = 0;
	bool ok = c != NULL &&
		  EVP_CipherInit(c, EVP_aes_256_gcm(), key, nonce, seal ? 1 : 0) == 1 &&
		  EVP_CipherUpdate(c, NULL, &len, aad, 32) == 1 &&
		  EVP_CipherUpdate(c, out, &len, in, (int)n) == 1;
	if (ok && !seal)
		ok = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1;
	ok = ok && EVP_CipherFinal_ex(c, out + n, &len) == 1;
	if (ok && seal)
		ok = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

static void hkdf(const uint8_t z[32], const char *info, uint8_t out[32])
{
	static const uint8_t zero[32];
	uint8_t prk[32], msg[32];
	size_t n = strlen(info);
	vx_hmac(zero, 32, z, 32, prk);
	memcpy(msg, info, n);
	msg[n] = 1;
	vx_hmac(prk, 32, msg, n + 1, out);
}

/* secret: HMAC key, then AES key; with protocol one they are the same. */
bool vp_secret(struct vf *v, unsigned protocol, const cbor_item_t *cose, uint8_t secret[64])
{
	const uint8_t *x, *y;
	size_t nx, ny;
	uint8_t z[32];
	if (!vc_bytes(vc_get(cose, -2), &x, &nx) || !vc_bytes(vc_get(cose, -3), &y, &ny) ||
	    nx != 32 || ny != 32 || !vx_ecdh(v->agree, x, y, z))
		return false;
	if (protocol == 1) {
		vx_sha256(z, 32, secret);
		memcpy(secret + 32, secret, 32);
	} else {
		hkdf(z, "CTAP2 HMAC key", secret);
		hkdf(z, "CTAP2 AES key", secret + 32);
	}
	return true;
}

static void cbc(bool seal, const uint8_t key[32], const uint8_t iv[16], const uint8_t *in, size_t n,
		uint8_t *out)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len = 0;
	if (c == NULL || EVP_CipherInit(c, EVP_aes_256_cbc(), key, iv, seal ? 1 : 0) != 1 ||
	    EVP_CIPHER_CTX_set_padding(c, 0) != 1 ||
	    EVP_CipherUpdate(c, out, &len, in, (int)n) != 1)
		abort();
	EVP_CIPHER_CTX_free(c);
}

bool vp_decrypt(unsigned protocol, const uint8_t secret[64], const uint8_t *in, size_t n,
		uint8_t *out, size_t *out_n)
{
	uint8_t iv[16] = {0};
	if (protocol == 2) {
		if (n < 16)
			return false;
		memcpy(iv, in, 16);
		in += 16;
		n -= 16;
	}
	if (n == 0 || n % 16 != 0 || n > 64)
		return false;
	cbc(false, secret + 32, iv, in, n, out);
	*out_n = n;
	return true;
}

size_t vp_encrypt(unsigned protocol, const uint8_t secret[64], const uint8_t *in, size_t n,
		  uint8_t *out)
{
	uint8_t iv[16] = {0};
	size_t at = 0;
	if (protocol == 2) {
		vx_random(iv, 16);
		memcpy(out, iv, 16);
		at = 16;
	}
	cbc(true, secret + 32, iv, in, n, out + at);
	return at + n;
}

bool vp_verify(unsigned protocol, const uint8_t key[32], const void *p, size_t n,
	       const uint8_t *mac, size_t mac_n)
{
	uint8_t want[32];
	vx_hmac(key, 32, p, n, want);
	return mac_n == (protocol == 1 ? 16U : 32U) && CRYPTO_memcmp(mac, want, mac_n) == 0;
}

bool vp_supported(const struct vf *v, uint64_t protocol)
{
	return (protocol == 1 && v->opt.p1) || (protocol == 2 && v->opt.p2);
}
