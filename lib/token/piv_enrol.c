/* Enrolment of a PIV token: first everything that can refuse it is looked at and nothing is
   changed; then PIN and PUK are asked for while nobody holds the reader; then, in one
   transaction, factory values are replaced, keys made and proved. Each step can be repeated
   after a crash. */

#include "token/piv_enrol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/encode.h"
#include "crypto/p256.h"
#include "token/leaks.h"
#include "token/token_internal.h"

#include "base/banned.h"

/* What was seen while looking for the token. */
struct search {
	struct seal_piv_enrolment *e;
	unsigned found, refused;
	char names[SEAL_DIAG_TEXT / 2];
	struct seal_diag why;
};

static int is_asked_for(const struct seal_piv_enrolment *e, const char *reader)
{
	const char *device = e->plan->device;

	if (device && strncmp(device, "piv:", 4) == 0)
		device += 4;
	return seal_piv_is_meant(e->place, reader) && (!device || strcmp(device, reader) == 0);
}

static int look(void *ctx, const char *reader)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	struct search *search = ctx;
	struct seal_piv_enrolment *e = search->e;
	struct seal_token_info info;
	char title[96];
	struct seal_diag why = {0};
	size_t at = strlen(search->names);
	int error;

	if (!is_asked_for(e, reader))
		return SEAL_OK;
	error = seal_piv_link_open(reader, &link, &why);
	if (!error)
		error = seal_piv_get_info(link, reader, &info, &why);
	if (error == SEAL_E_TOKENREFUSED) {
		search->refused++;
		search->why = why;
	}
	if (error || (e->plan->has_serial && (!info.has_serial || info.serial != e->plan->serial)))
		return SEAL_OK;
	seal_piv_title(&info, title);
	(void)snprintf(search->names + at, sizeof search->names - at, "%s%s", at ? "; " : "",
		       title);
	if (search->found++ == 0) {
		e->info = info;
		memcpy(e->reader, reader, strlen(reader) + 1);
	}
	return SEAL_OK;
}

static int find_token(struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	struct search search = {.e = e};
	int error = seal_piv_readers(look, &search, diag);

	if (error || search.found == 1)
		return error;
	if (search.found > 1)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%u tokens fit (%s): say which, by --serial or --device",
				 search.found, search.names);
	if (search.refused) {
		if (diag)
			*diag = search.why;
		return SEAL_E_TOKENREFUSED;
	}
	if (e->plan->has_serial)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "PIV token %u: not plugged in",
				 e->plan->serial);
	return seal_fail(diag, SEAL_E_TOKENABSENT, "no PIV token is plugged in");
}

/* A bare card names no version: then a minimum cannot be met. */
static int check_firmware(const struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	const uint8_t *least = e->plan->min_firmware;
	const uint8_t *have = e->info.firmware;
	unsigned want = (unsigned)least[0] << 16 | (unsigned)least[1] << 8 | least[2];
	unsigned is = (unsigned)have[0] << 16 | (unsigned)have[1] << 8 | have[2];

	if (want == 0 || (e->info.has_firmware && is >= want))
		return SEAL_OK;
	if (!e->info.has_firmware)
		return seal_fail(diag, SEAL_E_POLICY, "the token does not tell its firmware");
	return seal_fail(diag, SEAL_E_POLICY, "firmware %u.%u.%u is older than %u.%u.%u", have[0],
			 have[1], have[2], least[0], least[1], least[2]);
}

int seal_piv_reopen(struct seal_piv_enrolment *e, struct seal_piv_link **out_link,
		    struct seal_diag *diag)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	struct seal_token_info info;
	int error = seal_piv_link_open(e->reader, &link, diag);

	if (!error)
		error = seal_piv_get_info(link, e->reader, &info, diag);
	if (error)
		return error;
	if (info.has_serial != e->info.has_serial || info.serial != e->info.serial)
		return seal_fail(diag, SEAL_E_TOKENWRONG,
				 "another token was put in the reader meanwhile");
	e->info = info;
	*out_link = seal_steal(&link);
	return SEAL_OK;
}

/* Everything that would stop the enrolment later, before a person is asked anything. */
static int preview(struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	int error = check_firmware(e, diag);

	if (!error)
		error = seal_piv_reopen(e, &link, diag);
	if (!error)
		error = seal_leaks_check(e->plan, e->info.leaks_ecdsa, diag);
	if (!error)
		error = seal_piv_choose(link, e->plan, e->keys, diag);
	if (!error && !e->plan->no_attestation)
		error = seal_piv_can_attest(link, e->place->roots, diag);
	if (!error && e->info.tries_left == 0)
		error = seal_piv_may_try(e->asker, 0, diag);
	return error;
}

/* serial in little endian, slot, first four bytes of SHA-256 of the compressed point. */
static int identity_text(const struct seal_piv_enrolment *e, struct seal_card_piv *piv,
			 struct seal_diag *diag)
{
	const struct seal_piv_key *key = &e->keys[SEAL_PIV_UNWRAP];
	uint8_t small[SEAL_P256_COMPRESSED];
	uint8_t digest[32];
	uint8_t bytes[9];

	if (!piv->has_serial || key->slot == 0x9d)
		return SEAL_OK;
	seal_p256_compress(key->point, small);
	if (EVP_Digest(small, sizeof small, digest, NULL, EVP_sha256(), NULL) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "SHA-256");
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(piv->serial >> (8 * i));
	bytes[4] = key->slot;
	memcpy(bytes + 5, digest, 4);
	return seal_bech32("age-plugin-yubikey-", bytes, sizeof bytes, 1, piv->identity,
			   sizeof piv->identity, diag);
}

static int fill_card(const struct seal_piv_enrolment *e, struct seal_card *card,
		     struct seal_diag *diag)
{
	const struct seal_piv_key *keys = e->keys;
	int error =
		seal_p256_text(SEAL_P256_TAG, keys[SEAL_PIV_UNWRAP].point, card->recipient, diag);

	card->kind = SEAL_CARD_PIV;
	card->signing_kind = SEAL_CARD_P256;
	card->is_virtual = e->place->virtual_piv;
	(void)snprintf(card->name, sizeof card->name, "%s", e->plan->name);
	(void)snprintf(card->group, sizeof card->group, "%s", e->plan->group ? e->plan->group : "");
	seal_token_now(card->created);
	memcpy(card->signing, keys[SEAL_PIV_SIGN].point, SEAL_P256_POINT);
	card->signing_len = SEAL_P256_POINT;
	card->piv.has_serial = e->info.has_serial;
	card->piv.serial = e->info.serial;
	memcpy(card->piv.firmware, e->info.firmware, sizeof card->piv.firmware);
	card->piv.slot = keys[SEAL_PIV_UNWRAP].slot;
	card->piv.pin = seal_piv_plan_pin(e->plan);
	card->piv.touch = seal_piv_plan_touch(e->plan);
	card->firmware_leaks = e->info.leaks_ecdsa;
	card->piv.puk_unknown = e->codes.puk_state == SEAL_PIV_CODE_UNKNOWN;
	return error;
}

static int make_self(struct seal_piv_enrolment *e, const struct seal_card *card,
		     struct seal_piv **out_self, struct seal_diag *diag)
{
	struct seal_piv *self = calloc(1, sizeof *self);

	if (!self)
		return seal_fail(diag, SEAL_E_NOMEM, "token");
	self->info = e->info;
	self->info.is_virtual = card->is_virtual;
	memcpy(self->reader, e->reader, sizeof self->reader);
	memcpy(self->holder, card->name, sizeof self->holder);
	self->slot = card->piv.slot;
	self->touch = card->piv.touch;
	self->has_serial = e->info.has_serial;
	self->serial = e->info.serial;
	memcpy(self->unwrap_point, e->keys[SEAL_PIV_UNWRAP].point, SEAL_P256_POINT);
	memcpy(self->sign_point, e->keys[SEAL_PIV_SIGN].point, SEAL_P256_POINT);
	self->pin = seal_steal(&e->codes.pin);
	*out_self = self;
	return SEAL_OK;
}

static int work(struct seal_piv_enrolment *e, struct seal_card *card, struct seal_piv **out_self,
		struct seal_diag *diag)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	char title[96];
	struct seal_token_question question = {
		.what = SEAL_ASK_PIN, .applet = "PIV", .token = title, .holder = e->plan->name};
	int error = seal_piv_unlock(e, &link, diag);

	seal_piv_title(&e->info, title);
	if (!error)
		error = seal_piv_key_open(link, e->asker, &question, diag);
	if (!error)
		error = seal_piv_choose(link, e->plan, e->keys, diag);
	if (!error)
		error = seal_piv_make(link, e->plan, e->keys, diag);
	if (!error)
		error = fill_card(e, card, diag);
	if (!error && !e->plan->no_attestation) {
		error = seal_piv_attest(link, e->place->roots, e->plan, e->keys, card, diag);
		if (error)
			seal_advise(diag, "no card was made; the token keeps its new PIN and keys");
	}
	if (!error)
		error = identity_text(e, &card->piv, diag);
	if (!error)
		error = seal_piv_get_info(link, e->reader, &e->info, diag);
	return error ? error : make_self(e, card, out_self, diag);
}

int seal_piv_enrol(const struct seal_token_place *place, const struct seal_token_plan *plan,
		   const struct seal_token_asker *asker, struct seal_card *out_card,
		   void **out_self, struct seal_diag *diag)
{
	struct seal_piv_enrolment e = {.place = place, .plan = plan, .asker = asker};
	struct seal_card *card = calloc(1, sizeof *card);
	struct seal_piv *self = NULL;
	int error = card ? find_token(&e, diag) : seal_fail(diag, SEAL_E_NOMEM, "card");

	if (!error)
		error = preview(&e, diag);
	if (!error)
		error = work(&e, card, &self, diag);
	seal_piv_codes_done(&e.codes);
	if (!error) {
		*out_card = *card;
		*out_self = self;
	}
	free(card);
	return error;
}
