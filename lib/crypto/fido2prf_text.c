/* The identity text of a fido2prf credential: bech32 around four CBOR items. It comes
   from cards and from people's files, so it is read as hostile. */

#include <string.h>

#include "base/encode.h"
#include "crypto/fido2prf.h"

#include "base/banned.h"

#define HRP "age-plugin-fido2prf-"
#define VERSION 1u
/* Four items at their longest, heads of three bytes at most. */
#define DATA_BYTES                                                            \
	(1u + 3u + SEAL_FIDO2PRF_CREDENTIAL + 3u + SEAL_FIDO2PRF_RP_ID + 1u + \
	 SEAL_FIDO2PRF_TRANSPORTS *                                           \
		 (1u + sizeof((struct seal_fido2prf_credential){0}.transport[0])))

enum major { MAJOR_UINT = 0, MAJOR_BYTES = 2, MAJOR_TEXT = 3, MAJOR_ARRAY = 4 };

/* Bounds-checked; at never passes len. */
struct cursor {
	const uint8_t *bytes;
	size_t len, at;
};

static int malformed(const char *what, struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_FORMAT, "fido2prf identity: %s", what);
}

static int take_byte(struct cursor *in, uint8_t *out, struct seal_diag *diag)
{
	if (in->at == in->len)
		return malformed("ends too early", diag);
	*out = in->bytes[in->at++];
	return SEAL_OK;
}

/* Type and argument of an item, the argument in its shortest form and below 65536. */
static int take_head(struct cursor *in, enum major want, size_t *out_argument,
		     struct seal_diag *diag)
{
	uint8_t head = 0;
	uint8_t low = 0;
	uint8_t high = 0;
	unsigned minor;
	int error = take_byte(in, &head, diag);

	if (error)
		return error;
	minor = head & 31u;
	if ((unsigned)head >> 5 != (unsigned)want || minor > 25)
		return malformed("not the CBOR item that belongs there", diag);
	if (minor == 25)
		error = take_byte(in, &high, diag);
	if (!error && minor >= 24)
		error = take_byte(in, &low, diag);
	if (error)
		return error;
	if ((minor == 24 && low < 24) || (minor == 25 && high == 0))
		return malformed("CBOR in a longer form than needed", diag);
	*out_argument = minor < 24 ? minor : (size_t)high << 8 | low;
	return SEAL_OK;
}

/* A text of at least one printable character, into cap bytes with its NUL. */
static int take_text(struct cursor *in, char *out, size_t cap, struct seal_diag *diag)
{
	size_t len = 0;
	int error = take_head(in, MAJOR_TEXT, &len, diag);

	if (error)
		return error;
	if (len == 0 || len >= cap || len > in->len - in->at)
		return malformed("text too long, empty or cut short", diag);
	for (size_t i = 0; i < len; i++) {
		uint8_t c = in->bytes[in->at + i];

		if (c < 0x21 || c > 0x7e)
			return malformed("text with characters that are not printable", diag);
		out[i] = (char)c;
	}
	out[len] = '\0';
	in->at += len;
	return SEAL_OK;
}

static int take_transports(struct cursor *in, struct seal_fido2prf_credential *out,
			   struct seal_diag *diag)
{
	size_t count = 0;
	int error = take_head(in, MAJOR_ARRAY, &count, diag);

	if (!error && count > SEAL_FIDO2PRF_TRANSPORTS)
		error = malformed("too many transports", diag);
	for (size_t i = 0; !error && i < count; i++)
		error = take_text(in, out->transport[i], sizeof out->transport[i], diag);
	out->transports = count;
	return error;
}

int seal_fido2prf_parse_bytes(const uint8_t *bytes, size_t len,
			      struct seal_fido2prf_credential *out, struct seal_diag *diag)
{
	struct seal_fido2prf_credential parsed = {0};
	struct cursor in = {.bytes = bytes, .len = len};
	size_t version = 0;
	int error = take_head(&in, MAJOR_UINT, &version, diag);

	if (!error && version != VERSION)
		error = seal_fail(diag, SEAL_E_VERSION, "fido2prf identity: version %zu", version);
	if (!error)
		error = take_head(&in, MAJOR_BYTES, &parsed.id_len, diag);
	if (error)
		return error;
	if (parsed.id_len == 0 || parsed.id_len > sizeof parsed.id || parsed.id_len > len - in.at)
		return malformed("credential id too long, empty or cut short", diag);
	memcpy(parsed.id, bytes + in.at, parsed.id_len);
	in.at += parsed.id_len;
	error = take_text(&in, parsed.rp_id, sizeof parsed.rp_id, diag);
	if (!error)
		error = take_transports(&in, &parsed, diag);
	if (!error && in.at != len)
		error = malformed("bytes after the last item", diag);
	if (error)
		return error;
	*out = parsed;
	return SEAL_OK;
}

int seal_fido2prf_parse(const char *text, struct seal_fido2prf_credential *out,
			struct seal_diag *diag)
{
	uint8_t data[DATA_BYTES];
	char hrp[sizeof HRP];
	size_t len = 0;
	int error = seal_unbech32(text, hrp, sizeof hrp, data, sizeof data, &len, diag);

	if (error)
		return error;
	if (strcmp(hrp, HRP) != 0 || text[0] != 'A')
		return malformed("not an AGE-PLUGIN-FIDO2PRF-1 identity", diag);
	return seal_fido2prf_parse_bytes(data, len, out, diag);
}

/* Callers have checked that what they put fits DATA_BYTES. */
static void put_head(uint8_t *data, size_t *at, enum major major, size_t argument)
{
	uint8_t type = (uint8_t)(major << 5);

	if (argument < 24) {
		data[(*at)++] = (uint8_t)(type | argument);
		return;
	}
	data[(*at)++] = (uint8_t)(type | (argument < 256 ? 24 : 25));
	if (argument >= 256)
		data[(*at)++] = (uint8_t)(argument >> 8);
	data[(*at)++] = (uint8_t)argument;
}

static void put_text(uint8_t *data, size_t *at, const char *text)
{
	size_t len = strlen(text);

	put_head(data, at, MAJOR_TEXT, len);
	memcpy(data + *at, text, len);
	*at += len;
}

int seal_fido2prf_text(const struct seal_fido2prf_credential *credential,
		       char out[static SEAL_FIDO2PRF_TEXT], struct seal_diag *diag)
{
	struct seal_fido2prf_credential again;
	uint8_t data[DATA_BYTES];
	size_t at = 0;
	int error;

	if (credential->id_len > sizeof credential->id ||
	    credential->transports > SEAL_FIDO2PRF_TRANSPORTS)
		return seal_fail(diag, SEAL_E_ARGUMENT, "fido2prf credential");
	put_head(data, &at, MAJOR_UINT, VERSION);
	put_head(data, &at, MAJOR_BYTES, credential->id_len);
	memcpy(data + at, credential->id, credential->id_len);
	at += credential->id_len;
	put_text(data, &at, credential->rp_id);
	put_head(data, &at, MAJOR_ARRAY, credential->transports);
	for (size_t i = 0; i < credential->transports; i++)
		put_text(data, &at, credential->transport[i]);
	/* What is written must be what is read: an empty rp id, say, is not. */
	error = seal_fido2prf_parse_bytes(data, at, &again, diag);
	return error ? error : seal_bech32(HRP, data, at, 1, out, SEAL_FIDO2PRF_TEXT, diag);
}
