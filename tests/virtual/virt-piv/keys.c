/* Private keys: generation, import, signing, key agreement, moving. */
#include "vp.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <string.h>
#include <time.h>

int64_t vp_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool vp_slot_exists(uint8_t id)
{
	return id == 0x9a || id == 0x9c || id == 0x9d || id == 0x9e || (id >= 0x82 && id <= 0x95) ||
	       id == 0xf9;
}

static const char *curve(uint8_t alg)
{
	return alg == 0x11 ? "P-256" : alg == 0x14 ? "P-384" : NULL;
}

EVP_PKEY *vp_new_key(uint8_t alg)
{
	const char *name = curve(alg);
	return name ? EVP_EC_gen(name) : NULL;
}

bool vp_point(EVP_PKEY *k, uint8_t out[static 133], size_t *out_len)
{
	return EVP_PKEY_get_octet_string_param(k, OSSL_PKEY_PARAM_PUB_KEY, out, 133, out_len) == 1;
}

/* True when a finger came: at once, on the control line's word, or never. */
bool vp_wait_touch(struct vp_card *c, uint8_t policy)
{
	if (policy != 2 && policy != 3)
		return true;
	if (policy == 3 && vp_now_ms() - c->touched_at < 15000)
		return true;
	if (c->touch == VP_TOUCH_REFUSE)
		return false;
	int64_t end = vp_now_ms() + 15000;
	while (c->touch == VP_TOUCH_WAIT && !c->touch_now && !c->quit && c->inserted &&
	       vp_now_ms() < end)
		vp_control_poll(c, 100);
	if (c->touch != VP_TOUCH_AUTO && !c->touch_now)
		return false;
	c->touch_now = false;
	c->touched_at = vp_now_ms();
	return true;
}

static void policies(const uint8_t *p, size_t len, uint8_t id, struct vp_slot *s)
{
	const uint8_t *v;
	size_t n;
	if (vp_tlv(p, len, 0xaa, &v, &n) && n == 1)
		s->pin = v[0];
	if (vp_tlv(p, len, 0xab, &v, &n) && n == 1)
		s->touch = v[0];
	if (s->pin == 0)
		s->pin = id == 0x9c ? 3 : id == 0x9e ? 1 : 2;
	if (s->touch == 0)
		s->touch = 1;
}

static uint16_t put_in(struct vp_card *c, uint8_t id, struct vp_slot s)
{
	if (!s.key)
		return 0x6f00;
	EVP_PKEY_free(c->slot[id].key);
	c->slot[id] = s;
	vp_save(c);
	return 0x9000;
}

uint16_t vp_generate(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	const uint8_t *in, *v;
	size_t len, n;
	uint8_t pt[133], tmp[160];
	struct vp_buf b = {tmp, 0, sizeof tmp};
	if (!c->mgm_ok)
		return 0x6982;
	if (!vp_slot_exists(a->p2) || !vp_tlv(a->data, a->len, 0xac, &in, &len) ||
	    !vp_tlv(in, len, 0x80, &v, &n) || n != 1 || !curve(v[0]))
		return 0x6a80;
	struct vp_slot s = {.alg = v[0], .origin = 1};
	policies(in, len, a->p2, &s);
	if (s.pin > 3 || s.touch > 3)
		return 0x6a80;
	s.key = vp_new_key(s.alg);
	if (!s.key || !vp_point(s.key, pt, &n))
		return 0x6f00;
	vp_put_tlv(&b, 0x86, pt, n);
	vp_put_tlv(out, 0x7f49, tmp, b.len);
	return put_in(c, a->p2, s);
}

static EVP_PKEY *from_scalar(uint8_t alg, const uint8_t *d, size_t n)
{
	EC_GROUP *g =
		EC_GROUP_new_by_curve_name(alg == 0x11 ? NID_X9_62_prime256v1 : NID_secp384r1);
	BIGNUM *k = BN_bin2bn(d, (int)n, NULL);
	EC_POINT *q = g ? EC_POINT_new(g) : NULL;
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *x = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *par = NULL;
	EVP_PKEY *key = NULL;
	uint8_t pt[133];
	if (g && k && q && bld && x && !BN_is_zero(k) && EC_POINT_mul(g, q, k, NULL, NULL, NULL)) {
		size_t pn = EC_POINT_point2oct(g, q, POINT_CONVERSION_UNCOMPRESSED, pt, sizeof pt,
					       NULL);
		if (OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, curve(alg),
						    0) &&
		    OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, pt, pn) &&
		    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, k) &&
		    (par = OSSL_PARAM_BLD_to_param(bld)) && EVP_PKEY_fromdata_init(x) == 1 &&
		    EVP_PKEY_fromdata(x, &key, EVP_PKEY_KEYPAIR, par) != 1)
			key = NULL;
	}
	OSSL_PARAM_free(par);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(x);
	EC_POINT_free(q);
	BN_free(k);
	EC_GROUP_free(g);
	return key;
}

uint16_t vp_import(struct vp_card *c, const struct vp_apdu *a)
{
	const uint8_t *d;
	size_t n;
	if (!c->mgm_ok)
		return 0x6982;
	if (!vp_slot_exists(a->p2) || !curve(a->p1) || !vp_tlv(a->data, a->len, 0x06, &d, &n) ||
	    n > 48)
		return 0x6a80;
	struct vp_slot s = {.alg = a->p1, .origin = 2};
	policies(a->data, a->len, a->p2, &s);
	s.key = from_scalar(a->p1, d, n);
	return s.key ? put_in(c, a->p2, s) : 0x6a80;
}

static uint16_t agree(struct vp_card *c, const struct vp_slot *s, const uint8_t *pt, size_t n,
		      struct vp_buf *out)
{
	uint8_t z[48], tmp[64];
	size_t zn = s->alg == 0x11 ? 32 : 48;
	struct vp_buf b = {tmp, 0, sizeof tmp};
	if (n != 2 * zn + 1 || pt[0] != 4)
		return 0x6a80;
	EVP_PKEY *peer = EVP_PKEY_new();
	EVP_PKEY_CTX *x = EVP_PKEY_CTX_new(s->key, NULL);
	bool ok = peer && x && EVP_PKEY_copy_parameters(peer, s->key) &&
		  EVP_PKEY_set1_encoded_public_key(peer, pt, n) == 1 &&
		  EVP_PKEY_derive_init(x) == 1 && EVP_PKEY_derive_set_peer(x, peer) == 1 &&
		  EVP_PKEY_derive(x, z, &zn) == 1;
	EVP_PKEY_free(peer);
	EVP_PKEY_CTX_free(x);
	/* A card that does not look at the point computes on another curve and answers something.
	 */
	if (!ok && (!c->opt.no_validate || RAND_bytes(z, (int)zn) != 1))
		return 0x6f00;
	vp_put_tlv(&b, 0x82, z, zn);
	vp_put_tlv(out, 0x7c, tmp, b.len);
	return 0x9000;
}

static uint16_t sign(const struct vp_slot *s, const uint8_t *h, size_t n, struct vp_buf *out)
{
	uint8_t sig[128], tmp[160];
	size_t sn = sizeof sig;
	struct vp_buf b = {tmp, 0, sizeof tmp};
	EVP_PKEY_CTX *x = EVP_PKEY_CTX_new(s->key, NULL);
	bool ok =
		x && n <= 48 && EVP_PKEY_sign_init(x) == 1 && EVP_PKEY_sign(x, sig, &sn, h, n) == 1;
	EVP_PKEY_CTX_free(x);
	if (!ok)
		return 0x6a80;
	vp_put_tlv(&b, 0x82, sig, sn);
	vp_put_tlv(out, 0x7c, tmp, b.len);
	return 0x9000;
}

uint16_t vp_use_key(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	const uint8_t *in, *v;
	size_t len, n;
	const struct vp_slot *s = &c->slot[a->p2];
	if (!vp_slot_exists(a->p2) || a->p2 == 0xf9 || !s->key || s->alg != a->p1)
		return 0x6a80;
	if ((s->pin == 3 && !c->pin_fresh) || (s->pin == 2 && !c->pin_ok))
		return 0x6982;
	if (!vp_tlv(a->data, a->len, 0x7c, &in, &len))
		return 0x6a80;
	if (!vp_wait_touch(c, s->touch))
		return 0x6982;
	if (vp_tlv(in, len, 0x85, &v, &n))
		return agree(c, s, v, n, out);
	if (vp_tlv(in, len, 0x81, &v, &n))
		return sign(s, v, n, out);
	return 0x6a80;
}

uint16_t vp_move(struct vp_card *c, const struct vp_apdu *a)
{
	struct vp_slot *from = &c->slot[a->p2];
	bool old = c->opt.firmware[0] < 5 || (c->opt.firmware[0] == 5 && c->opt.firmware[1] < 7);
	if (old)
		return 0x6d00;
	if (!c->mgm_ok)
		return 0x6982;
	if (!vp_slot_exists(a->p2) || !from->key)
		return 0x6a88;
	if (a->p1 == 0xff) {
		EVP_PKEY_free(from->key);
	} else {
		if (!vp_slot_exists(a->p1) || c->slot[a->p1].key || a->p1 == 0xf9 || a->p2 == 0xf9)
			return 0x6a80;
		c->slot[a->p1] = *from;
	}
	*from = (struct vp_slot){0};
	vp_save(c);
	return 0x9000;
}
