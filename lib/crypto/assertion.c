/* FIDO2 assertions over a text. The signature itself is ECDSA as notes have it; what is
   added is the authenticator data, which is checked before. */

#include "crypto/assertion.h"

#include <sodium.h>
#include <string.h>

#include "base/banned.h"

#define PREFIX "sealkit/fido2-assertion/1\n"
#define HEAD 2u
#define AUTH_DATA_MIN 37u
#define FLAGS_AT 32u
#define FLAG_PRESENT 0x01u
#define FLAG_VERIFIED 0x04u

void seal_assertion_hash(const void *text, size_t len, uint8_t out[static SEAL_ASSERTION_HASH])
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)PREFIX, sizeof PREFIX - 1);
	(void)crypto_hash_sha256_update(&state, text, len);
	(void)crypto_hash_sha256_final(&state, out);
}

int seal_assertion_pack(const uint8_t *auth_data, size_t auth_len, const uint8_t *der,
			size_t der_len, uint8_t *out, size_t cap, size_t *out_len,
			struct seal_diag *diag)
{
	size_t max = cap < SEAL_ASSERTION_MAX ? cap : SEAL_ASSERTION_MAX;

	if (max < HEAD || auth_len > max - HEAD || der_len > max - HEAD - auth_len)
		return seal_fail(diag, SEAL_E_TOOLONG, "FIDO2 assertion over %zu bytes", max);
	out[0] = (uint8_t)(auth_len >> 8);
	out[1] = (uint8_t)auth_len;
	memcpy(out + HEAD, auth_data, auth_len);
	memcpy(out + HEAD + auth_len, der, der_len);
	*out_len = HEAD + auth_len + der_len;
	return SEAL_OK;
}

/* What the token says of itself, before the signature proves that it says so. */
static int check_auth_data(const uint8_t *auth_data, const uint8_t *rp_id_hash,
			   struct seal_diag *diag)
{
	unsigned flags = auth_data[FLAGS_AT];

	if (!seal_eq_ct(auth_data, rp_id_hash, SEAL_ASSERTION_HASH))
		return seal_fail(diag, SEAL_E_VERIFY, "FIDO2 assertion for another rp id");
	if (!(flags & FLAG_PRESENT))
		return seal_fail(diag, SEAL_E_VERIFY, "FIDO2 assertion without touch");
	if (!(flags & FLAG_VERIFIED))
		return seal_fail(diag, SEAL_E_VERIFY, "FIDO2 assertion without PIN");
	return SEAL_OK;
}

int seal_assertion_verify(const uint8_t rp_id_hash[static SEAL_ASSERTION_HASH],
			  const uint8_t point[static SEAL_P256_POINT], const void *text,
			  size_t text_len, const uint8_t *signature, size_t len,
			  struct seal_diag *diag)
{
	struct seal_note_key key;
	uint8_t message[SEAL_ASSERTION_MAX + SEAL_ASSERTION_HASH];
	size_t auth_len;
	int error = seal_note_key_p256("assertion", point, &key, diag);

	if (error)
		return error;
	if (len < HEAD + AUTH_DATA_MIN || len > SEAL_ASSERTION_MAX)
		return seal_fail(diag, SEAL_E_VERIFY, "FIDO2 assertion of %zu bytes", len);
	auth_len = (size_t)signature[0] << 8 | signature[1];
	if (auth_len < AUTH_DATA_MIN || auth_len >= len - HEAD)
		return seal_fail(diag, SEAL_E_VERIFY, "FIDO2 assertion: authenticator data");
	error = check_auth_data(signature + HEAD, rp_id_hash, diag);
	if (error)
		return error;
	memcpy(message, signature + HEAD, auth_len);
	seal_assertion_hash(text, text_len, message + auth_len);
	return key.verify(&key, message, auth_len + SEAL_ASSERTION_HASH,
			  signature + HEAD + auth_len, len - HEAD - auth_len, diag);
}

static int verify_note(const struct seal_note_key *key, const void *text, size_t text_len,
		       const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	return seal_assertion_verify(key->bytes, key->bytes + SEAL_ASSERTION_HASH, text, text_len,
				     signature, len, diag);
}

int seal_note_key_assertion(const char *name, const char *rp_id,
			    const uint8_t point[static SEAL_P256_POINT],
			    struct seal_note_key *out_key, struct seal_diag *diag)
{
	uint8_t public_key[SEAL_ASSERTION_PUBLIC];
	int error = seal_point_check(SEAL_CURVE_P256, point, SEAL_P256_POINT, diag);

	if (error)
		return error;
	(void)crypto_hash_sha256(public_key, (const uint8_t *)rp_id, strlen(rp_id));
	memcpy(public_key + SEAL_ASSERTION_HASH, point, SEAL_P256_POINT);
	return seal_note_key_other(name, SEAL_ASSERTION_TYPE, public_key, sizeof public_key,
				   verify_note, out_key, diag);
}
