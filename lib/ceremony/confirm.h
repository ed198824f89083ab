#ifndef SEALKIT_CEREMONY_CONFIRM_H
#define SEALKIT_CEREMONY_CONFIRM_H

#include "base/diag.h"
#include "ceremony/cards.h"

/* Before anything is sealed to cards, people confirm that each is its holder's (ceremony
   practice R9, R21): a card is self-signed, so a forged one looks as true as the real one. */

/* fingerprints: a file with one line `NAME HEX64` a card, `#` comments; every card must be in it
   and every line must have its card: SEAL_E_MISMATCH, by name. NULL: a person is asked on
   /dev/tty, card by card, by the words of its fingerprint; "no" is SEAL_E_POLICY. */
SEAL_MUST_CHECK int seal_confirm_cards(const struct seal_cards *cards, const char *fingerprints,
				       struct seal_diag *diag);

#endif
