#ifndef SEALKIT_CRYPTO_ASSERTION_H
#define SEALKIT_CRYPTO_ASSERTION_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "crypto/note.h"

/* Signatures by FIDO2 tokens (design section 3). A token signs no text, only its own
   authenticator data and a hash that it is given; so a signature here is both:

       2 bytes, big-endian: length of the authenticator data
       authenticator data (WebAuthn, section 6.1): rp id hash 32, flags 1, counter 4, ...
       ECDSA P-256 signature over authenticator data and hash, SHA-256, DER

   and the hash is SHA-256 of "sealkit/fido2-assertion/1\n" and the text. The prefix keeps
   it apart from a browser's client data, which is JSON. The counter is not looked at: a
   signed text is offline and may be checked in any order. */

#define SEAL_ASSERTION_TYPE "sealkit/fido2-assertion"
#define SEAL_ASSERTION_HASH 32u
#define SEAL_ASSERTION_PUBLIC (SEAL_ASSERTION_HASH + SEAL_P256_POINT) /* rp id hash, point */
#define SEAL_ASSERTION_MAX 1024u				      /* bytes of a signature */

/* The client-data hash that the token is given. */
void seal_assertion_hash(const void *text, size_t len, uint8_t out[static SEAL_ASSERTION_HASH]);

/* Puts what the token gave into the form above. SEAL_E_TOOLONG: more than cap. */
SEAL_MUST_CHECK int seal_assertion_pack(const uint8_t *auth_data, size_t auth_len,
					const uint8_t *der, size_t der_len, uint8_t *out,
					size_t cap, size_t *out_len, struct seal_diag *diag);

/* Proves that the holder of point signed text, for this rp id, touched (UP) and with PIN
   or fingerprint (UV). SEAL_E_VERIFY for everything else, malformed signatures included;
   SEAL_E_FORMAT: point is none. */
SEAL_MUST_CHECK int seal_assertion_verify(const uint8_t rp_id_hash[static SEAL_ASSERTION_HASH],
					  const uint8_t point[static SEAL_P256_POINT],
					  const void *text, size_t text_len,
					  const uint8_t *signature, size_t len,
					  struct seal_diag *diag);

/* For notes: type 0xff and SEAL_ASSERTION_TYPE, public key of SEAL_ASSERTION_PUBLIC bytes. */
SEAL_MUST_CHECK int seal_note_key_assertion(const char *name, const char *rp_id,
					    const uint8_t point[static SEAL_P256_POINT],
					    struct seal_note_key *out_key, struct seal_diag *diag);

#endif
