/* CBOR: canonical writing through libcbor's encoders, and reading out of a parsed item. */
#include "virt.h"

#include <stdlib.h>
#include <string.h>

static void need(const struct vf_buf *b, size_t n)
{
	if (n > sizeof b->d - b->n) {
		fprintf(stderr, "virt-fido2: answer too long\n");
		abort();
	}
}

void vb_raw(struct vf_buf *b, const void *p, size_t n)
{
	need(b, n);
	if (n != 0)
		memcpy(b->d + b->n, p, n);
	b->n += n;
}

void vb_u8(struct vf_buf *b, uint8_t v)
{
	vb_raw(b, &v, 1);
}

void vb_uint(struct vf_buf *b, uint64_t v)
{
	need(b, 9);
	b->n += cbor_encode_uint(v, b->d + b->n, sizeof b->d - b->n);
}

void vb_nint(struct vf_buf *b, uint64_t minus_one_minus_v)
{
	need(b, 9);
	b->n += cbor_encode_negint(minus_one_minus_v, b->d + b->n, sizeof b->d - b->n);
}

void vb_bytes(struct vf_buf *b, const void *p, size_t n)
{
	need(b, 9 + n);
	b->n += cbor_encode_bytestring_start(n, b->d + b->n, sizeof b->d - b->n);
	vb_raw(b, p, n);
}

void vb_text(struct vf_buf *b, const char *s)
{
	size_t n = strlen(s);
	need(b, 9 + n);
	b->n += cbor_encode_string_start(n, b->d + b->n, sizeof b->d - b->n);
	vb_raw(b, s, n);
}

void vb_map(struct vf_buf *b, size_t n)
{
	need(b, 9);
	b->n += cbor_encode_map_start(n, b->d + b->n, sizeof b->d - b->n);
}

void vb_array(struct vf_buf *b, size_t n)
{
	need(b, 9);
	b->n += cbor_encode_array_start(n, b->d + b->n, sizeof b->d - b->n);
}

void vb_bool(struct vf_buf *b, bool v)
{
	vb_u8(b, v ? 0xf5 : 0xf4);
}

static bool key_is(const cbor_item_t *k, int64_t key)
{
	if (!cbor_is_int(k))
		return false;
	uint64_t raw = cbor_get_int(k);
	if (cbor_isa_uint(k))
		return key >= 0 && raw == (uint64_t)key;
	return key < 0 && raw == (uint64_t)(-1 - key);
}

cbor_item_t *vc_get(const cbor_item_t *map, int64_t key)
{
	if (map == NULL || !cbor_isa_map(map))
		return NULL;
	struct cbor_pair *p = cbor_map_handle(map);
	for (size_t i = 0; i < cbor_map_size(map); i++)
		if (key_is(p[i].key, key))
			return p[i].value;
	return NULL;
}

cbor_item_t *vc_gets(const cbor_item_t *map, const char *key)
{
	if (map == NULL || !cbor_isa_map(map))
		return NULL;
	struct cbor_pair *p = cbor_map_handle(map);
	for (size_t i = 0; i < cbor_map_size(map); i++) {
		const char *s;
		size_t n;
		if (vc_text(p[i].key, &s, &n) && n == strlen(key) && memcmp(s, key, n) == 0)
			return p[i].value;
	}
	return NULL;
}

bool vc_uint(const cbor_item_t *it, uint64_t *out)
{
	if (it == NULL || !cbor_isa_uint(it))
		return false;
	*out = cbor_get_int(it);
	return true;
}

bool vc_bytes(const cbor_item_t *it, const uint8_t **p, size_t *n)
{
	if (it == NULL || !cbor_isa_bytestring(it) || !cbor_bytestring_is_definite(it))
		return false;
	*p = cbor_bytestring_handle(it);
	*n = cbor_bytestring_length(it);
	return true;
}

bool vc_text(const cbor_item_t *it, const char **p, size_t *n)
{
	if (it == NULL || !cbor_isa_string(it) || !cbor_string_is_definite(it))
		return false;
	*p = (const char *)cbor_string_handle(it);
	*n = cbor_string_length(it);
	return true;
}

/* -1: not a boolean; else its value, `missing` when absent. */
int vc_bool(const cbor_item_t *map, const char *key, bool missing)
{
	const cbor_item_t *it = vc_gets(map, key);
	if (it == NULL)
		return missing;
	if (!cbor_is_bool(it))
		return -1;
	return cbor_ctrl_value(it) == CBOR_CTRL_TRUE;
}
