#ifndef SEALKIT_SHARE_SET_INTERNAL_H
#define SEALKIT_SHARE_SET_INTERNAL_H

#include "share/set.h"

#define SEAL_SET_KEY 32u

struct seal_set {
	struct seal_manifest manifest;
	char *note;
	size_t note_len;
	char *file[SEAL_MANIFEST_SHARES];
	size_t file_len[SEAL_MANIFEST_SHARES];
};

/* One person's cards; they stay the caller's. */
struct seal_person {
	const struct seal_card *card[SEAL_MANIFEST_CARDS];
};
/* The plain shares of a set that is being made: gone when it is. */
struct seal_set_work {
	struct seal_person person[SEAL_MANIFEST_SHARES];
	struct seal_secret *share[SEAL_MANIFEST_SHARES];
};
void seal_set_work_done(struct seal_set_work *work);

/* Who gets a share, and whether policy allows it: fills names, groups, thresholds
   and fingerprints of the manifest, and work->person. */
SEAL_MUST_CHECK int seal_set_people(const struct seal_card *cards, size_t count,
				    const struct seal_set_policy *policy,
				    struct seal_manifest *manifest, struct seal_set_work *work,
				    struct seal_diag *diag);
/* Fills x and proof keys of the manifest, and work->share; every subset is proved. */
SEAL_MUST_CHECK int seal_set_split(const struct seal_secret *key, struct seal_manifest *manifest,
				   struct seal_set_work *work, struct seal_diag *diag);

#endif
