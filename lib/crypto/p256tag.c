/* p256tag (C2SP age.md): HPKE to the card's point. */

#include "crypto/p256_internal.h"

#include <sodium.h>
#include <string.h>

#include "crypto/hmac.h"
#include "crypto/hpke.h"

#include "base/banned.h"

#define INFO "age-encryption.org/p256tag"
#define INFO_LEN (sizeof INFO - 1)

static const struct seal_hpke_suite suite = {SEAL_CURVE_P256, SEAL_AEAD_CHACHA20POLY1305};

void seal_p256tag_tag(const uint8_t *enc, size_t enc_len, const uint8_t *point, uint8_t *out_tag)
{
	uint8_t hash[SEAL_P256_TAG_LEN];
	uint8_t whole[32];
	const struct seal_piece pieces[] = {{enc, enc_len}, {hash, sizeof hash}};

	seal_piv_p256_tag(point, hash);
	seal_hmac((const uint8_t *)INFO, INFO_LEN, pieces, 2, whole);
	memcpy(out_tag, whole, SEAL_P256_TAG_LEN);
}

int seal_p256tag_wrap(const uint8_t *point, const struct seal_secret *file_key,
		      struct seal_p256_stanza *stanza, struct seal_diag *diag)
{
	struct seal_hpke *hpke SEAL_CLEANUP(seal_hpke_freep) = NULL;
	int error = seal_hpke_send(suite, point, SEAL_P256_POINT, (const uint8_t *)INFO, INFO_LEN,
				   stanza->enc, &hpke, diag);

	if (error)
		return error;
	stanza->enc_len = SEAL_P256_POINT;
	return seal_hpke_seal(hpke, NULL, 0, seal_secret_bytes(file_key), SEAL_AGE_FILE_KEY,
			      stanza->body, diag);
}

int seal_p256tag_unwrap(const struct seal_p256_identity *identity,
			const struct seal_p256_stanza *stanza, struct seal_secret *file_key,
			struct seal_diag *diag)
{
	struct seal_hpke *hpke SEAL_CLEANUP(seal_hpke_freep) = NULL;
	struct seal_hpke_own own = {identity->ecdh, identity->point, SEAL_P256_POINT};
	int error = seal_hpke_receive(suite, &own, stanza->enc, stanza->enc_len,
				      (const uint8_t *)INFO, INFO_LEN, &hpke, diag);

	return error ? error
		     : seal_hpke_open(hpke, NULL, 0, stanza->body, sizeof stanza->body,
				      seal_secret_data(file_key), diag);
}
