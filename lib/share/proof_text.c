/* The text that proves a share. */

#include "share/proof_text.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

static int digest_of(const struct seal_manifest *manifest, char out[static 65],
		     struct seal_diag *diag)
{
	uint8_t digest[SEAL_MANIFEST_DIGEST];
	int error = seal_manifest_digest(manifest, digest, diag);

	if (error)
		return error;
	seal_hex(digest, sizeof digest, out);
	return SEAL_OK;
}

int seal_proof_text(const struct seal_manifest *manifest,
		    const uint8_t card[static SEAL_CARD_FINGERPRINT], const char *challenge,
		    char out[static SEAL_HOLDER_TEXT], struct seal_diag *diag)
{
	char digest[65], middle[128];
	const struct seal_holder_text parts = {"sealkit-proof/1", middle, manifest, card,
					       challenge};
	size_t index = 0;
	int error = seal_holder_card(manifest, card, &index, diag);

	if (!error)
		error = digest_of(manifest, digest, diag);
	if (error)
		return error;
	(void)snprintf(middle, sizeof middle, "manifest: %s\nshare: %zu\n", digest, index + 1);
	return seal_holder_text(&parts, out, diag);
}

int seal_proof_check(const struct seal_manifest *manifest, const struct seal_proof_answer *answer,
		     size_t *out_index, struct seal_diag *diag)
{
	uint8_t card[SEAL_CARD_FINGERPRINT];
	char text[SEAL_HOLDER_TEXT];
	size_t index = 0;
	int error = seal_card_fingerprint(answer->card, card, diag);

	if (!error)
		error = seal_holder_card(manifest, card, &index, diag);
	if (!error)
		error = seal_proof_text(manifest, card, answer->challenge, text, diag);
	if (error)
		return error;
	if (seal_proof_verify(manifest->shares[index].proof, (const uint8_t *)text, strlen(text),
			      answer->proof, NULL))
		return seal_fail(diag, SEAL_E_MISMATCH, "proof is not of this card's share");
	error = seal_holder_verify(answer->card, text, answer->signature, answer->signature_len,
				   diag);
	if (error)
		return error;
	*out_index = index;
	return SEAL_OK;
}
