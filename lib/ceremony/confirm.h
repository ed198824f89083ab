#ifndef SEALKIT_CEREMONY_CONFIRM_H
#define SEALKIT_CEREMONY_CONFIRM_H

#include "base/diag.h"
#include "ceremony/cards.h"

/* Before anything is sealed to cards, people confirm that each is its holder's (ceremony
   practice R9, R21): a card is self-signed, so a forged one looks as true as the real one. */

struct seal_confirm {
	/* A file with one line `NAME HEX64` a card, `#` comments; every card must be in it and
	   every line must have its card: SEAL_E_MISMATCH, by name. NULL: a person is asked on
	   /dev/tty, card by card, by the words of its fingerprint; "no" is SEAL_E_POLICY. */
	const char *fingerprints;
	/* Certificates that are believed; NULL: the installed ones. */
	const char *roots;
	/* One more card, that gets no share; NULL: none. */
	const struct seal_card *extra;
};

/* First each card that says it is attested is verified (ceremony/prove.h): what it says is
   its own word, and anybody can write it. SEAL_E_VERIFY, by name, where it is not so. */
SEAL_MUST_CHECK int seal_confirm_cards(const struct seal_cards *cards,
				       const struct seal_confirm *how, struct seal_diag *diag);

#endif
