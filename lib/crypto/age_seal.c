/* Sealing: a fresh file key, a stanza for each recipient, the MAC, the payload.
   Threat: a recipient that is left out in silence, who finds it out years later. */

#include "crypto/age_seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/age_internal.h"
#include "crypto/p256.h"

#include "base/banned.h"

#define STANZA_BYTES 160u /* the longest: "-> p256tag " + 6 + 1 + 87 + 1 + 43 + 1 */
#define HEADER_BYTES (32u + SEAL_AGE_RECIPIENTS * STANZA_BYTES + 64u)

struct header {
	char text[HEADER_BYTES];
	size_t len;
};

int seal_age_recipient_parse(const char *text, struct seal_age_recipient *out,
			     struct seal_diag *diag)
{
	struct seal_age_recipient parsed = {.kind = SEAL_AGE_X25519};
	enum seal_p256_kind kind = SEAL_P256_TAG;
	char hrp[16];
	size_t len = 0;
	int error = seal_unbech32(text, hrp, sizeof hrp, parsed.point, 33, &len, diag);

	if (error)
		return error;
	if (strcmp(hrp, "age") != 0) {
		error = seal_p256_parse(text, &kind, parsed.point, diag);
		parsed.kind = kind == SEAL_P256_TAG ? SEAL_AGE_P256TAG : SEAL_AGE_PIV_P256;
	} else if (len != 32) {
		error = seal_fail(diag, SEAL_E_FORMAT, "not an age1 recipient");
	}
	if (error)
		return error;
	*out = parsed;
	return SEAL_OK;
}

/* One message under a key that is used once: the zero nonce is the format's. */
static int wrap_key(const uint8_t key[static 32], const struct seal_secret *file_key,
		    uint8_t out[32], struct seal_diag *diag)
{
	static const uint8_t nonce[12] = {0};

	if (crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, seal_secret_bytes(file_key),
						      SEAL_AGE_FILE_KEY, NULL, 0, NULL, nonce,
						      key) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "ChaCha20-Poly1305");
	return SEAL_OK;
}

static int add_x25519(struct header *header, const struct seal_age_recipient *recipient,
		      const struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_secret *work SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t salt[64];
	uint8_t wrapped[32];
	char share[SEAL_BASE64_LEN(32)];
	char body[SEAL_BASE64_LEN(32)];
	uint8_t *bytes;
	int error = seal_secret_new(96, &work, diag);

	if (!error)
		error = seal_random(seal_secret_data(work), 32, diag);
	if (error)
		return error;
	bytes = seal_secret_data(work); /* ephemeral, shared, wrapping key */
	memcpy(salt + 32, recipient->point, 32);
	if (crypto_scalarmult_base(salt, bytes) != 0 ||
	    crypto_scalarmult(bytes + 32, bytes, recipient->point) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "recipient: point of low order");
	error = seal_hkdf(bytes + 32, 32, salt, sizeof salt, "age-encryption.org/v1/X25519",
			  bytes + 64, 32, diag);
	if (!error)
		error = wrap_key(bytes + 64, file_key, wrapped, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_RAW, salt, 32, share);
	seal_base64(SEAL_BASE64_RAW, wrapped, 32, body);
	header->len +=
		(size_t)snprintf(header->text + header->len, sizeof header->text - header->len,
				 "-> X25519 %s\n%s\n", share, body);
	return SEAL_OK;
}

static int add_p256(struct header *header, const struct seal_age_recipient *recipient,
		    const struct seal_secret *file_key, struct seal_diag *diag)
{
	enum seal_p256_kind kind =
		recipient->kind == SEAL_AGE_P256TAG ? SEAL_P256_TAG : SEAL_P256_PIV;
	struct seal_p256_stanza stanza;
	char tag[SEAL_BASE64_LEN(4)];
	char enc[SEAL_BASE64_LEN(65)];
	char body[SEAL_BASE64_LEN(32)];
	int error = seal_p256_wrap(kind, recipient->point, file_key, &stanza, diag);

	if (error)
		return error;
	seal_base64(SEAL_BASE64_RAW, stanza.tag, sizeof stanza.tag, tag);
	seal_base64(SEAL_BASE64_RAW, stanza.enc, stanza.enc_len, enc);
	seal_base64(SEAL_BASE64_RAW, stanza.body, sizeof stanza.body, body);
	header->len +=
		(size_t)snprintf(header->text + header->len, sizeof header->text - header->len,
				 "-> %s %s %s\n%s\n", seal_p256_type(kind), tag, enc, body);
	return SEAL_OK;
}

static int add_stanza(struct header *header, const struct seal_age_recipient *recipient,
		      const struct seal_secret *file_key, struct seal_diag *diag)
{
	return recipient->kind == SEAL_AGE_X25519 ? add_x25519(header, recipient, file_key, diag)
						  : add_p256(header, recipient, file_key, diag);
}

static int add_mac(struct header *header, const struct seal_secret *file_key,
		   struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	char text[SEAL_BASE64_LEN(32)];
	uint8_t mac[32];
	unsigned len = 0;
	int error = seal_secret_new(32, &key, diag);

	if (!error)
		error = seal_hkdf(seal_secret_bytes(file_key), SEAL_AGE_FILE_KEY, NULL, 0, "header",
				  seal_secret_data(key), 32, diag);
	if (error)
		return error;
	header->len += (size_t)snprintf(header->text + header->len,
					sizeof header->text - header->len, "---");
	if (!HMAC(EVP_sha256(), seal_secret_bytes(key), 32, (const uint8_t *)header->text,
		  header->len, mac, &len))
		return seal_fail(diag, SEAL_E_CRYPTO, "HMAC");
	seal_base64(SEAL_BASE64_RAW, mac, 32, text);
	header->len += (size_t)snprintf(header->text + header->len,
					sizeof header->text - header->len, " %s\n", text);
	return SEAL_OK;
}

static void begin(struct header *header)
{
	header->len =
		(size_t)snprintf(header->text, sizeof header->text, "age-encryption.org/v1\n");
}

/* All stanzas are there: MAC, header out, payload. */
static int finish(struct header *header, const struct seal_secret *file_key,
		  struct seal_source *source, struct seal_sink *sink, struct seal_diag *diag)
{
	int error = add_mac(header, file_key, diag);

	if (!error)
		error = sink->write(sink->ctx, (const uint8_t *)header->text, header->len, diag);
	return error ? error : seal_age_stream_seal(file_key, source, sink, diag);
}

int seal_age_seal(const struct seal_age_recipient *recipients, size_t count,
		  struct seal_source *source, struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_secret *file_key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct header header;
	int error;

	if (count < 1 || count > SEAL_AGE_RECIPIENTS)
		return seal_fail(diag, SEAL_E_ARGUMENT, "%zu recipients", count);
	begin(&header);
	error = seal_secret_random(SEAL_AGE_FILE_KEY, &file_key, diag);
	for (size_t i = 0; !error && i < count; i++)
		error = add_stanza(&header, &recipients[i], file_key, diag);
	return error ? error : finish(&header, file_key, source, sink, diag);
}

static int add_scrypt(struct header *header, const struct seal_secret *passphrase, unsigned factor,
		      const struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t salt[16];
	uint8_t wrapped[32];
	char salt_text[SEAL_BASE64_LEN(16)];
	char body[SEAL_BASE64_LEN(32)];
	int error = seal_random(salt, sizeof salt, diag);

	if (!error)
		error = seal_secret_new(32, &key, diag);
	if (!error)
		error = seal_age_scrypt_key(passphrase, salt, factor, key, diag);
	if (!error)
		error = wrap_key(seal_secret_bytes(key), file_key, wrapped, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_RAW, salt, sizeof salt, salt_text);
	seal_base64(SEAL_BASE64_RAW, wrapped, sizeof wrapped, body);
	header->len +=
		(size_t)snprintf(header->text + header->len, sizeof header->text - header->len,
				 "-> scrypt %s %u\n%s\n", salt_text, factor, body);
	return SEAL_OK;
}

int seal_age_seal_passphrase(const struct seal_secret *passphrase, unsigned factor,
			     struct seal_source *source, struct seal_sink *sink,
			     struct seal_diag *diag)
{
	struct seal_secret *file_key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct header header;
	int error;

	if (factor < 1 || factor > SEAL_AGE_SCRYPT_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "scrypt work factor %u", factor);
	begin(&header);
	error = seal_secret_random(SEAL_AGE_FILE_KEY, &file_key, diag);
	if (!error)
		error = add_scrypt(&header, passphrase, factor, file_key, diag);
	return error ? error : finish(&header, file_key, source, sink, diag);
}

int seal_age_seal_stanza(const char *type, const char *arg, const uint8_t body[static 32],
			 const struct seal_secret *file_key, struct seal_source *source,
			 struct seal_sink *sink, struct seal_diag *diag)
{
	struct header header;
	char text[SEAL_BASE64_LEN(32)];

	if (strlen(type) + strlen(arg) > STANZA_BYTES - 60)
		return seal_fail(diag, SEAL_E_ARGUMENT, "stanza %s", type);
	begin(&header);
	seal_base64(SEAL_BASE64_RAW, body, 32, text);
	header.len += (size_t)snprintf(header.text + header.len, sizeof header.text - header.len,
				       "-> %s %s\n%s\n", type, arg, text);
	return finish(&header, file_key, source, sink, diag);
}
