/* Drafting a roster. */

#include "ceremony/roster_draft.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"
#include "base/path.h"
#include "share/duty.h"

#include "base/banned.h"

#define SUFFIX ".accepted"
#define ACCEPTED_FILE 16384u

static int to_card(const struct seal_card *from, struct seal_roster_card *out,
		   struct seal_diag *diag)
{
	int error = seal_card_fingerprint(from, out->fingerprint, diag);

	out->kind = from->signing_kind;
	out->key_len = from->signing_len;
	memcpy(out->key, from->signing, from->signing_len);
	if (from->signing_kind == SEAL_CARD_ASSERTION)
		(void)snprintf(out->rp_id, sizeof out->rp_id, "%s", from->fido2.signing_rp_id);
	return error;
}

/* A card of the folder, and where it was. */
struct found {
	const struct seal_card *card;
	const char *path;
};

/* As they were enrolled; of one second, alice.card before alice-2.card. */
static int by_age(const void *a, const void *b)
{
	const struct found *one = a;
	const struct found *other = b;
	int order = strcmp(one->card->created, other->card->created);
	size_t x = strlen(one->path);
	size_t y = strlen(other->path);

	if (order != 0)
		return order;
	return x != y ? (x < y ? -1 : 1) : strcmp(one->path, other->path);
}

static int give_card(const struct found *found, struct seal_roster *roster, struct seal_diag *diag)
{
	const char *name = found->card->name;
	struct seal_roster_person *person = roster->people;
	const struct seal_roster_person *end = roster->people + roster->count;
	int error;

	while (person < end && strcmp(person->id, name) != 0)
		person++;
	if (person == end)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "%s: a card of %s, who is not in the list of people", found->path,
				 name);
	if (person->card_count == SEAL_ROSTER_CARDS)
		return seal_fail(diag, SEAL_E_TOOLONG, "%s: more than %u cards of %s", found->path,
				 SEAL_ROSTER_CARDS, name);
	error = to_card(found->card, &person->cards[person->card_count], diag);
	person->card_count += !error;
	return error;
}

static int give_cards(const struct seal_roster_draft *draft, struct seal_roster *roster,
		      struct seal_diag *diag)
{
	const struct seal_cards *cards = draft->cards;
	struct found *found = calloc(cards->count + 1, sizeof *found);
	int error = found ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "cards");

	for (size_t i = 0; found && i < cards->count; i++)
		found[i] = (struct found){&cards->list[i], cards->path[i]};
	if (found)
		qsort(found, cards->count, sizeof *found, by_age);
	for (size_t i = 0; !error && i < cards->count; i++)
		error = give_card(&found[i], roster, diag);
	free(found);
	return error;
}

static size_t find_card(const struct seal_roster_person *person, const char *print)
{
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];

	for (size_t i = 0; i < person->card_count; i++) {
		seal_hex(person->cards[i].fingerprint, SEAL_CARD_FINGERPRINT, hex);
		if (strcmp(hex, print) == 0)
			return i;
	}
	return SEAL_ROSTER_CARDS;
}

static int by_print(const void *a, const void *b)
{
	const struct seal_roster_card *one = a;
	const struct seal_roster_card *other = b;
	char x[2 * SEAL_CARD_FINGERPRINT + 1];
	char y[2 * SEAL_CARD_FINGERPRINT + 1];

	seal_hex(one->fingerprint, SEAL_CARD_FINGERPRINT, x);
	seal_hex(other->fingerprint, SEAL_CARD_FINGERPRINT, y);
	return strcmp(x, y);
}

/* The main card to the front, the others behind it in order. */
static int order_cards(const struct seal_roster_draft *draft, size_t i,
		       struct seal_roster_person *person, struct seal_diag *diag)
{
	const struct seal_roster_person *before =
		draft->previous ? seal_roster_find(draft->previous, person->id) : NULL;
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];
	struct seal_roster_card first;
	size_t main = 0;

	if (draft->people->main[i][0]) {
		main = find_card(person, draft->people->main[i]);
		if (main == SEAL_ROSTER_CARDS)
			return seal_fail(diag, SEAL_E_MISMATCH,
					 "%s: no card here has the fingerprint of `main`",
					 person->id);
	} else if (before && before->card_count > 0) {
		seal_hex(before->cards[0].fingerprint, SEAL_CARD_FINGERPRINT, hex);
		main = find_card(person, hex);
		main = main == SEAL_ROSTER_CARDS ? 0 : main;
	}
	first = person->cards[main];
	person->cards[main] = person->cards[0];
	person->cards[0] = first;
	if (person->card_count > 2)
		qsort(&person->cards[1], person->card_count - 1, sizeof first, by_print);
	return SEAL_OK;
}

/* What the version before has, for as long as it holds. */
static void keep_acceptance(const struct seal_roster *previous, const struct seal_roster *roster,
			    struct seal_roster_person *person)
{
	const struct seal_roster_person *before = seal_roster_find(previous, person->id);

	if (!before || !before->accepted.time[0] || previous->duty != roster->duty ||
	    !seal_eq_ct(previous->duty_digest, roster->duty_digest, SEAL_ROSTER_DIGEST))
		return;
	for (size_t i = 0; i < person->card_count; i++)
		if (seal_eq_ct(person->cards[i].fingerprint, before->accepted.card,
			       SEAL_CARD_FINGERPRINT))
			person->accepted = before->accepted;
}

static int is_accepted(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(SUFFIX) &&
	       strcmp(entry->d_name + len - strlen(SUFFIX), SUFFIX) == 0;
}

static int accept_file(const char *dir, const char *name, struct seal_roster *roster,
		       struct seal_diag *diag)
{
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	const struct seal_roster_person *person = NULL;
	char path[SEAL_PATH];
	size_t len = 0;
	int error = seal_path_join(dir, name, "", path, diag);

	if (!error)
		error = seal_file_read(path, ACCEPTED_FILE, &bytes, &len, diag);
	if (error)
		return error;
	error = seal_duty_accept(roster, bytes, len, &person, diag);
	return error ? seal_because(diag, error, "%s", path) : SEAL_OK;
}

static int accept_folder(const char *dir, struct seal_roster *roster, struct seal_diag *diag)
{
	struct dirent **entries = NULL;
	int count = scandir(dir, &entries, is_accepted, alphasort);
	int error = SEAL_OK;

	if (count < 0)
		return seal_fail_errno(diag, errno == ENOENT ? SEAL_E_NOTFOUND : SEAL_E_IO, "%s",
				       dir);
	for (int i = 0; i < count; i++) {
		if (!error)
			error = accept_file(dir, entries[i]->d_name, roster, diag);
		free(entries[i]);
	}
	free(entries);
	return error;
}

static int begin(const struct seal_roster_draft *draft, struct seal_roster *roster,
		 struct seal_diag *diag)
{
	const struct seal_people *people = draft->people;

	(void)snprintf(roster->organisation, sizeof roster->organisation, "%s",
		       people->organisation);
	(void)snprintf(roster->created, sizeof roster->created, "%s", draft->created);
	(void)snprintf(roster->review, sizeof roster->review, "%s", people->review);
	roster->version = draft->previous ? draft->previous->version + 1 : 1;
	roster->changes = people->changes;
	roster->duty = people->duty;
	memcpy(roster->duty_digest, draft->duty, sizeof roster->duty_digest);
	for (size_t i = 0; i < people->count; i++)
		roster->people[i] = people->list[i];
	roster->count = people->count;
	return draft->previous ? seal_roster_digest(draft->previous, roster->previous, diag)
			       : SEAL_OK;
}

int seal_roster_draft(const struct seal_roster_draft *draft, struct seal_roster **out_roster,
		      struct seal_diag *diag)
{
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = calloc(1, sizeof *roster);
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = roster ? begin(draft, roster, diag) : seal_fail(diag, SEAL_E_NOMEM, "roster");

	if (!error)
		error = give_cards(draft, roster, diag);
	for (size_t i = 0; !error && i < roster->count; i++) {
		error = order_cards(draft, i, &roster->people[i], diag);
		if (!error && draft->previous)
			keep_acceptance(draft->previous, roster, &roster->people[i]);
	}
	if (!error && draft->accepted)
		error = accept_folder(draft->accepted, roster, diag);
	if (!error && draft->previous)
		error = seal_roster_follows(draft->previous, roster, diag);
	if (!error)
		error = seal_roster_text(roster, &text, diag);
	if (!error)
		*out_roster = seal_steal(&roster);
	return error;
}
