#ifndef SEALKIT_CRYPTO_PROOF_H
#define SEALKIT_CRYPTO_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"

/* The proof key of a share (design section 3): the Ed25519 key whose seed is
   HKDF-SHA256(share, no salt, info "sealkit/share-proof/1" + set id). Its public half
   in the manifest recognises the share and proves that it was opened. Publish
   it only where what is split is 32 random bytes: else it is a way to test
   guesses. */

#define SEAL_PROOF_PUBLIC 32u
#define SEAL_PROOF_SIGNATURE 64u
#define SEAL_PROOF_SET_ID 64u /* longest set id */

struct seal_proof; /* the private half */

/* set_id: 1 to SEAL_PROOF_SET_ID characters, as in the manifest. */
SEAL_MUST_CHECK int seal_proof_new(const struct seal_secret *share, const char *set_id,
				   struct seal_proof **out_proof, struct seal_diag *diag);
void seal_proof_free(struct seal_proof *proof);
void seal_proof_freep(struct seal_proof **proof);
void seal_proof_public(const struct seal_proof *proof, uint8_t out[static SEAL_PROOF_PUBLIC]);

/* Over "sealkit/share-proof-answer/1\n" + challenge, so that no other signed text
   can pass for an answer. */
SEAL_MUST_CHECK int seal_proof_sign(const struct seal_proof *proof, const uint8_t *challenge,
				    size_t len, uint8_t out[static SEAL_PROOF_SIGNATURE],
				    struct seal_diag *diag);
/* SEAL_E_VERIFY unless by the proof key. */
SEAL_MUST_CHECK int seal_proof_verify(const uint8_t public_key[static SEAL_PROOF_PUBLIC],
				      const uint8_t *challenge, size_t len,
				      const uint8_t signature[static SEAL_PROOF_SIGNATURE],
				      struct seal_diag *diag);

#endif
