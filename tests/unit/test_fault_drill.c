/* Every allocation of looking at a statement, and of reporting, fails in turn: an error, and
   never a finding less. */

#include "drills.h"

#include "ceremony/drill_report.h"
#include "faults.h"

static struct drills drills;
static struct seal_drill_world world;
static struct seal_drill_report report;
static char *note;

static int look(void)
{
	struct seal_drill_findings found;
	struct seal_drill drill;
	int error = seal_drill_look(&world, note, strlen(note), &drill, &found, NULL);

	assert_true(error || found.count == 0);
	return error;
}

static void looking(void **state)
{
	(void)state;
	world.roster = NULL;
	fault_each(look, NULL);
	world.roster = drills.roster;
	fault_each(look, NULL);
}

static int tell(void)
{
	static const struct seal_drill_rules rules = {90, 30, 1825, 1};
	int error = seal_drill_report_take(&report, &world, "file", note, strlen(note), NULL);

	return error ? error : seal_drill_report_judge(&report, &world, &rules, DRILL_NOW, NULL);
}

static void told(int error)
{
	assert_true(error || report.row[2].counts);
	seal_drill_report_done(&report);
	report = (struct seal_drill_report){.lint = {0}};
}

static void telling(void **state)
{
	(void)state;
	fault_each(tell, told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looking),
		cmocka_unit_test(telling),
	};
	struct seal_drill drill;
	int failed;

	drills_init(&drills);
	world = (struct seal_drill_world){.manifest = &drills.manifest,
					  .latest = DRILL_NOW,
					  .cards = drills.cards,
					  .card_count = CARDS};
	drill = drill_of(&drills, 2, EVA, "2026-12-01T09:00:00Z");
	note = drill_note(&drills, &drill, 2, EVA);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(note);
	drills_done(&drills);
	return failed;
}
