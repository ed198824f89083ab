#ifndef SEALKIT_CEREMONY_UNSEAL_H
#define SEALKIT_CEREMONY_UNSEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "ceremony/open.h"
#include "ceremony/set_folder.h"
#include "client/client.h"

/* One custodian's turn at an unseal (design sections 4 and 5): find the share that the
   tokens here open, open it, recognise it by the manifest, hand it to the core. A turn
   that is broken off anywhere has changed nothing, or has given one whole share. */

struct seal_unseal {
	const struct seal_set_folder *folder;
	struct seal_client *client;
	const struct seal_token_place *place;
	const struct seal_token_asker *asker;
	const char *custodian; /* only this one's; NULL: whose token is here */
	int has_serial;
	uint32_t serial;
	int reset;	/* the share is the right to start anew */
	int is_pending; /* folder is of a set that waits for proofs (rekey.h) */
	/* Asked where tokens of several shares are here; NULL: SEAL_E_TOKENWRONG. */
	int (*choose)(void *ctx, const struct seal_open_fit *fits, size_t count, size_t *out_index,
		      struct seal_diag *diag);
	void *choose_ctx;
};

struct seal_unseal_state {
	struct seal_client_status status;
	uint8_t given[SEAL_MANIFEST_SHARES];  /* by manifest index */
	uint8_t proved[SEAL_MANIFEST_SHARES]; /* the same: holders who have proved */
	size_t accepted;		      /* the index of the share just sent */
	uint8_t card[SEAL_CARD_FINGERPRINT];  /* that opened it */
};

/* Asks the daemon and checks that it is under this set: SEAL_E_REFUSED where it is not
   initialised, SEAL_E_OLD where the daemon has a later epoch, SEAL_E_MISMATCH. */
SEAL_MUST_CHECK int seal_unseal_look(const struct seal_unseal *unseal,
				     struct seal_unseal_state *out_state, struct seal_diag *diag);

/* given and proved again, from status. */
void seal_unseal_mark(const struct seal_unseal *unseal, struct seal_unseal_state *state);

/* Opens the share of the token that is here, of those that state does not mark as given, and
   recognises it by the manifest; nothing is sent. Its token stays open. */
SEAL_MUST_CHECK int seal_unseal_open(const struct seal_unseal *unseal,
				     const struct seal_unseal_state *state, size_t *out_index,
				     struct seal_opened *out_opened, struct seal_diag *diag);

/* Takes a turn. state: as seal_unseal_look left it; shares that are given already are
   passed over. SEAL_E_TOKENABSENT: no token here opens one of the others. SEAL_E_VERIFY: the
   core did not confirm the share. Where others opened the daemon first, state->status has
   sealed and has_accepted 0: the share was not needed. */
SEAL_MUST_CHECK int seal_unseal_turn(const struct seal_unseal *unseal,
				     struct seal_unseal_state *state, struct seal_diag *diag);

#endif
