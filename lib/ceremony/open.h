#ifndef SEALKIT_CEREMONY_OPEN_H
#define SEALKIT_CEREMONY_OPEN_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "share/card.h"
#include "share/payload.h"
#include "token/token.h"

/* Opening one sealed share with the tokens that are plugged in. Which card fits is
   found without asking anybody: by the tags of P-256 stanzas, and by the token saying
   that it holds the card's key. X25519 stanzas (FIDO2 and passphrase cards) carry no tag:
   such a card may fit, and is sure only once opened; name `custodian` to keep
   people from being asked in vain. */

#define SEAL_OPEN_FILE (64u << 10) /* bytes of a sealed share */
#define SEAL_OPEN_FITS 8u	   /* tokens here that open one share; more are refused */

struct seal_open_fit {
	const struct seal_card *card; /* one of the job's */
	struct seal_token_info info;
	int sure; /* a tag says that the share is for this card */
};

struct seal_open_job {
	const uint8_t *file; /* armored or binary age */
	size_t len;
	const struct seal_card *cards; /* only tokens of these; without a name: anybody's */
	size_t card_count;
	const char *custodian; /* only cards of this name; NULL: any */
	int has_serial;	       /* only the token with this serial */
	uint32_t serial;
	const struct seal_token_place *place;
	const struct seal_token_asker *asker;
	const struct seal_open_fit *found; /* by a search before (search.h); NULL: look for it */
	/* Asked where tokens of two cards fit; NULL: SEAL_E_TOKENWRONG naming them. */
	int (*choose)(void *ctx, const struct seal_open_fit *fits, size_t count, size_t *out_index,
		      struct seal_diag *diag);
	void *choose_ctx;
};

/* A payload, its share in secret memory, the whole text, the card, and its token, still
   open, so that it can sign a proof without another question. In the caller's storage;
   all zero before the first use. */
struct seal_opened {
	struct seal_payload payload;
	struct seal_secret *share, *text;
	struct seal_card card;
	struct seal_token *token;
};
void seal_opened_done(struct seal_opened *opened);

/* One of fits, asking the job's choose where there are several. */
SEAL_MUST_CHECK int seal_open_choose(const struct seal_open_job *job,
				     const struct seal_open_fit *fits, size_t count,
				     size_t *out_index, struct seal_diag *diag);

/* Opens it. Beside the errors of a search (search.h) and of tokens: SEAL_E_VERIFY,
   SEAL_E_TRUNCATED, SEAL_E_FORMAT of the file or of what is in it; SEAL_E_MISMATCH: the payload
   names another custodian than the card. */
SEAL_MUST_CHECK int seal_open_share(const struct seal_open_job *job, struct seal_opened *out_opened,
				    struct seal_diag *diag);

/* Puts "share of NAME" before why the share of a set's custodian could not be used, and what
   to do behind it. That a file named for him is for none of his cards is no fault of his
   token: SEAL_E_MISMATCH. */
int seal_open_because(struct seal_diag *diag, int error, const char *custodian);

/* For seal_age_open of any age file: the same search, with job->cards and what follows
   them. NULL token before; any and job must outlive the identity. */
struct seal_open_any {
	const struct seal_open_job *job;
	struct seal_token *token;
};
struct seal_age_identity seal_open_identity(struct seal_open_any *any);
void seal_open_any_done(struct seal_open_any *any);

#endif
