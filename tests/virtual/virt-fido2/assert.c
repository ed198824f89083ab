/* authenticatorGetAssertion and GetNextAssertion (CTAP 2.1 sections 6.2, 6.3), hmac-secret (12.5).
 */
#include "virt.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

enum { PERM_ASSERT = 2 };

struct assert_req {
	const uint8_t *cdh;
	uint8_t rp_hash[32];
	bool up, uv;
	struct vf_hmac_in hmac;
};

void vf_auth_data(struct vf *v, struct vf_buf *b, const uint8_t rp_hash[32], uint8_t flags)
{
	v->st.counter++;
	vb_raw(b, rp_hash, 32);
	if (v->fault.wrong_rp)
		b->d[b->n - 1] ^= 1;
	if (v->fault.wrong_uv)
		flags &= (uint8_t)~0x04U;
	if (v->fault.no_up)
		flags &= (uint8_t)~0x01U;
	vb_u8(b, flags);
	for (int s = 24; s >= 0; s -= 8)
		vb_u8(b, (uint8_t)(v->st.counter >> s));
}

static uint8_t read_hmac(struct vf *v, const cbor_item_t *ext, struct vf_hmac_in *h)
{
	const cbor_item_t *in = vc_gets(ext, "hmac-secret");
	const uint8_t *enc, *mac;
	size_t enc_n, mac_n;
	uint64_t protocol = 1;
	if (in == NULL || v->opt.no_hmac_secret || v->fault.ignore_extension)
		return VF_OK;
	if (!vc_bytes(vc_get(in, 2), &enc, &enc_n) || !vc_bytes(vc_get(in, 3), &mac, &mac_n))
		return VF_MISSING_PARAMETER;
	if (vc_get(in, 4) != NULL && !vc_uint(vc_get(in, 4), &protocol))
		return VF_INVALID_PARAMETER;
	if (!vp_supported(v, protocol))
		return VF_INVALID_PARAMETER;
	h->protocol = (unsigned)protocol;
	if (!vp_secret(v, h->protocol, vc_get(in, 1), h->secret))
		return VF_INVALID_PARAMETER;
	if (!vp_verify(h->protocol, h->secret, enc, enc_n, mac, mac_n))
		return VF_PIN_AUTH_INVALID;
	if (!vp_decrypt(h->protocol, h->secret, enc, enc_n, h->salt, &h->salt_len) ||
	    (h->salt_len != 32 && h->salt_len != 64))
		return VF_INVALID_PARAMETER;
	h->present = true;
	return VF_OK;
}

static void hmac_out(struct vf *v, const struct vf_hmac_in *h, const struct vf_cred *c, bool uv,
		     struct vf_buf *b)
{
	const uint8_t *key = uv ? c->random_uv : c->random_plain;
	uint8_t out[64], enc[80];
	vx_hmac(key, 32, h->salt, 32, out);
	if (h->salt_len == 64)
		vx_hmac(key, 32, h->salt + 32, 32, out + 32);
	if (v->fault.flip_secret)
		out[0] ^= 1;
	size_t n = vp_encrypt(h->protocol, h->secret, out, h->salt_len, enc);
	vb_map(b, 1);
	vb_text(b, "hmac-secret");
	vb_bytes(b, enc, n);
	OPENSSL_cleanse(out, sizeof out);
}

static uint8_t answer(struct vf *v, const struct assert_req *r, const struct vf_cred *c,
		      size_t total, struct vf_buf *out)
{
	struct vf_buf ad = {.n = 0};
	uint8_t sig[80];
	bool hmac = r->hmac.present && c->hmac_secret;
	uint8_t flags = (uint8_t)((r->up ? 1 : 0) | (r->uv ? 4 : 0) | (hmac ? 0x80 : 0));
	vf_auth_data(v, &ad, r->rp_hash, flags);
	if (hmac)
		hmac_out(v, &r->hmac, c, r->uv, &ad);
	vb_map(out, 3U + (c->resident ? 1U : 0U) + (total > 1 ? 1U : 0U));
	vb_uint(out, 1);
	vb_map(out, 2);
	vb_text(out, "id");
	vb_bytes(out, c->id, VF_ID_LEN);
	vb_text(out, "type");
	vb_text(out, "public-key");
	vb_uint(out, 2);
	vb_bytes(out, ad.d, ad.n);
	vb_raw(&ad, r->cdh, 32);
	EVP_PKEY *k = vx_p256_from_scalar(c->priv);
	if (k == NULL)
		abort();
	size_t n = vx_sign(k, ad.d, ad.n, sig, sizeof sig);
	EVP_PKEY_free(k);
	if (v->fault.bad_signature)
		sig[n - 1] ^= 1;
	vb_uint(out, 3);
	vb_bytes(out, sig, n);
	if (c->resident) {
		vb_uint(out, 4);
		vb_map(out, 1);
		vb_text(out, "id");
		vb_bytes(out, c->user, c->user_len);
	}
	if (total > 1) {
		vb_uint(out, 5);
		vb_uint(out, total);
	}
	vs_save(v);
	return VF_OK;
}

/* An allow list gives its first fitting entry; without one all resident credentials, newest first.
 */
static bool choose(struct vf *v, const cbor_item_t *allow, const struct assert_req *r,
		   struct vf_cred *c, struct vf_next *next)
{
	if (allow != NULL && cbor_isa_array(allow) && cbor_array_size(allow) > 0) {
		for (size_t i = 0; i < cbor_array_size(allow); i++) {
			const uint8_t *id;
			size_t n;
			if (vc_bytes(vc_gets(cbor_array_handle(allow)[i], "id"), &id, &n) &&
			    vf_cred_open(v, id, n, r->rp_hash, c) && (c->protect < 3 || r->uv)) {
				next->total = 1;
				return true;
			}
		}
		return false;
	}
	for (size_t i = v->st.n_res; i > 0; i--) {
		const struct vf_resident *s = &v->st.res[i - 1];
		struct vf_cred one;
		if (memcmp(s->rp_hash, r->rp_hash, 32) == 0 &&
		    vf_cred_open(v, s->id, VF_ID_LEN, r->rp_hash, &one) &&
		    (one.protect < 2 || r->uv))
			next->index[next->total++] = i - 1;
	}
	if (next->total == 0)
		return false;
	next->left = next->total - 1;
	return vf_cred_open(v, v->st.res[next->index[0]].id, VF_ID_LEN, r->rp_hash, c);
}

static uint8_t read_req(struct vf *v, const cbor_item_t *m, struct assert_req *r)
{
	const char *rp;
	size_t rp_n, n;
	if (!vc_text(vc_get(m, 1), &rp, &rp_n) || !vc_bytes(vc_get(m, 2), &r->cdh, &n) || n != 32)
		return VF_MISSING_PARAMETER;
	vx_sha256(rp, rp_n, r->rp_hash);
	const cbor_item_t *opt = vc_get(m, 5);
	int up = vc_bool(opt, "up", true);
	if (up < 0 || vc_bool(opt, "uv", false) != 0 || vc_gets(opt, "rk") != NULL)
		return VF_INVALID_OPTION;
	r->up = up == 1;
	return read_hmac(v, vc_get(m, 4), &r->hmac);
}

uint8_t vf_assert(struct vf *v, const cbor_item_t *m, struct vf_buf *out)
{
	struct assert_req r = {0};
	struct vf_next next = {0};
	struct vf_cred c;
	v->next = next;
	uint8_t rc = read_req(v, m, &r);
	if (rc != VF_OK)
		return rc;
	if (!r.up && (r.hmac.present || v->fault.refuse_silent))
		return VF_UNSUPPORTED_OPTION;
	rc = vf_check_uv(v, vc_get(m, 6), vc_get(m, 7), r.cdh, PERM_ASSERT, r.rp_hash, &r.uv);
	if (rc != VF_OK)
		return rc;
	if (!r.uv && r.up && v->st.always_uv)
		return VF_PUAT_REQUIRED;
	if (!choose(v, vc_get(m, 3), &r, &c, &next))
		return VF_NO_CREDENTIALS;
	if (r.up) {
		rc = vf_touch_wait(v);
		if (rc != VF_OK)
			return rc;
		v->token_live = v->opt.ctap20 && v->token_live;
	}
	memcpy(next.cdh, r.cdh, 32);
	memcpy(next.rp_hash, r.rp_hash, 32);
	next.up = r.up;
	next.uv = r.uv;
	next.hmac = r.hmac;
	v->next = next;
	return answer(v, &r, &c, next.total, out);
}

uint8_t vf_next_assert(struct vf *v, struct vf_buf *out)
{
	struct vf_next *x = &v->next;
	struct vf_cred c;
	if (x->left == 0)
		return VF_NOT_ALLOWED;
	struct assert_req r = {.cdh = x->cdh, .up = x->up, .uv = x->uv, .hmac = x->hmac};
	memcpy(r.rp_hash, x->rp_hash, 32);
	const struct vf_resident *s = &v->st.res[x->index[x->total - x->left]];
	x->left--;
	if (!vf_cred_open(v, s->id, VF_ID_LEN, r.rp_hash, &c))
		return VF_NOT_ALLOWED;
	return answer(v, &r, &c, 1, out);
}
