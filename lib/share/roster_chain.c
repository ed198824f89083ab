/* Who has signed a roster, and whether it follows the one before. Threat: a version that one
   person made, or that is put in the place of another; an administrator who has left and whose
   token still signs. */

#include "share/roster_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

/* Whether one of person's cards made the signature; a false one in such a name is an error. */
static int is_by(const struct seal_roster_person *person, const struct seal_roster *roster,
		 const struct seal_note_signature *signature, int *out_by, struct seal_diag *diag)
{
	size_t len = 0;
	const char *text = seal_note_text(roster->note, &len);

	*out_by = 0;
	if (strcmp(signature->name, person->id) != 0)
		return SEAL_OK;
	for (size_t i = 0; i < person->card_count; i++) {
		struct seal_note_key key;
		int error = seal_roster_note_key(person, i, &key, diag);

		if (!error && !seal_eq_ct(key.id, signature->id, sizeof key.id))
			continue;
		if (!error)
			error = key.verify(&key, text, len, signature->bytes, signature->len, diag);
		if (error)
			return seal_because(diag, error, "roster, version %u: signature of %s",
					    roster->version, person->id);
		*out_by = 1;
	}
	return SEAL_OK;
}

static int may_sign(const struct seal_roster_person *person, const struct seal_roster *roster)
{
	return (person->roles & SEAL_ROLE_ADMINISTRATOR) &&
	       seal_roster_active(person, roster->created);
}

int seal_roster_signed_by(const struct seal_roster *of, const struct seal_roster *roster,
			  uint8_t out_signed[static SEAL_ROSTER_PEOPLE], size_t *out_count,
			  struct seal_diag *diag)
{
	uint8_t is_signed[SEAL_ROSTER_PEOPLE] = {0};
	size_t signatures = roster->note ? seal_note_count(roster->note) : 0;
	size_t count = 0;

	for (size_t i = 0; i < of->count; i++) {
		if (!may_sign(&of->people[i], roster))
			continue;
		for (size_t k = 0; k < signatures; k++) {
			int by = 0;
			int error = is_by(&of->people[i], roster,
					  seal_note_signature(roster->note, k), &by, diag);

			if (error)
				return error;
			is_signed[i] |= (uint8_t)by;
		}
		count += is_signed[i];
	}
	memcpy(out_signed, is_signed, sizeof is_signed);
	*out_count = count;
	return SEAL_OK;
}

static int enough(const struct seal_roster *of, const struct seal_roster *roster,
		  struct seal_diag *diag)
{
	uint8_t is_signed[SEAL_ROSTER_PEOPLE];
	char names[160] = "";
	size_t count = 0;
	size_t at = 0;
	int error = seal_roster_signed_by(of, roster, is_signed, &count, diag);

	if (error || count >= of->changes)
		return error;
	for (size_t i = 0; i < of->count && at < sizeof names; i++)
		if (is_signed[i])
			at += (size_t)snprintf(names + at, sizeof names - at, "%s%s",
					       at > 0 ? ", " : ": ", of->people[i].id);
	return seal_fail(diag, SEAL_E_QUORUM,
			 "roster, version %u: signed by %zu of the %u administrators that version "
			 "%u asks for%s",
			 roster->version, count, of->changes, of->version, names);
}

int seal_roster_verify_first(const struct seal_roster *roster, struct seal_diag *diag)
{
	if (roster->version != 1)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "roster, version %u: the versions before it are missing",
				 roster->version);
	return enough(roster, roster, diag);
}

/* The text of duties changes with its version, and only forwards. */
static int check_duty(const struct seal_roster *old, const struct seal_roster *next,
		      struct seal_diag *diag)
{
	int same = seal_eq_ct(old->duty_digest, next->duty_digest, SEAL_ROSTER_DIGEST);

	if (next->duty < old->duty)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "roster, version %u: duty %u, and version %u had %u already",
				 next->version, next->duty, old->version, old->duty);
	if (same != (next->duty == old->duty))
		return seal_fail(diag, SEAL_E_MISMATCH, "roster, version %u: %s", next->version,
				 same ? "a new version of duties with the old text"
				      : "another text of duties with the old version");
	return SEAL_OK;
}

int seal_roster_follows(const struct seal_roster *old, const struct seal_roster *next,
			struct seal_diag *diag)
{
	uint8_t digest[SEAL_ROSTER_DIGEST];
	int error;

	if (next->version != old->version + 1)
		return seal_fail(diag, next->version <= old->version ? SEAL_E_OLD : SEAL_E_MISMATCH,
				 "roster, version %u: does not follow version %u", next->version,
				 old->version);
	error = seal_roster_digest(old, digest, diag);
	if (error)
		return error;
	if (!seal_eq_ct(digest, next->previous, sizeof digest))
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "roster, version %u: names another version %u than this one",
				 next->version, old->version);
	if (strcmp(old->organisation, next->organisation) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "roster, version %u: of another organisation", next->version);
	if (strcmp(old->created, next->created) >= 0)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "roster, version %u: not made after version %u", next->version,
				 old->version);
	return check_duty(old, next, diag);
}

int seal_roster_verify_next(const struct seal_roster *old, const struct seal_roster *next,
			    struct seal_diag *diag)
{
	int error = seal_roster_follows(old, next, diag);

	return error ? error : enough(old, next, diag);
}
