#ifndef SEALKIT_CEREMONY_TAKE_H
#define SEALKIT_CEREMONY_TAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "ceremony/open.h"
#include "ceremony/set_folder.h"

/* One custodian's share of a set's folder: found by the token that is here, opened, and
   recognised by the manifest. What is done with it, the caller decides; it leaves this
   machine by no way from here. */

struct seal_take {
	const struct seal_set_folder *folder;
	const struct seal_token_place *place;
	const struct seal_token_asker *asker;
	const char *custodian; /* only this one's; NULL: whose token is here */
	int has_serial;
	uint32_t serial;
	const uint8_t *done; /* by manifest index: != 0 is passed over; NULL: none is */
	/* Asked where tokens of several shares are here; NULL: SEAL_E_TOKENWRONG. */
	int (*choose)(void *ctx, const struct seal_open_fit *fits, size_t count, size_t *out_index,
		      struct seal_diag *diag);
	void *choose_ctx;
};

/* Which share, and which token opens it. Nobody is asked for a PIN and no try is spent.
   SEAL_E_TOKENABSENT: no token here opens one of those wanted. */
SEAL_MUST_CHECK int seal_take_pick(const struct seal_take *take, size_t *out_index,
				   struct seal_open_fit *out_fit, struct seal_diag *diag);
/* Opens share index with what seal_take_pick found, and recognises it: SEAL_E_MISMATCH, SEAL_E_OLD
   and SEAL_E_VERIFY of seal_manifest_check. Its token stays open. out_opened is zero before. */
SEAL_MUST_CHECK int seal_take_open(const struct seal_take *take, size_t index,
				   const struct seal_open_fit *fit, struct seal_opened *out_opened,
				   struct seal_diag *diag);

#endif
