/* authenticatorClientPIN (CTAP 2.1 section 6.5). */
#include "virt.h"

#include <string.h>

#include <openssl/crypto.h>

enum { PERM_MAKE = 1, PERM_ASSERT = 2 };

struct pin_req {
	unsigned protocol;
	uint64_t sub;
	uint8_t secret[64];
	const uint8_t *auth, *new_enc, *hash_enc;
	size_t auth_n, new_n, hash_n;
};

static void new_agreement(struct vf *v)
{
	EVP_PKEY_free(v->agree);
	v->agree = vx_new_p256();
}

/* Section 6.5.5.6: the counter goes down before the comparison. */
static uint8_t check_pin(struct vf *v, const struct pin_req *r)
{
	uint8_t hash[64];
	size_t n;
	if (v->st.retries == 0)
		return VF_PIN_BLOCKED;
	if (v->wrong_in_row >= 3)
		return VF_PIN_AUTH_BLOCKED;
	v->st.retries--;
	vs_save(v);
	bool right = vp_decrypt(r->protocol, r->secret, r->hash_enc, r->hash_n, hash, &n) &&
		     n == 16 && CRYPTO_memcmp(hash, v->st.pin_hash, 16) == 0;
	OPENSSL_cleanse(hash, sizeof hash);
	if (v->fault.wrong_pin_left > 0) {
		v->fault.wrong_pin_left--;
		right = false;
	}
	if (!right) {
		v->wrong_in_row++;
		new_agreement(v);
		if (v->st.retries == 0)
			return VF_PIN_BLOCKED;
		return v->wrong_in_row >= 3 ? VF_PIN_AUTH_BLOCKED : VF_PIN_INVALID;
	}
	v->st.retries = VF_PIN_TRIES;
	v->wrong_in_row = 0;
	vs_save(v);
	return VF_OK;
}

static bool trivial(const uint8_t *pin, size_t n)
{
	bool same = true, up = true;
	for (size_t i = 1; i < n; i++) {
		same = same && pin[i] == pin[0];
		up = up && pin[i] == pin[i - 1] + 1;
	}
	return same || up;
}

static uint8_t store_pin(struct vf *v, const struct pin_req *r)
{
	uint8_t pin[64], hash[32];
	size_t n, points = 0;
	if (!vp_decrypt(r->protocol, r->secret, r->new_enc, r->new_n, pin, &n) || n != 64)
		return VF_INVALID_PARAMETER;
	while (n > 0 && pin[n - 1] == 0)
		n--;
	for (size_t i = 0; i < n; i++)
		points += (pin[i] & 0xc0) != 0x80;
	if (n > 63 || points < v->st.min_pin || (v->opt.pin_complexity && trivial(pin, n)))
		return VF_PIN_POLICY_VIOLATION;
	vx_sha256(pin, n, hash);
	OPENSSL_cleanse(pin, sizeof pin);
	memcpy(v->st.pin_hash, hash, 16);
	v->st.pin_set = true;
	v->st.force_change = false;
	v->st.retries = VF_PIN_TRIES;
	v->wrong_in_row = 0;
	v->token_live = false;
	vx_random(v->token, 32);
	vs_save(v);
	return VF_OK;
}

static uint8_t set_pin(struct vf *v, const struct pin_req *r)
{
	if (r->auth == NULL || r->new_enc == NULL)
		return VF_MISSING_PARAMETER;
	if (v->st.pin_set)
		return VF_PIN_AUTH_INVALID;
	if (!vp_verify(r->protocol, r->secret, r->new_enc, r->new_n, r->auth, r->auth_n))
		return VF_PIN_AUTH_INVALID;
	return store_pin(v, r);
}

static uint8_t change_pin(struct vf *v, const struct pin_req *r)
{
	struct vf_buf m = {.n = 0};
	if (r->auth == NULL || r->new_enc == NULL || r->hash_enc == NULL)
		return VF_MISSING_PARAMETER;
	if (!v->st.pin_set)
		return VF_PIN_NOT_SET;
	if (v->st.retries == 0)
		return VF_PIN_BLOCKED;
	if (v->wrong_in_row >= 3)
		return VF_PIN_AUTH_BLOCKED;
	vb_raw(&m, r->new_enc, r->new_n);
	vb_raw(&m, r->hash_enc, r->hash_n);
	if (!vp_verify(r->protocol, r->secret, m.d, m.n, r->auth, r->auth_n))
		return VF_PIN_AUTH_INVALID;
	uint8_t rc = check_pin(v, r);
	return rc != VF_OK ? rc : store_pin(v, r);
}

static uint8_t permissions(struct vf *v, const struct pin_req *r, const cbor_item_t *m)
{
	uint64_t perm;
	const char *rp;
	size_t rp_n;
	v->token_bound = false;
	if (r->sub == 5) {
		v->token_perm = PERM_MAKE | PERM_ASSERT;
		return VF_OK;
	}
	if (!vc_uint(vc_get(m, 9), &perm))
		return VF_MISSING_PARAMETER;
	if (perm == 0)
		return VF_INVALID_PARAMETER;
	if ((perm & ~(uint64_t)(PERM_MAKE | PERM_ASSERT)) != 0)
		return 0x40; /* UNAUTHORIZED_PERMISSION */
	if (!vc_text(vc_get(m, 10), &rp, &rp_n))
		return VF_MISSING_PARAMETER;
	v->token_perm = (unsigned)perm;
	v->token_bound = true;
	vx_sha256(rp, rp_n, v->token_rp);
	return VF_OK;
}

static uint8_t get_token(struct vf *v, const struct pin_req *r, const cbor_item_t *m,
			 struct vf_buf *out)
{
	uint8_t enc[48];
	if (r->hash_enc == NULL)
		return VF_MISSING_PARAMETER;
	if (!v->st.pin_set)
		return VF_PIN_NOT_SET;
	uint8_t rc = check_pin(v, r);
	if (rc != VF_OK)
		return rc;
	if (v->st.force_change)
		return r->sub == 9 ? VF_PIN_POLICY_VIOLATION : VF_PIN_INVALID;
	v->token_live = false;
	vx_random(v->token, 32);
	rc = permissions(v, r, m);
	if (rc != VF_OK)
		return rc;
	v->token_live = true;
	size_t n = vp_encrypt(r->protocol, r->secret, v->token, 32, enc);
	vb_map(out, 1);
	vb_uint(out, 2);
	vb_bytes(out, enc, n);
	return VF_OK;
}

static uint8_t retries(struct vf *v, struct vf_buf *out)
{
	vb_map(out, 2);
	vb_uint(out, 3);
	vb_uint(out, v->st.retries);
	vb_uint(out, 4);
	vb_bool(out, v->wrong_in_row >= 3);
	return VF_OK;
}

uint8_t vf_client_pin(struct vf *v, const cbor_item_t *m, struct vf_buf *out)
{
	struct pin_req r = {0};
	uint64_t protocol = 0;
	if (!vc_uint(vc_get(m, 2), &r.sub))
		return VF_MISSING_PARAMETER;
	v->sub = (unsigned)(r.sub & 0xff);
	if (r.sub == 1)
		return retries(v, out);
	if (!vc_uint(vc_get(m, 1), &protocol))
		return VF_MISSING_PARAMETER;
	if (!vp_supported(v, protocol))
		return VF_INVALID_PARAMETER;
	r.protocol = (unsigned)protocol;
	if (r.sub == 2) {
		vb_map(out, 1);
		vb_uint(out, 1);
		vx_cose(out, v->agree, true);
		return VF_OK;
	}
	if (r.sub < 3 || (r.sub > 5 && r.sub != 9) || (r.sub == 9 && v->opt.ctap20))
		return VF_INVALID_SUBCOMMAND;
	const cbor_item_t *cose = vc_get(m, 3);
	if (cose == NULL)
		return VF_MISSING_PARAMETER;
	if (!vp_secret(v, r.protocol, cose, r.secret))
		return VF_INVALID_PARAMETER;
	(void)vc_bytes(vc_get(m, 4), &r.auth, &r.auth_n);
	(void)vc_bytes(vc_get(m, 5), &r.new_enc, &r.new_n);
	(void)vc_bytes(vc_get(m, 6), &r.hash_enc, &r.hash_n);
	uint8_t rc = r.sub == 3	  ? set_pin(v, &r)
		     : r.sub == 4 ? change_pin(v, &r)
				  : get_token(v, &r, m, out);
	OPENSSL_cleanse(&r, sizeof r);
	return rc;
}

uint8_t vf_check_uv(struct vf *v, const cbor_item_t *param, const cbor_item_t *protocol,
		    const uint8_t *cdh, unsigned perm, const uint8_t rp_hash[32], bool *uv)
{
	const uint8_t *mac;
	size_t n;
	uint64_t p;
	*uv = false;
	if (param == NULL)
		return VF_OK;
	if (!vc_bytes(param, &mac, &n))
		return VF_INVALID_PARAMETER;
	if (n == 0) { /* a platform asks which of several tokens is meant */
		uint8_t rc = vf_touch_wait(v);
		if (rc != VF_OK)
			return rc;
		return v->st.pin_set ? VF_PIN_INVALID : VF_PIN_NOT_SET;
	}
	if (!vc_uint(protocol, &p))
		return VF_MISSING_PARAMETER;
	if (!vp_supported(v, p))
		return VF_INVALID_PARAMETER;
	if (!v->token_live || (v->token_perm & perm) == 0 ||
	    !vp_verify((unsigned)p, v->token, cdh, 32, mac, n))
		return VF_PIN_AUTH_INVALID;
	if (v->token_bound && memcmp(v->token_rp, rp_hash, 32) != 0)
		return VF_PIN_AUTH_INVALID;
	memcpy(v->token_rp, rp_hash, 32); /* an unbound token takes the first rp it is used for */
	v->token_bound = !v->opt.ctap20;
	*uv = true;
	return VF_OK;
}
