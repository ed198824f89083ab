#ifndef SEALKIT_CEREMONY_PROVE_H
#define SEALKIT_CEREMONY_PROVE_H

#include "base/diag.h"
#include "token/token.h"

/* Proves with the token that a card is true: the token signs 32 fresh random bytes, and
   opens an age file that was sealed just now to the card's recipient. So both keys of the
   card are there and are usable by whoever sits here. The PIN is asked for once. */

/* SEAL_E_VERIFY: the signature or the bytes opened are not what they must be. Errors of the
   token are passed through. out_info: of the token; may be NULL. */
SEAL_MUST_CHECK int seal_prove_card(const struct seal_card *card,
				    const struct seal_token_place *place,
				    const struct seal_token_asker *asker,
				    struct seal_token_info *out_info, struct seal_diag *diag);

/* Without the token: what stands in the card says that both its keys were made in a token,
   a PIV one under the policies and with the serial that the card tells, and leads to a
   certificate of the folder roots (NULL: the installed one). Errors of seal_attest_verify,
   seal_fido2_prove_attestation and seal_roots_load; SEAL_E_VERIFY for a card that does not
   say it is attested: nothing in it can be verified. */
SEAL_MUST_CHECK int seal_prove_attestation(const struct seal_card *card, const char *roots,
					   struct seal_diag *diag);

#endif
