#ifndef SEALKIT_CRYPTO_AEAD_H
#define SEALKIT_CRYPTO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"

/* One message under an AEAD with a 12-byte nonce, by the numbers of RFC 9180
   section 7.3. A nonce used twice under one key gives both texts away: callers
   count (HPKE) or use a key once (age). */

enum seal_aead {
	SEAL_AEAD_AES128GCM = 1,
	SEAL_AEAD_AES256GCM = 2,
	SEAL_AEAD_CHACHA20POLY1305 = 3,
};

#define SEAL_AEAD_NONCE 12u
#define SEAL_AEAD_TAG 16u
#define SEAL_AEAD_MAX (64u << 20) /* bytes of one message */

/* 16 or 32; 0 for a number that is not in the list. */
size_t seal_aead_key_len(enum seal_aead kind);

struct seal_aead_message {
	const uint8_t *nonce; /* SEAL_AEAD_NONCE bytes */
	const uint8_t *aad;   /* NULL where aad_len is 0 */
	size_t aad_len;
	const uint8_t *in;
	size_t len;
};

/* out holds len + SEAL_AEAD_TAG bytes. A key of another length is
   SEAL_E_ARGUMENT. */
SEAL_MUST_CHECK int seal_aead_seal(enum seal_aead kind, const struct seal_secret *key,
				   const struct seal_aead_message *message, uint8_t *out,
				   struct seal_diag *diag);
/* len counts the tag; out holds len - SEAL_AEAD_TAG bytes, which are wiped where
   the tag is wrong (SEAL_E_VERIFY). */
SEAL_MUST_CHECK int seal_aead_open(enum seal_aead kind, const struct seal_secret *key,
				   const struct seal_aead_message *message, uint8_t *out,
				   struct seal_diag *diag);

#endif
