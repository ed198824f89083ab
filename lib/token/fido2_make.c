/* The two credentials of an enrolment: one unwraps, one signs. What the token gives is verified
   and goes into the card, with its attestations, so that others can verify it later. */

#include <string.h>

#include "crypto/ecdh.h"
#include "token/fido2_internal.h"
#include "token/leaks.h"

#include "base/banned.h"

static void cred_freep(fido_cred_t **cred)
{
	fido_cred_free(cred);
}

/* One credential that is to be made, and what came of it. */
struct made {
	const char *rp_id;
	int unwraps;
	const uint8_t *id;
	size_t id_len;
	uint8_t public_key[65];
	uint8_t firmware[3];
	int is_attested;
	fido_cred_t *cred;
};

static void made_done(struct made *made)
{
	fido_cred_free(&made->cred);
}

static int new_cred(const struct seal_fido2 *token, struct made *made, const char *name,
		    struct seal_diag *diag)
{
	uint8_t hash[32];
	uint8_t user[32];
	int extensions = 0;
	fido_cred_t *cred SEAL_CLEANUP(cred_freep) = fido_cred_new();
	int error = seal_random(user, sizeof user, diag);

	if (error)
		return error;
	seal_fido2_statement_hash(token->card.recipient, hash);
	if (made->unwraps)
		extensions = FIDO_EXT_HMAC_SECRET |
			     (token->facts.cred_protect ? FIDO_EXT_CRED_PROTECT : 0);
	if (!cred || fido_cred_set_type(cred, COSE_ES256) != FIDO_OK ||
	    fido_cred_set_clientdata_hash(cred, hash, sizeof hash) != FIDO_OK ||
	    fido_cred_set_rp(cred, made->rp_id, "sealkit") != FIDO_OK ||
	    fido_cred_set_user(cred, user, sizeof user, name, name, NULL) != FIDO_OK ||
	    fido_cred_set_extensions(cred, extensions) != FIDO_OK ||
	    ((extensions & FIDO_EXT_CRED_PROTECT) &&
	     fido_cred_set_prot(cred, FIDO_CRED_PROT_UV_REQUIRED) != FIDO_OK))
		return seal_fail(diag, SEAL_E_NOMEM, "FIDO2 credential");
	made->cred = seal_steal(&cred);
	return SEAL_OK;
}

static int make_cred(struct seal_fido2 *token, const char *pin, void *ctx)
{
	return fido_dev_make_cred(token->dev, ctx, pin);
}

static int make(struct seal_fido2 *token, const struct seal_token_asker *asker,
		const struct seal_token_plan *plan, const struct seal_roots *roots,
		struct made *made, struct seal_diag *diag)
{
	const char *what = made->unwraps ? "making the unwrapping credential"
					 : "making the signing credential";
	int error = new_cred(token, made, plan->name, diag);

	if (!error)
		error = seal_fido2_with_pin(token, asker, make_cred, made->cred, what, diag);
	if (!error)
		error = seal_fido2_attest(made->cred, roots, &made->is_attested, made->firmware,
					  diag);
	if (error)
		return seal_because(diag, error, "%s", token->device.where);
	made->id = fido_cred_id_ptr(made->cred);
	made->id_len = fido_cred_id_len(made->cred);
	if (!made->id || made->id_len == 0 || made->id_len > SEAL_FIDO2PRF_CREDENTIAL)
		return seal_fail(diag, SEAL_E_TOKENREFUSED, "%s: credential id of %zu bytes",
				 token->device.where, made->id_len);
	made->public_key[0] = 4;
	memcpy(made->public_key + 1, fido_cred_pubkey_ptr(made->cred), 64);
	return seal_point_check(SEAL_CURVE_P256, made->public_key, sizeof made->public_key, diag);
}

/* Only Yubico's certificates name it. */
static int has_firmware(const struct made *made)
{
	static const uint8_t none[3] = {0};

	return !seal_eq_ct(made->firmware, none, 3);
}

/* The certificate's word counts where there is one; getInfo is the token's own. */
static int check_firmware(const struct seal_fido2 *token, const struct made *made,
			  const uint8_t least[static 3], struct seal_diag *diag)
{
	static const uint8_t none[3] = {0};
	int signed_one = has_firmware(made);
	const uint8_t *have = signed_one ? made->firmware : token->facts.firmware;

	if (seal_eq_ct(least, none, 3))
		return SEAL_OK;
	if (!signed_one && !token->facts.has_firmware)
		return seal_fail(diag, SEAL_E_POLICY, "%s: says nothing of its firmware",
				 token->device.where);
	for (size_t i = 0; i < 3 && have[i] <= least[i]; i++)
		if (have[i] < least[i])
			return seal_fail(diag, SEAL_E_POLICY,
					 "firmware %u.%u.%u is older than %u.%u.%u", have[0],
					 have[1], have[2], least[0], least[1], least[2]);
	return SEAL_OK;
}

static int keep_unwrapping(struct seal_fido2 *token, const struct made *made,
			   struct seal_diag *diag)
{
	struct seal_card_fido2 *card = &token->card.fido2;

	token->unwrap = (struct seal_fido2prf_credential){
		.id_len = made->id_len, .transport = {"usb"}, .transports = 1};
	memcpy(token->unwrap.id, made->id, made->id_len);
	memcpy(token->unwrap.rp_id, card->rp_id, sizeof card->rp_id);
	memcpy(token->unwrap_public, made->public_key, sizeof token->unwrap_public);
	token->has_unwrap_public = 1;
	memcpy(card->unwrap_public, made->public_key, sizeof card->unwrap_public);
	memcpy(card->aaguid, fido_cred_aaguid_ptr(made->cred), sizeof card->aaguid);
	return seal_fido2prf_text(&token->unwrap, card->identity, diag);
}

/* What others need in order to verify it later, without the token. */
static int keep_attestation(struct seal_card_fido2 *card, const struct made *unwrap,
			    const struct made *sign, struct seal_diag *diag)
{
	const uint8_t *der = fido_cred_x5c_ptr(unwrap->cred);
	size_t len = fido_cred_x5c_len(unwrap->cred);
	int error = seal_fido2_keep_statement(unwrap->cred, &card->unwrap, diag);

	if (!error)
		error = seal_fido2_keep_statement(sign->cred, &card->sign, diag);
	if (error)
		return error;
	if (fido_cred_x5c_len(sign->cred) != len ||
	    !seal_eq_ct(fido_cred_x5c_ptr(sign->cred), der, len))
		return seal_fail(diag, SEAL_E_MISMATCH, "two credentials of two batches");
	if (len > sizeof card->device.bytes)
		return seal_fail(diag, SEAL_E_TOOLONG, "certificate of %zu bytes", len);
	memcpy(card->device.bytes, der, len);
	card->device.len = len;
	return SEAL_OK;
}

static void keep_signing(struct seal_fido2 *token, const struct made *made)
{
	struct seal_card *card = &token->card;

	card->signing_kind = SEAL_CARD_ASSERTION;
	memcpy(card->signing, made->public_key, sizeof made->public_key);
	card->signing_len = sizeof made->public_key;
	memcpy(card->fido2.credential, made->id, made->id_len);
	card->fido2.credential_len = made->id_len;
}

int seal_fido2_make(struct seal_fido2 *token, const struct seal_token_plan *plan,
		    const struct seal_token_asker *asker, const struct seal_roots *roots,
		    struct seal_diag *diag)
{
	struct seal_card *card = &token->card;
	struct made unwrap SEAL_CLEANUP(made_done) = {.rp_id = card->fido2.rp_id, .unwraps = 1};
	struct made sign SEAL_CLEANUP(made_done) = {.rp_id = card->fido2.signing_rp_id};
	int error = make(token, asker, plan, roots, &unwrap, diag);

	if (!error)
		error = check_firmware(token, &unwrap, plan->min_firmware, diag);
	if (!error)
		error = make(token, asker, plan, roots, &sign, diag);
	if (!error &&
	    !seal_eq_ct(fido_cred_aaguid_ptr(unwrap.cred), fido_cred_aaguid_ptr(sign.cred), 16))
		error = seal_fail(diag, SEAL_E_MISMATCH, "two credentials of two models");
	if (!error)
		error = keep_unwrapping(token, &unwrap, diag);
	if (error)
		return error;
	keep_signing(token, &sign);
	card->is_attested = unwrap.is_attested && sign.is_attested;
	if (has_firmware(&unwrap))
		card->firmware_leaks |=
			seal_leaks_firmware(unwrap.firmware, token->facts.has_fingers);
	error = seal_leaks_check(plan, card->firmware_leaks, diag);
	if (!error && card->is_attested)
		error = keep_attestation(&card->fido2, &unwrap, &sign, diag);
	/* By what others will judge the card with: none is made that is refused later. */
	if (!error && card->is_attested) {
		error = seal_fido2_prove_attestation(card, roots, diag);
		error = error ? seal_because(diag, error, "%s", token->device.where) : SEAL_OK;
	}
	if (error)
		return error;
	/* Else it could not be told from others later, without a PIN that may cost a try. */
	if (seal_fido2_knows(token, sign.rp_id, sign.id, sign.id_len, sign.public_key) == 0)
		return seal_fail(
			diag, SEAL_E_TOKENREFUSED,
			"%s: does not show itself without PIN and could not be found again",
			token->device.where);
	return SEAL_OK;
}
