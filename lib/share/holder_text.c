/* What holders sign. */

#include "share/holder_text.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

int seal_holder_card(const struct seal_manifest *manifest,
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

int seal_holder_text(const struct seal_holder_text *parts, char out[static SEAL_HOLDER_TEXT],
		     struct seal_diag *diag)
{
	char core[SEAL_BASE64_LEN(32)], print[2 * SEAL_CARD_FINGERPRINT + 1];
	int len;

	if (strlen(parts->challenge) != SEAL_HOLDER_CHALLENGE ||
	    strspn(parts->challenge, "0123456789abcdef") != SEAL_HOLDER_CHALLENGE)
		return seal_fail(diag, SEAL_E_FORMAT, "challenge: not %u hex digits",
				 SEAL_HOLDER_CHALLENGE);
	seal_base64(SEAL_BASE64_PADDED, parts->manifest->signer, 32, core);
	seal_hex(parts->card, SEAL_CARD_FINGERPRINT, print);
	len = snprintf(out, SEAL_HOLDER_TEXT,
		       "%s\ncore: %s\nset: %s\nepoch: %u\n%scard: %s\nchallenge: %s\n", parts->type,
		       core, parts->manifest->set, parts->manifest->epoch, parts->middle, print,
		       parts->challenge);
	return len > 0 && len < (int)SEAL_HOLDER_TEXT
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_TOOLONG, "%s", parts->type);
}

int seal_holder_verify(const struct seal_card *card, const char *text, const uint8_t *signature,
		       size_t len, struct seal_diag *diag)
{
	struct seal_note_key key;
	int error = seal_card_note_key(card, &key, diag);

	if (error)
		return error;
	if (key.verify(&key, text, strlen(text), signature, len, NULL))
		return seal_fail(diag, SEAL_E_VERIFY, "signature is not by this card's token");
	return SEAL_OK;
}
