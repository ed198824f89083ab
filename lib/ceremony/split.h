#ifndef SEALKIT_CEREMONY_SPLIT_H
#define SEALKIT_CEREMONY_SPLIT_H

#include <stddef.h>

#include "base/diag.h"
#include "base/io.h"
#include "ceremony/cards.h"
#include "share/set.h"

/* Splitting any secret for the holders of cards, and putting it together again. A fresh key
   is split and the secret sealed under it (share/sealed_secret.h), so that what is
   combined is authenticated. The folder: `manifest`, NAME.share, `cards/NAME.card`,
   `secret.sealed`. */

#define SEAL_SPLIT_SECRET "secret.sealed"

struct seal_split_job {
	const char *dir; /* absent or empty; there whole afterwards, or as before */
	const struct seal_cards *cards;
	const struct seal_set_policy *policy;
	struct seal_source *source; /* 1 byte to 16 MiB */
};

/* The manifest is signed by a key that is thrown away; its public half, out_manifest->signer,
   is what tells this set from one that somebody else made for the same cards. Errors of
   seal_set_new and of seal_new_folder_begin. */
SEAL_MUST_CHECK int seal_split_run(const struct seal_split_job *job,
				   struct seal_manifest *out_manifest, struct seal_diag *diag);

#endif
