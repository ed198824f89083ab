/* Hex and base64 without tables or branches on the bytes, since shares and keys
   pass through them; decoding refuses every form but the canonical one. */

#include "base/encode.h"

#include "base/banned.h"

/* All ones where lo <= c <= hi, else zero. */
static unsigned in_range(unsigned c, unsigned lo, unsigned hi)
{
	return ((lo - 1u - c) & (c - (hi + 1u))) >> 8;
}

void seal_hex(const uint8_t *bytes, size_t len, char *out)
{
	for (size_t i = 0; i < len * 2; i++) {
		unsigned nibble = i % 2 == 0 ? (unsigned)bytes[i / 2] >> 4 : bytes[i / 2] & 15u;

		/* 'a' - '0' - 10 is 39; added where the nibble is above 9. */
		out[i] = (char)(nibble + '0' + (39u & ((9u - nibble) >> 8)));
	}
	out[len * 2] = '\0';
}

/* 0..15, or all high bits set. */
static unsigned nibble_of(unsigned c)
{
	unsigned digit = in_range(c, '0', '9');
	unsigned lower = in_range(c, 'a', 'f');
	unsigned upper = in_range(c, 'A', 'F');
	unsigned good = (digit | lower | upper) & 0xffu;

	return (digit & 0xffu & (c - '0')) | (lower & 0xffu & (c - 'a' + 10)) |
	       (upper & 0xffu & (c - 'A' + 10)) | ((~good & 0xffu) << 8);
}

int seal_unhex(const char *text, size_t len, uint8_t *out, size_t cap, size_t *out_len,
	       struct seal_diag *diag)
{
	unsigned bad = 0;

	if (len % 2 != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "hex: odd number of digits");
	if (len / 2 > cap)
		return seal_fail(diag, SEAL_E_TOOLONG, "hex: more than %zu bytes", cap);
	for (size_t i = 0; i < len; i++)
		bad |= nibble_of((unsigned char)text[i]) >> 8;
	if (bad)
		return seal_fail(diag, SEAL_E_FORMAT, "hex: a character that is no hex digit");
	for (size_t i = 0; i < len / 2; i++)
		out[i] = (uint8_t)(nibble_of((unsigned char)text[2 * i]) << 4 |
				   nibble_of((unsigned char)text[2 * i + 1]));
	*out_len = len / 2;
	return SEAL_OK;
}

static char base64_char(unsigned six)
{
	unsigned c = six + 'A';

	c += 6u & ((25u - six) >> 8);			     /* 26.. : 'a' */
	c -= 75u & ((51u - six) >> 8);			     /* 52.. : '0' */
	c -= ((unsigned)'9' - '+' + 1) & ((61u - six) >> 8); /* 62 : '+' */
	c += 3u & ((62u - six) >> 8);			     /* 63 : '/' */
	return (char)c;
}

void seal_base64(enum seal_base64 kind, const uint8_t *bytes, size_t len, char *out)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i += 3) {
		size_t have = len - i < 3 ? len - i : 3;
		unsigned v = (unsigned)bytes[i] << 16;

		if (have > 1)
			v |= (unsigned)bytes[i + 1] << 8;
		if (have > 2)
			v |= bytes[i + 2];
		for (size_t k = 0; k <= have; k++)
			out[at++] = base64_char((v >> (18 - 6 * k)) & 63u);
		for (size_t k = have; kind == SEAL_BASE64_PADDED && k < 3; k++)
			out[at++] = '=';
	}
	out[at] = '\0';
}

/* 0..63, or bit 8 set. */
static unsigned six_of(unsigned c)
{
	unsigned upper = in_range(c, 'A', 'Z');
	unsigned lower = in_range(c, 'a', 'z');
	unsigned digit = in_range(c, '0', '9');
	unsigned plus = in_range(c, '+', '+');
	unsigned slash = in_range(c, '/', '/');
	unsigned good = (upper | lower | digit | plus | slash) & 0xffu;

	return (upper & 0xffu & (c - 'A')) | (lower & 0xffu & (c - 'a' + 26)) |
	       (digit & 0xffu & (c - '0' + 52)) | (plus & 62u) | (slash & 63u) |
	       ((~good & 0xffu) << 8);
}

int seal_unbase64(enum seal_base64 kind, const char *text, size_t len, uint8_t *out, size_t cap,
		  size_t *out_len, struct seal_diag *diag)
{
	size_t chars = len;
	size_t bytes;
	unsigned bad = 0;
	unsigned held = 0;
	size_t at = 0;

	if (kind == SEAL_BASE64_PADDED) {
		if (len % 4 != 0)
			return seal_fail(diag, SEAL_E_FORMAT, "base64: length not a multiple of 4");
		for (int i = 0; i < 2 && chars > 0 && text[chars - 1] == '='; i++)
			chars--;
	}
	if (chars % 4 == 1)
		return seal_fail(diag, SEAL_E_FORMAT, "base64: impossible length");
	bytes = chars / 4 * 3 + (chars % 4 ? chars % 4 - 1 : 0);
	if (bytes > cap)
		return seal_fail(diag, SEAL_E_TOOLONG, "base64: more than %zu bytes", cap);
	for (size_t i = 0; i < chars; i++) {
		held = six_of((unsigned char)text[i]);
		bad |= held >> 8;
	}
	if (bad)
		return seal_fail(diag, SEAL_E_FORMAT, "base64: a character outside the alphabet");
	if ((chars % 4 == 2 && (held & 15u)) || (chars % 4 == 3 && (held & 3u)))
		return seal_fail(diag, SEAL_E_FORMAT, "base64: trailing bits are not zero");
	held = 0;
	for (size_t i = 0; i < chars; i++) {
		held = (held << 6 | six_of((unsigned char)text[i])) & 0xffffffu;
		if (i % 4 > 0)
			out[at++] = (uint8_t)(held >> (6 - 2 * (i % 4)));
	}
	*out_len = bytes;
	return SEAL_OK;
}
