/* Confirms cards: what stands behind them, and a file of fingerprints or words read aloud. */

#include "ceremony/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"
#include "base/secret.h"
#include "ceremony/prompt.h"
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

static int ask(const struct seal_card *card, size_t number, size_t count, struct seal_diag *diag)
{
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	char words[SEAL_CARD_WORDS];
	char text[512];
	int yes = 0;
	int error = seal_card_fingerprint(card, fingerprint, diag);

	if (error)
		return error;
	seal_card_words(fingerprint, words);
	if (!card->is_attested) {
		(void)snprintf(text, sizeof text,
			       "card of %s: NOT ATTESTED: may be a key in software", card->name);
		seal_prompt_warn(text);
	}
	(void)snprintf(text, sizeof text,
		       "card %zu of %zu, %s:\n    %s\nDoes %s read the same words? (yes or no) ",
		       number, count, card->name, words, card->name);
	error = seal_prompt_yes(text, &yes, diag);
	if (!error && !yes)
		error = seal_fail(diag, SEAL_E_POLICY, "card of %s: not confirmed", card->name);
	return error;
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
			error = ask(all.card[i], i + 1, all.count, diag);
		else if (!all.seen[i])
			error = seal_fail(diag, SEAL_E_MISMATCH, "%s: the card of %s is not in it",
					  how->fingerprints, all.card[i]->name);
	}
	return error;
}
