#ifndef SEALKIT_SHARE_PAYLOAD_H
#define SEALKIT_SHARE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "share/card.h"

/* What is inside a sealed share (design section 3): text that a person with only
   `age` can read and type.

       sealkit-share/1
       purpose: unseal key of vault.example
       set: 0123...            (32 hex digits)
       epoch: 1
       index: 2 of 5
       threshold: 3
       group: ops              (only in sets with groups; threshold is then the group's)
       custodian: bruno
       signer: BASE64          (Ed25519 key that signs the set's manifest)
       key: BASE64             (the share as Vault lays it out: y bytes, then x)

   The signer stands inside what is sealed, so that a forged manifest, with the right set
   id and proof keys but another daemon's key in it, gets no share handed over. */

#define SEAL_SET_ID 32u /* hex digits of 16 random bytes */
#define SEAL_PURPOSE 200u
#define SEAL_PAYLOAD_TEXT 2048u
#define SEAL_PAYLOAD_SHARE 256u /* longest share inside a payload */

struct seal_payload {
	char purpose[SEAL_PURPOSE + 1];
	char set[SEAL_SET_ID + 1];
	char group[SEAL_CARD_NAME + 1]; /* empty: none */
	char custodian[SEAL_CARD_NAME + 1];
	unsigned epoch, index, total, threshold;
	uint8_t signer[32];
};

/* Writes the text into secret memory: *out_text is the caller's. */
SEAL_MUST_CHECK int seal_payload_text(const struct seal_payload *payload,
				      const struct seal_secret *share,
				      struct seal_secret **out_text, struct seal_diag *diag);
/* Strict: one spelling. SEAL_E_FORMAT, SEAL_E_VERSION. *out_share is the caller's. */
SEAL_MUST_CHECK int seal_payload_parse(const struct seal_secret *text,
				       struct seal_payload *out_payload,
				       struct seal_secret **out_share, struct seal_diag *diag);

#endif
