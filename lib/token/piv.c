/* The driver of PIV tokens: which are there, which one a card means, and what one is. */

#include "token/piv_internal.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/p256.h"

#include "base/banned.h"

#define DEVICE "piv:"

int seal_piv_is_meant(const struct seal_token_place *place, const char *reader)
{
	int any = 0;

	for (size_t i = 0; i < place->device_count; i++) {
		const char *device = place->devices[i];

		if (strncmp(device, DEVICE, sizeof DEVICE - 1) != 0)
			continue;
		if (strcmp(device + sizeof DEVICE - 1, reader) == 0)
			return 1;
		any = 1;
	}
	return !any;
}

struct listing {
	const struct seal_token_place *place;
	int (*each)(void *ctx, const struct seal_token_info *info);
	void *ctx;
	unsigned shown, refused;
	struct seal_diag why;
};

/* A reader without a token, and a card that is no PIV token, are passed over; and so is one
   that another program holds, for the others' sake. */
static int list_one(void *ctx, const char *reader)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	struct listing *listing = ctx;
	struct seal_token_info info;
	struct seal_diag why = {0};
	int error;

	if (!seal_piv_is_meant(listing->place, reader))
		return SEAL_OK;
	error = seal_piv_link_open(reader, &link, &why);
	if (!error)
		error = seal_piv_get_info(link, reader, &info, &why);
	seal_piv_link_free(seal_steal(&link));
	if (error == SEAL_E_TOKENREFUSED) {
		listing->refused++;
		listing->why = why;
	}
	if (error)
		return SEAL_OK;
	listing->shown++;
	info.is_virtual = listing->place->virtual_piv;
	return listing->each(listing->ctx, &info);
}

static int piv_list(const struct seal_token_place *place,
		    int (*each)(void *ctx, const struct seal_token_info *info), void *ctx,
		    struct seal_diag *diag)
{
	struct listing listing = {.place = place, .each = each, .ctx = ctx};
	int error = seal_piv_readers(list_one, &listing, diag);

	if (error || listing.shown || !listing.refused)
		return error;
	if (diag)
		*diag = listing.why;
	return SEAL_E_TOKENREFUSED;
}

/* One card's token, as far as it was looked for. */
struct wanted {
	const struct seal_card *card;
	struct seal_piv *self;
	unsigned fitting, wrong, refused;
	struct seal_diag why;
};

struct search {
	const struct seal_token_place *place;
	struct wanted *list;
	size_t count;
};

static int fits(const struct seal_piv *self, const struct seal_token_info *info)
{
	return !self->has_serial || !info->has_serial || self->serial == info->serial;
}

static void compare(struct wanted *wanted, struct seal_piv_link *link, const char *reader,
		    const struct seal_token_info *info)
{
	struct seal_piv_slot slot = {0};
	struct seal_diag why = {0};
	int error;

	if (!fits(wanted->self, info))
		return;
	error = seal_piv_get_slot(link, wanted->self->slot, &slot, &why);
	if (error == SEAL_E_TOKENREFUSED) {
		wanted->refused++;
		wanted->why = why;
	}
	if (error)
		return;
	if (!slot.has_point ||
	    !seal_eq_ct(slot.point, wanted->self->unwrap_point, sizeof slot.point)) {
		wanted->wrong += wanted->self->has_serial && info->has_serial;
		return;
	}
	wanted->fitting++;
	wanted->self->info = *info;
	memcpy(wanted->self->reader, reader, strlen(reader) + 1);
}

/* Each reader is opened once, for all cards. */
static int search_one(void *ctx, const char *reader)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	const struct search *search = ctx;
	struct seal_token_info info;
	struct seal_diag why = {0};
	int error;

	if (!seal_piv_is_meant(search->place, reader))
		return SEAL_OK;
	error = seal_piv_link_open(reader, &link, &why);
	if (!error)
		error = seal_piv_get_info(link, reader, &info, &why);
	for (size_t i = 0; i < search->count; i++) {
		struct wanted *wanted = &search->list[i];

		if (!error) {
			compare(wanted, link, reader, &info);
		} else if (error == SEAL_E_TOKENREFUSED) {
			wanted->refused++;
			wanted->why = why;
		}
	}
	return SEAL_OK;
}

static int not_one(const struct wanted *wanted, struct seal_diag *diag)
{
	const struct seal_card *card = wanted->card;

	if (wanted->fitting > 1)
		return seal_fail(diag, SEAL_E_TOKENREFUSED,
				 "%u tokens hold the key of %s: name one reader (--device)",
				 wanted->fitting, card->name);
	if (wanted->wrong)
		return seal_fail(diag, SEAL_E_TOKENWRONG,
				 "token %u: slot %02x holds another key than the card of %s names",
				 card->piv.serial, card->piv.slot, card->name);
	if (wanted->refused) {
		if (diag)
			*diag = wanted->why;
		return seal_because(diag, SEAL_E_TOKENREFUSED, "token of %s", card->name);
	}
	if (card->piv.has_serial)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "token %u of %s: not plugged in",
				 card->piv.serial, card->name);
	return seal_fail(diag, SEAL_E_TOKENABSENT, "no token here holds the key of %s", card->name);
}

static int self_of(const struct seal_card *card, struct seal_piv *self, struct seal_diag *diag)
{
	enum seal_p256_kind kind;
	int error;

	if (card->kind != SEAL_CARD_PIV || card->signing_kind != SEAL_CARD_P256 ||
	    card->signing_len != SEAL_P256_POINT)
		return seal_fail(diag, SEAL_E_ARGUMENT, "card of %s: not a PIV card", card->name);
	error = seal_p256_parse(card->recipient, &kind, self->unwrap_point, diag);
	if (error)
		return error;
	self->slot = card->piv.slot;
	self->touch = card->piv.touch;
	self->has_serial = card->piv.has_serial;
	self->serial = card->piv.serial;
	memcpy(self->sign_point, card->signing, sizeof self->sign_point);
	memcpy(self->holder, card->name, sizeof self->holder);
	return SEAL_OK;
}

static void selfp(struct seal_piv **self)
{
	seal_piv_done(*self);
	*self = NULL;
}

static int piv_open(const struct seal_token_place *place, const struct seal_card *card,
		    void **out_self, struct seal_diag *diag)
{
	struct seal_piv *self SEAL_CLEANUP(selfp) = calloc(1, sizeof *self);
	struct wanted wanted = {.card = card, .self = self};
	struct search search = {place, &wanted, 1};
	int error = self ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "token");

	if (!error)
		error = self_of(card, self, diag);
	if (!error)
		error = seal_piv_readers(search_one, &search, diag);
	if (!error && wanted.fitting != 1)
		error = not_one(&wanted, diag);
	if (error)
		return error;
	self->info.is_virtual = card->is_virtual;
	*out_self = seal_steal(&self);
	return SEAL_OK;
}

/* list: as long as matches; search->count of them are used, in the same order. */
static void match_all(struct search *search, struct seal_piv *selves,
		      struct seal_token_match *matches, size_t count)
{
	struct seal_diag why = {0};
	int error;

	for (size_t i = 0; i < count; i++) {
		struct wanted *wanted = &search->list[search->count];

		if (matches[i].card->kind != SEAL_CARD_PIV)
			continue;
		*wanted = (struct wanted){.card = matches[i].card, .self = &selves[i]};
		matches[i].error = self_of(matches[i].card, &selves[i], &matches[i].why);
		search->count += !matches[i].error;
	}
	error = seal_piv_readers(search_one, search, &why);
	for (size_t i = 0, at = 0; i < count; i++) {
		struct seal_token_match *match = &matches[i];
		struct wanted *wanted = &search->list[at];

		if (match->card->kind != SEAL_CARD_PIV || match->error)
			continue;
		at++;
		if (error)
			match->why = why;
		match->error = error		      ? error
			       : wanted->fitting != 1 ? not_one(wanted, &match->why)
						      : SEAL_OK;
		match->info = wanted->self->info;
		match->info.is_virtual = match->card->is_virtual;
	}
}

static void piv_match(const struct seal_token_place *place, struct seal_token_match *matches,
		      size_t count)
{
	struct search search = {place, calloc(count, sizeof *search.list), 0};
	struct seal_piv *selves = calloc(count, sizeof *selves);

	if (search.list && selves)
		match_all(&search, selves, matches, count);
	else
		for (size_t i = 0; i < count; i++)
			if (matches[i].card->kind == SEAL_CARD_PIV)
				matches[i].error =
					seal_fail(&matches[i].why, SEAL_E_NOMEM, "token");
	free(search.list);
	free(selves);
}

int seal_piv_session(const struct seal_piv *self, uint8_t slot, struct seal_piv_link **out_link,
		     struct seal_piv_slot *out_slot, struct seal_diag *diag)
{
	struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
	const uint8_t *point = slot == SEAL_PIV_SIGN_SLOT ? self->sign_point : self->unwrap_point;
	struct seal_token_info info;
	int error = seal_piv_link_open(self->reader, &link, diag);

	if (error == SEAL_E_NOTFOUND)
		error = seal_because(diag, SEAL_E_TOKENWRONG, "another card is in the reader");
	if (!error)
		error = seal_piv_get_info(link, self->reader, &info, diag);
	if (error)
		return error;
	if (!fits(self, &info))
		return seal_fail(diag, SEAL_E_TOKENWRONG, "token %u is in the reader, not %u",
				 info.serial, self->serial);
	error = seal_piv_get_slot(link, slot, out_slot, diag);
	if (error)
		return error;
	if (!out_slot->has_point || !seal_eq_ct(out_slot->point, point, SEAL_P256_POINT))
		return seal_fail(diag, SEAL_E_TOKENWRONG,
				 "slot %02x: the token holds another key than its card names",
				 slot);
	*out_link = seal_steal(&link);
	return SEAL_OK;
}

static void piv_describe(void *self, struct seal_token_info *out_info)
{
	const struct seal_piv *piv = self;

	*out_info = piv->info;
}

void seal_piv_done(void *self)
{
	struct seal_piv *piv = self;

	if (!piv)
		return;
	seal_secret_free(piv->pin);
	free(piv);
}

const struct seal_token_driver seal_piv_driver = {
	.kind = SEAL_CARD_PIV,
	.name = "piv",
	.list = piv_list,
	.open = piv_open,
	.match = piv_match,
	.enrol = seal_piv_enrol,
	.unwrap = seal_piv_unwrap,
	.sign = seal_piv_sign,
	.describe = piv_describe,
	.done = seal_piv_done,
};
