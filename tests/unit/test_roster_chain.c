/* Who signs a roster, and what follows what: each way to slip a version in is refused by name. */

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

/* Version 1, which two administrators must sign, and has a third. */
static struct seal_roster *strict(void)
{
	struct seal_roster *roster = roster_of(&staff);

	roster->changes = 2;
	roster->people[FAY].roles = SEAL_ROLE_ADMINISTRATOR;
	return roster;
}

static int first(struct seal_roster *roster)
{
	int error = seal_roster_verify_first(roster, NULL);

	seal_roster_free(roster);
	return error;
}

static void the_first(void **state)
{
	struct seal_roster *roster;

	(void)state;
	assert_int_equal(first(SIGNED(&staff, roster_of(&staff), ADA)), SEAL_OK);
	assert_int_equal(first(SIGNED(&staff, roster_of(&staff), ADA_SPARE)), SEAL_OK);
	assert_int_equal(first(SIGNED(&staff, roster_of(&staff), CAT, GIL)), SEAL_E_QUORUM);
	assert_int_equal(first(SIGNED(&staff, strict(), ADA)), SEAL_E_QUORUM);
	assert_int_equal(first(SIGNED(&staff, strict(), ADA, BEN)), SEAL_OK);
	assert_int_equal(first(SIGNED(&staff, strict(), ADA, CAT, FAY)), SEAL_OK);
	assert_int_equal(first(SIGNED(&staff, strict(), ADA, CAT, DAN, EVA)), SEAL_E_QUORUM);
	roster = strict();
	put_text(roster->people[BEN].start, 11, "2026-12-01");
	assert_int_equal(first(SIGNED(&staff, roster, ADA, BEN)), SEAL_E_QUORUM);
	/* Without signatures. */
	assert_int_equal(first(strict()), SEAL_E_QUORUM);
}

/* R3, C21: one person counts once though she has two tokens, and signs with each, and twice. */
static void c21_one_person_counts_once(void **state)
{
	uint8_t is_signed[SEAL_ROSTER_PEOPLE];
	struct seal_roster *roster = SIGNED(&staff, strict(), ADA, ADA_SPARE, ADA, ADA_SPARE);
	size_t count = 0;

	(void)state;
	assert_int_equal(seal_roster_signed_by(roster, roster, is_signed, &count, NULL), SEAL_OK);
	assert_int_equal(count, 1);
	for (size_t i = 0; i < SEAL_ROSTER_PEOPLE; i++)
		assert_int_equal(is_signed[i], i == ADA);
	assert_int_equal(first(roster), SEAL_E_QUORUM);
}

static int next(const struct seal_roster *old, struct seal_roster *roster)
{
	int error = seal_roster_verify_next(old, roster, NULL);

	seal_roster_free(roster);
	return error;
}

/* Version 2 after old, with one change. */
static struct seal_roster *changed(const struct seal_roster *old,
				   void (*change)(struct seal_roster *roster))
{
	struct seal_roster *roster = roster_after(old);

	if (change)
		change(roster);
	return roster;
}

static void eva_leaves(struct seal_roster *r)
{
	put_text(r->people[EVA].end, 11, "2026-12-31");
}
static void version_skipped(struct seal_roster *r)
{
	r->version++;
}
static void another_previous(struct seal_roster *r)
{
	r->previous[7] ^= 1;
}
static void another_organisation(struct seal_roster *r)
{
	put_text(r->organisation, 10, "Elsewhere");
	for (size_t i = 0; i < r->count; i++)
		r->people[i].accepted.time[0] = '\0';
}
static void made_at_once(struct seal_roster *r)
{
	put_text(r->created, 21, "2026-11-30T20:00:00Z");
}
static void another_text(struct seal_roster *r)
{
	r->duty_digest[0] ^= 1;
	for (size_t i = 0; i < r->count; i++)
		r->people[i].accepted.time[0] = '\0';
}
static void another_number(struct seal_roster *r)
{
	another_text(r);
	r->duty_digest[0] ^= 1;
	r->duty++;
}
static void another_duty(struct seal_roster *r)
{
	another_text(r);
	r->duty++;
}

static void the_next(void **state)
{
	static const struct {
		void (*change)(struct seal_roster *roster);
		int error;
	} cases[] = {
		{NULL, SEAL_OK},
		{eva_leaves, SEAL_OK},
		{another_duty, SEAL_OK},
		{version_skipped, SEAL_E_MISMATCH},
		{another_previous, SEAL_E_MISMATCH},
		{another_organisation, SEAL_E_MISMATCH},
		{made_at_once, SEAL_E_MISMATCH},
		{another_text, SEAL_E_MISMATCH},
		{another_number, SEAL_E_MISMATCH},
	};
	struct seal_roster *old = SIGNED(&staff, strict(), ADA, BEN);
	struct seal_roster *two, *three;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int error = next(old, SIGNED(&staff, changed(old, cases[i].change), BEN, FAY));

		if (error != cases[i].error)
			fail_msg("case %zu: %s", i, seal_error_name(error));
	}
	two = SIGNED(&staff, changed(old, another_duty), BEN, FAY);
	assert_int_equal(seal_roster_verify_next(two, old, NULL), SEAL_E_OLD);
	assert_int_equal(seal_roster_verify_next(old, old, NULL), SEAL_E_OLD);
	assert_int_equal(seal_roster_verify_first(two, NULL), SEAL_E_MISMATCH);
	/* Duties do not go back. */
	assert_int_equal(seal_roster_verify_next(old, two, NULL), SEAL_OK);
	three = roster_after(two);
	put_text(three->created, 21, "2026-12-25T10:00:00Z");
	three->duty = old->duty;
	memcpy(three->duty_digest, old->duty_digest, 32);
	assert_int_equal(next(two, SIGNED(&staff, three, BEN, FAY)), SEAL_E_MISMATCH);
	seal_roster_free(two);
	seal_roster_free(old);
}

static void fay_is_new(struct seal_roster *r)
{
	r->people[FAY].roles = SEAL_ROLE_ADMINISTRATOR;
}
static void one_is_enough(struct seal_roster *r)
{
	r->changes = 1;
}
static void eva_is_administrator(struct seal_roster *r)
{
	r->people[EVA].roles = SEAL_ROLE_ADMINISTRATOR;
}

/* R5: the old version says who signs and how many, whatever the new one says of itself. */
static void the_old_one_decides(void **state)
{
	struct seal_roster *base = roster_of(&staff);
	struct seal_roster *old;

	(void)state;
	base->changes = 2;
	old = SIGNED(&staff, base, ADA, BEN);
	assert_int_equal(next(old, SIGNED(&staff, changed(old, fay_is_new), ADA, FAY)),
			 SEAL_E_QUORUM);
	assert_int_equal(next(old, SIGNED(&staff, changed(old, one_is_enough), ADA)),
			 SEAL_E_QUORUM);
	assert_int_equal(next(old, SIGNED(&staff, changed(old, eva_is_administrator), EVA, BEN)),
			 SEAL_E_QUORUM);
	assert_int_equal(next(old, SIGNED(&staff, changed(old, fay_is_new), ADA, FAY, BEN)),
			 SEAL_OK);
	assert_int_equal(next(old, SIGNED(&staff, changed(old, NULL), ADA_SPARE, BEN)), SEAL_OK);
	assert_int_equal(next(old, SIGNED(&staff, changed(old, NULL), ADA, ADA_SPARE)),
			 SEAL_E_QUORUM);
	assert_int_equal(next(old, roster_after(old)), SEAL_E_QUORUM);
	seal_roster_free(old);
}

/* C19: who has left signs nothing more, though the token still works. */
static void c19_who_has_left_signs_nothing(void **state)
{
	static const struct {
		const char *start, *end;
		int error;
	} terms[] = {
		{"2026-11-01", "", SEAL_OK},
		{"2026-11-01", "2026-12-24", SEAL_OK},
		{"2026-11-01", "2026-12-23", SEAL_E_QUORUM},
		{"2026-12-24", "", SEAL_OK},
		{"2026-12-25", "", SEAL_E_QUORUM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++) {
		struct seal_roster *old = strict();
		int error;

		put_text(old->people[FAY].start, 11, terms[i].start);
		put_text(old->people[FAY].end, 11, terms[i].end);
		old = SIGNED(&staff, old, ADA, BEN);
		error = next(old, SIGNED(&staff, changed(old, NULL), ADA, FAY));
		if (error != terms[i].error)
			fail_msg("%s to %s: %s", terms[i].start, terms[i].end,
				 seal_error_name(error));
		seal_roster_free(old);
	}
}

/* A signature in an administrator's name that the token did not make is no stranger's, which
   are passed over: it is a forgery. */
static void forged_signature(void **state)
{
	struct seal_roster *roster = strict();
	struct seal_roster *out = NULL;
	size_t both[] = {ADA, BEN}, one[] = {FAY};
	char *text = NULL, *other = NULL, *note, *foreign, *joined = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_roster_text(roster, &text, NULL), SEAL_OK);
	note = sign_as(&staff, text, both, 2, &len);
	put_text(roster->review, 11, "2027-05-30");
	assert_int_equal(seal_roster_text(roster, &other, NULL), SEAL_OK);
	foreign = sign_as(&staff, other, one, 1, &len);
	assert_true(asprintf(&joined, "%s%s", note, foreign + strlen(other) + 1) > 0);
	assert_int_equal(seal_roster_parse(joined, strlen(joined), &out, NULL), SEAL_OK);
	assert_int_equal(first(out), SEAL_E_VERIFY);
	free(joined);
	free(foreign);
	free(other);
	free(note);
	free(text);
	seal_roster_free(roster);
}

/* Of random sets of signers, those are enough that have two of the three administrators in
   office, and no others. */
static void random_signers(void **state)
{
	uint32_t seed = 20261130;

	(void)state;
	for (unsigned turn = 0; turn < 60; turn++) {
		size_t who[CARDS];
		size_t count = 0;
		unsigned have = 0;
		struct seal_roster *roster = strict();

		for (size_t i = 0; i < CARDS; i++) {
			seed = seed * 1664525u + 1013904223u;
			if (seed >> 31)
				who[count++] = i;
		}
		if (count == 0)
			who[count++] = GIL;
		for (size_t i = 0; i < count; i++)
			have |= who[i] == ADA || who[i] == ADA_SPARE ? 1u
				: who[i] == BEN			     ? 2u
				: who[i] == FAY			     ? 4u
								     : 0;
		assert_int_equal(first(roster_signed(&staff, roster, who, count)),
				 have & (have - 1) ? SEAL_OK : SEAL_E_QUORUM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first),
		cmocka_unit_test(c21_one_person_counts_once),
		cmocka_unit_test(the_next),
		cmocka_unit_test(the_old_one_decides),
		cmocka_unit_test(c19_who_has_left_signs_nothing),
		cmocka_unit_test(forged_signature),
		cmocka_unit_test(random_signers),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
