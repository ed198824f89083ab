/* A driver to copy from. The first half plays the device: keys, a PIN and its counter;
   in a driver of yours that is the library of the vendor, included here only. The second
   half is the driver, and shows what all of them must do: say nothing without being
   asked, refuse before asking, ask once, and never send a PIN when one try is left. */

#include "token/template.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/ecdh.h"
#include "token/token_internal.h"

#include "base/banned.h"

#define APPLET "template"
#define PIN_MIN 6u
#define PIN_MAX 8u
#define TRIES 3

/* ---- the device ---- */

struct device {
	struct seal_secret *x25519, *ed25519, *pin;
	char recipient[SEAL_CARD_RECIPIENT];
	uint8_t signing[32];
	int tries;
};

static struct device plugged[SEAL_TEMPLATE_TOKENS];
static size_t plugged_count;

static void device_done(struct device *device)
{
	seal_secret_free(device->x25519);
	seal_secret_free(device->ed25519);
	seal_secret_free(device->pin);
	*device = (struct device){0};
}

void seal_template_pull(void)
{
	while (plugged_count > 0)
		device_done(&plugged[--plugged_count]);
}

static int device_make(struct device *device, struct seal_diag *diag)
{
	struct seal_secret *seed SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t point[32];
	int error = seal_ecdh_generate(SEAL_CURVE_X25519, &device->x25519, diag);

	if (!error)
		error = seal_ecdh_public(SEAL_CURVE_X25519, device->x25519, point, diag);
	if (!error)
		error = seal_bech32("age", point, sizeof point, 0, device->recipient,
				    sizeof device->recipient, diag);
	if (!error)
		error = seal_secret_random(crypto_sign_SEEDBYTES, &seed, diag);
	if (!error)
		error = seal_secret_new(crypto_sign_SECRETKEYBYTES, &device->ed25519, diag);
	if (error)
		return error;
	if (crypto_sign_seed_keypair(device->signing, seal_secret_data(device->ed25519),
				     seal_secret_bytes(seed)) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "Ed25519");
	device->tries = TRIES;
	return SEAL_OK;
}

/* What a device answers to a PIN. */
static int device_verify(struct device *device, const struct seal_secret *pin,
			 struct seal_diag *diag)
{
	if (device->tries == 0)
		return seal_fail(diag, SEAL_E_BLOCKED, "the PIN is blocked");
	if (!seal_secret_equal(pin, device->pin)) {
		device->tries--;
		return seal_fail(diag, device->tries ? SEAL_E_PINWRONG : SEAL_E_BLOCKED,
				 "wrong PIN, %d tries left", device->tries);
	}
	device->tries = TRIES;
	return SEAL_OK;
}

/* ---- the driver ---- */

struct template
{
	struct device *device;
	struct seal_secret *pin; /* that was accepted; wiped by done */
	char holder[SEAL_CARD_NAME + 1];
};

static void done(void *self)
{
	struct template *token = self;

	if (!token)
		return;
	seal_secret_free(token->pin);
	free(token);
}

static void donep(struct template **token)
{
	done(*token);
	*token = NULL;
}

static void describe_device(const struct device *device, struct seal_token_info *out_info)
{
	*out_info = (struct seal_token_info){.kind = SEAL_CARD_PASSPHRASE,
					     .has_serial = 1,
					     .is_virtual = 1,
					     .serial = (uint32_t)(device - plugged) + 1,
					     .tries_left = device->tries,
					     .puk_tries_left = -1,
					     .model = "template"};
	(void)snprintf(out_info->where, sizeof out_info->where, "memory");
}

static int list(const struct seal_token_place *place,
		int (*each)(void *ctx, const struct seal_token_info *info), void *ctx,
		struct seal_diag *diag)
{
	(void)place;
	(void)diag;
	for (size_t i = 0; i < plugged_count; i++) {
		struct seal_token_info info;
		int error;

		describe_device(&plugged[i], &info);
		error = each(ctx, &info);
		if (error)
			return error;
	}
	return SEAL_OK;
}

static struct template *token_new(struct device *device, const char *holder, struct seal_diag *diag)
{
	struct template *token = calloc(1, sizeof *token);

	if (!token) {
		(void)seal_fail(diag, SEAL_E_NOMEM, "%s", APPLET);
		return NULL;
	}
	token->device = device;
	(void)snprintf(token->holder, sizeof token->holder, "%s", holder);
	return token;
}

/* A real driver asks the device for its public keys; never believe a label. */
static int open_card(const struct seal_token_place *place, const struct seal_card *card,
		     void **out_self, struct seal_diag *diag)
{
	(void)place;
	for (size_t i = 0; i < plugged_count; i++) {
		struct template *token;

		if (strcmp(plugged[i].recipient, card->recipient) != 0)
			continue;
		if (!seal_eq_ct(plugged[i].signing, card->signing, sizeof plugged[i].signing))
			return seal_fail(diag, SEAL_E_TOKENWRONG,
					 "template %zu: its signing key is not the card's", i + 1);
		token = token_new(&plugged[i], card->name, diag);
		if (!token)
			return SEAL_E_NOMEM;
		*out_self = token;
		return SEAL_OK;
	}
	return seal_fail(diag, SEAL_E_TOKENABSENT, "token of %s: not here", card->name);
}

static struct seal_token_question question_of(const struct template *token, enum seal_question what)
{
	return (struct seal_token_question){.what = what,
					    .applet = APPLET,
					    .token = "template in memory",
					    .holder = token->holder,
					    .tries_left = token->device->tries,
					    .min_len = PIN_MIN,
					    .max_len = PIN_MAX};
}

/* The PIN, asked for once in the life of the token. */
static int unlock(struct template *token, const struct seal_token_asker *asker,
		  struct seal_diag *diag)
{
	int wrong = 0;

	while (!token->pin) {
		struct seal_secret *pin SEAL_CLEANUP(seal_secret_freep) = NULL;
		struct seal_token_question question = question_of(token, SEAL_ASK_PIN);
		int error;

		if (token->device->tries == 0)
			return seal_fail(diag, SEAL_E_BLOCKED, "the PIN is blocked");
		if (token->device->tries == 1 && !asker->last_try)
			return seal_fail(diag, wrong ? SEAL_E_PINWRONG : SEAL_E_TOKENREFUSED,
					 "one try is left: not used without --last-try");
		question.wrong_before = wrong;
		error = asker->secret(asker->ctx, &question, &pin, diag);
		if (!error)
			error = device_verify(token->device, pin, diag);
		if (!error)
			token->pin = seal_steal(&pin);
		else if (error != SEAL_E_PINWRONG || asker->once)
			return error;
		wrong = 1;
	}
	return SEAL_OK;
}

static int unwrap(void *self, const struct seal_token_asker *asker,
		  const struct seal_age_stanza *stanzas, size_t count, struct seal_secret *file_key,
		  struct seal_diag *diag)
{
	struct template *token = self;
	struct seal_age_identity identity;
	struct seal_token_question touch = question_of(token, SEAL_ASK_PIN);
	size_t mine = 0;
	int error;

	for (size_t i = 0; i < count; i++)
		mine += strcmp(stanzas[i].type, "X25519") == 0;
	if (mine == 0)
		return seal_fail(diag, SEAL_E_NOIDENTITY, "not sealed to this kind of token");
	error = unlock(token, asker, diag);
	if (error)
		return error;
	identity = seal_age_x25519_identity(token->device->x25519);
	asker->touch(asker->ctx, &touch, 1);
	error = identity.unwrap(identity.ctx, stanzas, count, file_key, diag);
	asker->touch(asker->ctx, &touch, 0);
	return error;
}

static int sign(void *self, const struct seal_token_asker *asker, const void *text, size_t text_len,
		uint8_t *out, size_t cap, size_t *out_len, struct seal_diag *diag)
{
	struct template *token = self;
	int error;

	if (cap < crypto_sign_BYTES)
		return seal_fail(diag, SEAL_E_ARGUMENT, "room for a signature");
	error = unlock(token, asker, diag);
	if (error)
		return error;
	if (crypto_sign_detached(out, NULL, text, text_len,
				 seal_secret_bytes(token->device->ed25519)) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "Ed25519");
	*out_len = crypto_sign_BYTES;
	return SEAL_OK;
}

static int enrol(const struct seal_token_place *place, const struct seal_token_plan *plan,
		 const struct seal_token_asker *asker, struct seal_card *out_card, void **out_self,
		 struct seal_diag *diag)
{
	struct template *token SEAL_CLEANUP(donep) = NULL;
	struct device *device = &plugged[plugged_count];
	struct seal_token_question question;
	int error;

	(void)place;
	if (plugged_count == SEAL_TEMPLATE_TOKENS)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "no room for another template");
	token = token_new(device, plan->name, diag);
	if (!token)
		return SEAL_E_NOMEM;
	error = device_make(device, diag);
	question = question_of(token, SEAL_ASK_NEW_PIN);
	question.tries_left = -1;
	if (!error)
		error = asker->secret(asker->ctx, &question, &device->pin, diag);
	if (!error)
		error = seal_secret_copy(seal_secret_bytes(device->pin),
					 seal_secret_len(device->pin), &token->pin, diag);
	if (error) {
		device_done(device);
		return error;
	}
	plugged_count++;
	*out_card = (struct seal_card){.kind = SEAL_CARD_PASSPHRASE,
				       .signing_kind = SEAL_CARD_ED25519,
				       .is_virtual = 1,
				       .signing_len = sizeof device->signing};
	(void)snprintf(out_card->name, sizeof out_card->name, "%s", plan->name);
	(void)snprintf(out_card->group, sizeof out_card->group, "%s",
		       plan->group ? plan->group : "");
	(void)snprintf(out_card->recipient, sizeof out_card->recipient, "%s", device->recipient);
	seal_token_now(out_card->created);
	memcpy(out_card->signing, device->signing, sizeof device->signing);
	*out_self = seal_steal(&token);
	return SEAL_OK;
}

static void describe(void *self, struct seal_token_info *out_info)
{
	const struct template *token = self;

	describe_device(token->device, out_info);
}

const struct seal_token_driver seal_template_driver = {
	.kind = SEAL_CARD_PASSPHRASE,
	.name = "template",
	.list = list,
	.open = open_card,
	.enrol = enrol,
	.unwrap = unwrap,
	.sign = sign,
	.describe = describe,
	.done = done,
};
