/* Data objects and key metadata. */
#include "vp.h"

#include <openssl/crypto.h>
#include <string.h>

struct vp_object *vp_find(struct vp_card *c, uint32_t tag)
{
	for (size_t i = 0; i < c->n_obj; i++)
		if (c->obj[i].tag == tag)
			return &c->obj[i];
	return NULL;
}

bool vp_store(struct vp_card *c, uint32_t tag, const uint8_t *p, size_t n)
{
	struct vp_object *o = vp_find(c, tag);
	if (n == 0) {
		if (o) {
			OPENSSL_free(o->data);
			*o = c->obj[--c->n_obj];
		}
		return true;
	}
	uint8_t *copy = OPENSSL_memdup(p, n);
	if (!copy || (!o && c->n_obj == VP_MAX_OBJECTS)) {
		OPENSSL_free(copy);
		return false;
	}
	if (o)
		OPENSSL_free(o->data);
	else
		o = &c->obj[c->n_obj++];
	*o = (struct vp_object){tag, n, copy};
	return true;
}

static bool tag_list(const struct vp_apdu *a, uint32_t *out_tag)
{
	const uint8_t *t;
	size_t n;
	if (a->p1 != 0x3f || a->p2 != 0xff || !vp_tlv(a->data, a->len, 0x5c, &t, &n) || n == 0 ||
	    n > 3)
		return false;
	*out_tag = 0;
	for (size_t i = 0; i < n; i++)
		*out_tag = *out_tag << 8 | t[i];
	return true;
}

uint16_t vp_get_data(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	static const uint8_t discovery[] = {0x4f, 0x0b, 0xa0, 0x00, 0x00, 0x03, 0x08, 0x00, 0x00,
					    0x10, 0x00, 0x01, 0x00, 0x5f, 0x2f, 0x02, 0x40, 0x00};
	uint32_t tag;
	if (!tag_list(a, &tag))
		return 0x6a80;
	if (tag == 0x7e) {
		vp_put_tlv(out, 0x7e, discovery, sizeof discovery);
		return 0x9000;
	}
	/* Printed information, fingerprints, face and iris want the PIN first. */
	if ((tag == 0x5fc109 || tag == 0x5fc103 || tag == 0x5fc108 || tag == 0x5fc121) &&
	    !c->pin_ok)
		return 0x6982;
	const struct vp_object *o = vp_find(c, tag);
	if (!o)
		return 0x6a82;
	vp_put_tlv(out, 0x53, o->data, o->len);
	return 0x9000;
}

uint16_t vp_put_data(struct vp_card *c, const struct vp_apdu *a)
{
	uint32_t tag;
	const uint8_t *p;
	size_t n;
	if (!c->mgm_ok)
		return 0x6982;
	if (!tag_list(a, &tag) || !vp_tlv(a->data, a->len, 0x53, &p, &n))
		return 0x6a80;
	if (n > 3052 || !vp_store(c, tag, p, n))
		return 0x6a84;
	vp_save(c);
	return 0x9000;
}

static uint16_t reference(struct vp_buf *out, bool is_default, int max, int left)
{
	uint8_t d = is_default ? 1 : 0, r[2] = {(uint8_t)max, (uint8_t)left};
	vp_put_tlv(out, 0x01, "\xff", 1);
	vp_put_tlv(out, 0x05, &d, 1);
	vp_put_tlv(out, 0x06, r, 2);
	return 0x9000;
}

uint16_t vp_metadata(struct vp_card *c, const struct vp_apdu *a, struct vp_buf *out)
{
	uint8_t pt[133], tmp[160], two[2];
	size_t n;
	struct vp_buf b = {tmp, 0, sizeof tmp};
	const uint8_t *fw = c->opt.firmware;
	if (c->opt.no_metadata || fw[0] < 5 || (fw[0] == 5 && fw[1] < 3))
		return 0x6d00;
	if (a->p2 == 0x80)
		return reference(out, c->pin_default, c->pin_max, c->pin_left);
	if (a->p2 == 0x81)
		return reference(out, c->puk_default, c->puk_max, c->puk_left);
	if (a->p2 == 0x9b) {
		uint8_t d = c->mgm_default ? 1 : 0;
		two[0] = 0;
		two[1] = c->mgm_touch;
		vp_put_tlv(out, 0x01, &c->mgm_alg, 1);
		vp_put_tlv(out, 0x02, two, 2);
		vp_put_tlv(out, 0x05, &d, 1);
		return 0x9000;
	}
	const struct vp_slot *s = &c->slot[a->p2];
	if (!vp_slot_exists(a->p2))
		return 0x6a80;
	if (!s->key)
		return 0x6a88;
	if (!vp_point(s->key, pt, &n))
		return 0x6f00;
	two[0] = s->pin;
	two[1] = s->touch;
	vp_put_tlv(out, 0x01, &s->alg, 1);
	vp_put_tlv(out, 0x02, two, 2);
	vp_put_tlv(out, 0x03, &s->origin, 1);
	vp_put_tlv(&b, 0x86, pt, n);
	vp_put_tlv(out, 0x04, tmp, b.len);
	return 0x9000;
}
