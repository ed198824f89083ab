/* Bech32 as age writes recipients and identities: BIP 173 with no length limit. */

#include "base/encode.h"

#include <string.h>

#include "base/banned.h"

#define BECH32_MAX 2048u

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

static uint32_t step(uint32_t check, unsigned value)
{
	static const uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
					      0x2a1462b3};
	uint32_t top = check >> 25;

	check = (check & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		check ^= generator[i] & (0u - ((top >> i) & 1u));
	return check;
}

static char low_of(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static uint32_t start(const char *hrp, size_t len)
{
	uint32_t check = 1;

	for (size_t i = 0; i < len; i++)
		check = step(check, (unsigned)(unsigned char)low_of(hrp[i]) >> 5);
	check = step(check, 0);
	for (size_t i = 0; i < len; i++)
		check = step(check, (unsigned char)low_of(hrp[i]) & 31u);
	return check;
}

static char case_of(char c, int upper)
{
	return upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

int seal_bech32(const char *hrp, const uint8_t *bytes, size_t len, int upper, char *out, size_t cap,
		struct seal_diag *diag)
{
	size_t hrp_len = strlen(hrp);
	size_t need = hrp_len + 1 + (len * 8 + 4) / 5 + 6 + 1;
	uint32_t check = start(hrp, hrp_len);
	unsigned held = 0;
	unsigned bits = 0;
	size_t at = 0;

	if (need > cap || need > BECH32_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "bech32: %zu characters", need);
	for (; at < hrp_len; at++)
		out[at] = case_of(hrp[at], upper);
	out[at++] = '1';
	for (size_t i = 0; i < len || bits > 0;) {
		if (bits < 5 && i < len) {
			held = (held << 8 | bytes[i++]) & 0xfffu;
			bits += 8;
		} else if (bits < 5) {
			held <<= 5 - bits;
			bits = 5;
		}
		while (bits >= 5) {
			unsigned five = held >> (bits - 5) & 31u;

			check = step(check, five);
			out[at++] = case_of(alphabet[five], upper);
			bits -= 5;
		}
	}
	for (unsigned i = 0; i < 6; i++)
		check = step(check, 0);
	check ^= 1;
	for (unsigned i = 0; i < 6; i++)
		out[at++] = case_of(alphabet[check >> (25 - 5 * i) & 31u], upper);
	out[at] = '\0';
	return SEAL_OK;
}

/* Mixed case and characters outside 33..126 are refused. */
static int check_text(const char *text, size_t *out_len, struct seal_diag *diag)
{
	size_t len = strnlen(text, BECH32_MAX);
	int has_upper = 0;
	int has_lower = 0;

	if (len >= BECH32_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "bech32: over %u characters", BECH32_MAX);
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c < 33 || c > 126)
			return seal_fail(diag, SEAL_E_FORMAT, "bech32: forbidden character");
		has_lower |= c >= 'a' && c <= 'z';
		has_upper |= c >= 'A' && c <= 'Z';
	}
	if (has_lower && has_upper)
		return seal_fail(diag, SEAL_E_FORMAT, "bech32: mixed case");
	*out_len = len;
	return SEAL_OK;
}

static int take_data(const char *data, size_t len, uint32_t check, uint8_t *out, size_t cap,
		     size_t *out_len, struct seal_diag *diag)
{
	unsigned held = 0;
	unsigned bits = 0;
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		const char *found = strchr(alphabet, low_of(data[i]));

		if (!found)
			return seal_fail(diag, SEAL_E_FORMAT,
					 "bech32: character outside the alphabet");
		check = step(check, (unsigned)(found - alphabet));
		if (i + 6 >= len)
			continue;
		held = (held << 5 | (unsigned)(found - alphabet)) & 0xfffu;
		bits += 5;
		if (bits < 8)
			continue;
		bits -= 8;
		if (at == cap)
			return seal_fail(diag, SEAL_E_TOOLONG, "bech32: more than %zu bytes", cap);
		out[at++] = (uint8_t)(held >> bits);
	}
	if (check != 1)
		return seal_fail(diag, SEAL_E_FORMAT, "bech32: wrong checksum");
	if (bits >= 5 || (held & ((1u << bits) - 1u)))
		return seal_fail(diag, SEAL_E_FORMAT, "bech32: wrong padding");
	*out_len = at;
	return SEAL_OK;
}

/* The text may be a secret key's: it is read where it stands, and nothing copies it. */
int seal_unbech32(const char *text, char *out_hrp, size_t cap_hrp, uint8_t *out, size_t cap,
		  size_t *out_len, struct seal_diag *diag)
{
	const char *one = strrchr(text, '1');
	size_t hrp_len = one ? (size_t)(one - text) : 0;
	size_t len = 0;
	int error = check_text(text, &len, diag);

	if (error)
		return error;
	if (hrp_len == 0 || len - hrp_len < 7)
		return seal_fail(diag, SEAL_E_FORMAT, "bech32: no separator or too short");
	if (hrp_len >= cap_hrp)
		return seal_fail(diag, SEAL_E_FORMAT, "bech32: unknown prefix");
	error = take_data(one + 1, len - hrp_len - 1, start(text, hrp_len), out, cap, out_len,
			  diag);
	if (error)
		return error;
	for (size_t i = 0; i < hrp_len; i++)
		out_hrp[i] = low_of(text[i]);
	out_hrp[hrp_len] = '\0';
	return SEAL_OK;
}
