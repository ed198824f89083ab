#ifndef SEALKIT_CRYPTO_HPKE_H
#define SEALKIT_CRYPTO_HPKE_H

#include "crypto/aead.h"
#include "crypto/ecdh.h"

/* HPKE (RFC 9180), base mode, with DHKEM(P-256) or DHKEM(X25519), HKDF-SHA256 and
   one of seal_aead. Base mode says nothing about who the sender is. */

struct seal_hpke; /* one direction: messages are opened in the order of sealing */

struct seal_hpke_suite {
	enum seal_curve curve;
	enum seal_aead aead;
};

/* Sender: a fresh ephemeral key to `point` (validated here). out_enc holds
   seal_curve_point_len bytes. */
SEAL_MUST_CHECK int seal_hpke_send(struct seal_hpke_suite suite, const uint8_t *point,
				   size_t point_len, const uint8_t *info, size_t info_len,
				   uint8_t *out_enc, struct seal_hpke **out_hpke,
				   struct seal_diag *diag);

/* Recipient: `own` holds the private key of `point`. enc is validated before the
   key is used: SEAL_E_FORMAT. Errors of own->derive are passed through. */
struct seal_hpke_own {
	const struct seal_ecdh *ecdh;
	const uint8_t *point;
	size_t point_len;
};
SEAL_MUST_CHECK int seal_hpke_receive(struct seal_hpke_suite suite, const struct seal_hpke_own *own,
				      const uint8_t *enc, size_t enc_len, const uint8_t *info,
				      size_t info_len, struct seal_hpke **out_hpke,
				      struct seal_diag *diag);
void seal_hpke_free(struct seal_hpke *hpke);
void seal_hpke_freep(struct seal_hpke **hpke);

/* out: len + SEAL_AEAD_TAG. The nonce counts up with each message sealed. */
SEAL_MUST_CHECK int seal_hpke_seal(struct seal_hpke *hpke, const uint8_t *aad, size_t aad_len,
				   const uint8_t *in, size_t len, uint8_t *out,
				   struct seal_diag *diag);
/* out: len - SEAL_AEAD_TAG. A message that fails (SEAL_E_VERIFY) does not count. */
SEAL_MUST_CHECK int seal_hpke_open(struct seal_hpke *hpke, const uint8_t *aad, size_t aad_len,
				   const uint8_t *in, size_t len, uint8_t *out,
				   struct seal_diag *diag);

#endif
