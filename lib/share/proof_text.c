/* The text that proves a share. */

#include "share/proof_text.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

static int digest_of(const struct seal_manifest *manifest, char out[static 65],
		     struct seal_diag *diag)
{
	uint8_t digest[crypto_hash_sha256_BYTES];
	char *text = NULL;
	int error = seal_manifest_text(manifest, &text, diag);

	if (error)
		return error;
	(void)crypto_hash_sha256(digest, (const unsigned char *)text, strlen(text));
	free(text);
	seal_hex(digest, sizeof digest, out);
	return SEAL_OK;
}

int seal_proof_card(const struct seal_manifest *manifest,
		    const uint8_t card[static SEAL_CARD_FINGERPRINT], size_t *out_index,
		    struct seal_diag *diag)
{
	for (unsigned i = 0; i < manifest->total; i++)
		for (size_t j = 0; j < manifest->shares[i].card_count; j++)
			if (seal_eq_ct(manifest->shares[i].cards[j], card, SEAL_CARD_FINGERPRINT)) {
				*out_index = i;
				return SEAL_OK;
			}
	return seal_fail(diag, SEAL_E_MISMATCH, "card is not of this share set");
}

int seal_proof_text(const struct seal_manifest *manifest,
		    const uint8_t card[static SEAL_CARD_FINGERPRINT], const char *challenge,
		    char out[static SEAL_PROOF_TEXT], struct seal_diag *diag)
{
	char core[SEAL_BASE64_LEN(32)], digest[65], print[2 * SEAL_CARD_FINGERPRINT + 1];
	size_t index = 0;
	int error = seal_proof_card(manifest, card, &index, diag);
	int len;

	if (!error && (strlen(challenge) != SEAL_PROOF_CHALLENGE ||
		       strspn(challenge, "0123456789abcdef") != SEAL_PROOF_CHALLENGE))
		error = seal_fail(diag, SEAL_E_FORMAT, "challenge: not %u hex digits",
				  SEAL_PROOF_CHALLENGE);
	if (!error)
		error = digest_of(manifest, digest, diag);
	if (error)
		return error;
	seal_base64(SEAL_BASE64_PADDED, manifest->signer, 32, core);
	seal_hex(card, SEAL_CARD_FINGERPRINT, print);
	len = snprintf(out, SEAL_PROOF_TEXT,
		       "sealkit-proof/1\ncore: %s\nset: %s\nepoch: %u\nmanifest: %s\nshare: %zu\n"
		       "card: %s\nchallenge: %s\n",
		       core, manifest->set, manifest->epoch, digest, index + 1, print, challenge);
	return len > 0 && len < (int)SEAL_PROOF_TEXT ? SEAL_OK
						     : seal_fail(diag, SEAL_E_TOOLONG, "proof");
}

int seal_proof_check(const struct seal_manifest *manifest, const struct seal_proof_answer *answer,
		     size_t *out_index, struct seal_diag *diag)
{
	uint8_t card[SEAL_CARD_FINGERPRINT];
	char text[SEAL_PROOF_TEXT];
	struct seal_note_key key;
	size_t index = 0;
	int error = seal_card_fingerprint(answer->card, card, diag);

	if (!error)
		error = seal_proof_card(manifest, card, &index, diag);
	if (!error)
		error = seal_proof_text(manifest, card, answer->challenge, text, diag);
	if (error)
		return error;
	if (seal_proof_verify(manifest->shares[index].proof, (const uint8_t *)text, strlen(text),
			      answer->proof, NULL))
		return seal_fail(diag, SEAL_E_MISMATCH, "proof is not of this card's share");
	error = seal_card_note_key(answer->card, &key, diag);
	if (error)
		return error;
	if (key.verify(&key, text, strlen(text), answer->signature, answer->signature_len, NULL))
		return seal_fail(diag, SEAL_E_VERIFY, "signature is not by this card's token");
	*out_index = index;
	return SEAL_OK;
}
