/* The list of people. */

#include "ceremony/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "share/date.h"
#include "share/field.h"

#include "base/banned.h"

/* One person, before it has its place in the list. */
struct entry {
	struct seal_roster_person person;
	char main[2 * SEAL_CARD_FINGERPRINT + 1];
};

/* A rule that a text broke, at its line. */
static int refuse(const config_setting_t *setting, int error, struct seal_diag *diag)
{
	return error ? seal_because(diag, SEAL_E_FORMAT, "line %u: %s",
				    config_setting_source_line(setting),
				    config_setting_name(setting))
		     : SEAL_OK;
}

static int take_words(const config_setting_t *setting, void *out, size_t max,
		      struct seal_diag *diag)
{
	int error = seal_setting_text(setting, out, max, diag);

	return error ? error : refuse(setting, seal_words_check(out, "a text", diag), diag);
}

static int take_name(const config_setting_t *setting, void *out, size_t max, struct seal_diag *diag)
{
	int error = seal_setting_text(setting, out, max, diag);

	return error ? error : refuse(setting, seal_card_check_name(out, diag), diag);
}

static int take_date(const config_setting_t *setting, void *out, size_t max, struct seal_diag *diag)
{
	const char *text = config_setting_get_string(setting);

	if (!text || !seal_is_date(text))
		return seal_setting_fail(setting, "must be a day such as \"2026-11-24\"", diag);
	return seal_setting_text(setting, out, max, diag);
}

static int take_print(const config_setting_t *setting, void *out, size_t max,
		      struct seal_diag *diag)
{
	const char *text = config_setting_get_string(setting);

	if (!text || strlen(text) != max || strspn(text, "0123456789abcdef") != max)
		return seal_setting_fail(setting, "must be the 64 hex digits of a fingerprint",
					 diag);
	return seal_setting_text(setting, out, max, diag);
}

static int take_role(const config_setting_t *element, void *out, struct seal_diag *diag)
{
	const char *text = config_setting_get_string(element);
	const char *name;
	unsigned *roles = out;

	for (unsigned role = 1; text && (name = seal_roster_role_name(role)) != NULL; role <<= 1)
		if (strcmp(name, text) == 0) {
			*roles |= role;
			return SEAL_OK;
		}
	return seal_setting_fail(
		element, "must be administrator, auditor, custodian or witness, in quotes", diag);
}

static int take_roles(const config_setting_t *setting, void *out, size_t max,
		      struct seal_diag *diag)
{
	return seal_settings_each(setting, take_role, out, max, diag);
}

#define OF_PERSON(text, take, member, max)                             \
	{                                                              \
		text, take, offsetof(struct entry, person.member), max \
	}

static const struct seal_setting of_person[] = {
	OF_PERSON("id", take_name, id, SEAL_CARD_NAME),
	OF_PERSON("department", take_name, department, SEAL_CARD_NAME),
	OF_PERSON("roles", take_roles, roles, 4),
	OF_PERSON("start", take_date, start, SEAL_DATE),
	OF_PERSON("end", take_date, end, SEAL_DATE),
	OF_PERSON("name", take_words, name, SEAL_PURPOSE),
	{"main", take_print, offsetof(struct entry, main), 2 * SEAL_CARD_FINGERPRINT},
	{NULL, NULL, 0, 0}};

/* At its place by id. */
static int insert(const config_setting_t *element, struct seal_people *people,
		  const struct entry *entry, struct seal_diag *diag)
{
	size_t at = people->count;

	while (at > 0 && strcmp(people->list[at - 1].id, entry->person.id) > 0)
		at--;
	if (at > 0 && strcmp(people->list[at - 1].id, entry->person.id) == 0)
		return seal_fail(diag, SEAL_E_DUPLICATE, "line %u: %s: named before",
				 config_setting_source_line(element), entry->person.id);
	memmove(&people->list[at + 1], &people->list[at],
		(people->count - at) * sizeof people->list[0]);
	memmove(&people->main[at + 1], &people->main[at],
		(people->count - at) * sizeof people->main[0]);
	people->list[at] = entry->person;
	memcpy(people->main[at], entry->main, sizeof entry->main);
	people->count++;
	return SEAL_OK;
}

static int take_person(const config_setting_t *element, void *out, struct seal_diag *diag)
{
	struct entry entry = {0};
	int error = seal_settings_group(element, of_person, &entry, diag);
	const char *missing = !entry.person.id[0]	    ? "id"
			      : !entry.person.department[0] ? "department"
			      : !entry.person.roles	    ? "roles"
			      : !entry.person.start[0]	    ? "start"
							    : NULL;

	if (!error && missing)
		error = seal_fail(diag, SEAL_E_FORMAT, "line %u: %s: missing",
				  config_setting_source_line(element), missing);
	return error ? error : insert(element, out, &entry, diag);
}

/* out is the whole list: the row's offset is 0. */
static int take_people(const config_setting_t *setting, void *out, size_t max,
		       struct seal_diag *diag)
{
	return seal_settings_each(setting, take_person, out, max, diag);
}

#define VALUE(text, take, member, max)                                \
	{                                                             \
		text, take, offsetof(struct seal_people, member), max \
	}

static const struct seal_setting settings[] = {
	VALUE("organisation", take_words, organisation, SEAL_PURPOSE),
	VALUE("review", take_date, review, SEAL_DATE),
	VALUE("changes", seal_setting_number, changes, SEAL_ROSTER_PEOPLE),
	VALUE("duty", seal_setting_number, duty, SEAL_ROSTER_NUMBER),
	{"people", take_people, 0, SEAL_ROSTER_PEOPLE},
	{NULL, NULL, 0, 0}};

int seal_people_read(const char *path, struct seal_people **out_people, struct seal_diag *diag)
{
	struct seal_people *people = calloc(1, sizeof *people);
	const char *missing;
	int error = people ? seal_settings_read(path, settings, people, diag)
			   : seal_fail(diag, SEAL_E_NOMEM, "people");

	if (error) {
		free(people);
		return error;
	}
	missing = !people->organisation[0] ? "organisation"
		  : !people->review[0]	   ? "review"
		  : !people->changes	   ? "changes"
		  : !people->duty	   ? "duty"
		  : !people->count	   ? "people"
					   : NULL;
	if (missing) {
		free(people);
		return seal_fail(diag, SEAL_E_FORMAT, "%s: %s: missing", path, missing);
	}
	*out_people = people;
	return SEAL_OK;
}
