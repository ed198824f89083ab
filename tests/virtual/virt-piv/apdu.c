/* Command APDUs: parsing, chaining, GET RESPONSE, dispatch, faults. */
#include "vp.h"

#include <openssl/rand.h>
#include <string.h>

static const uint8_t aid_piv[] = {0xa0, 0x00, 0x00, 0x03, 0x08};
static const uint8_t aid_mgmt[] = {0xa0, 0x00, 0x00, 0x05, 0x27, 0x47, 0x11, 0x17};
static const uint8_t aid_otp[] = {0xa0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01};

void vp_put(struct vp_buf *b, const void *p, size_t n)
{
	if (n <= b->max - b->len) {
		memcpy(b->p + b->len, p, n);
		b->len += n;
	}
}

void vp_put_tlv(struct vp_buf *b, uint32_t tag, const void *p, size_t n)
{
	uint8_t h[8];
	size_t k = 0;
	if (tag > 0xffff)
		h[k++] = (uint8_t)(tag >> 16);
	if (tag > 0xff)
		h[k++] = (uint8_t)(tag >> 8);
	h[k++] = (uint8_t)tag;
	if (n > 0xff) {
		h[k++] = 0x82;
		h[k++] = (uint8_t)(n >> 8);
	} else if (n > 0x7f) {
		h[k++] = 0x81;
	}
	h[k++] = (uint8_t)n;
	vp_put(b, h, k);
	vp_put(b, p, n);
}

/* Finds a one-byte-tagged field in a flat list. */
bool vp_tlv(const uint8_t *p, size_t len, uint32_t tag, const uint8_t **out, size_t *out_len)
{
	size_t i = 0;
	while (i + 2 <= len) {
		uint32_t t = p[i++];
		size_t n = p[i++];
		if (n == 0x81 && i + 1 <= len) {
			n = p[i++];
		} else if (n == 0x82 && i + 2 <= len) {
			n = (size_t)p[i] << 8 | p[i + 1];
			i += 2;
		} else if (n > 0x7f) {
			return false;
		}
		if (n > len - i)
			return false;
		if (t == tag) {
			*out = p + i;
			*out_len = n;
			return true;
		}
		i += n;
	}
	return false;
}

void vp_power(struct vp_card *c)
{
	c->applet = VP_NONE;
	c->pin_ok = c->pin_fresh = c->mgm_ok = false;
	c->have_witness = c->have_challenge = false;
	c->chain_len = c->out_len = c->out_off = 0;
	c->touched_at = -1000000;
}

static bool is_aid(const struct vp_apdu *a, const uint8_t *aid, size_t n)
{
	return a->len >= n && memcmp(a->data, aid, n) == 0;
}

static uint16_t do_select(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	static const uint8_t apt[] = {0x61, 0x11, 0x4f, 0x06, 0x00, 0x00, 0x10, 0x00, 0x01, 0x00,
				      0x79, 0x07, 0x4f, 0x05, 0xa0, 0x00, 0x00, 0x03, 0x08};
	if (a->p1 != 4)
		return 0x6a86;
	if (is_aid(a, aid_piv, sizeof aid_piv)) {
		vp_power(c);
		c->applet = VP_PIV;
		vp_put(out, apt, sizeof apt);
		return 0x9000;
	}
	if (is_aid(a, aid_mgmt, sizeof aid_mgmt) && !c->opt.no_management) {
		char v[40];
		vp_power(c);
		c->applet = VP_MGMT;
		int n = snprintf(v, sizeof v, "Virtual mgr - FW version %d.%d.%d",
				 c->opt.firmware[0], c->opt.firmware[1], c->opt.firmware[2]);
		vp_put(out, v, (size_t)n);
		return 0x9000;
	}
	if (is_aid(a, aid_otp, sizeof aid_otp) && !c->opt.no_serial) {
		vp_power(c);
		c->applet = VP_OTP;
		vp_put(out, c->opt.firmware, 3);
		vp_put(out, "\x01\x05\x03\x00\x00\x00", 6);
		return 0x9000;
	}
	return 0x6a82;
}

static uint16_t put_serial(struct vp_card *c, struct vp_buf *out)
{
	uint32_t s = c->opt.serial;
	uint8_t b[4] = {(uint8_t)(s >> 24), (uint8_t)(s >> 16), (uint8_t)(s >> 8), (uint8_t)s};
	if (c->opt.no_serial)
		return 0x6d00;
	vp_put(out, b, 4);
	return 0x9000;
}

/* The management applet's device information: what a PIV client may look at. */
static uint16_t device_info(struct vp_card *c, struct vp_buf *out)
{
	uint8_t tmp[64], one = c->opt.complexity ? 1 : 0;
	struct vp_buf b = {tmp, 1, sizeof tmp};
	uint32_t s = c->opt.serial;
	uint8_t sn[4] = {(uint8_t)(s >> 24), (uint8_t)(s >> 16), (uint8_t)(s >> 8), (uint8_t)s};
	vp_put_tlv(&b, 0x01, "\x02\x10", 2);
	if (!c->opt.no_serial)
		vp_put_tlv(&b, 0x02, sn, 4);
	vp_put_tlv(&b, 0x03, "\x00\x10", 2);
	vp_put_tlv(&b, 0x04, "\x03", 1);
	vp_put_tlv(&b, 0x05, c->opt.firmware, 3);
	vp_put_tlv(&b, 0x16, &one, 1);
	tmp[0] = (uint8_t)(b.len - 1);
	vp_put(out, tmp, b.len);
	return 0x9000;
}

static uint16_t piv_command(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	switch (a->ins) {
	case 0x20:
		return vp_verify(c, a);
	case 0x24:
		return vp_change(c, a);
	case 0x2c:
		return vp_unblock(c, a);
	case 0x47:
		return vp_generate(c, a, out);
	case 0x87:
		return a->p2 == 0x9b ? vp_mgm_auth(c, a, out) : vp_use_key(c, a, out);
	case 0xcb:
		return vp_get_data(c, a, out);
	case 0xdb:
		return vp_put_data(c, a);
	case 0xf6:
		return vp_move(c, a);
	case 0xf7:
		return vp_metadata(c, a, out);
	case 0xf8:
		return c->opt.firmware[0] < 5 ? 0x6d00 : put_serial(c, out);
	case 0xf9:
		return vp_attest(c, a, out);
	case 0xfa:
		return vp_retries(c, a);
	case 0xfb:
		return vp_reset(c);
	case 0xfd:
		vp_put(out, c->opt.firmware, 3);
		return 0x9000;
	case 0xfe:
		return vp_import(c, a);
	case 0xff:
		return vp_mgm_set(c, a);
	default:
		return 0x6d00;
	}
}

static uint16_t dispatch(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	if (a->ins == 0xa4)
		return do_select(c, a, out);
	switch (c->applet) {
	case VP_PIV:
		return piv_command(c, a, out);
	case VP_MGMT:
		return a->ins == 0x1d ? device_info(c, out) : 0x6d00;
	case VP_OTP:
		return a->ins == 0x01 && a->p1 == 0x10 ? put_serial(c, out) : 0x6d00;
	case VP_NONE:
	default:
		return 0x6d00;
	}
}

static bool parse(const uint8_t *in, size_t len, struct vp_apdu *a)
{
	if (len < 4)
		return false;
	*a = (struct vp_apdu){in[0], in[1], in[2], in[3], in + 4, 0};
	if (len <= 5)
		return true;
	size_t n = in[4], at = 5;
	if (n == 0 && len > 7) {
		n = (size_t)in[5] << 8 | in[6];
		at = 7;
	}
	if (n > len - at)
		return false;
	a->data = in + at;
	a->len = n;
	return true;
}

/* Hands out what is left of the last answer, 256 bytes at a time. */
static size_t next_piece(struct vp_card *c, uint16_t sw, uint8_t *out)
{
	size_t left = c->out_len - c->out_off, n = left > 256 ? 256 : left;
	memcpy(out, c->out + c->out_off, n);
	c->out_off += n;
	left -= n;
	if (left)
		sw = (uint16_t)(0x6100 | (left > 255 ? 0 : left));
	out[n] = (uint8_t)(sw >> 8);
	out[n + 1] = (uint8_t)sw;
	return n + 2;
}

static struct vp_fault *due(struct vp_card *c, uint8_t ins)
{
	for (size_t i = 0; i < c->n_fault; i++) {
		struct vp_fault *f = &c->fault[i];
		if (f->count > 0 && (f->ins < 0 || f->ins == ins) && --f->count == 0)
			return f;
	}
	return NULL;
}

static size_t spoil(const struct vp_fault *f, uint8_t *out, size_t n)
{
	if (f->kind == VP_STATUS) {
		out[0] = (uint8_t)(f->sw >> 8);
		out[1] = (uint8_t)f->sw;
		return 2;
	}
	if (f->kind == VP_CUT && n > 2) { /* half of the body, under a status of success */
		size_t half = (n - 2) / 2;
		out[half] = 0x90;
		out[half + 1] = 0x00;
		return half + 2;
	}
	if (f->kind == VP_GARBAGE) {
		RAND_bytes(out, 40);
		out[40] = 0x90;
		out[41] = 0x00;
		return 42;
	}
	return n;
}

static void log_line(struct vp_card *c, const struct vp_apdu *a, const uint8_t *out, size_t n)
{
	if (!c->log)
		return;
	fprintf(c->log, "%02X %02X %02X %02X lc=%zu le=%zu sw=%02X%02X\n", a->cla, a->ins, a->p1,
		a->p2, a->len, n - 2, out[n - 2], out[n - 1]);
	fflush(c->log);
}

static size_t run(struct vp_card *c, const struct vp_apdu *a, uint8_t *out)
{
	if (a->ins == 0xc0)
		return next_piece(c, 0x9000, out);
	c->out_len = c->out_off = 0;
	if (a->len > sizeof c->chain - c->chain_len) {
		c->chain_len = 0;
		return next_piece(c, 0x6700, out);
	}
	memcpy(c->chain + c->chain_len, a->data, a->len);
	c->chain_len += a->len;
	if (a->cla & 0x10)
		return next_piece(c, 0x9000, out);
	struct vp_apdu whole = *a;
	struct vp_buf b = {c->out, 0, sizeof c->out};
	whole.data = c->chain;
	whole.len = c->chain_len;
	uint16_t sw = dispatch(c, &whole, &b);
	if (!(a->ins == 0x20 && whole.len == 8))
		c->pin_fresh = false;
	c->chain_len = 0;
	c->out_len = sw == 0x9000 ? b.len : 0;
	return next_piece(c, sw, out);
}

size_t vp_command(struct vp_card *c, const uint8_t *in, size_t len, uint8_t *out, bool *out_pull)
{
	struct vp_apdu a;
	if (!parse(in, len, &a)) {
		memcpy(out, "\x67\x00", 2);
		return 2;
	}
	struct vp_fault *f = due(c, a.ins);
	if (f && f->kind == VP_PULL_BEFORE) {
		*out_pull = true;
		return 0;
	}
	size_t n = run(c, &a, out);
	if (f && f->kind == VP_PULL_AFTER)
		*out_pull = true;
	else if (f)
		n = spoil(f, out, n);
	log_line(c, &a, out, n);
	return n;
}
