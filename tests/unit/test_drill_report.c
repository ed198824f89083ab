/* What the statements of drills come to, by the day: who is overdue, whose term or card ends, and
   whether a quorum is left. */

#include "drills.h"

#include "ceremony/drill_report.h"

static struct drills drills;
static struct seal_drill_report report;
static struct seal_drill_world world;
static struct seal_drill_rules rules;

static void takes(unsigned i, size_t card, const char *time)
{
	const struct seal_drill drill = drill_of(&drills, i, card, time);
	char *note = drill_note(&drills, &drill, i, card);

	put_text(world.latest, sizeof world.latest, "2027-12-31T00:00:00Z");
	assert_int_equal(seal_drill_report_take(&report, &world, "file", note, strlen(note), NULL),
			 SEAL_OK);
	free(note);
}

static void judges(const char *now)
{
	assert_int_equal(seal_drill_report_judge(&report, &world, &rules, now, NULL), SEAL_OK);
}

/* Exactly one line of this level begins so. */
static int has(enum seal_lint_level level, const char *rule, const char *text)
{
	size_t count = 0;

	for (size_t i = 0; i < report.lint.count; i++) {
		const struct seal_lint_line *line = &report.lint.list[i];

		count += line->level == level && strcmp(line->rule, rule) == 0 &&
			 strcmp(line->text, text) == 0;
	}
	return count == 1;
}

static size_t lines_of(const char *rule)
{
	size_t count = 0;

	for (size_t i = 0; i < report.lint.count; i++)
		count += strcmp(report.lint.list[i].rule, rule) == 0;
	return count;
}

static void all_have_proved(void **state)
{
	(void)state;
	takes(0, CAT, "2026-11-29T10:00:00Z");
	takes(0, CAT_SPARE, "2026-11-28T10:00:00Z");
	takes(1, DAN, "2026-11-30T10:00:00Z");
	takes(2, EVA, "2026-11-20T10:00:00Z");
	takes(2, EVA, "2026-11-30T10:00:00Z");
	takes(2, EVA, "2026-11-25T10:00:00Z");
	judges("2026-11-30T20:00:00Z");
	assert_int_equal(report.lint.wrong, 0);
	assert_string_equal(report.row[0].time, "2026-11-29T10:00:00Z");
	assert_int_equal(report.row[0].card, 0);
	assert_int_equal(report.row[0].days, 1);
	assert_string_equal(report.row[0].of_card[1], "2026-11-28T10:00:00Z");
	assert_string_equal(report.row[2].time, "2026-11-30T10:00:00Z");
	assert_ptr_equal(report.row[2].person, &drills.roster->people[EVA]);
	assert_true(has(SEAL_LINT_FINE, "proof", "eva proved on 2026-11-30"));
	assert_true(has(SEAL_LINT_NOTE, "term", "dan: the term ends on 2026-11-30, in 0 days"));
	assert_true(has(SEAL_LINT_FINE, "quorum",
			"those in office who proved in time are one: cat, dan, eva"));
	assert_true(has(SEAL_LINT_FINE, "quorum", "it still is one if any one is missing"));
	assert_true(has(SEAL_LINT_NOTE, "quorum", "it is none if two are missing: cat, dan"));
	assert_int_equal(lines_of("spare"), 0);
	assert_int_equal(lines_of("card"), 0);
}

static void days_are_counted(void **state)
{
	(void)state;
	takes(0, CAT, "2026-11-12T10:00:00Z");
	takes(2, EVA, "2026-12-01T23:59:59Z");
	judges("2027-02-10T00:00:00Z");
	assert_true(has(SEAL_LINT_NOTE, "proof",
			"cat proved on 2026-11-12 and is due again in 0 days"));
	assert_true(has(SEAL_LINT_NOTE, "proof",
			"eva proved on 2026-12-01 and is due again in 19 days"));
	assert_true(report.row[0].counts && report.row[2].counts && !report.row[1].counts);
	seal_drill_report_done(&report);
	report.lint = (struct seal_lint){0};
	judges("2027-02-11T00:00:00Z");
	assert_true(has(SEAL_LINT_WRONG, "proof",
			"cat is overdue: proved on 2026-11-12, 91 days ago, and 90 are allowed"));
	assert_true(!report.row[0].counts && report.row[2].counts);
	assert_true(
		has(SEAL_LINT_WRONG, "quorum", "those in office who proved in time are none: eva"));
	assert_true(has(SEAL_LINT_WRONG, "term",
			"dan holds a share and is not in office: 2026-11-01 to 2026-11-30"));
	assert_int_equal(lines_of("quorum"), 1);
}

static void spares(void **state)
{
	uint8_t print[SEAL_CARD_FINGERPRINT];
	char wanted[128];

	(void)state;
	takes(0, CAT, "2026-11-29T10:00:00Z");
	judges("2026-11-30T20:00:00Z");
	memcpy(print, drills.manifest.shares[0].cards[1], sizeof print);
	(void)snprintf(wanted, sizeof wanted, "cat: card %02x%02x%02x%02x has not proved", print[0],
		       print[1], print[2], print[3]);
	assert_true(has(SEAL_LINT_NOTE, "spare", wanted));
	assert_int_equal(lines_of("spare"), 1);
	takes(0, CAT_SPARE, "2026-11-11T10:00:00Z");
	rules.every = 10;
	judges("2026-11-30T20:00:00Z");
	(void)snprintf(wanted, sizeof wanted,
		       "cat: card %02x%02x%02x%02x has not proved since 2026-11-11", print[0],
		       print[1], print[2], print[3]);
	assert_true(has(SEAL_LINT_NOTE, "spare", wanted));
}

/* Cards were made on 2026-11-24. */
static void ages(void **state)
{
	uint8_t print[SEAL_CARD_FINGERPRINT];
	char wanted[128];

	(void)state;
	rules.card_days = 37;
	judges("2026-11-30T20:00:00Z");
	assert_int_equal(lines_of("card"), 0);
	judges("2026-12-01T20:00:00Z");
	/* Of seven people and nine cards, four are of the set. */
	assert_int_equal(lines_of("card"), 4);
	memcpy(print, drills.manifest.shares[2].cards[0], sizeof print);
	(void)snprintf(wanted, sizeof wanted,
		       "eva: card %02x%02x%02x%02x is to be replaced in 30 days", print[0],
		       print[1], print[2], print[3]);
	assert_true(has(SEAL_LINT_NOTE, "card", wanted));
	judges("2026-12-31T20:00:00Z");
	(void)snprintf(wanted, sizeof wanted,
		       "eva: card %02x%02x%02x%02x is to be replaced in 0 days", print[0], print[1],
		       print[2], print[3]);
	assert_true(has(SEAL_LINT_NOTE, "card", wanted));
	judges("2027-01-01T20:00:00Z");
	(void)snprintf(wanted, sizeof wanted,
		       "eva: card %02x%02x%02x%02x is 38 days old, and 37 are allowed", print[0],
		       print[1], print[2], print[3]);
	assert_true(has(SEAL_LINT_WRONG, "card", wanted));
	world.card_count = CAT_SPARE;
	judges("2026-11-25T20:00:00Z");
	assert_true(has(SEAL_LINT_NOTE, "card",
			"3 of 4 cards are here: the age of the others is not looked at"));
}

static void absences(void **state)
{
	(void)state;
	takes(0, CAT, "2026-11-29T10:00:00Z");
	takes(2, EVA, "2026-11-30T10:00:00Z");
	judges("2026-11-30T20:00:00Z");
	assert_true(has(SEAL_LINT_WRONG, "quorum", "it is none if one is missing: cat"));
	assert_true(has(SEAL_LINT_NOTE, "quorum", "it is none if two are missing: cat, eva"));
	rules.missing = 2;
	judges("2026-11-30T20:00:00Z");
	assert_true(has(SEAL_LINT_WRONG, "quorum", "it is none if two are missing: cat, eva"));
	/* One alone suffices: with him gone nobody is there, and with two neither. */
	drills.manifest.threshold = 1;
	drills.manifest.total = 1;
	seal_drill_report_done(&report);
	report = (struct seal_drill_report){.lint = {0}};
	takes(0, CAT, "2026-11-29T10:00:00Z");
	judges("2026-11-30T20:00:00Z");
	assert_true(has(SEAL_LINT_WRONG, "quorum", "it is none if one is missing: cat"));
	assert_true(has(SEAL_LINT_WRONG, "quorum", "it is none if two are missing: cat"));
}

static void people(void **state)
{
	struct seal_roster *roster = drills.roster;

	(void)state;
	takes(0, CAT, "2026-11-29T10:00:00Z");
	takes(2, EVA, "2026-11-29T10:00:00Z");
	roster->people[CAT].roles = SEAL_ROLE_WITNESS;
	put_text(roster->people[EVA].id, sizeof roster->people[EVA].id, "evi");
	put_text(roster->people[DAN].start, sizeof roster->people[DAN].start, "2026-12-02");
	judges("2026-12-01T20:00:00Z");
	assert_true(has(SEAL_LINT_WRONG, "roster", "cat is no custodian in it"));
	assert_true(has(SEAL_LINT_WRONG, "roster", "eva is not in it"));
	assert_true(has(SEAL_LINT_WRONG, "term",
			"dan holds a share and is not in office: 2026-12-02 to 2026-11-30"));
	assert_true(has(SEAL_LINT_WRONG, "quorum",
			"those in office who proved in time are none: nobody"));
	assert_null(report.row[2].person);
	judges("2027-06-01T20:00:00Z");
	assert_true(lines_of("roster") > 4); /* the review is overdue */
}

static void wrong_statements_count_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(seal_drill_report_take(&report, &world, "letter", "Dear all", 8, NULL),
			 SEAL_OK);
	takes(0, DAN, "2026-11-29T10:00:00Z");
	assert_int_equal(report.lint.wrong, 2);
	assert_true(has(SEAL_LINT_WRONG, "statement", "letter: note: no signatures"));
	assert_true(
		has(SEAL_LINT_WRONG, "statement", "file: line 6: card: none of cat's in this set"));
	judges("2026-11-30T20:00:00Z");
	assert_true(has(SEAL_LINT_WRONG, "proof", "cat has not proved"));
}

static int begin(void **state)
{
	(void)state;
	drills_init(&drills);
	report = (struct seal_drill_report){.lint = {0}};
	rules = (struct seal_drill_rules){.every = 90, .soon = 30, .card_days = 1825, .missing = 1};
	world = (struct seal_drill_world){.manifest = &drills.manifest,
					  .roster = drills.roster,
					  .cards = drills.cards,
					  .card_count = CARDS};
	return 0;
}

static int end(void **state)
{
	(void)state;
	seal_drill_report_done(&report);
	drills_done(&drills);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_have_proved),
		TEST(days_are_counted),
		TEST(spares),
		TEST(ages),
		TEST(absences),
		TEST(people),
		TEST(wrong_statements_count_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
