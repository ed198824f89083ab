#ifndef SEALKIT_TOKEN_LEAKS_H
#define SEALKIT_TOKEN_LEAKS_H

#include "token/token.h"

/* YubiKeys whose ECDSA keys can be read out by who gets hold of them and opens them (Yubico's
   advisory YSA-2024-03): before firmware 5.7.0, the Bio series before 5.7.2. Keys that only
   open shares are not concerned, and no firmware can be put into a YubiKey. */

int seal_leaks_firmware(const uint8_t firmware[static 3], int is_bio);
/* By the model that attestations name; says nothing of models of 5.7 and later. */
int seal_leaks_model(const uint8_t aaguid[static 16]);
/* By what was recorded at enrolment, and by firmware or model where they are attested. */
int seal_leaks_card(const struct seal_card *card);
/* SEAL_E_POLICY unless the plan allows it. */
SEAL_MUST_CHECK int seal_leaks_check(const struct seal_token_plan *plan, int leaks,
				     struct seal_diag *diag);

#endif
