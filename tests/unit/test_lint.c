/* What lint says of a plan beside its roster: each thing that is wrong, by one line. */

#include "rosters.h"

#include <stdlib.h>
#include <string.h>

#include "ceremony/lint.h"

static struct staff staff;
static struct seal_roster *roster;
static struct seal_plan_file file;
static struct seal_manifest manifest;

static void add(enum seal_plan_part part, const char *name)
{
	struct seal_plan_person *one = &file.plan.people[file.plan.people_count++];

	one->part = part;
	put_text(one->name, sizeof one->name, name);
}

/* A rekey for cat, dan and eva, two of whom have the key. */
static int setup(void **state)
{
	static const size_t who[] = {CAT, DAN, EVA};

	(void)state;
	staff_init(&staff);
	roster = roster_of(&staff);
	file = (struct seal_plan_file){
		.plan = {.kind = SEAL_PLAN_REKEY, .threshold = 2, .total = 3}};
	put_text(file.plan.created, 21, "2026-11-24T10:00:00Z");
	put_text(file.plan.pin, 65, "sha256//");
	file.plan.has_roster = 1;
	assert_int_equal(seal_roster_digest(roster, file.plan.roster, NULL), SEAL_OK);
	manifest = (struct seal_manifest){.threshold = 2, .total = 3};
	for (size_t i = 0; i < 3; i++) {
		struct seal_plan_custodian *one = &file.plan.custodians[i];

		one->group = manifest.shares[i].group = -1;
		one->card_count = 1;
		put_text(one->name, sizeof one->name, staff.made[who[i]].card.name);
		put_text(manifest.shares[i].custodian, 65, one->name);
		assert_int_equal(
			seal_card_fingerprint(&staff.made[who[i]].card, one->cards[0], NULL),
			SEAL_OK);
	}
	add(SEAL_PLAN_INVITED, "cat");
	add(SEAL_PLAN_INVITED, "eva");
	add(SEAL_PLAN_ADMINISTRATOR, "ada");
	add(SEAL_PLAN_WITNESS, "fay");
	add(SEAL_PLAN_AUDITOR, "gil");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seal_roster_freep(&roster);
	staff_done(&staff);
	return 0;
}

/* How many lines of this level and rule have the text, of those that lint gives at this time. */
static size_t lines(const char *now, enum seal_lint_level level, const char *rule, const char *text,
		    size_t *out_wrong)
{
	struct seal_lint_job job = {.file = &file, .manifest = &manifest, .roster = roster};
	struct seal_lint lint = {0};
	size_t found = 0;

	put_text(job.now, sizeof job.now, now);
	assert_int_equal(seal_lint_run(&job, &lint, NULL), SEAL_OK);
	for (size_t i = 0; i < lint.count; i++)
		found += lint.list[i].level == level && strcmp(lint.list[i].rule, rule) == 0 &&
			 strstr(lint.list[i].text, text) != NULL;
	*out_wrong = lint.wrong;
	seal_lint_done(&lint);
	return found;
}

static void wrong(const char *now, const char *text)
{
	size_t count = 0;

	if (lines(now, SEAL_LINT_WRONG, "roster", text, &count) != 1 || count != 1)
		fail_msg("%s: not told once, and alone (%zu wrong)", text, count);
}

#define TODAY "2026-11-30T20:30:00Z"

static void as_it_should_be(void **state)
{
	size_t count = 0;

	(void)state;
	assert_int_equal(
		lines(TODAY, SEAL_LINT_FINE, "roster", "version 1: all are in office", &count), 1);
	assert_int_equal(count, 0);
	assert_int_equal(
		lines(TODAY, SEAL_LINT_NOTE, "roster", "dan: the term ends on 2026-11-30", &count),
		1);
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "roster", "cat: the term ends", &count), 0);
}

static void who_could_collude(void **state)
{
	size_t count = 0;

	(void)state;
	/* cat and eva are of security, dan of ops: security alone can, ops alone cannot. */
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "collude",
			       "the set in force: security alone can: one department", &count),
			 1);
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "collude", "the new set: ", &count), 1);
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "collude", "ops", &count), 0);
	put_text(roster->people[EVA].department, 65, "legal");
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "collude", "the new set: ", &count), 3);
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "collude", "security, ops alone can", &count),
			 2);
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "collude", "one department", &count), 0);
}

static void each_thing_wrong(void **state)
{
	struct seal_plan plan = file.plan;

	(void)state;
	wrong("2026-12-01T00:00:00Z", "dan is not in office: from 2026-11-01 to 2026-11-30");
	wrong("2026-11-30T10:00:00Z", "early: made at 2026-11-30T20:00:00Z");
	file.plan.roster[0] ^= 1;
	wrong(TODAY, "not the one that the plan names");
	file.plan = plan;
	put_text(file.plan.people[3].name, 65, "hal");
	wrong(TODAY, "hal is not in it");
	put_text(file.plan.people[3].name, 65, "gil");
	wrong(TODAY, "gil is no witness in it");
	put_text(file.plan.people[3].name, 65, "fay");
	put_text(file.plan.people[2].name, 65, "gil");
	wrong(TODAY, "gil is no administrator in it");
	file.plan = plan;
	file.plan.custodians[0].cards[0][0] ^= 1;
	wrong(TODAY, "of cat is nobody's in it");
	memcpy(file.plan.custodians[0].cards[0], file.plan.custodians[2].cards[0], 32);
	wrong(TODAY, "of cat is eva's in it");
	file.plan = plan;
	roster->people[EVA].accepted.time[0] = '\0';
	assert_int_equal(seal_roster_digest(roster, file.plan.roster, NULL), SEAL_OK);
	wrong(TODAY, "unaccepted: eva");
}

static void overdue(void **state)
{
	(void)state;
	roster->people[DAN].end[0] = '\0';
	assert_int_equal(seal_roster_digest(roster, file.plan.roster, NULL), SEAL_OK);
	wrong("2027-06-01T00:00:00Z", "overdue: its review was due on 2027-05-31");
}

static void without_a_roster(void **state)
{
	struct seal_roster *kept = roster;
	size_t count = 0;

	(void)state;
	file.plan.has_roster = 0;
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "roster", "the plan names none", &count), 1);
	file.plan.has_roster = 1;
	roster = NULL;
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "roster", "it is not given", &count), 1);
	assert_int_equal(lines(TODAY, SEAL_LINT_NOTE, "collude", "", &count), 0);
	roster = kept;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(as_it_should_be), TEST(who_could_collude), TEST(each_thing_wrong),
		TEST(overdue),	       TEST(without_a_roster),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
