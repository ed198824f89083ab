#ifndef SEALKIT_CEREMONY_LOCK_H
#define SEALKIT_CEREMONY_LOCK_H

#include "ceremony/unseal.h"

/* A holder has the daemon sealed at once: the token signs for it, no share is opened, and nobody
   else is needed. Threat: an alarm that is told as done while the daemon is open; so nothing but
   the core's signed word is one. */

/* unseal: as for a turn; reset and the files of shares are not looked at. state: as
   seal_unseal_look left it; afterwards as the core says: sealed, and nothing given.
   state->status.repeated: it was sealed before. *out_index: of the manifest, who did it.
   SEAL_E_TOKENABSENT: no token here is of a card of the set; SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_lock_turn(const struct seal_unseal *unseal,
				   struct seal_unseal_state *state, size_t *out_index,
				   struct seal_diag *diag);

#endif
