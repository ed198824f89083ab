#ifndef SEALKIT_CEREMONY_INIT_H
#define SEALKIT_CEREMONY_INIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "ceremony/cards.h"
#include "client/client.h"
#include "share/manifest.h"

/* Initialising a seal daemon for the holders of cards (design section 5, init). The daemon
   splits and seals; what comes back is checked against what was asked before it is
   written down, since a gate in between could have put in other cards. The folder is there
   whole or not at all; beside it stands the journal `.NAME.journal` while it is not. Broken
   off anywhere, the same call goes on, and fetches the sealed shares again if the daemon has
   made them. */

struct seal_init_job {
	struct seal_client *client;
	const char *dir; /* absent or empty */
	const struct seal_cards *cards;
	const struct seal_card *root_card; /* gets the root token; NULL: none is handed out */
	const struct seal_secret *bootstrap;
	const uint8_t *core; /* the core's identity key, 32 bytes: nothing is asked of another */
	const char *purpose;
	unsigned threshold; /* 0 with groups */
	struct seal_manifest_group groups[SEAL_MANIFEST_GROUPS];
	size_t group_count;
	int allow_no_spare, allow_single;
	int again; /* forget an earlier init that no quorum has used */
};

struct seal_init_result {
	struct seal_manifest manifest;
	int resumed; /* the shares were made by an earlier call */
	int has_root_token;
};

/* SEAL_E_EXISTS: the folder holds a finished init, or the daemon is initialised;
   SEAL_E_VERIFY, SEAL_E_MISMATCH: the answer is not what was asked for. After an error of the
   system or the network the same call may be made again. */
SEAL_MUST_CHECK int seal_init_run(const struct seal_init_job *job,
				  struct seal_init_result *out_result, struct seal_diag *diag);

#endif
