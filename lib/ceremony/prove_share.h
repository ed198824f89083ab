#ifndef SEALKIT_CEREMONY_PROVE_SHARE_H
#define SEALKIT_CEREMONY_PROVE_SHARE_H

#include "ceremony/unseal.h"

/* A holder proves to the daemon that his share was opened (design section 3): found, opened
   and recognised as for an unseal, but not sent. Two signatures are, by the share's proof key
   and by the token. A share that is not in the folder is fetched from the daemon, opened, and
   kept there before anything is proved: who has proved has it. */

struct seal_proved {
	size_t index; /* of the manifest */
	int repeated; /* the daemon knew it already */
	int fetched;  /* the share was not in the folder before */
};

/* unseal: as for a turn; reset is not looked at. folder: that of unseal, which was read from
   dir. state: as seal_unseal_look left it; afterwards as the daemon says. Holders who have
   proved come last: a second proof is no error. Errors of seal_unseal_open; SEAL_E_NOTFOUND:
   neither folder nor daemon has the share; SEAL_E_VERIFY: the core's word is missing. */
SEAL_MUST_CHECK int seal_prove_share(const struct seal_unseal *unseal,
				     struct seal_set_folder *folder, const char *dir,
				     struct seal_unseal_state *state,
				     struct seal_proved *out_proved, struct seal_diag *diag);

#endif
