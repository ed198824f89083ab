/* Cards: parsing with all checks, fingerprints, keys of notes. */

#include "share/card_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/own.h"
#include "crypto/assertion.h"

#include "base/banned.h"

int seal_card_note_key(const struct seal_card *card, struct seal_note_key *out_key,
		       struct seal_diag *diag)
{
	switch (card->signing_kind) {
	case SEAL_CARD_ED25519:
		return seal_note_key_ed25519(card->name, card->signing, out_key, diag);
	case SEAL_CARD_P256:
		return seal_note_key_p256(card->name, card->signing, out_key, diag);
	case SEAL_CARD_ASSERTION:
		return seal_note_key_assertion(card->name, card->fido2.signing_rp_id, card->signing,
					       out_key, diag);
	}
	return seal_fail(diag, SEAL_E_ARGUMENT, "card without a signing key");
}

static int verify(const struct seal_card *card, struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_note_key key;
	int error = seal_card_signed_text(card, &text, diag);

	if (!error)
		error = seal_card_note_key(card, &key, diag);
	if (error)
		return error;
	error = key.verify(&key, text, strlen(text), card->signature, card->signature_len, diag);
	return error ? seal_because(diag, error, "card of %s: not signed by its token", card->name)
		     : SEAL_OK;
}

int seal_card_parse(const void *bytes, size_t len, struct seal_card *out_card,
		    struct seal_diag *diag)
{
	struct seal_card card;
	int error = seal_card_from_json(bytes, len, &card, diag);

	if (error)
		return error == SEAL_E_FORMAT ? seal_because(diag, error, "card") : error;
	error = verify(&card, diag);
	if (error)
		return error == SEAL_E_FORMAT ? seal_because(diag, error, "card of %s", card.name)
					      : error;
	*out_card = card;
	return SEAL_OK;
}

int seal_card_read(const char *path, struct seal_card *out_card, struct seal_diag *diag)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	int error = seal_file_read(path, SEAL_CARD_TEXT, &bytes, &len, diag);

	if (error)
		return error;
	error = seal_card_parse(bytes, len, out_card, diag);
	free(bytes);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

int seal_card_fingerprint(const struct seal_card *card, uint8_t out[static SEAL_CARD_FINGERPRINT],
			  struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = seal_card_signed_text(card, &text, diag);

	if (error)
		return error;
	(void)crypto_hash_sha256(out, (const uint8_t *)text, strlen(text));
	return SEAL_OK;
}
