#ifndef SEALKIT_CEREMONY_SPLIT_INTERNAL_H
#define SEALKIT_CEREMONY_SPLIT_INTERNAL_H

#include "ceremony/new_folder.h"
#include "ceremony/split.h"

/* What a split and a reshare have alike. */

struct seal_split_made {
	struct seal_set *set;
	uint8_t *sealed; /* secret.sealed */
	size_t sealed_len;
};
/* All zero before. */
void seal_split_made_done(struct seal_split_made *made);

/* A fresh key, split for the cards, and the secret under it. */
SEAL_MUST_CHECK int seal_split_make(const struct seal_cards *cards,
				    const struct seal_set_policy *policy,
				    const struct seal_secret *secret,
				    struct seal_split_made *out_made, struct seal_diag *diag);
/* Its files, and the cards. */
SEAL_MUST_CHECK int seal_split_write(struct seal_new_folder *folder, const struct seal_cards *cards,
				     const struct seal_split_made *made, struct seal_diag *diag);

#endif
