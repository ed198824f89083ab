/* Rosters and acceptances come by mail. The text of one, and the whole note. What has the form is
   written back byte for byte; what parses obeys the rules, and is read again as the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "share/duty.h"
#include "share/roster_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

static void look(const uint8_t *data, size_t size)
{
	static struct seal_roster_findings found;
	struct seal_roster *roster = NULL;
	struct seal_roster *parsed = NULL;
	struct seal_diag diag = {0};
	char *text = NULL;

	if (seal_roster_look(data, size, 0, &roster, &diag) != 0) {
		must(roster == NULL && diag.error != 0);
		must(seal_roster_parse_text(data, size, &parsed, NULL) != 0);
		return;
	}
	must(seal_roster_write(roster, &text, NULL) == 0);
	must(strlen(text) == size && memcmp(text, data, size) == 0);
	found.count = 0;
	seal_roster_rules(roster, &found);
	must((seal_roster_parse_text(data, size, &parsed, NULL) == 0) == (found.count == 0));
	seal_roster_rules_at(roster, "2026-11-30T20:00:00Z", &found);
	seal_roster_advice(roster, &found);
	for (size_t i = 0; i < roster->count; i++)
		for (size_t k = 0; k < roster->people[i].card_count; k++) {
			struct seal_note_key key;

			must(seal_roster_note_key(&roster->people[i], k, &key, NULL) == 0);
		}
	seal_roster_free(parsed);
	seal_roster_free(roster);
	free(text);
}

/* data as an acceptance: for nobody, as the roster has no one. */
static void accept(const uint8_t *data, size_t size)
{
	static struct seal_roster nobody = {
		.organisation = "Example Bank", .version = 1, .duty = 1};
	const struct seal_roster_person *person = NULL;

	must(seal_duty_accept(&nobody, data, size, &person, NULL) != 0 && person == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_roster *roster = NULL;
	struct seal_diag diag = {0};

	look(data, size);
	accept(data, size);
	if (seal_roster_parse(data, size, &roster, &diag) == 0) {
		must(seal_roster_verify_next(roster, roster, NULL) != 0);
		(void)!seal_roster_verify_first(roster, NULL);
	} else {
		must(roster == NULL && diag.error != 0);
	}
	seal_roster_free(roster);
	return 0;
}
