/* Enrolment of a FIDO2 token: two credentials that it does not store, an X25519 identity
   under the first one's secret, and the proof that it opens again. Nothing is left behind
   where a step fails: what the token gave is worthless without the card. */

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/age_seal.h"
#include "crypto/ecdh.h"
#include "token/fido2_internal.h"
#include "token/token_internal.h"

#include "base/banned.h"

#define RP_ID "sealkit.invalid"
#define SIGN "sign."
#define IDENTITY_TEXT 80u /* AGE-SECRET-KEY-1, 58, newline */

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

/* The one token that is meant. */
static int choose(const struct seal_token_place *place, const struct seal_token_plan *plan,
		  struct seal_fido2_device *out, struct seal_diag *diag)
{
	struct seal_fido2_device devices[SEAL_FIDO2_DEVICES];
	size_t count = 0;
	int error;

	if (plan->has_serial)
		return seal_fail(diag, SEAL_E_USAGE,
				 "FIDO2 tokens show no serial: name one by its device");
	error = seal_fido2_devices(place, devices, &count, diag);
	if (error)
		return error;
	for (size_t i = 0; plan->device && i < count; i++)
		if (strcmp(devices[i].where, plan->device) == 0) {
			*out = devices[i];
			return SEAL_OK;
		}
	if (plan->device || count == 0)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "%s: no FIDO2 token there",
				 plan->device ? plan->device : "enrolment");
	if (count > 1)
		return seal_fail(diag, SEAL_E_TOKENWRONG,
				 "%zu FIDO2 tokens are there (%s, %s%s): name one by its device",
				 count, devices[0].where, devices[1].where,
				 count > 2 ? ", ..." : "");
	*out = devices[0];
	return SEAL_OK;
}

static int set_rp_ids(const struct seal_token_plan *plan, struct seal_card_fido2 *out,
		      struct seal_diag *diag)
{
	const char *rp_id = plan->rp_id ? plan->rp_id : RP_ID;
	size_t len = strspn(rp_id, "abcdefghijklmnopqrstuvwxyz0123456789-.");

	if (len == 0 || rp_id[len] != '\0' || rp_id[0] == '.' || rp_id[len - 1] == '.')
		return seal_fail(diag, SEAL_E_USAGE, "rp id: not a domain in lower case");
	if (len > SEAL_CARD_RP_ID - (sizeof SIGN - 1))
		return seal_fail(diag, SEAL_E_USAGE, "rp id: over %zu characters",
				 (size_t)SEAL_CARD_RP_ID - (sizeof SIGN - 1));
	(void)snprintf(out->rp_id, sizeof out->rp_id, "%s", rp_id);
	(void)snprintf(out->signing_rp_id, sizeof out->signing_rp_id, SIGN "%.*s", (int)len, rp_id);
	return SEAL_OK;
}

/* What the token says of itself, before a person is asked for anything. */
static int fit(const struct seal_fido2 *token, struct seal_diag *diag)
{
	const struct seal_fido2_facts *facts = &token->facts;
	const char *where = token->device.where;

	if (!facts->hmac_secret)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: has no hmac-secret and so cannot unwrap", where);
	if (facts->client_pin < 0)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: cannot have a PIN, and one is always wanted", where);
	if (facts->new_pin_wanted)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%s: wants its PIN changed first (fido2-token -C)", where);
	return SEAL_OK;
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

/* The certificate's word counts where there is one; getInfo is the token's own. */
static int check_firmware(const struct seal_fido2 *token, const struct made *made,
			  const uint8_t least[static 3], struct seal_diag *diag)
{
	static const uint8_t none[3] = {0};
	int signed_one = !seal_eq_ct(made->firmware, none, 3);
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

static int make_both(struct seal_fido2 *token, const struct seal_token_plan *plan,
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
	if (card->is_attested)
		error = keep_attestation(&card->fido2, &unwrap, &sign, diag);
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

/* Its text in secret memory, its recipient in the card. */
static int new_identity(struct seal_card *card, struct seal_secret **out_key,
			struct seal_secret **out_text, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t point[32];
	char *chars;
	size_t len;
	int error = seal_ecdh_generate(SEAL_CURVE_X25519, &key, diag);

	if (!error)
		error = seal_ecdh_public(SEAL_CURVE_X25519, key, point, diag);
	if (!error)
		error = seal_secret_new(IDENTITY_TEXT, &text, diag);
	if (!error)
		error = seal_bech32("age", point, sizeof point, 0, card->recipient,
				    sizeof card->recipient, diag);
	if (error)
		return error;
	chars = (char *)seal_secret_data(text);
	error = seal_bech32("age-secret-key-", seal_secret_bytes(key), 32, 1, chars,
			    IDENTITY_TEXT - 1, diag);
	if (error)
		return error;
	len = strlen(chars);
	chars[len] = '\n';
	seal_secret_shrink(text, len + 1);
	*out_key = seal_steal(&key);
	*out_text = seal_steal(&text);
	return SEAL_OK;
}

static int wrap(struct seal_fido2_use *use, const struct seal_secret *text, struct seal_diag *diag)
{
	struct seal_card_fido2 *card = &use->token->card.fido2;
	struct seal_fido2prf prf = seal_fido2_prf(use);
	struct seal_mem_source in = {.bytes = seal_secret_bytes(text),
				     .len = seal_secret_len(text)};
	struct seal_mem_sink to = {.bytes = (uint8_t *)card->wrapped,
				   .cap = sizeof card->wrapped - 1};
	struct seal_source source = seal_source_mem(&in);
	struct seal_sink under = seal_sink_mem(&to);
	struct seal_age_armor_out armor;
	struct seal_sink sink = seal_age_armor_sink(&armor, &under);
	int error = seal_fido2prf_seal(&prf, &source, &sink, diag);

	if (!error)
		error = seal_age_armor_end(&armor, diag);
	if (!error)
		card->wrapped[to.len] = '\0';
	return error;
}

/* Seals the identity to the token and opens it again, by a second touch. */
static int wrap_and_prove(struct seal_fido2 *token, const struct seal_token_asker *asker,
			  const struct seal_secret *key, const struct seal_secret *text,
			  struct seal_diag *diag)
{
	struct seal_fido2_use use = {token, asker};
	struct seal_secret *back SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = wrap(&use, text, diag);

	if (!error)
		error = seal_fido2_open_wrapped(&use, token->card.fido2.wrapped, &back, diag);
	if (!error && !seal_secret_equal(key, back))
		error = seal_fail(diag, SEAL_E_VERIFY, "another identity came back");
	return error ? seal_because(diag, error, "proving that the token unwraps") : SEAL_OK;
}

/* Before a person is asked for anything; NULL where no attestation is wanted. */
static int load_roots(const struct seal_token_place *place, const struct seal_token_plan *plan,
		      struct seal_roots **out_roots, struct seal_diag *diag)
{
	if (plan->no_attestation)
		return SEAL_OK;
	return seal_roots_load(place->roots, SEAL_ROOTS_FIDO2, out_roots, diag);
}

static void begin_card(struct seal_fido2 *token, const struct seal_token_plan *plan)
{
	struct seal_card *card = &token->card;

	card->kind = SEAL_CARD_FIDO2;
	card->is_virtual = seal_fido2_is_udp(token->device.where);
	(void)snprintf(card->name, sizeof card->name, "%s", plan->name);
	(void)snprintf(card->group, sizeof card->group, "%s", plan->group ? plan->group : "");
	(void)snprintf(token->holder, sizeof token->holder, "%s", plan->name);
	seal_token_now(card->created);
}

int seal_fido2_enrol(const struct seal_token_place *place, const struct seal_token_plan *plan,
		     const struct seal_token_asker *asker, struct seal_card *out_card,
		     void **out_self, struct seal_diag *diag)
{
	struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = NULL;
	struct seal_roots *roots SEAL_CLEANUP(seal_roots_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *text SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_fido2_device device;
	int error = load_roots(place, plan, &roots, diag);

	seal_fido2_begin();
	if (!error)
		error = choose(place, plan, &device, diag);
	if (!error)
		error = seal_fido2_connect(&device, &token, diag);
	if (!error)
		error = set_rp_ids(plan, &token->card.fido2, diag);
	if (!error)
		error = fit(token, diag);
	if (error)
		return error;
	begin_card(token, plan);
	/* The recipient comes first: the token's attestations are over it. */
	error = new_identity(&token->card, &key, &text, diag);
	if (!error && token->facts.client_pin == 0)
		error = seal_fido2_set_pin(token, asker, diag);
	if (!error)
		error = make_both(token, plan, asker, roots, diag);
	if (!error)
		error = wrap_and_prove(token, asker, key, text, diag);
	if (error)
		return error;
	*out_card = token->card;
	*out_self = seal_steal(&token);
	return SEAL_OK;
}
