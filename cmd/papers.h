#ifndef SEALKIT_CMD_PAPERS_H
#define SEALKIT_CMD_PAPERS_H

#include "base/options.h"
#include "share/manifest.h"
#include "share/roster.h"

/* Signed papers that options name. */

#define PAPERS_SIGNER 32u

/* --signer: SEAL_E_USAGE where it is not 32 bytes in base64. */
SEAL_MUST_CHECK int papers_signer(const char *text, uint8_t out[static PAPERS_SIGNER],
				  struct seal_diag *diag);
/* signer: whose it must be, as text; NULL: whoever it names. */
SEAL_MUST_CHECK int papers_manifest(const char *path, const char *signer, struct seal_manifest *out,
				    struct seal_diag *diag);
/* What the options --previous and --digest say of a roster. */
struct papers_trust {
	const struct seal_option_list *previous;
	const char *digest; /* as text; NULL: none */
};
/* A roster that follows from version 1, or from the version of that digest: SEAL_E_VERIFY.
 *out is the caller's. */
SEAL_MUST_CHECK int papers_roster(const char *path, const struct papers_trust *trust,
				  struct seal_roster **out, struct seal_diag *diag);

#endif
