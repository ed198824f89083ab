/* A token as a cosigner. */

#include "ceremony/cosign_token.h"

#include "ceremony/cosigners.h"

#include "base/banned.h"

static int sign(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		size_t *out_len, struct seal_diag *diag)
{
	const struct seal_cosign_token *by = ctx;

	return seal_token_sign(by->token, by->asker, text, text_len, out, cap, out_len, diag);
}

int seal_cosign_token(struct seal_token *token, const struct seal_token_asker *asker,
		      uint64_t seconds, struct seal_cosign_token *out,
		      struct seal_note_signer *out_signer, struct seal_diag *diag)
{
	struct seal_note_key key;
	int error = seal_cosign_key_card(seal_token_card(token), &key, diag);

	if (error)
		return error;
	*out = (struct seal_cosign_token){.token = token, .asker = asker, .key = key};
	out->cosigner = (struct seal_cosigner){sign, out, seconds};
	*out_signer = seal_cosign_signer(&out->key, &out->cosigner);
	return SEAL_OK;
}
