/* The text of a roster, read: one spelling of each line, people and cards in one order. */

#include "share/roster_internal.h"

#include <string.h>

#include "share/quorum_text.h"

#include "base/banned.h"

static int take_duty(struct seal_field value, struct seal_roster *roster, struct seal_diag *diag)
{
	struct seal_field number = {0};
	int error;

	seal_field_word(&value, ' ', &number);
	error = seal_field_number(number, SEAL_ROSTER_NUMBER, &roster->duty, diag);
	return error ? error
		     : seal_field_hex(value, roster->duty_digest, sizeof roster->duty_digest, diag);
}

static int take_versions(struct seal_field_reader *reader, struct seal_roster *roster,
			 struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_take(reader, "version", &value, diag);

	if (!error)
		error = seal_field_number(value, SEAL_ROSTER_NUMBER, &roster->version, diag);
	if (error || roster->version == 1)
		return error;
	error = seal_field_take(reader, "previous", &value, diag);
	return error ? error
		     : seal_field_hex(value, roster->previous, sizeof roster->previous, diag);
}

static int take_head(struct seal_field_reader *reader, struct seal_roster *roster,
		     struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_magic(reader, SEAL_ROSTER_STEM, SEAL_ROSTER_MAGIC, diag);

	if (!error)
		error = seal_field_take(reader, "organisation", &value, diag);
	if (!error)
		error = seal_field_words(value, "an organisation", roster->organisation, diag);
	if (!error)
		error = take_versions(reader, roster, diag);
	if (!error)
		error = seal_field_take(reader, "created", &value, diag);
	if (!error)
		error = seal_field_time(value, roster->created, diag);
	if (!error)
		error = seal_field_take(reader, "review", &value, diag);
	if (!error)
		error = seal_field_date(value, roster->review, diag);
	if (!error)
		error = seal_field_take(reader, "changes", &value, diag);
	if (!error)
		error = seal_field_number(value, SEAL_ROSTER_PEOPLE, &roster->changes, diag);
	if (!error)
		error = seal_field_take(reader, "duty", &value, diag);
	return error ? error : take_duty(value, roster, diag);
}

int seal_roster_lines(struct seal_field_reader *reader, struct seal_roster *roster,
		      struct seal_diag *diag)
{
	int error = take_head(reader, roster, diag);

	if (!error)
		error = seal_roster_take_people(reader, roster, diag);
	if (!error && reader->left > 0)
		error = seal_fail(diag, SEAL_E_FORMAT,
				  "more text where a line of people, cards, acceptances or nothing "
				  "was due");
	return error ? seal_because(diag, error, "roster, line %u", reader->line) : SEAL_OK;
}
