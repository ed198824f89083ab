/* Each rule of a roster, broken alone: told by its name, and refused by the parser. */

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

static void key_of_another(struct seal_roster *r)
{
	r->people[EVA].cards[0].key_len = r->people[DAN].cards[0].key_len;
	r->people[EVA].cards[0].kind = r->people[DAN].cards[0].kind;
	r->people[EVA].cards[0].rp_id[0] = '\0';
	memcpy(r->people[EVA].cards[0].key, r->people[DAN].cards[0].key, 65);
	r->people[EVA].accepted.time[0] = '\0';
}
/* One key that signs both ways is still one token. */
static void key_another_way(struct seal_roster *r)
{
	memcpy(r->people[EVA].cards[0].key, r->people[ADA].cards[0].key, 65);
	r->people[EVA].accepted.time[0] = '\0';
}
static void key_of_own(struct seal_roster *r)
{
	struct seal_roster_card *cards = r->people[ADA].cards;

	memcpy(cards[1].key, cards[0].key, 65);
}
static void print_of_another(struct seal_roster *r)
{
	memcpy(r->people[FAY].cards[0].fingerprint, r->people[BEN].cards[0].fingerprint, 32);
}
static void print_of_own(struct seal_roster *r)
{
	memcpy(r->people[ADA].cards[1].fingerprint, r->people[ADA].cards[0].fingerprint, 32);
}
static void id_twice(struct seal_roster *r)
{
	put_text(r->people[GIL].id, 4, "fay");
}
static void clash_witness(struct seal_roster *r)
{
	r->people[EVA].roles |= SEAL_ROLE_WITNESS;
}
static void term_of_no_day(struct seal_roster *r)
{
	put_text(r->people[GIL].end, 11, r->people[GIL].start);
}
static void term_backwards(struct seal_roster *r)
{
	put_text(r->people[GIL].end, 11, "2026-10-31");
}
static void custodian_without(struct seal_roster *r)
{
	r->people[GIL].roles = SEAL_ROLE_CUSTODIAN;
}
static void administrator_without(struct seal_roster *r)
{
	r->people[GIL].roles = SEAL_ROLE_ADMINISTRATOR;
}
static void too_few(struct seal_roster *r)
{
	r->changes = 3;
}
static void too_few_in_office(struct seal_roster *r)
{
	r->changes = 2;
	put_text(r->people[BEN].end, 11, "2026-11-29");
}
static void not_yet_in_office(struct seal_roster *r)
{
	r->changes = 2;
	put_text(r->people[BEN].start, 11, "2026-12-01");
}
static void review_before(struct seal_roster *r)
{
	put_text(r->review, 11, "2026-11-29");
}
static void review_same_day(struct seal_roster *r)
{
	put_text(r->review, 11, "2026-11-30");
}
static void accepted_other_duty(struct seal_roster *r)
{
	r->duty_digest[31] ^= 1;
	r->people[CAT].accepted.time[0] = '\0';
	r->people[DAN].accepted.time[0] = '\0';
}
static void accepted_other_version(struct seal_roster *r)
{
	r->duty = 2;
	r->people[CAT].accepted.time[0] = '\0';
	r->people[DAN].accepted.time[0] = '\0';
}
static void accepted_elsewhere(struct seal_roster *r)
{
	put_text(r->organisation, 10, "Elsewhere");
	r->people[EVA].accepted.time[0] = '\0';
	r->people[DAN].accepted.time[0] = '\0';
}
static void accepted_other_time(struct seal_roster *r)
{
	r->people[CAT].accepted.time[18] = '1';
}
static void accepted_by_other_card(struct seal_roster *r)
{
	memcpy(r->people[CAT].accepted.card, r->people[CAT].cards[0].fingerprint, 32);
}
static void accepted_by_stranger(struct seal_roster *r)
{
	memcpy(r->people[CAT].accepted.card, r->people[EVA].cards[0].fingerprint, 32);
}
static void accepted_for_another(struct seal_roster *r)
{
	r->people[FAY].accepted = r->people[CAT].accepted;
	memcpy(r->people[FAY].accepted.card, r->people[FAY].cards[0].fingerprint, 32);
}
static void accepted_later(struct seal_roster *r)
{
	give_acceptance(r, CAT, &staff.made[CAT], "2026-11-30T20:00:01Z");
}

static const struct {
	const char *what, *rule;
	int error;
	void (*change)(struct seal_roster *roster);
	const char *text;
} rules[] = {
	{"a key of another", "twice", SEAL_E_DUPLICATE, key_of_another,
	 "eva: a key that dan has already"},
	{"a key that signs another way", "twice", SEAL_E_DUPLICATE, key_another_way,
	 "eva: a key that ada has already"},
	{"a key twice", "twice", SEAL_E_DUPLICATE, key_of_own,
	 "ada: a key that the same person has already"},
	{"a card of another", "twice", SEAL_E_DUPLICATE, print_of_another,
	 "fay: a card that ben has already"},
	{"a card twice", "twice", SEAL_E_DUPLICATE, print_of_own,
	 "ada: a card that the same person has already"},
	{"an id twice", "twice", SEAL_E_DUPLICATE, id_twice, "fay: two people of one id"},
	{"roles that clash", "clash", SEAL_E_POLICY, clash_witness,
	 "eva: roles that clash in one person: custodian,witness"},
	{"a term of no day", "term", SEAL_E_FORMAT, term_of_no_day,
	 "gil: ends on 2026-11-01, starts on 2026-11-01"},
	{"a term backwards", "term", SEAL_E_FORMAT, term_backwards,
	 "gil: ends on 2026-10-31, starts on 2026-11-01"},
	{"a custodian without a card", "card", SEAL_E_POLICY, custodian_without,
	 "gil: custodian without a card"},
	{"an administrator without", "card", SEAL_E_POLICY, administrator_without,
	 "gil: administrator without a card"},
	{"changes that nobody can sign", "quorum", SEAL_E_POLICY, too_few,
	 "changes need 3 administrators, and 2 are in office"},
	{"the same, as one has left", "quorum", SEAL_E_POLICY, too_few_in_office,
	 "changes need 2 administrators, and 1 are in office"},
	{"the same, as one has not begun", "quorum", SEAL_E_POLICY, not_yet_in_office,
	 "changes need 2 administrators, and 1 are in office"},
	{"a review before", "review", SEAL_E_FORMAT, review_before, "review on 2026-11-29"},
	{"a review on the day", "review", SEAL_E_FORMAT, review_same_day, "review on 2026-11-30"},
	{"another text", "acceptance", SEAL_E_VERIFY, accepted_other_duty, "acceptance of eva"},
	{"another version", "acceptance", SEAL_E_VERIFY, accepted_other_version,
	 "acceptance of eva"},
	{"another organisation", "acceptance", SEAL_E_VERIFY, accepted_elsewhere,
	 "acceptance of cat"},
	{"another time", "acceptance", SEAL_E_VERIFY, accepted_other_time, "acceptance of cat"},
	{"another card", "acceptance", SEAL_E_VERIFY, accepted_by_other_card, "acceptance of cat"},
	{"a stranger's card", "acceptance", SEAL_E_MISMATCH, accepted_by_stranger,
	 "acceptance of cat: by no card of that person"},
	{"another person's", "acceptance", SEAL_E_VERIFY, accepted_for_another,
	 "acceptance of fay"},
	{"from the future", "acceptance", SEAL_E_FORMAT, accepted_later,
	 "acceptance of cat: later than the roster itself"},
};

static void each_alone(void **state)
{
	struct seal_roster_findings found;

	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct seal_roster *roster = roster_of(&staff);
		struct seal_roster *out = NULL;
		struct seal_diag diag = {0};
		char *text = NULL;

		rules[i].change(roster);
		found.count = 0;
		seal_roster_rules(roster, &found);
		if (found.count != 1 || strcmp(found.list[0].rule, rules[i].rule) != 0 ||
		    found.list[0].error != rules[i].error ||
		    strncmp(found.list[0].text, rules[i].text, strlen(rules[i].text)) != 0)
			fail_msg("%s: %zu found, %s: %s", rules[i].what, found.count,
				 found.count ? found.list[0].rule : "",
				 found.count ? found.list[0].text : "");
		assert_int_equal(seal_roster_text(roster, &text, NULL), rules[i].error);
		assert_null(text);
		assert_int_equal(seal_roster_write(roster, &text, NULL), SEAL_OK);
		assert_int_equal(seal_roster_parse_text(text, strlen(text), &out, &diag),
				 rules[i].error);
		assert_null(out);
		assert_non_null(strstr(diag.cause[0], rules[i].text));
		assert_int_equal(seal_roster_look(text, strlen(text), 0, &out, NULL), SEAL_OK);
		seal_roster_free(out);
		free(text);
		seal_roster_free(roster);
	}
}

/* R3, of all sets of roles: who holds a share has no other role, who changes the roster does not
   watch. */
static void all_sets_of_roles(void **state)
{
	static const unsigned lawful[] = {SEAL_ROLE_ADMINISTRATOR, SEAL_ROLE_AUDITOR,
					  SEAL_ROLE_CUSTODIAN, SEAL_ROLE_WITNESS,
					  SEAL_ROLE_AUDITOR | SEAL_ROLE_WITNESS};
	struct seal_roster *roster = roster_of(&staff);

	(void)state;
	for (unsigned roles = 1; roles < 16; roles++) {
		struct seal_roster_findings found = {.count = 0};
		size_t is_lawful = 0;

		for (size_t i = 0; i < sizeof lawful / sizeof lawful[0]; i++)
			is_lawful |= roles == lawful[i];
		roster->people[FAY].roles = roles;
		seal_roster_rules(roster, &found);
		if ((found.count == 0) != is_lawful)
			fail_msg("roles %u: %zu found", roles, found.count);
		if (!is_lawful)
			assert_string_equal(found.list[0].rule, "clash");
	}
	seal_roster_free(roster);
}

/* All that is broken is told, not only the first. */
static void all_at_once(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_roster_findings found = {.count = 0};

	(void)state;
	clash_witness(roster);
	term_backwards(roster);
	too_few(roster);
	review_before(roster);
	accepted_by_other_card(roster);
	seal_roster_rules(roster, &found);
	assert_int_equal(found.count, 5);
	for (size_t i = 0; i < SEAL_ROSTER_FINDINGS; i++)
		seal_roster_add(&found, "more", SEAL_E_POLICY, "%zu", i);
	assert_int_equal(found.count, SEAL_ROSTER_FINDINGS + 5);
	assert_string_equal(found.list[SEAL_ROSTER_FINDINGS - 1].text, "58");
	seal_roster_free(roster);
}

static size_t found_at(const struct seal_roster *roster, const char *time, const char *rule)
{
	struct seal_roster_findings found = {.count = 0};
	size_t count = 0;

	seal_roster_rules_at(roster, time, &found);
	for (size_t i = 0; i < found.count; i++)
		count += strcmp(found.list[i].rule, rule) == 0;
	return count;
}

static void of_the_day(void **state)
{
	struct seal_roster *roster = roster_of(&staff);

	(void)state;
	assert_int_equal(found_at(roster, "2027-05-31T23:59:59Z", "overdue"), 0);
	assert_int_equal(found_at(roster, "2027-06-01T00:00:00Z", "overdue"), 1);
	assert_int_equal(found_at(roster, "2026-11-30T20:00:00Z", "early"), 0);
	assert_int_equal(found_at(roster, "2026-11-30T19:59:59Z", "early"), 1);
	assert_int_equal(found_at(roster, "2026-11-30T20:00:00Z", "unaccepted"), 0);
	for (size_t i = 0; i < roster->count; i++)
		roster->people[i].accepted.time[0] = '\0';
	assert_int_equal(found_at(roster, "2026-11-30T20:00:00Z", "unaccepted"), 3);
	assert_int_equal(found_at(roster, "2026-12-01T20:00:00Z", "unaccepted"), 2);
	assert_int_equal(found_at(roster, "2027-11-02T20:00:00Z", "unaccepted"), 1);
	seal_roster_free(roster);
}

static void advice(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_roster_findings found = {.count = 0};

	(void)state;
	seal_roster_advice(roster, &found);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.list[0].rule, "single");
	roster->changes = 2;
	found.count = 0;
	seal_roster_advice(roster, &found);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.list[0].rule, "no-spare");
	roster->people[FAY].roles = SEAL_ROLE_ADMINISTRATOR;
	found.count = 0;
	seal_roster_advice(roster, &found);
	assert_int_equal(found.count, 0);
	seal_roster_free(roster);
}

static __attribute__((noinline)) char *page(void)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read("man/sealkit-roster.5", 1u << 20, &bytes, &len, NULL),
			 SEAL_OK);
	return (char *)bytes;
}

/* The page names each rule that the code can tell, and none that no test here breaks. */
static void rules_of_the_page(void **state)
{
	static const char *const others[] = {"overdue", "early", "unaccepted", "single",
					     "no-spare"};
	size_t known = sizeof others / sizeof others[0];
	char *text = page(), line[64];
	size_t lines = 0;

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		(void)snprintf(line, sizeof line, "\n.It Cm %s\n", others[i]);
		if (!strstr(text, line))
			fail_msg("not in the page: %s", others[i]);
	}
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		(void)snprintf(line, sizeof line, "\n.It Cm %s\n", rules[i].rule);
		if (!strstr(text, line))
			fail_msg("not in the page: %s", rules[i].rule);
		known += i == 0 || strcmp(rules[i].rule, rules[i - 1].rule) != 0;
	}
	for (const char *at = text; (at = strstr(at, "\n.It Cm ")); at++)
		lines++;
	assert_int_equal(lines, known);
	free(text);
}

/* The page's example is a roster, acceptance and all. */
static void example_of_the_page(void **state)
{
	struct seal_roster *roster = NULL;
	struct seal_diag diag = {0};
	char *text = page();
	const char *from = strstr(text, "\nsealkit-roster/1\norganisation");
	const char *to;

	(void)state;
	assert_non_null(from);
	to = strstr(from, "\n.Ed\n");
	assert_non_null(to);
	if (seal_roster_parse_text(from + 1, (size_t)(to - from), &roster, &diag) != SEAL_OK)
		fail_msg("%s", diag.cause[0]);
	assert_int_equal(roster->count, 4);
	assert_string_equal(roster->people[2].accepted.time, "2026-11-30T19:00:00Z");
	seal_roster_free(roster);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_alone),
		cmocka_unit_test(all_sets_of_roles),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(of_the_day),
		cmocka_unit_test(advice),
		cmocka_unit_test(rules_of_the_page),
		cmocka_unit_test(example_of_the_page),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
