/* Enrolment of a FIDO2 token: two credentials that it does not store (fido2_make.c), an
   X25519 identity under the first one's secret, and the proof that it opens again. Nothing is
   left behind where a step fails: what the token gave is worthless without the card. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/age_seal.h"
#include "crypto/ecdh.h"
#include "token/fido2_internal.h"
#include "token/leaks.h"
#include "token/token_internal.h"

#include "base/banned.h"

#define RP_ID "sealkit.invalid"
#define SIGN "sign."
#define IDENTITY_TEXT 80u /* AGE-SECRET-KEY-1, 58, newline */

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
	card->firmware_leaks = seal_fido2_leaks(token);
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
	if (!error)
		error = seal_leaks_check(plan, seal_fido2_leaks(token), diag);
	if (error)
		return error;
	begin_card(token, plan);
	/* The recipient comes first: the token's attestations are over it. */
	error = new_identity(&token->card, &key, &text, diag);
	if (!error && token->facts.client_pin == 0)
		error = seal_fido2_set_pin(token, asker, diag);
	if (!error)
		error = seal_fido2_make(token, plan, asker, roots, diag);
	if (!error)
		error = wrap_and_prove(token, asker, key, text, diag);
	if (error)
		return error;
	*out_card = token->card;
	*out_self = seal_steal(&token);
	return SEAL_OK;
}
