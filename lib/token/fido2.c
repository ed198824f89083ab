/* The FIDO2 driver: which tokens are there, and which one is a card's. */

#include "token/fido2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token/fido2_internal.h"

#include "base/banned.h"

static void describe(void *self, struct seal_token_info *out_info)
{
	const struct seal_fido2 *token = self;
	const struct seal_fido2_facts *facts = &token->facts;

	*out_info = (struct seal_token_info){.kind = SEAL_CARD_FIDO2,
					     .has_firmware = facts->has_firmware,
					     .is_virtual = seal_fido2_is_udp(token->device.where),
					     .tries_left = token->tries_left,
					     .puk_tries_left = -1};
	memcpy(out_info->firmware, facts->firmware, sizeof out_info->firmware);
	out_info->leaks_ecdsa = token->card.firmware_leaks || seal_fido2_leaks(token);
	(void)snprintf(out_info->where, sizeof out_info->where, "%s", token->device.where);
	(void)snprintf(out_info->model, sizeof out_info->model, "%.48s%s", token->device.model,
		       facts->client_pin == 1 ? "" : ", no PIN");
}

/* What does not answer, or is U2F alone, is no token here and hides none. */
static int list(const struct seal_token_place *place,
		int (*each)(void *ctx, const struct seal_token_info *info), void *ctx,
		struct seal_diag *diag)
{
	struct seal_fido2_device devices[SEAL_FIDO2_DEVICES];
	size_t count = 0;
	int error;

	seal_fido2_begin();
	error = seal_fido2_devices(place, devices, &count, diag);
	for (size_t i = 0; !error && i < count; i++) {
		struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = NULL;
		struct seal_token_info info;

		if (seal_fido2_connect(&devices[i], &token, NULL))
			continue;
		describe(token, &info);
		error = each(ctx, &info);
	}
	return error;
}

/* The signing credential answers without PIN and touch, with a signature that only this
   token can make and that no verifier takes for a person's. The unwrapping one would not
   answer: it wants the PIN always. -1: the token answers nothing without a touch; then its
   model at least must be the card's. */
static int is_of_card(struct seal_fido2 *token, const struct seal_card *card)
{
	const struct seal_card_fido2 *fido2 = &card->fido2;
	int known = seal_fido2_knows(token, fido2->signing_rp_id, fido2->credential,
				     fido2->credential_len, card->signing);

	if (known < 0 && (token->broken ||
			  !seal_eq_ct(token->facts.aaguid, fido2->aaguid, sizeof fido2->aaguid)))
		return 0;
	return known;
}

static int adopt(struct seal_fido2 *token, const struct seal_card *card, struct seal_diag *diag)
{
	int error = seal_fido2prf_parse(card->fido2.identity, &token->unwrap, diag);

	if (error)
		return error;
	token->card = *card;
	memcpy(token->holder, card->name, sizeof token->holder);
	memcpy(token->unwrap_public, card->fido2.unwrap_public, sizeof token->unwrap_public);
	token->has_unwrap_public = 1;
	return SEAL_OK;
}

/* What devices did that are no use; the last that failed says why. */
struct tally {
	size_t answered;
	struct seal_diag failed;
};

/* One of several devices: a failure is noted and hides no other device. */
static int try_device(const struct seal_fido2_device *device, struct tally *tally,
		      struct seal_fido2 **out_token)
{
	if (seal_fido2_connect(device, out_token, &tally->failed))
		return 0;
	tally->answered++;
	return 1;
}

static int none_answered(const struct tally *tally, const char *who, struct seal_diag *diag)
{
	if (tally->failed.error == SEAL_OK)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "token of %s: no FIDO2 token is there",
				 who);
	if (diag)
		*diag = tally->failed;
	return seal_because(diag, tally->failed.error, "token of %s", who);
}

static int none_of_them(const struct tally *tally, const struct seal_card *card,
			struct seal_diag *diag)
{
	if (tally->answered == 0)
		return none_answered(tally, card->name, diag);
	return seal_fail(diag, SEAL_E_TOKENWRONG,
			 "token of %s: another FIDO2 token is there, or it was reset", card->name);
}

static int several(const struct seal_card *card, size_t maybes, struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_TOKENWRONG,
			 "token of %s: %zu of its model are there, and none shows which it is: "
			 "leave one",
			 card->name, maybes);
}

/* The first that proves to be the card's; or the only one that may be. */
static int find_of_card(const struct seal_token_place *place, const struct seal_card *card,
			struct seal_fido2 **out_token, struct seal_diag *diag)
{
	struct seal_fido2_device devices[SEAL_FIDO2_DEVICES];
	struct seal_fido2 *maybe SEAL_CLEANUP(seal_fido2_freep) = NULL;
	struct tally tally = {0};
	size_t count = 0;
	size_t maybes = 0;
	int error = seal_fido2_devices(place, devices, &count, diag);

	for (size_t i = 0; !error && i < count; i++) {
		struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = NULL;
		int known;

		if (!try_device(&devices[i], &tally, &token))
			continue;
		known = is_of_card(token, card);
		if (known == 0)
			continue;
		seal_fido2_freep(&maybe);
		maybe = seal_steal(&token);
		maybes = known == 1 ? 1 : maybes + 1;
		if (known == 1)
			break;
	}
	if (error)
		return error;
	if (maybes > 1)
		return several(card, maybes, diag);
	if (!maybe)
		return none_of_them(&tally, card, diag);
	*out_token = seal_steal(&maybe);
	return SEAL_OK;
}

static int open_card(const struct seal_token_place *place, const struct seal_card *card,
		     void **out_self, struct seal_diag *diag)
{
	struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = NULL;
	int error;

	seal_fido2_begin();
	error = find_of_card(place, card, &token, diag);
	if (!error)
		error = adopt(token, card, diag);
	if (error)
		return error;
	*out_self = seal_steal(&token);
	return SEAL_OK;
}

/* What one card's search came to. */
struct sought {
	int known;     /* a token proved to be it */
	size_t maybes; /* tokens that may be */
	struct seal_token_info info;
};

static void ask_for(struct seal_fido2 *token, const struct seal_card *card, struct sought *sought)
{
	int known = sought->known || token->broken ? 0 : is_of_card(token, card);

	if (known == 0)
		return;
	sought->known = known == 1;
	sought->maybes = known == 1 ? 1 : sought->maybes + 1;
	describe(token, &sought->info);
}

/* Each device is opened once, for all cards. */
static int ask_all(const struct seal_token_place *place, const struct seal_token_match *matches,
		   size_t count, struct sought *sought, struct tally *tally, struct seal_diag *diag)
{
	struct seal_fido2_device devices[SEAL_FIDO2_DEVICES];
	size_t device_count = 0;
	int error = seal_fido2_devices(place, devices, &device_count, diag);

	for (size_t i = 0; !error && i < device_count; i++) {
		struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = NULL;

		if (!try_device(&devices[i], tally, &token))
			continue;
		for (size_t k = 0; k < count; k++)
			if (matches[k].card->kind == SEAL_CARD_FIDO2)
				ask_for(token, matches[k].card, &sought[k]);
	}
	return error;
}

static void match(const struct seal_token_place *place, struct seal_token_match *matches,
		  size_t count)
{
	struct sought *sought = calloc(count, sizeof *sought);
	struct tally tally = {0};
	struct seal_diag why = {0};
	int error = sought ? SEAL_OK : seal_fail(&why, SEAL_E_NOMEM, "token");

	seal_fido2_begin();
	if (!error)
		error = ask_all(place, matches, count, sought, &tally, &why);
	for (size_t i = 0; i < count; i++) {
		struct seal_token_match *one = &matches[i];

		if (one->card->kind != SEAL_CARD_FIDO2)
			continue;
		one->error = error;
		one->why = why;
		if (error)
			continue;
		if (sought[i].maybes > 1)
			one->error = several(one->card, sought[i].maybes, &one->why);
		else if (sought[i].maybes == 0)
			one->error = none_of_them(&tally, one->card, &one->why);
		one->info = sought[i].info;
	}
	free(sought);
}

static void done(void *self)
{
	seal_fido2_free(self);
}

/* The one token for a credential that no card speaks of. A credential that wants the PIN
   always does not show itself, so a token that is alone is taken. */
static int find(const struct seal_fido2_opener *opener, struct seal_fido2 **out_token,
		struct seal_diag *diag)
{
	const struct seal_fido2prf_credential *credential = opener->credential;
	struct seal_fido2_device devices[SEAL_FIDO2_DEVICES];
	struct seal_fido2 *last SEAL_CLEANUP(seal_fido2_freep) = NULL;
	struct tally tally = {0};
	size_t count = 0;
	int error = seal_fido2_devices(opener->place, devices, &count, diag);

	for (size_t i = 0; !error && i < count; i++) {
		struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = NULL;

		if (!try_device(&devices[i], &tally, &token))
			continue;
		if (seal_fido2_knows(token, credential->rp_id, credential->id, credential->id_len,
				     NULL) == 1) {
			*out_token = seal_steal(&token);
			return SEAL_OK;
		}
		seal_fido2_freep(&last);
		last = seal_steal(&token);
	}
	if (error)
		return error;
	if (tally.answered == 0)
		return none_answered(&tally, "the identity", diag);
	if (tally.answered > 1)
		return seal_fail(diag, SEAL_E_TOKENWRONG,
				 "%zu FIDO2 tokens are there, and none shows that it is meant: "
				 "leave one",
				 tally.answered);
	*out_token = seal_steal(&last);
	return SEAL_OK;
}

static int identity_unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
			   struct seal_secret *file_key, struct seal_diag *diag)
{
	const struct seal_fido2_opener *opener = ctx;
	struct seal_fido2 *token SEAL_CLEANUP(seal_fido2_freep) = NULL;
	struct seal_fido2_use use = {.asker = opener->asker};
	struct seal_fido2prf prf = seal_fido2_prf(&use);
	struct seal_age_identity identity = seal_fido2prf_identity(&prf);
	size_t mine = 0;
	int error;

	for (size_t i = 0; i < count; i++)
		mine += strcmp(stanzas[i].type, SEAL_FIDO2PRF_TYPE) == 0;
	if (mine == 0)
		return SEAL_E_NOIDENTITY;
	seal_fido2_begin();
	error = find(opener, &token, diag);
	if (error)
		return error;
	token->unwrap = *opener->credential;
	use.token = token;
	return identity.unwrap(identity.ctx, stanzas, count, file_key, diag);
}

struct seal_age_identity seal_fido2_identity(struct seal_fido2_opener *opener)
{
	return (struct seal_age_identity){identity_unwrap, opener};
}

const struct seal_token_driver seal_fido2_driver = {.kind = SEAL_CARD_FIDO2,
						    .name = "fido2",
						    .list = list,
						    .open = open_card,
						    .match = match,
						    .enrol = seal_fido2_enrol,
						    .unwrap = seal_fido2_unwrap,
						    .sign = seal_fido2_sign,
						    .describe = describe,
						    .done = done};
