#ifndef SEALKIT_TOKEN_FIDO2_H
#define SEALKIT_TOKEN_FIDO2_H

#include "crypto/fido2prf.h"
#include "token/token.h"

/* FIDO2 tokens, through libfido2 (design section 3). Each holds two credentials, neither
   stored on the token: one unwraps (hmac-secret, for the X25519 identity in the card),
   one signs. User verification, by PIN, is always on: the token has another secret for
   each mode, and the wrong one opens nothing. "udp:HOST:PORT" is a virtual token, and a
   card made on one is marked so for ever.

   What the token is asked for is announced to the asker: PIN, then touch; an enrolment
   takes four touches and the signature of the card a fifth. */

extern const struct seal_token_driver seal_fido2_driver;

/* For age files that were sealed to a credential itself, by typage or a browser, without
   any card: AGE-PLUGIN-FIDO2PRF-1.... All pointers must outlive the identity. Several
   tokens, and none shows that it knows the credential: SEAL_E_TOKENWRONG, naming them. */
struct seal_fido2_opener {
	const struct seal_token_place *place;
	const struct seal_token_asker *asker;
	const struct seal_fido2prf_credential *credential;
};
struct seal_age_identity seal_fido2_identity(struct seal_fido2_opener *opener);

/* Verifies offline what an attested card keeps of its token's words: packed attestations of
   both credentials, by one batch key that roots stand behind, of the card's model, with its
   rp ids, credentials and public keys, and over its recipient. SEAL_E_VERIFY, SEAL_E_EXPIRED,
   SEAL_E_MISMATCH, SEAL_E_FORMAT. */
struct seal_roots;
SEAL_MUST_CHECK int seal_fido2_prove_attestation(const struct seal_card *card,
						 const struct seal_roots *roots,
						 struct seal_diag *diag);

#endif
