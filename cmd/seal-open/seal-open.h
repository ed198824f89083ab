#ifndef SEALKIT_CMD_SEAL_OPEN_H
#define SEALKIT_CMD_SEAL_OPEN_H

#include "crypto/age.h"

#define IDENTITY_FILES 16u
#define IDENTITIES 64u

struct options {
	int raw, json, help, version;
	int passphrase_fd; /* -1: none */
	unsigned files;
	const char *identity[IDENTITY_FILES];
	const char *file; /* NULL: stdin */
};

/* 0, or -1 after one line on stderr. */
int options_read(struct options *options, int argc, char **argv);

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
