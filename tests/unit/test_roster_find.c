/* Finding people, cards and keys in a roster, and who is in office when. */

#include "rosters.h"

static struct staff staff;
static struct seal_roster *good;

static int setup(void **state)
{
	(void)state;
	staff_init(&staff);
	good = roster_of(&staff);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seal_roster_free(good);
	staff_done(&staff);
	return 0;
}

static void finding_people(void **state)
{
	const struct seal_roster_card *card = NULL;
	const uint8_t nobody[32] = {1};
	char roles[SEAL_ROSTER_ROLES];
	struct seal_note_key key, want;

	(void)state;
	assert_ptr_equal(seal_roster_find(good, "eva"), &good->people[EVA]);
	assert_null(seal_roster_find(good, "ev"));
	assert_ptr_equal(seal_roster_holder(good, good->people[CAT].cards[1].fingerprint, &card),
			 &good->people[CAT]);
	assert_ptr_equal(card, &good->people[CAT].cards[1]);
	assert_null(seal_roster_holder(good, nobody, NULL));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(seal_roster_note_key(&good->people[ADA], i, &key, NULL), SEAL_OK);
		assert_int_equal(
			seal_card_note_key(&staff.made[i ? ADA_SPARE : ADA].card, &want, NULL),
			SEAL_OK);
		assert_memory_equal(&key, &want, sizeof key);
	}
	assert_int_equal(seal_roster_note_key(&good->people[ADA], 2, &key, NULL), SEAL_E_ARGUMENT);
	seal_roster_roles(15, roles);
	assert_string_equal(roles, "administrator,auditor,custodian,witness");
	assert_null(seal_roster_role_name(3));
	assert_null(seal_roster_role_name(16));
}

static void in_office(void **state)
{
	static const struct {
		size_t who;
		const char *when;
		int is;
	} cases[] = {
		{DAN, "2026-10-31T23:59:59Z", 0}, {DAN, "2026-11-01T00:00:00Z", 1},
		{DAN, "2026-11-30T23:59:59Z", 1}, {DAN, "2026-12-01T00:00:00Z", 0},
		{DAN, "2026-11-30", 1},		  {DAN, "2026-12-01", 0},
		{EVA, "2026-10-31", 0},		  {EVA, "2999-01-01", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (seal_roster_active(&good->people[cases[i].who], cases[i].when) != cases[i].is)
			fail_msg("%s", cases[i].when);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finding_people),
		cmocka_unit_test(in_office),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
