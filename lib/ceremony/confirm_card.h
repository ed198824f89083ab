#ifndef SEALKIT_CEREMONY_CONFIRM_CARD_H
#define SEALKIT_CEREMONY_CONFIRM_CARD_H

#include "base/diag.h"
#include "share/card.h"

/* One card as people confirm it (ceremony practice R16, R21): what token stands behind it,
   what is wrong with it in red, and the words of its fingerprint; no line over 80 columns
   but for the name of a person that is too long for it. */

struct seal_confirm_place {
	size_t number, count; /* of the cards that are confirmed; number from 1 */
	size_t token,
		of_token; /* which of its holder's tokens it is, in order of enrolment; from 1 */
	int has_no_share; /* the one more: it gets no share */
};

/* SEAL_E_POLICY: the person says no. */
SEAL_MUST_CHECK int seal_confirm_ask(const struct seal_card *card,
				     const struct seal_confirm_place *place,
				     struct seal_diag *diag);

#endif
