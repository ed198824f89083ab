#ifndef SEALKIT_CRYPTO_XAES_H
#define SEALKIT_CRYPTO_XAES_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* XAES-256-GCM (C2SP XAES-256-GCM.md): AES-256-GCM with a nonce long enough to be
   random for ever, as the barrier uses it (design section 5). A nonce used
   twice under one key gives both texts away, so take it from seal_random. */

#define SEAL_XAES_KEY 32u
#define SEAL_XAES_NONCE 24u
#define SEAL_XAES_TAG 16u
#define SEAL_XAES_MAX (64u << 20) /* bytes of one message */

struct seal_xaes_message {
	const uint8_t *nonce; /* SEAL_XAES_NONCE bytes */
	const uint8_t *aad;   /* NULL where aad_len is 0 */
	size_t aad_len;
	const uint8_t *in;
	size_t len;
};

/* A key made ready: several times as fast for many short messages. Part of it is in
   OpenSSL's heap, wiped when freed. One thread at a time. */
struct seal_xaes;
SEAL_MUST_CHECK int seal_xaes_new(const uint8_t key[static SEAL_XAES_KEY],
				  struct seal_xaes **out_xaes, struct seal_diag *diag);
void seal_xaes_free(struct seal_xaes *xaes);
void seal_xaes_freep(struct seal_xaes **xaes);
/* out holds len + SEAL_XAES_TAG bytes. */
SEAL_MUST_CHECK int seal_xaes_encrypt(struct seal_xaes *xaes,
				      const struct seal_xaes_message *message, uint8_t *out,
				      struct seal_diag *diag);
/* len counts the tag; out holds len - SEAL_XAES_TAG bytes, which are wiped where
   the tag is wrong (SEAL_E_VERIFY). */
SEAL_MUST_CHECK int seal_xaes_decrypt(struct seal_xaes *xaes,
				      const struct seal_xaes_message *message, uint8_t *out,
				      struct seal_diag *diag);

/* One message under one key, as above. aad may be NULL where aad_len is 0. */
SEAL_MUST_CHECK int seal_xaes_seal(const uint8_t key[static SEAL_XAES_KEY],
				   const uint8_t nonce[static SEAL_XAES_NONCE], const uint8_t *aad,
				   size_t aad_len, const uint8_t *in, size_t len, uint8_t *out,
				   struct seal_diag *diag);
SEAL_MUST_CHECK int seal_xaes_open(const uint8_t key[static SEAL_XAES_KEY],
				   const uint8_t nonce[static SEAL_XAES_NONCE], const uint8_t *aad,
				   size_t aad_len, const uint8_t *in, size_t len, uint8_t *out,
				   struct seal_diag *diag);

#endif
