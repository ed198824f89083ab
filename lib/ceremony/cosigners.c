/* Keys of those whose cosignatures are believed. */

#include "ceremony/cosigners.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/vkey.h"
#include "base/file.h"
#include "base/own.h"
#include "ceremony/cards.h"

#include "base/banned.h"

void seal_cosigners_done(struct seal_cosigners *cosigners)
{
	for (size_t i = 0; i < cosigners->roster_count; i++)
		seal_roster_free(cosigners->rosters[i]);
	free(cosigners->keys);
	*cosigners = (struct seal_cosigners){0};
}

static int make_key(const char *name, enum seal_card_signing kind, const uint8_t *key,
		    const char *rp_id, struct seal_note_key *out_key, struct seal_diag *diag)
{
	uint8_t public_key[SEAL_ASSERTION_PUBLIC];

	if (kind == SEAL_CARD_ED25519)
		return seal_cosign_key_ed25519(name, key, out_key, diag);
	if (kind == SEAL_CARD_P256)
		return seal_cosign_key_p256(name, key, out_key, diag);
	(void)crypto_hash_sha256(public_key, (const uint8_t *)rp_id, strlen(rp_id));
	memcpy(public_key + SEAL_ASSERTION_HASH, key, SEAL_P256_POINT);
	return seal_cosign_key_fido2(name, public_key, out_key, diag);
}

int seal_cosign_key_card(const struct seal_card *card, struct seal_note_key *out_key,
			 struct seal_diag *diag)
{
	return make_key(card->name, card->signing_kind, card->signing, card->fido2.signing_rp_id,
			out_key, diag);
}

int seal_cosign_key_person(const struct seal_roster_person *person, size_t card,
			   struct seal_note_key *out_key, struct seal_diag *diag)
{
	const struct seal_roster_card *of = &person->cards[card];

	return make_key(person->id, of->kind, of->key, of->rp_id, out_key, diag);
}

int seal_cosigners_add_keys(struct seal_cosigners *cosigners, const char *path,
			    struct seal_diag *diag)
{
	return seal_vkey_read(path, &cosigners->keys, &cosigners->count, diag);
}

int seal_cosigners_add_cards(struct seal_cosigners *cosigners, const char *dir,
			     struct seal_diag *diag)
{
	struct seal_cards cards SEAL_CLEANUP(seal_cards_done) = {0};
	int error = seal_cards_add_folder(&cards, dir, diag);

	for (size_t i = 0; !error && i < cards.count; i++) {
		struct seal_note_key key;

		error = seal_cosign_key_card(&cards.list[i], &key, diag);
		if (!error)
			error = seal_vkey_add(&key, &cosigners->keys, &cosigners->count, diag);
	}
	return error;
}

static int add_people(struct seal_cosigners *cosigners, const struct seal_roster *roster,
		      struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (size_t i = 0; !error && i < roster->count; i++)
		for (size_t k = 0; !error && k < roster->people[i].card_count; k++) {
			struct seal_note_key key;

			error = seal_cosign_key_person(&roster->people[i], k, &key, diag);
			if (!error)
				error = seal_vkey_add(&key, &cosigners->keys, &cosigners->count,
						      diag);
		}
	return error;
}

int seal_cosigners_add_roster(struct seal_cosigners *cosigners, const char *path,
			      struct seal_diag *diag)
{
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int error;

	if (cosigners->roster_count == SEAL_COSIGNERS_ROSTERS)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u rosters",
				 SEAL_COSIGNERS_ROSTERS);
	error = seal_file_read(path, SEAL_NOTE_MAX, &bytes, &len, diag);
	if (error)
		return error;
	error = seal_roster_parse(bytes, len, &roster, diag);
	if (!error && roster->version == 1)
		error = seal_roster_verify_first(roster, diag);
	if (!error)
		error = add_people(cosigners, roster, diag);
	if (error)
		return seal_because(diag, error, "%s", path);
	cosigners->rosters[cosigners->roster_count++] = seal_steal(&roster);
	return SEAL_OK;
}

const char *seal_cosigners_object(const struct seal_cosigners *cosigners, const char *name,
				  uint64_t seconds)
{
	time_t at = (time_t)seconds;
	struct tm tm = {0};
	char text[32];
	int is_in = 0;

	if (!gmtime_r(&at, &tm) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "its time is none";
	for (size_t i = 0; i < cosigners->roster_count; i++) {
		const struct seal_roster_person *person =
			seal_roster_find(cosigners->rosters[i], name);

		is_in |= person != NULL;
		if (person && seal_roster_active(person, text))
			return NULL;
	}
	return is_in ? "was not in office on that day" : NULL;
}
