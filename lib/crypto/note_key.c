/* Keys of notes: their ids, and verification. */

#include "crypto/note_internal.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <string.h>

#include "base/banned.h"

#define SPKI_HEAD 26u
#define SPKI_LEN (SPKI_HEAD + SEAL_P256_POINT)

static void pkey_done(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

static void digest_done(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

/* SHA-256(name, newline, type, public key)[:4]; type begins with its byte. */
static void make_id(struct seal_note_key *key, const void *type, size_t type_len,
		    const uint8_t *public_key, size_t len)
{
	crypto_hash_sha256_state state;
	uint8_t hash[32];

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)key->name, strlen(key->name));
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)"\n", 1);
	(void)crypto_hash_sha256_update(&state, type, type_len);
	(void)crypto_hash_sha256_update(&state, public_key, len);
	(void)crypto_hash_sha256_final(&state, hash);
	memcpy(key->id, hash, 4);
}

static int begin(struct seal_note_key *key, const char *name, struct seal_diag *diag)
{
	size_t len = strlen(name);

	if (!seal_note_name_ok(name, len))
		return seal_fail(diag, SEAL_E_FORMAT, "not a key's name");
	memcpy(key->name, name, len);
	return SEAL_OK;
}

static int verify_ed25519(const struct seal_note_key *key, const void *text, size_t text_len,
			  const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	if (len != 64 || crypto_sign_verify_detached(signature, text, text_len, key->bytes) != 0)
		return seal_fail(diag, SEAL_E_VERIFY, "Ed25519 signature");
	return SEAL_OK;
}

int seal_note_key_ed25519(const char *name, const uint8_t public_key[static 32],
			  struct seal_note_key *out_key, struct seal_diag *diag)
{
	struct seal_note_key key = {.len = 32, .verify = verify_ed25519};
	int error = begin(&key, name, diag);

	if (error)
		return error;
	memcpy(key.bytes, public_key, 32);
	make_id(&key, "\x01", 1, public_key, 32);
	*out_key = key;
	return SEAL_OK;
}

static int verify_p256(const struct seal_note_key *key, const void *text, size_t text_len,
		       const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	const uint8_t *at = key->bytes;
	EVP_PKEY *pkey SEAL_CLEANUP(pkey_done) = d2i_PUBKEY(NULL, &at, (long)key->len);
	EVP_MD_CTX *ctx SEAL_CLEANUP(digest_done) = EVP_MD_CTX_new();

	if (!pkey || !ctx || EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "P-256");
	if (EVP_DigestVerify(ctx, signature, len, text, text_len) != 1)
		return seal_fail(diag, SEAL_E_VERIFY, "ECDSA signature");
	return SEAL_OK;
}

int seal_note_key_p256(const char *name, const uint8_t point[static SEAL_P256_POINT],
		       struct seal_note_key *out_key, struct seal_diag *diag)
{
	/* SubjectPublicKeyInfo of an uncompressed point of P-256 (RFC 5480). */
	static const uint8_t head[SPKI_HEAD] = {
		0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
		0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
	struct seal_note_key key = {.len = SPKI_LEN, .verify = verify_p256};
	uint8_t hash[32];
	int error = begin(&key, name, diag);

	if (!error)
		error = seal_point_check(SEAL_CURVE_P256, point, SEAL_P256_POINT, diag);
	if (error)
		return error;
	memcpy(key.bytes, head, SPKI_HEAD);
	memcpy(key.bytes + SPKI_HEAD, point, SEAL_P256_POINT);
	(void)crypto_hash_sha256(hash, key.bytes, SPKI_LEN);
	memcpy(key.id, hash, 4);
	*out_key = key;
	return SEAL_OK;
}

int seal_note_key_other(const char *name, const char *type, const uint8_t *public_key, size_t len,
			int (*verify)(const struct seal_note_key *key, const void *text,
				      size_t text_len, const uint8_t *signature, size_t sig_len,
				      struct seal_diag *diag),
			struct seal_note_key *out_key, struct seal_diag *diag)
{
	struct seal_note_key key = {.len = len, .verify = verify};
	uint8_t full[65] = {0xff};
	size_t type_len = strlen(type);
	int error = begin(&key, name, diag);

	if (error)
		return error;
	if (type_len < 1 || type_len >= sizeof full || len < 1 || len > sizeof key.bytes)
		return seal_fail(diag, SEAL_E_ARGUMENT, "type or length of a key");
	memcpy(full + 1, type, type_len);
	memcpy(key.bytes, public_key, len);
	make_id(&key, full, type_len + 1, public_key, len);
	*out_key = key;
	return SEAL_OK;
}

static int is_by(const struct seal_note_signature *signature, const struct seal_note_key *key)
{
	return strcmp(signature->name, key->name) == 0 && seal_eq_ct(signature->id, key->id, 4);
}

int seal_note_verify(const struct seal_note *note, const struct seal_note_key *keys, size_t count,
		     uint8_t *out_signed, struct seal_diag *diag)
{
	size_t text_len = 0;
	const char *text = seal_note_text(note, &text_len);
	uint8_t by[SEAL_NOTE_SIGNATURES] = {0};
	size_t good = 0;

	if (count > SEAL_NOTE_SIGNATURES)
		return seal_fail(diag, SEAL_E_ARGUMENT, "%zu keys", count);
	for (size_t i = 0; i < seal_note_count(note); i++) {
		const struct seal_note_signature *signature = seal_note_signature(note, i);

		for (size_t k = 0; k < count; k++) {
			int error;

			if (!is_by(signature, &keys[k]))
				continue;
			error = keys[k].verify(&keys[k], text, text_len, signature->bytes,
					       signature->len, diag);
			if (error)
				return seal_because(diag, error, "signature of %s", keys[k].name);
			by[k] = 1;
			good++;
		}
	}
	if (good == 0)
		return seal_fail(diag, SEAL_E_VERIFY, "note: not signed by a known key");
	memcpy(out_signed, by, count);
	return SEAL_OK;
}
