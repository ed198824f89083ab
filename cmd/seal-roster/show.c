/* seal-roster show: who is in a roster. */

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/roster_file.h"
#include "seal-roster.h"

#include "base/banned.h"

struct values {
	const char *previous, *at;
	int json;
	char **details;
};

static const struct seal_option options[] = {
	{"previous", 0, SEAL_OPTION_TEXT, offsetof(struct values, previous), "FILE",
	 "also show what differs from this version"},
	{"at", 0, SEAL_OPTION_TEXT, offsetof(struct values, at), "TIME",
	 "who is in office on that day or time, not now"},
	{"json", 0, SEAL_OPTION_FLAG, offsetof(struct values, json), NULL,
	 "one JSON object on stdout"},
	{NULL, 0, SEAL_OPTION_FLAG, 0, NULL, NULL},
};

static void print_person(const struct seal_roster_person *person, const char *time)
{
	char roles[SEAL_ROSTER_ROLES];
	char mark[9];

	seal_roster_roles(person->roles, roles);
	(void)printf("%-12s %s of %s, %s, from %s%s%s%s%s%s\n",
		     seal_roster_active(person, time) ? "person" : "(person)", person->id,
		     person->department, roles, person->start, person->end[0] ? " to " : "",
		     person->end, person->name[0] ? ", " : "", person->name,
		     person->accepted.time[0] ? ", accepted" : "");
	for (size_t i = 0; i < person->card_count; i++) {
		seal_hex(person->cards[i].fingerprint, 4, mark);
		(void)printf("%13s%s card %s\n", "", i ? "spare" : "main", mark);
	}
}

static json_t *cards_json(const struct seal_roster_person *person)
{
	json_t *list = json_array();
	char print[2 * SEAL_CARD_FINGERPRINT + 1];

	for (size_t i = 0; i < person->card_count; i++) {
		seal_hex(person->cards[i].fingerprint, SEAL_CARD_FINGERPRINT, print);
		(void)json_array_append_new(
			list,
			json_pack("{s:s,s:s}", "use", i ? "spare" : "main", "fingerprint", print));
	}
	return list;
}

static json_t *roles_json(unsigned roles)
{
	json_t *list = json_array();
	const char *name;

	for (unsigned role = 1; (name = seal_roster_role_name(role)) != NULL; role <<= 1)
		if (roles & role)
			(void)json_array_append_new(list, json_string(name));
	return list;
}

static json_t *people_json(const struct seal_roster *roster, const char *time)
{
	json_t *list = json_array();

	for (size_t i = 0; i < roster->count; i++) {
		const struct seal_roster_person *person = &roster->people[i];
		json_t *json = json_pack(
			"{s:s,s:s,s:o,s:s,s:b,s:b,s:o}", "id", person->id, "department",
			person->department, "roles", roles_json(person->roles), "start",
			person->start, "active", seal_roster_active(person, time), "accepted",
			person->accepted.time[0] != '\0', "cards", cards_json(person));

		if (json && person->end[0])
			(void)json_object_set_new(json, "end", json_string(person->end));
		if (json && person->name[0])
			(void)json_object_set_new(json, "name", json_string(person->name));
		(void)json_array_append_new(list, json);
	}
	return list;
}

static int run(const void *given, const char *file, struct seal_diag *diag)
{
	const struct values *values = given;
	struct seal_roster *roster SEAL_CLEANUP(seal_roster_freep) = NULL;
	struct seal_roster *previous SEAL_CLEANUP(seal_roster_freep) = NULL;
	json_t *changes = NULL;
	struct shown shown;
	char time[21];
	int error = file ? time_of(values->at, time, diag)
			 : seal_fail(diag, SEAL_E_USAGE, "ROSTER: missing (see --help)");

	if (!error)
		error = seal_roster_read_any(file, 1, &roster, diag);
	if (!error && values->previous)
		error = seal_roster_read_any(values->previous, 1, &previous, diag);
	if (!error)
		error = shown_of(roster, &shown, diag);
	if (!error && previous)
		error = changes_of(previous, roster, &changes, diag);
	if (error)
		return error;
	if (values->json) {
		json_t *json = head_json(file, roster, &shown);

		if (json)
			(void)json_object_set_new(json, "people", people_json(roster, time));
		if (json && changes)
			(void)json_object_set(json, "differs", changes);
		give_details(values->details, json);
	} else {
		print_head(stdout, file, roster, &shown);
		for (size_t i = 0; i < roster->count; i++)
			print_person(&roster->people[i], time);
		print_changes(stdout, changes);
	}
	json_decref(changes);
	return SEAL_OK;
}

int show_main(int argc, char **argv)
{
	char *text = NULL;
	struct values values = {.details = &text};
	const struct tool tool = {
		{NAME, "show [--previous FILE] [--at TIME] [--json] ROSTER",
		 "Shows the people of a roster; those out of office in brackets. Whether it holds, "
		 "check says.",
		 options, 1},
		run,
		&values.json,
		values.details,
		"nothing is lost: nothing was written"};
	int code = tool_main(&tool, &values, argc, argv);

	free(text);
	return code;
}
