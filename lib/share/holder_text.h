#ifndef SEALKIT_SHARE_HOLDER_TEXT_H
#define SEALKIT_SHARE_HOLDER_TEXT_H

#include "share/manifest.h"

/* What the holder of a card signs for the core that signed the manifest, over a challenge of
   it (proof_text.h, lock_text.h):

       TYPE
       core: BASE64            (identity key of the daemon, which signed the manifest)
       set: 32 hex digits
       epoch: 1
       ...                     (what this type has besides)
       card: HEX               (fingerprint)
       challenge: 64 hex digits

   Both sides make the text from what they know themselves, so that nobody has a token sign
   what another wrote. Threat: a signature that is played again, taken for another type's,
   for another card's, or given to another daemon. */

#define SEAL_HOLDER_TEXT 512u
#define SEAL_HOLDER_CHALLENGE 64u /* hex digits */

struct seal_holder_text {
	const char *type;   /* "sealkit-proof/1" */
	const char *middle; /* lines, each with its newline; may be empty */
	const struct seal_manifest *manifest;
	const uint8_t *card; /* fingerprint */
	const char *challenge;
};
/* SEAL_E_FORMAT: the challenge. Whose card it is, the caller has looked up. */
SEAL_MUST_CHECK int seal_holder_text(const struct seal_holder_text *parts,
				     char out[static SEAL_HOLDER_TEXT], struct seal_diag *diag);
/* Whose card it is; *out_index counts from 0. SEAL_E_MISMATCH: of no share of this set. */
SEAL_MUST_CHECK int seal_holder_card(const struct seal_manifest *manifest,
				     const uint8_t card[static SEAL_CARD_FINGERPRINT],
				     size_t *out_index, struct seal_diag *diag);
/* SEAL_E_VERIFY where the card's token has not signed the text. */
SEAL_MUST_CHECK int seal_holder_verify(const struct seal_card *card, const char *text,
				       const uint8_t *signature, size_t len,
				       struct seal_diag *diag);

#endif
