#ifndef SEALKIT_CMD_SEAL_OPEN_H
#define SEALKIT_CMD_SEAL_OPEN_H

#include "base/options.h"
#include "crypto/age.h"

#define IDENTITIES 64u

struct options {
	int raw, json;
	int passphrase_fd; /* -1: none */
	struct seal_option_list identity;
};

/* What may open the file; keys stay in secret memory until identities_done. */
struct identities {
	struct seal_age_identity list[IDENTITIES];
	struct seal_secret *key[IDENTITIES];
	size_t count;
};

SEAL_MUST_CHECK int identities_load(struct identities *identities, const struct options *options,
				    struct seal_diag *diag);
void identities_done(struct identities *identities);

#endif
