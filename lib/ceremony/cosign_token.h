#ifndef SEALKIT_CEREMONY_COSIGN_TOKEN_H
#define SEALKIT_CEREMONY_COSIGN_TOKEN_H

#include "audit/cosign.h"
#include "token/token.h"

/* Cosigning the head of a log with a person's token, under the name of its card. */

struct seal_cosign_token {
	struct seal_token *token;
	const struct seal_token_asker *asker;
	struct seal_note_key key;
	struct seal_cosigner cosigner;
};

/* Fills *out, and gives a signer for seal_checkpoint_sign and seal_cosign_add; *out must outlive
   it, and token and asker *out. seconds: since 1970, what the signature says of its time. The
   token asks when it signs; its errors are passed through. */
SEAL_MUST_CHECK int seal_cosign_token(struct seal_token *token,
				      const struct seal_token_asker *asker, uint64_t seconds,
				      struct seal_cosign_token *out,
				      struct seal_note_signer *out_signer, struct seal_diag *diag);

#endif
