/* Confirms cards, by a file of fingerprints or by words read aloud. */

#include "ceremony/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/secret.h"
#include "ceremony/prompt.h"

#include "base/banned.h"

#define FILE_BYTES (64u << 10)
#define HEX_DIGITS (2u * SEAL_CARD_FINGERPRINT)

static void bytesp(uint8_t **bytes)
{
	free(*bytes);
	*bytes = NULL;
}

/* `NAME HEX64`: marks the card that it is about. */
static int take_line(const struct seal_cards *cards, const char *line, size_t len, uint8_t *seen,
		     struct seal_diag *diag)
{
	const char *space = memchr(line, ' ', len);
	size_t name_len = space ? (size_t)(space - line) : 0;
	uint8_t given[SEAL_CARD_FINGERPRINT];
	size_t bytes = 0;
	int known = 0;

	if (name_len == 0 || len - name_len - 1 != HEX_DIGITS ||
	    seal_unhex(space + 1, HEX_DIGITS, given, sizeof given, &bytes, NULL))
		return seal_fail(diag, SEAL_E_FORMAT, "not `NAME` and 64 hex digits");
	for (size_t i = 0; i < cards->count; i++) {
		const char *name = cards->list[i].name;
		uint8_t own[SEAL_CARD_FINGERPRINT];
		int error;

		if (strlen(name) != name_len || strncmp(name, line, name_len) != 0)
			continue;
		known = 1;
		error = seal_card_fingerprint(&cards->list[i], own, diag);
		if (error)
			return error;
		if (seal_eq_ct(own, given, sizeof own)) {
			seen[i] = 1;
			return SEAL_OK;
		}
	}
	if (known)
		return seal_fail(
			diag, SEAL_E_MISMATCH,
			"the card of %.*s has another fingerprint: forged, or enrolled anew",
			(int)name_len, line);
	return seal_fail(diag, SEAL_E_MISMATCH, "there is no card of %.*s", (int)name_len, line);
}

static int take_file(const struct seal_cards *cards, const char *path, uint8_t *seen,
		     struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(bytesp) = NULL;
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
		error = take_line(cards, line, n, seen, diag);
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
	(void)snprintf(text, sizeof text,
		       "card %zu of %zu, %s%s:\n    %s\nDoes %s read the same words? (yes or no) ",
		       number, count, card->name,
		       card->is_attested ? "" : " (NOT ATTESTED: may be a key in software)", words,
		       card->name);
	error = seal_prompt_yes(text, &yes, diag);
	if (!error && !yes)
		error = seal_fail(diag, SEAL_E_POLICY, "card of %s: not confirmed", card->name);
	return error;
}

int seal_confirm_cards(const struct seal_cards *cards, const char *fingerprints,
		       struct seal_diag *diag)
{
	uint8_t seen[SEAL_CARDS_MAX] = {0};
	int error = SEAL_OK;

	if (fingerprints)
		error = take_file(cards, fingerprints, seen, diag);
	for (size_t i = 0; !error && i < cards->count; i++) {
		if (!fingerprints)
			error = ask(&cards->list[i], i + 1, cards->count, diag);
		else if (!seen[i])
			error = seal_fail(diag, SEAL_E_MISMATCH, "%s: the card of %s is not in it",
					  fingerprints, cards->list[i].name);
	}
	return error;
}
