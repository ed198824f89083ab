#ifndef SEALKIT_SHARE_DUTY_H
#define SEALKIT_SHARE_DUTY_H

#include "share/roster.h"

/* Acceptance of duty: what a person's token signs to say that the text of duties was read and
   is accepted.

       sealkit-duty/1
       organisation: Example Bank
       person: alice
       duty: 1 HEX64                    (version and SHA-256 of the text of duties)
       time: 2026-11-30T19:00:00Z
       card: HEX64                      (fingerprint)

   By itself it travels as a signed note over this text. In a roster it is a line `accepted:`,
   from which the text is made again: so it holds for this organisation, person, duty and card. */

#define SEAL_DUTY_TEXT 1024u

struct seal_duty {
	const char *organisation, *person, *time;
	unsigned version;
	uint8_t digest[SEAL_ROSTER_DIGEST];
	uint8_t card[SEAL_CARD_FINGERPRINT];
};

/* NUL-terminated. SEAL_E_FORMAT where a part is not what the roster would take. */
SEAL_MUST_CHECK int seal_duty_text(const struct seal_duty *duty, char out[static SEAL_DUTY_TEXT],
				   struct seal_diag *diag);

/* Whether person's acceptance in this roster was signed by that person's card: SEAL_E_VERIFY;
   SEAL_E_MISMATCH: by no card of that person; SEAL_E_NOTFOUND: there is none. */
SEAL_MUST_CHECK int seal_duty_check(const struct seal_roster *roster,
				    const struct seal_roster_person *person,
				    struct seal_diag *diag);

/* Takes an acceptance that came as a note into roster, whose person, card and duty it must be
   of: SEAL_E_MISMATCH, SEAL_E_VERIFY, SEAL_E_OLD (another duty). An older one of the same person
   gives way; *out_person is whose it was. */
SEAL_MUST_CHECK int seal_duty_accept(struct seal_roster *roster, const void *note, size_t len,
				     const struct seal_roster_person **out_person,
				     struct seal_diag *diag);

#endif
