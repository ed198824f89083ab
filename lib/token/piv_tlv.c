/* Fields of a PIV token's answers. Every byte comes from a token that may lie: lengths are
   checked against what is there, and a field that counts may be there once only. */

#include "token/piv_wire.h"

#include <string.h>

#include "base/banned.h"

static int take(struct seal_piv_span *rest, uint8_t *out)
{
	if (rest->len == 0)
		return 0;
	*out = *rest->bytes++;
	rest->len--;
	return 1;
}

/* One to three bytes, as in ISO 7816-4. */
static int take_tag(struct seal_piv_span *rest, uint32_t *out_tag)
{
	uint8_t byte;
	uint32_t tag;

	if (!take(rest, &byte))
		return 0;
	tag = byte;
	if ((byte & 0x1f) == 0x1f)
		for (unsigned i = 0;; i++) {
			if (i == 2 || !take(rest, &byte))
				return 0;
			tag = tag << 8 | byte;
			if (!(byte & 0x80))
				break;
		}
	*out_tag = tag;
	return 1;
}

static int take_len(struct seal_piv_span *rest, size_t *out_len)
{
	uint8_t byte;
	size_t len;

	if (!take(rest, &byte))
		return 0;
	len = byte;
	if (byte > 0x82 || byte == 0x80)
		return 0;
	if (byte > 0x80) {
		len = 0;
		for (unsigned n = byte & 0x7f; n > 0; n--) {
			if (!take(rest, &byte))
				return 0;
			len = len << 8 | byte;
		}
	}
	*out_len = len;
	return len <= rest->len;
}

int seal_piv_tlv_next(struct seal_piv_span *rest, uint32_t *out_tag,
		      struct seal_piv_span *out_value)
{
	struct seal_piv_span at = *rest;
	uint32_t tag;
	size_t len;

	if (at.len == 0)
		return SEAL_E_NOTFOUND;
	if (!take_tag(&at, &tag) || !take_len(&at, &len))
		return SEAL_E_FORMAT;
	*out_tag = tag;
	*out_value = (struct seal_piv_span){at.bytes, len};
	*rest = (struct seal_piv_span){at.bytes + len, at.len - len};
	return SEAL_OK;
}

int seal_piv_tlv_find(struct seal_piv_span in, uint32_t tag, struct seal_piv_span *out_value)
{
	struct seal_piv_span found = {NULL, 0};
	struct seal_piv_span value;
	uint32_t seen;
	int error;

	while ((error = seal_piv_tlv_next(&in, &seen, &value)) == SEAL_OK) {
		if (seen != tag)
			continue;
		if (found.bytes)
			return SEAL_E_FORMAT;
		found = value;
	}
	if (error != SEAL_E_NOTFOUND)
		return error;
	if (!found.bytes)
		return SEAL_E_NOTFOUND;
	*out_value = found;
	return SEAL_OK;
}

int seal_piv_tlv_put(uint8_t *out, size_t cap, size_t *len, uint32_t tag, const uint8_t *value,
		     size_t value_len)
{
	uint8_t head[7];
	size_t n = 0;

	if (tag > 0xffff)
		head[n++] = (uint8_t)(tag >> 16);
	if (tag > 0xff)
		head[n++] = (uint8_t)(tag >> 8);
	head[n++] = (uint8_t)tag;
	if (value_len > 0xff) {
		head[n++] = 0x82;
		head[n++] = (uint8_t)(value_len >> 8);
	} else if (value_len > 0x7f) {
		head[n++] = 0x81;
	}
	head[n++] = (uint8_t)value_len;
	if (value_len > 0xffff || *len > cap || n > cap - *len || value_len > cap - *len - n)
		return SEAL_E_TOOLONG;
	memcpy(out + *len, head, n);
	if (value_len > 0)
		memcpy(out + *len + n, value, value_len);
	*len += n + value_len;
	return SEAL_OK;
}

static int fixed(struct seal_piv_span value, uint8_t *out, size_t len)
{
	if (value.len != len)
		return 0;
	memcpy(out, value.bytes, len);
	return 1;
}

/* 0 where the value has not the form that it must have. */
static int take_field(struct seal_piv_metadata *m, uint32_t tag, struct seal_piv_span value)
{
	uint8_t two[2];

	switch (tag) {
	case 0x01:
		return m->has_alg = fixed(value, &m->alg, 1);
	case 0x02:
		if (!fixed(value, two, 2))
			return 0;
		m->pin = two[0];
		m->touch = two[1];
		return m->has_policy = 1;
	case 0x03:
		return fixed(value, &m->origin, 1);
	case 0x04: /* of an RSA key it holds other fields */
		if (seal_piv_tlv_find(value, 0x86, &value) == SEAL_OK &&
		    value.len == SEAL_P256_POINT)
			m->has_point = fixed(value, m->point, SEAL_P256_POINT);
		return 1;
	case 0x05:
		return m->has_default = fixed(value, &m->is_default, 1);
	case 0x06:
		if (!fixed(value, two, 2))
			return 0;
		m->tries_left = two[1];
		return m->has_tries = 1;
	default:
		return 1;
	}
}

int seal_piv_metadata_parse(const uint8_t *bytes, size_t len,
			    struct seal_piv_metadata *out_metadata, struct seal_diag *diag)
{
	struct seal_piv_metadata m = {0};
	struct seal_piv_span rest = {bytes, len};
	struct seal_piv_span value;
	uint32_t seen = 0;
	uint32_t tag;
	int error;

	while ((error = seal_piv_tlv_next(&rest, &tag, &value)) == SEAL_OK) {
		if (tag < 32 && (seen >> tag & 1u))
			return seal_fail(diag, SEAL_E_FORMAT, "metadata: field %02x twice", tag);
		if (tag < 32)
			seen |= 1u << tag;
		if (!take_field(&m, tag, value))
			return seal_fail(diag, SEAL_E_FORMAT, "metadata: field %02x", tag);
	}
	if (error != SEAL_E_NOTFOUND)
		return seal_fail(diag, SEAL_E_FORMAT, "metadata: malformed");
	*out_metadata = m;
	return SEAL_OK;
}

int seal_piv_admin_parse(const uint8_t *bytes, size_t len, struct seal_piv_admin *out_admin,
			 struct seal_diag *diag)
{
	struct seal_piv_admin a = {0};
	struct seal_piv_span list;
	struct seal_piv_span value;
	uint32_t tag;
	int error = seal_piv_tlv_find((struct seal_piv_span){bytes, len}, 0x80, &list);

	if (error)
		return seal_fail(diag, SEAL_E_FORMAT, "administration data: malformed");
	while ((error = seal_piv_tlv_next(&list, &tag, &value)) == SEAL_OK) {
		if (tag == 0x81 && !fixed(value, &a.flags, 1))
			return seal_fail(diag, SEAL_E_FORMAT, "administration data: flags");
		if (tag == 0x82 && value.len > 0)
			a.is_derived = 1;
		if (tag == 0x83)
			a.has_time = fixed(value, a.time, sizeof a.time);
	}
	if (error != SEAL_E_NOTFOUND)
		return seal_fail(diag, SEAL_E_FORMAT, "administration data: malformed");
	a.is_protected = (a.flags & 0x02) != 0;
	*out_admin = a;
	return SEAL_OK;
}

int seal_piv_printed_parse(const uint8_t *bytes, size_t len, struct seal_piv_span *out_key)
{
	struct seal_piv_span value;
	int error;

	if (len == 0)
		return SEAL_E_NOTFOUND;
	error = seal_piv_tlv_find((struct seal_piv_span){bytes, len}, 0x88, &value);
	if (error)
		return SEAL_E_FORMAT; /* something else is kept there */
	return seal_piv_tlv_find(value, 0x89, out_key);
}
