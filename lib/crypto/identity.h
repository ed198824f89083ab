#ifndef SEALKIT_CRYPTO_IDENTITY_H
#define SEALKIT_CRYPTO_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"

/* The passphrase token (design section 3): an X25519 key that opens shares and an
   Ed25519 key that signs, under a passphrase, as text of five lines:

       sealkit-identity/1
       kdf: $argon2id$v=19$m=262144,t=3,p=4$SALT
       recipient: age1...
       signing: PUBLIC KEY
       box: NONCE AND CIPHERTEXT

   kdf is in PHC form without a hash; binary fields are base64, unpadded in kdf and
   padded elsewhere. box is XChaCha20-Poly1305 of both private keys (32 + 32 bytes)
   with the four lines before it as associated data, so that neither parameters
   nor public keys can be exchanged. There is one spelling only of each file. */

#define SEAL_IDENTITY_TEXT 512u
#define SEAL_IDENTITY_RECIPIENT 64u

struct seal_identity;

struct seal_identity_public {
	char recipient[SEAL_IDENTITY_RECIPIENT];
	uint8_t signing[32];
};

SEAL_MUST_CHECK int seal_identity_new(struct seal_identity **out_identity, struct seal_diag *diag);
void seal_identity_free(struct seal_identity *identity);
void seal_identity_freep(struct seal_identity **identity);
const struct seal_identity_public *seal_identity_public(const struct seal_identity *identity);
/* The identity's: 32 bytes for seal_age_x25519_identity, 64 as libsodium signs. */
struct seal_secret *seal_identity_x25519(struct seal_identity *identity);
struct seal_secret *seal_identity_ed25519(struct seal_identity *identity);

/* Writes the text, NUL-terminated. Takes 256 MiB and about a second. */
SEAL_MUST_CHECK int seal_identity_lock(struct seal_identity *identity,
				       struct seal_secret *passphrase,
				       char out_text[static SEAL_IDENTITY_TEXT],
				       struct seal_diag *diag);

/* SEAL_E_FORMAT; SEAL_E_VERSION; SEAL_E_POLICY: parameters below 256 MiB and 3 passes,
   or above 4 GiB, 64 passes, 16 lanes, before any memory is taken;
   SEAL_E_PINWRONG: wrong passphrase, or damaged: the two cannot be told apart. */
SEAL_MUST_CHECK int seal_identity_unlock(const char *text, size_t len,
					 struct seal_secret *passphrase,
					 struct seal_identity **out_identity,
					 struct seal_diag *diag);

/* Without the passphrase, and so not authenticated: for finding the file that a
   card speaks of, not for making a card. */
SEAL_MUST_CHECK int seal_identity_peek(const char *text, size_t len,
				       struct seal_identity_public *out_public,
				       struct seal_diag *diag);

#endif
