/* A card, proved with its token. */

#include "ceremony/prove.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/io.h"
#include "crypto/age.h"
#include "crypto/age_seal.h"
#include "crypto/note.h"
#include "crypto/p256.h"
#include "token/attest.h"
#include "token/fido2.h"

#include "base/banned.h"

#define CHALLENGE 32u
#define SIGNING_SLOT 0x9cu
#define FILE_BYTES 2048u

static int prove_signing(struct seal_token *token, const struct seal_token_asker *asker,
			 struct seal_diag *diag)
{
	struct seal_note_key key = {0};
	uint8_t challenge[CHALLENGE];
	char hex[2 * CHALLENGE + 1];
	char text[128];
	uint8_t signature[SEAL_CARD_SIGNATURE];
	size_t len = 0;
	int error = seal_random(challenge, sizeof challenge, diag);

	if (error)
		return error;
	seal_hex(challenge, sizeof challenge, hex);
	(void)snprintf(text, sizeof text, "sealkit-check/1\nchallenge: %s\n", hex);
	error = seal_token_sign(token, asker, text, strlen(text), signature, sizeof signature, &len,
				diag);
	if (!error)
		error = seal_card_note_key(seal_token_card(token), &key, diag);
	if (!error)
		error = key.verify(&key, text, strlen(text), signature, len, diag);
	return error ? seal_because(diag, error, "signing key") : SEAL_OK;
}

static int seal_to(const char *recipient, const struct seal_secret *plain, uint8_t *out,
		   size_t *out_len, struct seal_diag *diag)
{
	struct seal_age_recipient to;
	struct seal_mem_source from = {seal_secret_bytes(plain), CHALLENGE, 0};
	struct seal_mem_sink into = {out, FILE_BYTES, 0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&into);
	int error = seal_age_recipient_parse(recipient, &to, diag);

	if (!error)
		error = seal_age_seal(&to, 1, &source, &sink, diag);
	*out_len = into.len;
	return error;
}

static int prove_opening(struct seal_token *token, const struct seal_token_asker *asker,
			 struct seal_diag *diag)
{
	struct seal_secret *plain SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *back SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_token_opener opener = {token, asker};
	struct seal_age_identity identity = seal_token_identity(&opener);
	uint8_t file[FILE_BYTES];
	struct seal_mem_source from = {file, 0, 0};
	struct seal_mem_sink into = {NULL, CHALLENGE, 0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&into);
	int error = seal_secret_random(CHALLENGE, &plain, diag);

	if (!error)
		error = seal_secret_new(CHALLENGE, &back, diag);
	if (!error)
		error = seal_to(seal_token_card(token)->recipient, plain, file, &from.len, diag);
	if (!error) {
		into.bytes = seal_secret_data(back);
		error = seal_age_open(&identity, 1, &source, &sink, diag);
	}
	if (!error && (into.len != CHALLENGE || !seal_secret_equal(plain, back)))
		error = seal_fail(diag, SEAL_E_VERIFY, "other bytes came back");
	return error ? seal_because(diag, error, "opening key") : SEAL_OK;
}

int seal_prove_card(const struct seal_card *card, const struct seal_token_place *place,
		    const struct seal_token_asker *asker, struct seal_token_info *out_info,
		    struct seal_diag *diag)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	int error = seal_token_open(place, card, &token, diag);

	if (!error)
		error = prove_signing(token, asker, diag);
	if (!error)
		error = prove_opening(token, asker, diag);
	if (!error && out_info)
		seal_token_describe(token, out_info);
	return error;
}

static int prove_key(const struct seal_roots *roots, const struct seal_card *card, int signing,
		     struct seal_diag *diag)
{
	const struct seal_card_piv *piv = &card->piv;
	const struct seal_card_der *der = signing ? &piv->sign : &piv->unwrap;
	struct seal_attest said = {0};
	struct seal_attest_want want = {.slot = signing ? SIGNING_SLOT : piv->slot,
					.has_serial = piv->has_serial,
					.serial = piv->serial,
					.pin = piv->pin,
					.touch = piv->touch};
	enum seal_p256_kind kind;
	int error = SEAL_OK;

	if (signing)
		memcpy(want.point, card->signing, sizeof want.point);
	else
		error = seal_p256_parse(card->recipient, &kind, want.point, diag);
	if (!error)
		error = seal_attest_verify(roots, der->bytes, der->len, piv->device.bytes,
					   piv->device.len, &want, &said, diag);
	/* Only a token that tells no version has none in its card. */
	if (!error && said.has_firmware &&
	    !seal_eq_ct(said.firmware, piv->firmware, sizeof said.firmware))
		error = seal_fail(diag, SEAL_E_MISMATCH, "it is for another firmware");
	/* Else one token would make two cards that nothing shows to be of one. */
	if (!error && said.has_serial && !piv->has_serial)
		error = seal_fail(diag, SEAL_E_MISMATCH,
				  "it is of token %u, which the card leaves out", said.serial);
	return error ? seal_because(diag, error, "attestation of the %s key",
				    signing ? "signing" : "opening")
		     : SEAL_OK;
}

int seal_prove_attestation(const struct seal_card *card, const char *roots, struct seal_diag *diag)
{
	struct seal_roots *loaded SEAL_CLEANUP(seal_roots_freep) = NULL;
	int is_piv = card->kind == SEAL_CARD_PIV;
	int error;

	if (!card->is_attested)
		return seal_fail(diag, SEAL_E_VERIFY,
				 "card of %s: has no attestation that can be verified", card->name);
	error = seal_roots_load(roots, is_piv ? SEAL_ROOTS_PIV : SEAL_ROOTS_FIDO2, &loaded, diag);
	if (!error && !is_piv)
		return seal_fido2_prove_attestation(card, loaded, diag);
	if (!error)
		error = prove_key(loaded, card, 0, diag);
	if (!error)
		error = prove_key(loaded, card, 1, diag);
	return error;
}
