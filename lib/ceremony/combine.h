#ifndef SEALKIT_CEREMONY_COMBINE_H
#define SEALKIT_CEREMONY_COMBINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/journal.h"
#include "base/secret.h"
#include "ceremony/open.h"
#include "ceremony/set_folder.h"

/* Putting together the secret of a folder that ceremony/split.h made, with the tokens that
   are here, one custodian after another. The secret is handed out only after it was
   authenticated, manifest included. */

/* Custodians may each bring a folder with the own share: reads the first, and takes
   shares and cards from the others that it has not. SEAL_E_OLD, SEAL_E_MISMATCH: one is not
   of the first's set, or its manifest is another. *out_dir: the first that has
   secret.sealed, SEAL_E_NOTFOUND if none has. folder: as for seal_set_folder_read.
   signer: 32 bytes, as the split told it, else SEAL_E_MISMATCH; NULL: any, and then whoever
   could replace all of the folder chose the secret, as cards are public. */
SEAL_MUST_CHECK int seal_combine_folders(const char *const *dirs, size_t count,
					 const uint8_t *signer, struct seal_set_folder *folder,
					 const char **out_dir, struct seal_diag *diag);
/* The same, but *out_dir is NULL where none has it: the set of a daemon. */
SEAL_MUST_CHECK int seal_combine_folders_any(const char *const *dirs, size_t count,
					     const uint8_t *signer, struct seal_set_folder *folder,
					     const char **out_dir, struct seal_diag *diag);

struct seal_combine {
	const struct seal_set_folder *folder;
	const char *dir; /* of secret.sealed; NULL: there is none, and the shares are all */
	const struct seal_token_place *place;
	const struct seal_token_asker *asker;
	int has_serial; /* only the token with this serial */
	uint32_t serial;
	/* Each may be NULL. Before a share is opened; after: error 0, or why not, where anything
	   but 0 given back ends it all with this error. */
	void (*turn)(void *ctx, const char *custodian);
	int (*took)(void *ctx, const char *custodian, int error, const struct seal_diag *why);
	/* No token here opens another share, and more are needed: gives 0 when others may have
	   been plugged in, else the error to end with. NULL: it ends. */
	int (*next)(void *ctx, const uint8_t *given, struct seal_diag *diag);
	/* As seal_open_job's, for main and spare token of one person. */
	int (*choose)(void *ctx, const struct seal_open_fit *fits, size_t count, size_t *out_index,
		      struct seal_diag *diag);
	void *ctx; /* of all four */
	/* A line "opened NAME" for each share, before `took` is told; NULL: none is kept. */
	struct seal_journal *journal;
};
#define SEAL_COMBINE_OPENED "opened "

/* What came together: the secret, and of each share given the card whose token opened it. In the
   caller's storage, all zero before. */
struct seal_combined {
	struct seal_secret *secret;
	struct seal_secret *share[SEAL_MANIFEST_SHARES]; /* by manifest index; NULL: not given */
	uint8_t card[SEAL_MANIFEST_SHARES][SEAL_CARD_FINGERPRINT];
};
void seal_combined_done(struct seal_combined *combined);

/* One bad share does not stop those of others: if there are too few in the end its error
   is told. SEAL_E_QUORUM: too few tokens were here; SEAL_E_VERIFY: secret.sealed is
   damaged, or not of this set. */
SEAL_MUST_CHECK int seal_combine_run(const struct seal_combine *combine,
				     struct seal_combined *out_combined, struct seal_diag *diag);

#endif
