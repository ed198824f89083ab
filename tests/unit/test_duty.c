/* Acceptances of duty as notes: taken where all of it fits, else refused by name and the roster
   is as before. */

#include "rosters.h"

static struct staff staff;

static int setup(void **state)
{
	(void)state;
	staff_init(&staff);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	staff_done(&staff);
	return 0;
}

/* Of eva, for the roster of rosters.h. */
static struct seal_duty duty_of(const struct seal_roster *roster, size_t card)
{
	struct seal_duty duty = {.organisation = roster->organisation,
				 .person = staff.made[card].card.name,
				 .time = "2026-11-30T12:00:00Z",
				 .version = 1};

	memcpy(duty.digest, roster->duty_digest, sizeof duty.digest);
	assert_int_equal(seal_card_fingerprint(&staff.made[card].card, duty.card, NULL), SEAL_OK);
	return duty;
}

static void its_text(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_duty duty = duty_of(roster, EVA);
	char text[SEAL_DUTY_TEXT], want[SEAL_DUTY_TEXT], card[65];

	(void)state;
	seal_hex(duty.card, 32, card);
	(void)snprintf(want, sizeof want,
		       "sealkit-duty/1\norganisation: Banque d'\xc3\x89pargne SA\nperson: eva\n"
		       "duty: 1 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20\n"
		       "time: 2026-11-30T12:00:00Z\ncard: %s\n",
		       card);
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_OK);
	assert_string_equal(text, want);
	duty.time = "2026-11-31T12:00:00Z";
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_E_FORMAT);
	duty = duty_of(roster, EVA);
	duty.person = "e va";
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_E_FORMAT);
	duty = duty_of(roster, EVA);
	duty.organisation = "a\nperson: bob";
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_E_FORMAT);
	duty = duty_of(roster, EVA);
	duty.version = 0;
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_E_FORMAT);
	seal_roster_free(roster);
}

static int accept(struct seal_roster *roster, const char *text, const size_t *who, size_t count)
{
	const struct seal_roster_person *person = NULL;
	size_t len = 0;
	char *note = sign_as(&staff, text, who, count, &len);
	int error = seal_duty_accept(roster, note, len, &person, NULL);

	assert_int_equal(person != NULL, error == SEAL_OK);
	free(note);
	return error;
}

static void taken(void **state)
{
	static const size_t cards[] = {EVA, BEN, FAY, CAT_SPARE};
	struct seal_roster *roster = roster_of(&staff);
	char *text = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
		struct seal_duty duty = duty_of(roster, cards[i]);
		const struct seal_roster_person *person = seal_roster_find(roster, duty.person);
		char signed_text[SEAL_DUTY_TEXT];

		assert_int_equal(seal_duty_text(&duty, signed_text, NULL), SEAL_OK);
		assert_int_equal(accept(roster, signed_text, &cards[i], 1), SEAL_OK);
		assert_string_equal(person->accepted.time, duty.time);
		assert_memory_equal(person->accepted.card, duty.card, 32);
		assert_int_equal(seal_duty_check(roster, person, NULL), SEAL_OK);
	}
	assert_int_equal(seal_duty_check(roster, &roster->people[GIL], NULL), SEAL_E_NOTFOUND);
	assert_int_equal(seal_roster_text(roster, &text, NULL), SEAL_OK);
	free(text);
	seal_roster_free(roster);
}

/* What replaces the first `from` of eva's text; signed by her card unless told. */
static const struct {
	const char *from, *to;
	size_t who;
	int error;
} wrongs[] = {
	{"person: eva", "person: eva", DAN, SEAL_E_VERIFY},
	{"person: eva", "person: dan", EVA, SEAL_E_MISMATCH},
	{"person: eva", "person: zoe", EVA, SEAL_E_MISMATCH},
	{"person: eva", "person: ", EVA, SEAL_E_FORMAT},
	{"Banque", "Bunque", EVA, SEAL_E_MISMATCH},
	{"duty: 1 01", "duty: 1 02", EVA, SEAL_E_MISMATCH},
	{"duty: 1 01", "duty: 2 01", EVA, SEAL_E_MISMATCH},
	{"duty: 1 01", "duty: 0 01", EVA, SEAL_E_FORMAT},
	{"duty: 1 01", "duty: 1 ", EVA, SEAL_E_FORMAT},
	{"time: 2026", "time: 2O26", EVA, SEAL_E_FORMAT},
	{"card: ", "card: 0", EVA, SEAL_E_FORMAT},
	{"card: ", "more: x\ncard: ", EVA, SEAL_E_FORMAT},
	{"duty/1", "duty/2", EVA, SEAL_E_VERSION},
	{"sealkit-duty/1", "sealkit-proof/1", EVA, SEAL_E_FORMAT},
};

static void refused(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_roster *before = roster_of(&staff);
	struct seal_duty duty = duty_of(roster, EVA);
	char text[SEAL_DUTY_TEXT];

	(void)state;
	*before = *roster;
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_OK);
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		const char *at = strstr(text, wrongs[i].from);
		char *changed = NULL;
		int error;

		assert_non_null(at);
		assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, wrongs[i].to,
				     at + strlen(wrongs[i].from)) > 0);
		error = accept(roster, changed, &wrongs[i].who, 1);
		if (error != wrongs[i].error)
			fail_msg("%s -> %s: %s", wrongs[i].from, wrongs[i].to,
				 seal_error_name(error));
		free(changed);
	}
	assert_memory_equal(roster, before, sizeof *roster);
	seal_roster_free(before);
	seal_roster_free(roster);
}

/* R4: asked again when the text changes; what was accepted before is old, and said so. */
static void of_an_older_text(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_duty duty = duty_of(roster, EVA);
	char text[SEAL_DUTY_TEXT];
	const size_t eva[] = {EVA};

	(void)state;
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_OK);
	roster->duty = 2;
	roster->duty_digest[0] ^= 1;
	assert_int_equal(accept(roster, text, eva, 1), SEAL_E_OLD);
	seal_roster_free(roster);
}

/* Two tokens, a text without a signature, and more after the text. */
static void not_one_signature(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_duty duty = duty_of(roster, CAT);
	const struct seal_roster_person *person = NULL;
	const size_t both[] = {CAT, CAT_SPARE};
	char text[SEAL_DUTY_TEXT];
	char more[SEAL_DUTY_TEXT + 8];

	(void)state;
	assert_int_equal(seal_duty_text(&duty, text, NULL), SEAL_OK);
	assert_int_equal(accept(roster, text, both, 2), SEAL_E_MISMATCH);
	assert_int_equal(accept(roster, text, both, 1), SEAL_OK);
	assert_int_equal(seal_duty_accept(roster, text, strlen(text), &person, NULL),
			 SEAL_E_FORMAT);
	(void)snprintf(more, sizeof more, "%sx: y\n", text);
	assert_int_equal(accept(roster, more, both, 1), SEAL_E_FORMAT);
	seal_roster_free(roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_text),	     cmocka_unit_test(taken),
		cmocka_unit_test(refused),	     cmocka_unit_test(of_an_older_text),
		cmocka_unit_test(not_one_signature),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
