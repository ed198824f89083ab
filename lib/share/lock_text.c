/* The text that seals a daemon. */

#include "share/lock_text.h"

#include "base/banned.h"

int seal_lock_text(const struct seal_manifest *manifest,
		   const uint8_t card[static SEAL_CARD_FINGERPRINT], const char *challenge,
		   char out[static SEAL_HOLDER_TEXT], struct seal_diag *diag)
{
	const struct seal_holder_text parts = {"sealkit-lock/1", "", manifest, card, challenge};
	size_t index;
	int error = seal_holder_card(manifest, card, &index, diag);

	return error ? error : seal_holder_text(&parts, out, diag);
}

int seal_lock_check(const struct seal_manifest *manifest, const struct seal_card *card,
		    const char *challenge, const uint8_t *signature, size_t len,
		    struct seal_diag *diag)
{
	uint8_t print[SEAL_CARD_FINGERPRINT];
	char text[SEAL_HOLDER_TEXT];
	int error = seal_card_fingerprint(card, print, diag);

	if (!error)
		error = seal_lock_text(manifest, print, challenge, text, diag);
	return error ? error : seal_holder_verify(card, text, signature, len, diag);
}
