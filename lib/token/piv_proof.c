/* Attestation of both keys at enrolment: what will stand in the card is what the token's
   maker signed, not what the token says. */

#include "token/piv_internal.h"

#include <string.h>

#include "token/leaks.h"

#include "base/banned.h"

#define OBJECT_F9 0x5fff01u
#define FORM_BIO 6 /* and 7: with USB-A, with USB-C */

static int cannot(struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_TOKENREFUSED,
			 "attestation: this token cannot attest its keys");
}

static int fetch(struct seal_piv_link *link, uint8_t slot, struct seal_card_der *out,
		 struct seal_diag *diag)
{
	int error = seal_piv_get_attestation(link, slot, out, diag);

	if (error == SEAL_E_VERSION)
		return cannot(diag);
	if (error == SEAL_E_MISMATCH)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "attestation: the key in slot %02x was not made in the token",
				 slot);
	if (error == SEAL_E_NOTFOUND)
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "attestation: slot %02x is empty",
				 slot);
	return error;
}

/* A token that has a serial, but keeps it out of its attestations, is recorded without one:
   the serial would be no more than its word. */
static int prove(const struct seal_roots *roots, const struct seal_token_plan *plan,
		 const struct seal_piv_key *key, const struct seal_card_der *der,
		 const struct seal_card_der *f9, struct seal_card *card, struct seal_diag *diag)
{
	struct seal_card_piv *piv = &card->piv;
	struct seal_attest said;
	struct seal_attest_want want = {.slot = key->slot,
					.pin = seal_piv_plan_pin(plan),
					.touch = seal_piv_plan_touch(plan)};
	int error = seal_attest_parse(der->bytes, der->len, &said, diag);

	if (error)
		return error;
	memcpy(want.point, key->point, sizeof want.point);
	memcpy(want.min_firmware, plan->min_firmware, sizeof want.min_firmware);
	if (!said.has_serial)
		piv->has_serial = 0;
	want.has_serial = piv->has_serial;
	want.serial = piv->serial;
	error = seal_attest_verify(roots, der->bytes, der->len, f9->bytes, f9->len, &want, &said,
				   diag);
	if (error)
		return seal_because(diag, error, "slot %02x", key->slot);
	if (said.has_firmware)
		memcpy(piv->firmware, said.firmware, sizeof piv->firmware);
	if (said.has_firmware && said.has_form)
		card->firmware_leaks |=
			seal_leaks_firmware(said.firmware, (said.form & 0x0f) >= FORM_BIO);
	piv->has_serial = said.has_serial;
	piv->serial = said.has_serial ? said.serial : 0;
	return seal_leaks_check(plan, card->firmware_leaks, diag);
}

/* Asked of 9E, whose state does not matter: empty, or with a key of any kind, a token that can
   attest answers otherwise than one that cannot. And what it will attest with is there already. */
int seal_piv_can_attest(struct seal_piv_link *link, const char *roots_dir, struct seal_diag *diag)
{
	struct seal_roots *roots SEAL_CLEANUP(seal_roots_freep) = NULL;
	struct seal_card_der der = {.len = 0};
	int error = seal_roots_load(roots_dir, SEAL_ROOTS_PIV, &roots, diag);

	if (!error && seal_piv_get_attestation(link, 0x9e, &der, diag) == SEAL_E_VERSION)
		error = cannot(diag);
	if (!error)
		error = seal_piv_get_certificate(link, OBJECT_F9, &der, diag);
	if (!error && der.len == 0)
		error = cannot(diag);
	return error ? error : seal_attest_check_device(roots, der.bytes, der.len, diag);
}

int seal_piv_attest(struct seal_piv_link *link, const char *roots_dir,
		    const struct seal_token_plan *plan,
		    const struct seal_piv_key keys[static SEAL_PIV_KEYS], struct seal_card *card,
		    struct seal_diag *diag)
{
	struct seal_roots *roots SEAL_CLEANUP(seal_roots_freep) = NULL;
	struct seal_card_piv *piv = &card->piv;
	int error = seal_roots_load(roots_dir, SEAL_ROOTS_PIV, &roots, diag);

	if (!error)
		error = fetch(link, keys[SEAL_PIV_UNWRAP].slot, &piv->unwrap, diag);
	if (!error)
		error = fetch(link, keys[SEAL_PIV_SIGN].slot, &piv->sign, diag);
	if (!error)
		error = seal_piv_get_certificate(link, OBJECT_F9, &piv->device, diag);
	if (!error && piv->device.len == 0)
		error = seal_fail(diag, SEAL_E_TOKENREFUSED,
				  "attestation: the token has no certificate of its f9 key");
	if (!error)
		error = prove(roots, plan, &keys[SEAL_PIV_UNWRAP], &piv->unwrap, &piv->device, card,
			      diag);
	if (!error)
		error = prove(roots, plan, &keys[SEAL_PIV_SIGN], &piv->sign, &piv->device, card,
			      diag);
	if (!error &&
	    seal_roots_issuer(roots, piv->device.bytes, piv->device.len, piv->between.bytes,
			      sizeof piv->between.bytes, &piv->between.len) != SEAL_OK)
		piv->between.len = 0; /* a root stands right behind it */
	if (!error)
		card->is_attested = 1;
	return error;
}
