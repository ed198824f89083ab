#ifndef SEALKIT_CMD_SEAL_OPEN_H
#define SEALKIT_CMD_SEAL_OPEN_H

#include "../use_tokens.h"
#include "base/options.h"
#include "ceremony/cards.h"
#include "ceremony/open.h"
#include "crypto/age.h"
#include "token/fido2.h"

#define IDENTITIES 64u
#define CREDENTIALS 4u

struct options {
	int raw, show, json;
	const char *cards; /* a folder */
	struct seal_option_list card;
	struct use_tokens tokens;
};

/* What may open the file; keys stay in secret memory until identities_done. */
struct identities {
	struct seal_age_identity list[IDENTITIES];
	struct seal_secret *key[IDENTITIES];
	size_t count;
	/* AGE-PLUGIN-FIDO2PRF-1 texts without a card. */
	struct seal_fido2prf_credential credential[CREDENTIALS];
	struct seal_fido2_opener opener[CREDENTIALS];
	size_t credentials;
	/* Tokens and identity files, by card: the last in the list. */
	struct seal_cards cards;
	const char *files[16]; /* of passphrase tokens among options->tokens.identities */
	size_t file_count;
	struct seal_open_job job;
	struct seal_open_any any;
};

/* Reads cards, identity files and descriptors; in all but --raw those cards too that are
   beside share (which may be NULL). Nobody is asked yet. identities must not be moved, and
   tokens must outlive it. */
SEAL_MUST_CHECK int identities_load(struct identities *identities, const struct options *options,
				    struct used_tokens *tokens, const char *share,
				    struct seal_diag *diag);
void identities_done(struct identities *identities);

/* Cards of --cards and --card; without either, and with no --raw, those beside the share:
   in its folder's cards/, else in its folder. */
SEAL_MUST_CHECK int cards_load(struct seal_cards *cards, const struct options *options,
			       const char *share, struct seal_diag *diag);

/* Opens a sealed share and writes its text, all of it verified. */
SEAL_MUST_CHECK int share_open(const struct options *options, struct used_tokens *tokens,
			       const char *file, struct seal_diag *diag);

#endif
