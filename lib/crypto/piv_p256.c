/* piv-p256 (C2SP age-piv-p256.md), the stanza of age-plugin-yubikey: an ephemeral
   point, HKDF over the shared x coordinate, ChaCha20-Poly1305 with a zero nonce. */

#include "crypto/p256_internal.h"

#include <sodium.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/hmac.h"

#include "base/banned.h"

static const uint8_t zero_nonce[SEAL_AEAD_NONCE];

void seal_piv_p256_tag(const uint8_t *point, uint8_t *out_tag)
{
	uint8_t small[SEAL_P256_COMPRESSED];
	uint8_t hash[32];

	seal_p256_compress(point, small);
	(void)crypto_hash_sha256(hash, small, sizeof small);
	memcpy(out_tag, hash, SEAL_P256_TAG_LEN);
}

/* *out_key: the wrapping key of `mine` with `peer`; the salt is enc and the
   recipient, both compressed. */
static int wrap_key(const struct seal_ecdh *mine, const uint8_t *peer, const uint8_t *enc,
		    const uint8_t *point, struct seal_secret **out_key, struct seal_diag *diag)
{
	static const struct seal_piece info = {"piv-p256", 8};
	struct seal_secret *work SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t salt[2 * SEAL_P256_COMPRESSED];
	uint8_t *z;
	int error = seal_secret_new(64, &work, diag); /* z, extracted */

	if (!error)
		error = seal_secret_new(32, &key, diag);
	if (error)
		return error;
	z = seal_secret_data(work);
	error = mine->derive(mine->ctx, peer, SEAL_P256_POINT, z, diag);
	if (error)
		return error;
	memcpy(salt, enc, SEAL_P256_COMPRESSED);
	seal_p256_compress(point, salt + SEAL_P256_COMPRESSED);
	seal_hmac(salt, sizeof salt, &(struct seal_piece){z, 32}, 1, z + 32);
	seal_hmac_expand(z + 32, &info, 1, seal_secret_data(key), 32);
	*out_key = seal_steal(&key);
	return SEAL_OK;
}

int seal_piv_p256_wrap(const uint8_t *point, const struct seal_secret *file_key,
		       struct seal_p256_stanza *stanza, struct seal_diag *diag)
{
	struct seal_secret *ephemeral SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_aead_message message = {zero_nonce, NULL, 0, seal_secret_bytes(file_key),
					    SEAL_AGE_FILE_KEY};
	struct seal_ecdh mine;
	uint8_t share[SEAL_P256_POINT];
	int error = seal_ecdh_generate(SEAL_CURVE_P256, &ephemeral, diag);

	if (!error)
		error = seal_ecdh_public(SEAL_CURVE_P256, ephemeral, share, diag);
	if (error)
		return error;
	mine = seal_ecdh_software(SEAL_CURVE_P256, ephemeral);
	seal_p256_compress(share, stanza->enc);
	stanza->enc_len = SEAL_P256_COMPRESSED;
	error = wrap_key(&mine, point, stanza->enc, point, &key, diag);
	return error ? error
		     : seal_aead_seal(SEAL_AEAD_CHACHA20POLY1305, key, &message, stanza->body,
				      diag);
}

int seal_piv_p256_unwrap(const struct seal_p256_identity *identity,
			 const struct seal_p256_stanza *stanza, struct seal_secret *file_key,
			 struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_aead_message message = {zero_nonce, NULL, 0, stanza->body, sizeof stanza->body};
	uint8_t peer[SEAL_P256_POINT];
	int error = seal_p256_expand(stanza->enc, peer, diag);

	if (!error)
		error = wrap_key(identity->ecdh, peer, stanza->enc, identity->point, &key, diag);
	return error ? error
		     : seal_aead_open(SEAL_AEAD_CHACHA20POLY1305, key, &message,
				      seal_secret_data(file_key), diag);
}
