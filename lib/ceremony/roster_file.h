#ifndef SEALKIT_CEREMONY_ROSTER_FILE_H
#define SEALKIT_CEREMONY_ROSTER_FILE_H

#include "share/roster.h"

/* Rosters as files: a note, or the text that nobody has signed yet. */

#define SEAL_ROSTER_SUFFIX ".roster"

/* A signed roster that obeys all rules. By whom it is signed, and what it follows, is not looked
   at: seal_roster_verify_next, seal_history_verify. */
SEAL_MUST_CHECK int seal_roster_read(const char *path, struct seal_roster **out_roster,
				     struct seal_diag *diag);
/* The same, or one that nobody has signed: its note is NULL. obey 0: its form alone is looked at
   (seal_roster_look). */
SEAL_MUST_CHECK int seal_roster_read_any(const char *path, int obey,
					 struct seal_roster **out_roster, struct seal_diag *diag);

/* SHA-256 of the text of duties, byte for byte. */
SEAL_MUST_CHECK int seal_duty_read(const char *path, uint8_t out[static SEAL_ROSTER_DIGEST],
				   struct seal_diag *diag);

#endif
