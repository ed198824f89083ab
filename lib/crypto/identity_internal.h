#ifndef SEALKIT_CRYPTO_IDENTITY_INTERNAL_H
#define SEALKIT_CRYPTO_IDENTITY_INTERNAL_H

#include "crypto/identity.h"

struct seal_identity_cost {
	uint32_t memory; /* KiB */
	uint32_t passes, lanes;
};

#define SEAL_IDENTITY_MEMORY_MIN (256u << 10)
#define SEAL_IDENTITY_MEMORY_MAX (4u << 20)
#define SEAL_IDENTITY_PASSES_MIN 3u
#define SEAL_IDENTITY_PASSES_MAX 64u
#define SEAL_IDENTITY_LANES_MAX 16u

/* A file taken apart; `head` is how long the authenticated lines are. */
struct seal_identity_file {
	struct seal_identity_cost cost;
	struct seal_identity_public public;
	uint8_t salt[16];
	uint8_t box[24 + 64 + 16];
	size_t head;
};

/* Both in identity_text.c. write puts the four lines and, where box is not 0, the
   fifth; it sets file->head. */
SEAL_MUST_CHECK int seal_identity_read(const char *text, size_t len,
				       struct seal_identity_file *out_file, struct seal_diag *diag);
void seal_identity_write(struct seal_identity_file *file, int box,
			 char out_text[static SEAL_IDENTITY_TEXT]);

/* With other costs than production has, for tests: weak files. least: the lowest
   cost that is taken. */
SEAL_MUST_CHECK int seal_identity_lock_with(struct seal_identity *identity,
					    struct seal_secret *passphrase,
					    struct seal_identity_cost cost,
					    char out_text[static SEAL_IDENTITY_TEXT],
					    struct seal_diag *diag);
SEAL_MUST_CHECK int seal_identity_unlock_with(const char *text, size_t len,
					      struct seal_secret *passphrase,
					      struct seal_identity_cost least,
					      struct seal_identity **out_identity,
					      struct seal_diag *diag);

#endif
