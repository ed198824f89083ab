#ifndef SEALKIT_SHARE_LOCK_TEXT_H
#define SEALKIT_SHARE_LOCK_TEXT_H

#include "share/holder_text.h"

/* What a holder signs to have the daemon sealed at once: share/holder_text.h, with the type
   line sealkit-lock/1 and nothing in the middle. One signature, by the signing key of any card
   of the set in force: an alarm waits for nobody. No share is opened for it. */

/* SEAL_E_MISMATCH: the card is of no share of this set; SEAL_E_FORMAT: the challenge. */
SEAL_MUST_CHECK int seal_lock_text(const struct seal_manifest *manifest,
				   const uint8_t card[static SEAL_CARD_FINGERPRINT],
				   const char *challenge, char out[static SEAL_HOLDER_TEXT],
				   struct seal_diag *diag);
/* Whether the card's token has signed it: SEAL_E_VERIFY; else errors as above. That the
   challenge is fresh, the caller knows. */
SEAL_MUST_CHECK int seal_lock_check(const struct seal_manifest *manifest,
				    const struct seal_card *card, const char *challenge,
				    const uint8_t *signature, size_t len, struct seal_diag *diag);

#endif
