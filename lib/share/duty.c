/* Acceptances of duty. */

#include "share/duty.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "share/field.h"

#include "base/banned.h"

#define STEM "sealkit-duty/"
#define MAGIC STEM "1"

/* What stands in a text that was read; the texts of duty point into it. */
struct read {
	char organisation[SEAL_PURPOSE + 1], person[SEAL_CARD_NAME + 1], time[21];
	struct seal_duty duty;
};

static int check(const struct seal_duty *duty, struct seal_diag *diag)
{
	struct seal_field time = {duty->time, strlen(duty->time)};
	char copy[21];
	int error = seal_words_check(duty->organisation, "an organisation", diag);

	if (!error)
		error = seal_card_check_name(duty->person, diag);
	if (!error)
		error = seal_field_time(time, copy, diag);
	if (!error && (duty->version < 1 || duty->version > SEAL_ROSTER_NUMBER))
		error = seal_fail(diag, SEAL_E_FORMAT, "version %u of a duty", duty->version);
	return error;
}

int seal_duty_text(const struct seal_duty *duty, char out[static SEAL_DUTY_TEXT],
		   struct seal_diag *diag)
{
	char digest[2 * SEAL_ROSTER_DIGEST + 1];
	char card[2 * SEAL_CARD_FINGERPRINT + 1];
	int error = check(duty, diag);

	if (error)
		return error;
	seal_hex(duty->digest, sizeof duty->digest, digest);
	seal_hex(duty->card, sizeof duty->card, card);
	(void)snprintf(out, SEAL_DUTY_TEXT,
		       MAGIC "\norganisation: %s\nperson: %s\nduty: %u %s\ntime: %s\ncard: %s\n",
		       duty->organisation, duty->person, duty->version, digest, duty->time, card);
	return SEAL_OK;
}

static int take_duty(struct seal_field_reader *reader, struct seal_duty *duty,
		     struct seal_diag *diag)
{
	struct seal_field value = {0};
	struct seal_field number = {0};
	int error = seal_field_take(reader, "duty", &value, diag);

	if (error)
		return error;
	seal_field_word(&value, ' ', &number);
	error = seal_field_number(number, SEAL_ROSTER_NUMBER, &duty->version, diag);
	return error ? error : seal_field_hex(value, duty->digest, sizeof duty->digest, diag);
}

static int take(struct seal_field_reader *reader, struct read *read, struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_magic(reader, STEM, MAGIC, diag);

	if (!error)
		error = seal_field_take(reader, "organisation", &value, diag);
	if (!error)
		error = seal_field_words(value, "an organisation", read->organisation, diag);
	if (!error)
		error = seal_field_take(reader, "person", &value, diag);
	if (!error)
		error = seal_field_name(value, read->person, diag);
	if (!error)
		error = take_duty(reader, &read->duty, diag);
	if (!error)
		error = seal_field_take(reader, "time", &value, diag);
	if (!error)
		error = seal_field_time(value, read->time, diag);
	if (!error)
		error = seal_field_take(reader, "card", &value, diag);
	if (!error)
		error = seal_field_hex(value, read->duty.card, sizeof read->duty.card, diag);
	if (!error && reader->left > 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "more text after the card");
	if (error)
		return seal_because(diag, error, "acceptance, line %u", reader->line);
	read->duty.organisation = read->organisation;
	read->duty.person = read->person;
	read->duty.time = read->time;
	return SEAL_OK;
}

/* The person's card of that fingerprint. */
static int find_card(const struct seal_roster_person *person, const uint8_t *fingerprint,
		     size_t *out_card, struct seal_diag *diag)
{
	for (size_t i = 0; i < person->card_count; i++)
		if (seal_eq_ct(person->cards[i].fingerprint, fingerprint, SEAL_CARD_FINGERPRINT)) {
			*out_card = i;
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_MISMATCH, "acceptance of %s: by no card of that person",
			 person->id);
}

static int check_accepted(const struct seal_roster *roster, const struct seal_roster_person *person,
			  const struct seal_roster_accepted *accepted, struct seal_diag *diag)
{
	struct seal_duty duty = {roster->organisation, person->id, accepted->time,
				 roster->duty,	       {0},	   {0}};
	char text[SEAL_DUTY_TEXT];
	struct seal_note_key key;
	size_t card = 0;
	int error = find_card(person, accepted->card, &card, diag);

	memcpy(duty.digest, roster->duty_digest, sizeof duty.digest);
	memcpy(duty.card, accepted->card, sizeof duty.card);
	if (!error)
		error = seal_duty_text(&duty, text, diag);
	if (!error)
		error = seal_roster_note_key(person, card, &key, diag);
	if (error)
		return error;
	error = key.verify(&key, text, strlen(text), accepted->signature, accepted->signature_len,
			   diag);
	return error ? seal_because(diag, error, "acceptance of %s", person->id) : SEAL_OK;
}

int seal_duty_check(const struct seal_roster *roster, const struct seal_roster_person *person,
		    struct seal_diag *diag)
{
	if (!person->accepted.time[0])
		return seal_fail(diag, SEAL_E_NOTFOUND, "%s has not accepted", person->id);
	return check_accepted(roster, person, &person->accepted, diag);
}

static int is_of(const struct seal_roster *roster, const struct seal_duty *duty,
		 struct seal_diag *diag)
{
	if (strcmp(roster->organisation, duty->organisation) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH, "acceptance of %s: for \"%s\"",
				 duty->person, duty->organisation);
	if (roster->duty == duty->version &&
	    seal_eq_ct(roster->duty_digest, duty->digest, sizeof duty->digest))
		return SEAL_OK;
	return seal_fail(diag, duty->version < roster->duty ? SEAL_E_OLD : SEAL_E_MISMATCH,
			 "acceptance of %s: of another text of duties (version %u; here %u)",
			 duty->person, duty->version, roster->duty);
}

int seal_duty_accept(struct seal_roster *roster, const void *bytes, size_t len,
		     const struct seal_roster_person **out_person, struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	const struct seal_note_signature *signature;
	struct seal_roster_accepted accepted = {0};
	struct seal_field_reader reader = {0};
	const struct seal_roster_person *person;
	struct read read = {0};
	int error = seal_note_parse(bytes, len, &note, diag);

	if (error)
		return seal_because(diag, error, "acceptance");
	reader.at = seal_note_text(note, &reader.left);
	error = take(&reader, &read, diag);
	if (!error)
		error = is_of(roster, &read.duty, diag);
	if (error)
		return error;
	person = seal_roster_find(roster, read.person);
	signature = seal_note_signature(note, 0);
	if (!person || seal_note_count(note) != 1 || signature->len > sizeof accepted.signature)
		return seal_fail(diag, SEAL_E_MISMATCH, "acceptance of %s: %s", read.person,
				 person ? "not one signature of a token" : "nobody of that name");
	memcpy(accepted.time, read.time, sizeof accepted.time);
	memcpy(accepted.card, read.duty.card, sizeof accepted.card);
	memcpy(accepted.signature, signature->bytes, signature->len);
	accepted.signature_len = signature->len;
	error = check_accepted(roster, person, &accepted, diag);
	if (error)
		return error;
	roster->people[person - roster->people].accepted = accepted;
	*out_person = person;
	return SEAL_OK;
}
