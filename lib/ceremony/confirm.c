/* Confirms cards: what stands behind them, and a file of fingerprints or words read aloud. */

#include "ceremony/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"
#include "base/secret.h"
#include "ceremony/confirm_card.h"
#include "ceremony/prove.h"

#include "base/banned.h"

#define FILE_BYTES (64u << 10)
#define HEX_DIGITS (2u * SEAL_CARD_FINGERPRINT)

/* All that are to be confirmed: those of the folder, and the one more. */
struct all {
	const struct seal_card *card[SEAL_CARDS_MAX + 1];
	size_t count;
	uint8_t seen[SEAL_CARDS_MAX + 1];
};

/* `NAME HEX64`: marks the card that it is about. */
static int take_line(struct all *all, const char *line, size_t len, struct seal_diag *diag)
{
	const char *space = memchr(line, ' ', len);
	size_t name_len = space ? (size_t)(space - line) : 0;
	uint8_t given[SEAL_CARD_FINGERPRINT];
	size_t bytes = 0;
	int known = 0;
	int found = 0;

	if (name_len == 0 || len - name_len - 1 != HEX_DIGITS ||
	    seal_unhex(space + 1, HEX_DIGITS, given, sizeof given, &bytes, NULL))
		return seal_fail(diag, SEAL_E_FORMAT, "not `NAME` and 64 hex digits");
	for (size_t i = 0; i < all->count; i++) {
		const char *name = all->card[i]->name;
		uint8_t own[SEAL_CARD_FINGERPRINT];
		int error;

		if (strlen(name) != name_len || strncmp(name, line, name_len) != 0)
			continue;
		known = 1;
		error = seal_card_fingerprint(all->card[i], own, diag);
		if (error)
			return error;
		/* The one more may be one of the folder's. */
		if (seal_eq_ct(own, given, sizeof own))
			found = all->seen[i] = 1;
	}
	if (found)
		return SEAL_OK;
	if (known)
		return seal_fail(
			diag, SEAL_E_MISMATCH,
			"the card of %.*s has another fingerprint: forged, or enrolled anew",
			(int)name_len, line);
	return seal_fail(diag, SEAL_E_MISMATCH, "there is no card of %.*s", (int)name_len, line);
}

static int take_file(struct all *all, const char *path, struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	size_t at = 0;
	unsigned number = 1;
	int error = seal_file_read(path, FILE_BYTES, &bytes, &len, diag);

	for (; !error && at < len; number++) {
		const char *line = (const char *)bytes + at;
		const char *end = memchr(line, '\n', len - at);
		size_t n = end ? (size_t)(end - line) : len - at;

		at += n + 1;
		if (n == 0 || line[0] == '#')
			continue;
		error = take_line(all, line, n, diag);
		if (error)
			return seal_because(diag, error, "%s: line %u", path, number);
	}
	return error;
}

/* Cards of one name are one person's tokens; the one enrolled first is the main one. */
static struct seal_confirm_place place_of(const struct all *all, size_t at, int has_no_share)
{
	const struct seal_card *card = all->card[at];
	struct seal_confirm_place place = {
		.number = at + 1, .count = all->count, .token = 1, .has_no_share = has_no_share};

	for (size_t i = 0; i < all->count; i++) {
		const struct seal_card *other = all->card[i];
		int when = strcmp(other->created, card->created);

		if (strcmp(other->name, card->name) != 0 ||
		    strcmp(other->recipient, card->recipient) == 0)
			continue;
		place.of_token++;
		place.token += when < 0 || (when == 0 && i < at);
	}
	place.of_token++;
	return place;
}

static int ask(const struct all *all, size_t at, int has_no_share, struct seal_diag *diag)
{
	const struct seal_confirm_place place = place_of(all, at, has_no_share);

	return seal_confirm_ask(all->card[at], &place, diag);
}

/* Whether what it says of itself holds; one that says nothing is taken: people are told. */
static int attested(const struct seal_card *card, const struct seal_confirm *how,
		    struct seal_diag *diag)
{
	int error;

	if (!card->is_attested)
		return SEAL_OK;
	error = seal_prove_attestation(card, how->roots, diag);
	if (error == SEAL_OK || error == SEAL_E_IO || error == SEAL_E_NOMEM ||
	    error == SEAL_E_NOTFOUND)
		return error; /* of the roots, which are the same for all */
	return seal_because(diag, SEAL_E_VERIFY, "card of %s: says it is attested, but",
			    card->name);
}

int seal_confirm_cards(const struct seal_cards *cards, const struct seal_confirm *how,
		       struct seal_diag *diag)
{
	struct all all = {.count = 0};
	int error = SEAL_OK;

	for (size_t i = 0; i < cards->count; i++)
		all.card[all.count++] = &cards->list[i];
	if (how->extra)
		all.card[all.count++] = how->extra;
	for (size_t i = 0; !error && i < all.count; i++)
		error = attested(all.card[i], how, diag);
	if (!error && how->fingerprints)
		error = take_file(&all, how->fingerprints, diag);
	for (size_t i = 0; !error && i < all.count; i++) {
		if (!how->fingerprints)
			error = ask(&all, i, how->extra && i + 1 == all.count, diag);
		else if (!all.seen[i])
			error = seal_fail(diag, SEAL_E_MISMATCH, "%s: the card of %s is not in it",
					  how->fingerprints, all.card[i]->name);
	}
	return error;
}
