/* The lines of people, cards and acceptances. People stand in the order of their ids; cards in
   that of people, the main one first and spares by fingerprint; acceptances in that of people. */

#include "share/roster_internal.h"

#include <sodium.h>
#include <string.h>

#include "base/encode.h"
#include "share/card_internal.h"
#include "share/quorum_text.h"

#include "base/banned.h"

static int take_roles(struct seal_field value, unsigned *out_roles, struct seal_diag *diag)
{
	unsigned roles = 0;
	char text[SEAL_ROSTER_ROLES];
	struct seal_field rest = value;

	while (rest.len > 0) {
		struct seal_field word = {0};
		unsigned role = 1;
		const char *name;

		seal_field_word(&rest, ',', &word);
		for (; (name = seal_roster_role_name(role)) != NULL; role <<= 1)
			if (strlen(name) == word.len && strncmp(name, word.text, word.len) == 0)
				break;
		if (!name)
			return seal_fail(diag, SEAL_E_FORMAT, "an unknown role");
		roles |= role;
	}
	seal_roster_roles(roles, text);
	if (roles == 0 || strlen(text) != value.len || strncmp(text, value.text, value.len) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "roles: not sorted, or one twice");
	*out_roles = roles;
	return SEAL_OK;
}

/* `end=` and `name=`, which may both be missing; the name, with its spaces, is last. */
static int take_rest(struct seal_field line, struct seal_roster_person *person,
		     struct seal_diag *diag)
{
	struct seal_field word = {0};
	int error = SEAL_OK;

	if (line.len > 4 && strncmp(line.text, "end=", 4) == 0) {
		error = seal_quorum_word(&line, "end=", &word, diag);
		if (!error)
			error = seal_field_date(word, person->end, diag);
	}
	if (error || line.len == 0)
		return error;
	if (!seal_field_prefix(&line, "name="))
		return seal_fail(diag, SEAL_E_FORMAT, "neither `end=` nor `name=`");
	return seal_field_words(line, "a name", person->name, diag);
}

static int take_person(struct seal_field_reader *reader, struct seal_roster_person *person,
		       struct seal_diag *diag)
{
	struct seal_field line = {0};
	struct seal_field word = {0};
	int error = seal_field_take(reader, "person", &line, diag);

	if (!error && line.text[line.len - 1] == ' ')
		error = seal_fail(diag, SEAL_E_FORMAT, "a space at the end");
	if (!error)
		error = seal_quorum_word(&line, "id=", &word, diag);
	if (!error)
		error = seal_field_name(word, person->id, diag);
	if (!error)
		error = seal_quorum_word(&line, "department=", &word, diag);
	if (!error)
		error = seal_field_name(word, person->department, diag);
	if (!error)
		error = seal_quorum_word(&line, "roles=", &word, diag);
	if (!error)
		error = take_roles(word, &person->roles, diag);
	if (!error)
		error = seal_quorum_word(&line, "start=", &word, diag);
	if (!error)
		error = seal_field_date(word, person->start, diag);
	return error ? error : take_rest(line, person, diag);
}

/* The person of `person=ID`, at or after *at, which is moved there: lines are in one order. */
static int find_person(struct seal_field *line, struct seal_roster *roster, size_t *at,
		       struct seal_diag *diag)
{
	char id[SEAL_CARD_NAME + 1];
	struct seal_field word = {0};
	int error = seal_quorum_word(line, "person=", &word, diag);

	if (!error)
		error = seal_field_name(word, id, diag);
	if (error)
		return error;
	for (size_t i = *at; i < roster->count; i++)
		if (strcmp(roster->people[i].id, id) == 0) {
			*at = i;
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_FORMAT, "of nobody above, or not in the order of people");
}

static int take_point(struct seal_field value, struct seal_roster_card *card,
		      struct seal_diag *diag)
{
	int is_ed25519 = card->kind == SEAL_CARD_ED25519;
	int error;

	card->key_len = is_ed25519 ? 32 : SEAL_P256_POINT;
	error = seal_field_base64(value, card->key, card->key_len, diag);
	if (error)
		return error;
	if (!is_ed25519)
		return seal_point_check(SEAL_CURVE_P256, card->key, card->key_len, diag);
	return crypto_core_ed25519_is_valid_point(card->key) == 1
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_FORMAT, "not an Ed25519 key");
}

static int take_key(struct seal_field value, struct seal_roster_card *card, struct seal_diag *diag)
{
	struct seal_field rp_id = {0};

	if (seal_field_prefix(&value, "ed25519:")) {
		card->kind = SEAL_CARD_ED25519;
	} else if (seal_field_prefix(&value, "p256:")) {
		card->kind = SEAL_CARD_P256;
	} else if (seal_field_prefix(&value, "assertion:")) {
		card->kind = SEAL_CARD_ASSERTION;
		seal_field_word(&value, ':', &rp_id);
		if (rp_id.len < 1 || rp_id.len > SEAL_CARD_RP_ID)
			return seal_fail(diag, SEAL_E_FORMAT, "rp id of a key");
		memcpy(card->rp_id, rp_id.text, rp_id.len);
		if (!seal_card_is_rp_id(card->rp_id))
			return seal_fail(diag, SEAL_E_FORMAT, "rp id: not a domain in lower case");
	} else {
		return seal_fail(diag, SEAL_E_FORMAT, "a key of unknown kind");
	}
	return take_point(value, card, diag);
}

/* Whether spares stand in order; two of one fingerprint are left to the rules. */
static int in_order(const struct seal_roster_person *person, const struct seal_roster_card *card)
{
	const uint8_t *before = person->cards[person->card_count - 1].fingerprint;
	size_t i = 0;

	if (person->card_count < 2)
		return 1;
	while (i < SEAL_CARD_FINGERPRINT && before[i] == card->fingerprint[i])
		i++;
	return i == SEAL_CARD_FINGERPRINT || before[i] < card->fingerprint[i];
}

static int add_card(struct seal_roster_person *person, struct seal_field use,
		    const struct seal_roster_card *card, struct seal_diag *diag)
{
	const char *due = person->card_count ? "spare" : "main";

	if (person->card_count == SEAL_ROSTER_CARDS)
		return seal_fail(diag, SEAL_E_FORMAT, "more than %u cards of one person",
				 SEAL_ROSTER_CARDS);
	if (use.len != strlen(due) || strncmp(use.text, due, use.len) != 0)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "use: a person's first card is main, others are spare");
	if (person->card_count > 0 && !in_order(person, card))
		return seal_fail(diag, SEAL_E_FORMAT, "spares are not in order of fingerprints");
	person->cards[person->card_count++] = *card;
	return SEAL_OK;
}

static int take_card(struct seal_field_reader *reader, struct seal_roster *roster, size_t *at,
		     struct seal_diag *diag)
{
	struct seal_roster_card card = {0};
	struct seal_field line = {0};
	struct seal_field use = {0};
	struct seal_field word = {0};
	int error = seal_field_take(reader, "card", &line, diag);

	if (!error)
		error = find_person(&line, roster, at, diag);
	if (!error)
		error = seal_quorum_word(&line, "use=", &use, diag);
	if (!error)
		error = seal_quorum_word(&line, "fingerprint=", &word, diag);
	if (!error)
		error = seal_field_hex(word, card.fingerprint, sizeof card.fingerprint, diag);
	if (!error && !seal_field_prefix(&line, "key="))
		error = seal_fail(diag, SEAL_E_FORMAT, "no `key=`");
	if (!error)
		error = take_key(line, &card, diag);
	return error ? error : add_card(&roster->people[*at], use, &card, diag);
}

static int take_signature(struct seal_field value, struct seal_roster_accepted *accepted,
			  struct seal_diag *diag)
{
	return seal_unbase64(SEAL_BASE64_PADDED, value.text, value.len, accepted->signature,
			     sizeof accepted->signature, &accepted->signature_len, diag);
}

static int take_accepted(struct seal_field_reader *reader, struct seal_roster *roster, size_t *at,
			 struct seal_diag *diag)
{
	struct seal_roster_accepted accepted = {0};
	struct seal_field line = {0};
	struct seal_field word = {0};
	unsigned duty = 0;
	int error = seal_field_take(reader, "accepted", &line, diag);

	if (!error)
		error = find_person(&line, roster, at, diag);
	if (!error)
		error = seal_quorum_word(&line, "duty=", &word, diag);
	if (!error)
		error = seal_field_number(word, SEAL_ROSTER_NUMBER, &duty, diag);
	if (!error && duty != roster->duty)
		error = seal_fail(diag, SEAL_E_FORMAT, "of duty %u: acceptances are of duty %u",
				  duty, roster->duty);
	if (!error)
		error = seal_quorum_word(&line, "time=", &word, diag);
	if (!error)
		error = seal_field_time(word, accepted.time, diag);
	if (!error)
		error = seal_quorum_word(&line, "card=", &word, diag);
	if (!error)
		error = seal_field_hex(word, accepted.card, sizeof accepted.card, diag);
	if (!error && !seal_field_prefix(&line, "signature="))
		error = seal_fail(diag, SEAL_E_FORMAT, "no `signature=`");
	if (!error)
		error = take_signature(line, &accepted, diag);
	if (error)
		return error;
	if (accepted.signature_len == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "an empty signature");
	if (roster->people[*at].accepted.time[0])
		return seal_fail(diag, SEAL_E_FORMAT, "a second acceptance of one person");
	roster->people[*at].accepted = accepted;
	return SEAL_OK;
}

int seal_roster_take_people(struct seal_field_reader *reader, struct seal_roster *roster,
			    struct seal_diag *diag)
{
	size_t at = 0;
	int error = SEAL_OK;

	do {
		struct seal_roster_person *person = &roster->people[roster->count];

		if (roster->count == SEAL_ROSTER_PEOPLE)
			return seal_fail(diag, SEAL_E_TOOLONG, "more than %u people",
					 SEAL_ROSTER_PEOPLE);
		error = take_person(reader, person, diag);
		if (!error && roster->count > 0 && strcmp(person[-1].id, person->id) > 0)
			error = seal_fail(diag, SEAL_E_FORMAT, "people are not in order of ids");
		roster->count += !error;
	} while (!error && seal_field_is(reader, "person"));
	while (!error && seal_field_is(reader, "card"))
		error = take_card(reader, roster, &at, diag);
	at = 0;
	while (!error && seal_field_is(reader, "accepted"))
		error = take_accepted(reader, roster, &at, diag);
	return error;
}
