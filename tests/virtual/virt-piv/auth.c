/* PIN, PUK and management key. */
#include "vp.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/* Real tokens leave the factory with the first 24 bytes, as 3DES or AES-192. */
static const uint8_t mgm_factory[32] = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8,
					1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};

void vp_factory(struct vp_card *c)
{
	memcpy(c->pin, "123456\xff\xff", 8);
	memcpy(c->puk, "12345678", 8);
	c->pin_left = c->pin_max = c->puk_left = c->puk_max = 3;
	c->pin_default = c->puk_default = c->mgm_default = true;
	c->mgm_alg = c->opt.mgm_alg;
	c->mgm_touch = 1;
	memset(c->mgm, 0, sizeof c->mgm);
	memcpy(c->mgm, mgm_factory, vp_mgm_len(c->mgm_alg));
	for (int i = 0; i < 256; i++) {
		if (i == 0xf9)
			continue;
		EVP_PKEY_free(c->slot[i].key);
		c->slot[i] = (struct vp_slot){0};
	}
	struct vp_object *keep = vp_find(c, 0x5fff01);
	struct vp_object f9 = keep ? *keep : (struct vp_object){0};
	for (size_t i = 0; i < c->n_obj; i++)
		if (c->obj[i].data != f9.data)
			OPENSSL_free(c->obj[i].data);
	c->n_obj = keep ? 1 : 0;
	c->obj[0] = f9;
}

static uint16_t left_sw(int left)
{
	return left <= 0 ? 0x6983 : (uint16_t)(0x63c0 | (left > 15 ? 15 : left));
}

uint16_t vp_verify(struct vp_card *c, const struct vp_apdu *a)
{
	if (a->p2 != 0x80)
		return 0x6a88;
	if (a->p1 == 0xff && a->len == 0) {
		c->pin_ok = c->pin_fresh = false;
		return 0x9000;
	}
	if (a->len == 0)
		return c->pin_ok ? 0x9000 : left_sw(c->pin_left);
	if (a->len != 8)
		return 0x6a80;
	if (c->pin_left <= 0)
		return 0x6983;
	if (CRYPTO_memcmp(a->data, c->pin, 8) != 0) {
		c->pin_ok = c->pin_fresh = false;
		c->pin_left--;
		vp_save(c);
		return left_sw(c->pin_left);
	}
	c->pin_ok = c->pin_fresh = true;
	if (c->pin_left != c->pin_max) {
		c->pin_left = c->pin_max;
		vp_save(c);
	}
	return 0x9000;
}

/* A new PIN or PUK: 6 to 8 bytes padded with FF; no FF inside; trivial values refused where the
 * policy says so. */
static uint16_t acceptable(const struct vp_card *c, const uint8_t *p)
{
	static const char *const trivial[] = {"123456", "1234567",  "12345678",
					      "654321", "password", "qwertyui"};
	size_t n = 8, same = 1;
	while (n && p[n - 1] == 0xff)
		n--;
	if (n < 6 || memchr(p, 0xff, n))
		return 0x6a80;
	if (!c->opt.complexity)
		return 0x9000;
	while (same < n && p[same] == p[0])
		same++;
	if (same == n)
		return 0x6985;
	for (size_t i = 0; i < sizeof trivial / sizeof *trivial; i++)
		if (strlen(trivial[i]) == n && memcmp(trivial[i], p, n) == 0)
			return 0x6985;
	return 0x9000;
}

/* Checks the old value against its counter, then sets a new one (target may be the other
 * reference). */
static uint16_t replace(struct vp_card *c, const struct vp_apdu *a, bool by_puk, bool set_puk)
{
	uint8_t *ref = by_puk ? c->puk : c->pin;
	int *left = by_puk ? &c->puk_left : &c->pin_left;
	if (a->len != 16)
		return 0x6a80;
	if (*left <= 0)
		return 0x6983;
	if (CRYPTO_memcmp(a->data, ref, 8) != 0) {
		--*left;
		c->pin_ok = false;
		vp_save(c);
		return left_sw(*left);
	}
	uint16_t sw = acceptable(c, a->data + 8);
	if (sw != 0x9000)
		return sw;
	*left = by_puk ? c->puk_max : c->pin_max;
	memcpy(set_puk ? c->puk : c->pin, a->data + 8, 8);
	if (set_puk) {
		c->puk_default = memcmp(c->puk, "12345678", 8) == 0;
	} else {
		c->pin_default = memcmp(c->pin, "123456\xff\xff", 8) == 0;
		c->pin_left = c->pin_max;
	}
	vp_save(c);
	return 0x9000;
}

uint16_t vp_change(struct vp_card *c, const struct vp_apdu *a)
{
	if (a->p2 != 0x80 && a->p2 != 0x81)
		return 0x6a88;
	return replace(c, a, a->p2 == 0x81, a->p2 == 0x81);
}

uint16_t vp_unblock(struct vp_card *c, const struct vp_apdu *a)
{
	return a->p2 == 0x80 ? replace(c, a, true, false) : 0x6a88;
}

uint16_t vp_retries(struct vp_card *c, const struct vp_apdu *a)
{
	if (!c->mgm_ok || !c->pin_ok)
		return 0x6982;
	if (!a->p1 || !a->p2)
		return 0x6a80;
	memcpy(c->pin, "123456\xff\xff", 8);
	memcpy(c->puk, "12345678", 8);
	c->pin_default = c->puk_default = true;
	c->pin_left = c->pin_max = a->p1;
	c->puk_left = c->puk_max = a->p2;
	vp_save(c);
	return 0x9000;
}

uint16_t vp_reset(struct vp_card *c)
{
	if (c->pin_left > 0 || c->puk_left > 0)
		return 0x6985;
	vp_factory(c);
	c->pin_ok = c->mgm_ok = false;
	vp_save(c);
	return 0x9000;
}

size_t vp_mgm_len(uint8_t alg)
{
	switch (alg) {
	case 0x03:
		return 24;
	case 0x08:
		return 16;
	case 0x0a:
		return 24;
	case 0x0c:
		return 32;
	default:
		return 0;
	}
}

static bool block(const struct vp_card *c, const uint8_t *in, uint8_t *out, size_t n)
{
	const EVP_CIPHER *ci = EVP_des_ede3_ecb();
	if (c->mgm_alg == 0x08)
		ci = EVP_aes_128_ecb();
	else if (c->mgm_alg == 0x0a)
		ci = EVP_aes_192_ecb();
	else if (c->mgm_alg == 0x0c)
		ci = EVP_aes_256_ecb();
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	int done = 0;
	bool ok = x && EVP_EncryptInit_ex(x, ci, NULL, c->mgm, NULL) &&
		  EVP_CIPHER_CTX_set_padding(x, 0) &&
		  EVP_EncryptUpdate(x, out, &done, in, (int)n) && done == (int)n;
	EVP_CIPHER_CTX_free(x);
	return ok;
}

static void wrap(struct vp_buf *out, uint32_t tag, const uint8_t *p, size_t n)
{
	uint8_t tmp[24];
	struct vp_buf b = {tmp, 0, sizeof tmp};
	vp_put_tlv(&b, tag, p, n);
	vp_put_tlv(out, 0x7c, tmp, b.len);
}

static uint16_t finish_mutual(struct vp_card *c, const uint8_t *w, size_t wn, const uint8_t *ch,
			      size_t cn, struct vp_buf *out, size_t n)
{
	uint8_t e[16];
	bool good = c->have_witness && wn == n && cn == n && CRYPTO_memcmp(w, c->witness, n) == 0;
	c->have_witness = false;
	if (!good || !vp_wait_touch(c, c->mgm_touch) || !block(c, ch, e, n))
		return 0x6982;
	c->mgm_ok = true;
	wrap(out, 0x82, e, n);
	return 0x9000;
}

uint16_t vp_mgm_auth(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	const uint8_t *in, *w, *ch;
	size_t len, wn, cn, n = c->mgm_alg == 0x03 ? 8 : 16;
	uint8_t e[16];
	uint8_t alg = a->p1 == 0 ? 0x03 : a->p1;
	if (alg != c->mgm_alg)
		return 0x6a80;
	if (!vp_tlv(a->data, a->len, 0x7c, &in, &len))
		return 0x6a80;
	bool has_w = vp_tlv(in, len, 0x80, &w, &wn), has_c = vp_tlv(in, len, 0x81, &ch, &cn);
	if (has_w && wn == 0) {
		if (RAND_bytes(c->witness, 16) != 1 || !block(c, c->witness, e, n))
			return 0x6f00;
		c->have_witness = true;
		wrap(out, 0x80, e, n);
		return 0x9000;
	}
	if (has_w && has_c)
		return finish_mutual(c, w, wn, ch, cn, out, n);
	if (has_c && cn == 0) {
		if (RAND_bytes(c->challenge, 16) != 1)
			return 0x6f00;
		c->have_challenge = true;
		wrap(out, 0x81, c->challenge, n);
		return 0x9000;
	}
	if (vp_tlv(in, len, 0x82, &w, &wn) && c->have_challenge && wn == n) {
		c->have_challenge = false;
		if (!block(c, c->challenge, e, n) || CRYPTO_memcmp(e, w, n) != 0)
			return 0x6982;
		c->mgm_ok = true;
		return 0x9000;
	}
	return 0x6a80;
}

uint16_t vp_mgm_set(struct vp_card *c, const struct vp_apdu *a)
{
	if (!c->mgm_ok)
		return 0x6982;
	if (a->p1 != 0xff || (a->p2 != 0xff && a->p2 != 0xfe) || a->len < 3 || a->data[1] != 0x9b)
		return 0x6a80;
	size_t n = vp_mgm_len(a->data[0]);
	bool old = c->opt.firmware[0] < 5 || (c->opt.firmware[0] == 5 && c->opt.firmware[1] < 4);
	if (!n || a->data[2] != n || a->len != n + 3 || (old && a->data[0] != 0x03))
		return 0x6a80;
	c->mgm_alg = a->data[0];
	memset(c->mgm, 0, sizeof c->mgm);
	memcpy(c->mgm, a->data + 3, n);
	c->mgm_touch = a->p2 == 0xfe ? 2 : 1;
	c->mgm_default =
		n == 24 && c->mgm_alg == c->opt.mgm_alg && memcmp(c->mgm, mgm_factory, 24) == 0;
	vp_save(c);
	return 0x9000;
}
