/* authenticatorMakeCredential (CTAP 2.1 section 6.1) and the making and opening of credential ids.
 */
#include "virt.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

enum { BODY = 98, PERM_MAKE = 1 };

struct make_req {
	const uint8_t *cdh, *user;
	size_t user_len;
	uint8_t rp_hash[32];
	uint8_t protect;
	bool protect_asked, hmac_secret, rk, uv;
};

/* The id is everything: key, both CredRandoms and flags, sealed under the token's own key. */
static EVP_PKEY *cred_new(struct vf *v, const struct make_req *r, uint8_t id[VF_ID_LEN])
{
	uint8_t body[BODY];
	EVP_PKEY *k = vx_new_p256();
	if (!vx_scalar(k, body))
		abort();
	vx_random(body + 32, 64);
	body[96] = r->protect;
	body[97] = r->hmac_secret;
	id[0] = 1;
	vx_random(id + 1, 12);
	if (!vx_gcm(true, v->st.wrap_key, id + 1, r->rp_hash, body, BODY, id + 13, id + 13 + BODY))
		abort();
	return k;
}

bool vf_cred_open(const struct vf *v, const uint8_t *id, size_t n, const uint8_t rp_hash[32],
		  struct vf_cred *c)
{
	uint8_t body[BODY + 16], tag[16];
	if (n != VF_ID_LEN || id[0] != 1)
		return false;
	memcpy(tag, id + 13 + BODY, 16);
	if (!vx_gcm(false, v->st.wrap_key, id + 1, rp_hash, id + 13, BODY, body, tag))
		return false;
	*c = (struct vf_cred){.protect = body[96], .hmac_secret = body[97] != 0};
	memcpy(c->id, id, VF_ID_LEN);
	memcpy(c->priv, body, 32);
	memcpy(c->random_uv, body + 32, 32);
	memcpy(c->random_plain, body + 64, 32);
	for (size_t i = 0; i < v->st.n_res; i++) {
		const struct vf_resident *s = &v->st.res[i];
		if (memcmp(s->id, id, VF_ID_LEN) != 0)
			continue;
		c->resident = true;
		c->user_len = s->user_len;
		memcpy(c->user, s->user, s->user_len);
	}
	return true;
}

static bool es256_offered(const cbor_item_t *list)
{
	if (list == NULL || !cbor_isa_array(list))
		return false;
	for (size_t i = 0; i < cbor_array_size(list); i++) {
		const cbor_item_t *alg = vc_gets(cbor_array_handle(list)[i], "alg");
		if (alg != NULL && cbor_isa_negint(alg) && cbor_get_int(alg) == 6)
			return true;
	}
	return false;
}

static bool excluded(struct vf *v, const cbor_item_t *list, const struct make_req *r)
{
	struct vf_cred c;
	if (list == NULL || !cbor_isa_array(list))
		return false;
	for (size_t i = 0; i < cbor_array_size(list); i++) {
		const uint8_t *id;
		size_t n;
		if (vc_bytes(vc_gets(cbor_array_handle(list)[i], "id"), &id, &n) &&
		    vf_cred_open(v, id, n, r->rp_hash, &c) && (c.protect != 3 || r->uv))
			return true;
	}
	return false;
}

static uint8_t read_req(struct vf *v, const cbor_item_t *m, struct make_req *r)
{
	const char *rp;
	size_t n, rp_n;
	uint64_t level = v->fault.protect_all ? 3 : 1;
	if (!vc_bytes(vc_get(m, 1), &r->cdh, &n) || n != 32 ||
	    !vc_text(vc_gets(vc_get(m, 2), "id"), &rp, &rp_n) ||
	    !vc_bytes(vc_gets(vc_get(m, 3), "id"), &r->user, &r->user_len) || r->user_len > 64)
		return VF_MISSING_PARAMETER;
	vx_sha256(rp, rp_n, r->rp_hash);
	if (!es256_offered(vc_get(m, 4)))
		return VF_UNSUPPORTED_ALGORITHM;
	const cbor_item_t *opt = vc_get(m, 7), *ext = vc_get(m, 6);
	int rk = vc_bool(opt, "rk", false);
	if (rk < 0 || vc_bool(opt, "up", true) != 1 || vc_bool(opt, "uv", false) != 0)
		return VF_INVALID_OPTION; /* no built-in user verification here */
	r->rk = rk == 1;
	if (!v->opt.no_hmac_secret && !v->fault.ignore_extension)
		r->hmac_secret = vc_bool(ext, "hmac-secret", false) == 1;
	const cbor_item_t *prot = vc_gets(ext, "credProtect");
	if (prot != NULL && !v->opt.no_cred_protect) {
		if (!vc_uint(prot, &level) || level < 1 || level > 3)
			return VF_INVALID_OPTION;
		r->protect_asked = !v->fault.ignore_extension;
	}
	r->protect = (uint8_t)level;
	return VF_OK;
}

static void extensions(const struct make_req *r, struct vf_buf *b)
{
	size_t n = (r->hmac_secret ? 1U : 0U) + (r->protect_asked ? 1U : 0U);
	if (n == 0)
		return;
	vb_map(b, n);
	if (r->protect_asked) {
		vb_text(b, "credProtect");
		vb_uint(b, r->protect);
	}
	if (r->hmac_secret) {
		vb_text(b, "hmac-secret");
		vb_bool(b, true);
	}
}

static uint8_t keep(struct vf *v, const struct make_req *r, const uint8_t id[VF_ID_LEN])
{
	struct vf_resident *slot = NULL;
	for (size_t i = 0; i < v->st.n_res; i++) {
		struct vf_resident *s = &v->st.res[i];
		if (memcmp(s->rp_hash, r->rp_hash, 32) == 0 && s->user_len == r->user_len &&
		    memcmp(s->user, r->user, r->user_len) == 0)
			slot = s; /* same account: overwritten */
	}
	if (slot == NULL) {
		if (v->st.n_res == VF_MAX_RESIDENT)
			return VF_KEY_STORE_FULL;
		slot = &v->st.res[v->st.n_res++];
	}
	memcpy(slot->id, id, VF_ID_LEN);
	memcpy(slot->rp_hash, r->rp_hash, 32);
	memcpy(slot->user, r->user, r->user_len);
	slot->user_len = r->user_len;
	return VF_OK;
}

/* The answer's attestation part; message is authData || clientDataHash. */
static void statement(struct vf *v, struct vf_buf *out, EVP_PKEY *cred,
		      const struct vf_buf *message)
{
	uint8_t sig[80];
	EVP_PKEY *batch = NULL;
	if (v->opt.attestation == VF_ATT_NONE) {
		vb_map(out, 0);
		return;
	}
	bool self = v->opt.attestation == VF_ATT_SELF;
	if (!self) {
		const uint8_t *p = v->st.att_key;
		batch = d2i_AutoPrivateKey(NULL, &p, (long)v->st.att_key_len);
		if (batch == NULL)
			abort();
	}
	size_t n = vx_sign(self ? cred : batch, message->d, message->n, sig, sizeof sig);
	if (v->fault.bad_signature)
		sig[n - 1] ^= 1;
	EVP_PKEY_free(batch);
	vb_map(out, self ? 2 : 3);
	vb_text(out, "alg");
	vb_nint(out, 6);
	vb_text(out, "sig");
	vb_bytes(out, sig, n);
	if (!self) {
		vb_text(out, "x5c");
		vb_array(out, 1);
		vb_bytes(out, v->st.att_cert, v->st.att_cert_len);
	}
}

/* The small number at that place in two bytes where one would do. */
static void lengthen(struct vf_buf *b, size_t at)
{
	vb_u8(b, 0);
	memmove(b->d + at + 1, b->d + at, b->n - at - 1);
	b->d[at] = 0x18;
}

static uint8_t answer(struct vf *v, const struct make_req *r, struct vf_buf *out)
{
	struct vf_buf ad = {.n = 0};
	uint8_t id[VF_ID_LEN];
	EVP_PKEY *k = cred_new(v, r, id);
	uint8_t rc = r->rk ? keep(v, r, id) : VF_OK;
	if (rc != VF_OK) {
		EVP_PKEY_free(k);
		return rc;
	}
	bool ext = r->hmac_secret || r->protect_asked;
	vf_auth_data(v, &ad, r->rp_hash, (uint8_t)(0x41 | (r->uv ? 0x04 : 0) | (ext ? 0x80 : 0)));
	vb_raw(&ad, v->st.aaguid, 16);
	if (v->fault.wrong_aaguid)
		ad.d[ad.n - 1] ^= 1;
	vb_u8(&ad, 0);
	vb_u8(&ad, VF_ID_LEN);
	vb_raw(&ad, id, VF_ID_LEN);
	size_t key_at = ad.n;
	vx_cose(&ad, k, false);
	if (v->fault.long_key)
		lengthen(&ad, key_at + 1);
	extensions(r, &ad);
	vb_map(out, 3);
	vb_uint(out, 1);
	vb_text(out, v->opt.attestation == VF_ATT_NONE ? "none" : "packed");
	vb_uint(out, 2);
	vb_bytes(out, ad.d, ad.n);
	vb_uint(out, 3);
	vb_raw(&ad, r->cdh, 32);
	statement(v, out, k, &ad);
	EVP_PKEY_free(k);
	vs_save(v);
	return VF_OK;
}

uint8_t vf_make(struct vf *v, const cbor_item_t *m, struct vf_buf *out)
{
	struct make_req r = {0};
	uint8_t rc = read_req(v, m, &r);
	if (rc != VF_OK)
		return rc;
	rc = vf_check_uv(v, vc_get(m, 8), vc_get(m, 9), r.cdh, PERM_MAKE, r.rp_hash, &r.uv);
	if (rc != VF_OK)
		return rc;
	if (!r.uv && v->st.always_uv)
		return VF_PUAT_REQUIRED;
	if (!r.uv && v->st.pin_set && (r.rk || !v->opt.uv_not_required))
		return VF_PUAT_REQUIRED;
	bool known = excluded(v, vc_get(m, 5), &r);
	rc = vf_touch_wait(v);
	if (rc != VF_OK)
		return rc;
	v->token_live = v->opt.ctap20 && v->token_live; /* 2.1: a token serves one touch */
	if (known)
		return VF_CREDENTIAL_EXCLUDED;
	return answer(v, &r, out);
}
