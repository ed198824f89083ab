/* Rosters: reading with all checks, and finding people and cards in them. */

#include "share/roster_internal.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "crypto/assertion.h"
#include "share/date.h"

#include "base/banned.h"

void seal_roster_free(struct seal_roster *roster)
{
	if (!roster)
		return;
	seal_note_free(roster->note);
	free(roster);
}

void seal_roster_freep(struct seal_roster **roster)
{
	seal_roster_free(*roster);
	*roster = NULL;
}

int seal_roster_look(const void *bytes, size_t len, int is_note, struct seal_roster **out_roster,
		     struct seal_diag *diag)
{
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = calloc(1, sizeof *roster);
	struct seal_field_reader reader = {.at = bytes, .left = len};
	int error = SEAL_OK;

	if (!roster)
		return seal_fail(diag, SEAL_E_NOMEM, "roster");
	if (is_note)
		error = seal_note_parse(bytes, len, &roster->note, diag);
	if (error)
		return seal_because(diag, error, "roster");
	if (is_note)
		reader.at = seal_note_text(roster->note, &reader.left);
	error = seal_roster_lines(&reader, roster, diag);
	if (!error)
		*out_roster = seal_steal(&roster);
	return error;
}

/* The first rule that is broken. */
static int obey(const struct seal_roster *roster, struct seal_diag *diag)
{
	struct seal_roster_findings *found = calloc(1, sizeof *found);
	int error = SEAL_OK;

	if (!found)
		return seal_fail(diag, SEAL_E_NOMEM, "roster");
	seal_roster_rules(roster, found);
	if (found->count > 0)
		error = seal_fail(diag, found->list[0].error, "roster: %s", found->list[0].text);
	free(found);
	return error;
}

static int parse(const void *bytes, size_t len, int is_note, struct seal_roster **out_roster,
		 struct seal_diag *diag)
{
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	int error = seal_roster_look(bytes, len, is_note, &roster, diag);

	if (!error)
		error = obey(roster, diag);
	if (!error)
		*out_roster = seal_steal(&roster);
	return error;
}

int seal_roster_parse(const void *note, size_t len, struct seal_roster **out_roster,
		      struct seal_diag *diag)
{
	return parse(note, len, 1, out_roster, diag);
}

int seal_roster_parse_text(const void *text, size_t len, struct seal_roster **out_roster,
			   struct seal_diag *diag)
{
	return parse(text, len, 0, out_roster, diag);
}

/* What was written is read again: no text leaves here that would be refused. */
int seal_roster_text(const struct seal_roster *roster, char **out_text, struct seal_diag *diag)
{
	struct seal_roster *again SEAL_CLEANUP(seal_roster_freep) = NULL;
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = seal_roster_write(roster, &text, diag);

	if (!error)
		error = seal_roster_parse_text(text, strlen(text), &again, diag);
	if (!error)
		*out_text = seal_steal(&text);
	return error;
}

int seal_roster_digest(const struct seal_roster *roster, uint8_t out[static SEAL_ROSTER_DIGEST],
		       struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = seal_roster_write(roster, &text, diag);

	if (!error)
		(void)crypto_hash_sha256(out, (const uint8_t *)text, strlen(text));
	return error;
}

const struct seal_roster_person *seal_roster_find(const struct seal_roster *roster, const char *id)
{
	for (size_t i = 0; i < roster->count; i++)
		if (strcmp(roster->people[i].id, id) == 0)
			return &roster->people[i];
	return NULL;
}

const struct seal_roster_person *
seal_roster_holder(const struct seal_roster *roster,
		   const uint8_t fingerprint[static SEAL_CARD_FINGERPRINT],
		   const struct seal_roster_card **out_card)
{
	for (size_t i = 0; i < roster->count; i++)
		for (size_t k = 0; k < roster->people[i].card_count; k++) {
			const struct seal_roster_card *card = &roster->people[i].cards[k];

			if (!seal_eq_ct(card->fingerprint, fingerprint, SEAL_CARD_FINGERPRINT))
				continue;
			if (out_card)
				*out_card = card;
			return &roster->people[i];
		}
	return NULL;
}

int seal_roster_active(const struct seal_roster_person *person, const char *time_or_date)
{
	return seal_date_compare(time_or_date, person->start) >= 0 &&
	       (!person->end[0] || seal_date_compare(time_or_date, person->end) <= 0);
}

int seal_roster_note_key(const struct seal_roster_person *person, size_t card,
			 struct seal_note_key *out_key, struct seal_diag *diag)
{
	const struct seal_roster_card *of = &person->cards[card];

	if (card >= person->card_count)
		return seal_fail(diag, SEAL_E_ARGUMENT, "card %zu of %s", card, person->id);
	switch (of->kind) {
	case SEAL_CARD_ED25519:
		return seal_note_key_ed25519(person->id, of->key, out_key, diag);
	case SEAL_CARD_P256:
		return seal_note_key_p256(person->id, of->key, out_key, diag);
	case SEAL_CARD_ASSERTION:
		return seal_note_key_assertion(person->id, of->rp_id, of->key, out_key, diag);
	}
	return seal_fail(diag, SEAL_E_ARGUMENT, "card without a signing key");
}
