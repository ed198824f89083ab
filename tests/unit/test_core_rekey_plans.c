/* Plans of rekeys: what is not for this daemon, card or time is refused before anybody gives a
   share; nobody occupies, cancels or keeps out what is not theirs. */

#include "core_rekey.h"

/* What is not for this daemon, now, is refused before anybody gives a share. */
static void plans_are_checked(void **state)
{
	struct rekey rekey;
	struct person *alice;
	struct seal_plan good;
	struct core_answer answer;

	(void)state;
	rekey_init(&rekey);
	alice = &rekey.people.person[0];
	good = rekey.plan;
#define refused(change, text)                                \
	do {                                                 \
		rekey.plan = good;                           \
		change;                                      \
		plan_write(&rekey);                          \
		expect(rekey_ask(&rekey, alice), 400, text); \
	} while (0)
	refused(rekey.plan.core[3] ^= 1, "plan is for another daemon");
	refused(rekey.plan.rehearsal = 1, "plan is of a rehearsal, and this is none");
	refused(rekey.plan.epoch = 2, "plan is of another share set");
	refused(rekey.plan.set[0] = rekey.plan.set[0] == '0' ? '1' : '0',
		"plan is of another share set");
	refused((rekey.plan.kind = SEAL_PLAN_ROTATE, rekey.plan.total = rekey.plan.threshold = 0),
		"plan is of another kind: rotate");
#undef refused
	rekey.plan = good;
	plan_write(&rekey);
	rekey.text[9] = 'x';
	expect(rekey_ask(&rekey, alice), 400, "plan cannot be read: ");
	plan_write(&rekey);
	expect(rekey_ask(&rekey, &rekey.people.person[5]), 400, "card is not of this share set");
	core_expect(&rekey.people.room, 400, "EOF", "PUT", REKEY, NULL, NULL);
	core_expect(&rekey.people.room, 400, "a rekey needs plan and card", "PUT", REKEY, NULL,
		    "{}");
	core_expect(&rekey.people.room, 400, "card must be an object", "PUT", REKEY, NULL,
		    "{\"plan\":\"\"}");
	answer = rekey_status(&rekey);
	assert_int_equal(json_array_size(json_object_get(answer.json, "plans")), 0);
	core_answer_done(&answer);
	rekey_done(&rekey);
}

/* The fingerprints of the plan, and no others; and what it asks of each card. */
static void cards_are_those_of_the_plan(void **state)
{
	struct rekey rekey;

	(void)state;
	rekey_init(&rekey);
	expect(rekey_card(&rekey, rekey.digest, &rekey.fresh[0]), 400,
	       "no rekey of this plan is open");
	ok(rekey_ask(&rekey, &rekey.people.person[0]));
	expect(rekey_card(&rekey, rekey.digest, &rekey.people.person[0]), 400,
	       "card is not in the plan");
	ok(rekey_card(&rekey, rekey.digest, &rekey.fresh[0]));
	ok(rekey_card(&rekey, rekey.digest, &rekey.fresh[0]));
	expect(rekey_send(&rekey,
			  consent_of(rekey.text, &rekey.people.person[1], &rekey.people.person[1]),
			  &(struct submission){0}),
	       400, "cards of the new set are missing");
	expect(rekey_cancel(&rekey, &rekey.people.person[0], &rekey.people.person[0], "-"), 200,
	       "\"cancelled\":true");
	rekey.plan.attestation = 1;
	plan_write(&rekey);
	ok(rekey_ask(&rekey, &rekey.people.person[0]));
	expect(rekey_card(&rekey, rekey.digest, &rekey.fresh[0]), 400,
	       "card is not what the plan asks for: not attested");
	rekey_done(&rekey);
}

/* One rekey a holder; cancelled by who opened it, or by three who sign. */
static void nobody_occupies_or_cancels(void **state)
{
	struct rekey rekey;
	struct person *people;
	char nonce[37];
	char first[65];

	(void)state;
	rekey_init(&rekey);
	people = rekey.people.person;
	rekey_ready(&rekey);
	put_text(first, sizeof first, rekey.digest);
	put_text(rekey.plan.ticket, sizeof rekey.plan.ticket, "SEC-1");
	plan_write(&rekey);
	expect(rekey_ask(&rekey, &people[0]), 400,
	       "holder of this card has a rekey open whose plan is not older");
	ok(rekey_ask(&rekey, &people[1])); /* another's does not stand in the way */
	for (size_t i = 0; i < NEW_PEOPLE; i++)
		ok(rekey_card(&rekey, rekey.digest, &rekey.fresh[i]));
	rekey_nonce(&rekey, nonce);
	expect(rekey_cancel(&rekey, &people[2], &people[2], nonce), 200, "\"against\":1");
	expect(rekey_cancel(&rekey, &people[2], &people[2], nonce), 200, "\"against\":1");
	expect(rekey_cancel(&rekey, &people[3], &people[4], nonce), 400,
	       "signature is not by this card's token");
	expect(rekey_cancel(&rekey, &people[3], &people[3], "-"), 400,
	       "signature is not by this card's token");
	expect(rekey_cancel(&rekey, &people[5], &people[5], nonce), 400,
	       "card is not of this share set");
	expect(rekey_cancel(&rekey, &people[3], &people[3], nonce), 200, "\"cancelled\":false");
	expect(rekey_cancel(&rekey, &people[4], &people[4], nonce), 200, "\"cancelled\":true");
	core_expect(&rekey.people.room, 200, first, "GET", REKEY, NULL, NULL);
	core_expect(&rekey.people.room, 400, "a cancel needs plan, card and signature", "PUT",
		    REKEY "/cancel", NULL, "{\"plan\":\"\"}");
	rekey_done(&rekey);
}

/* A plan is public once it is signed: who has kept an old one can neither end nor keep out what its
   signer wants now. */
static void an_older_plan_is_worth_nothing(void **state)
{
	struct rekey rekey;
	struct person *alice;
	char *older, *newer;

	(void)state;
	rekey_init(&rekey);
	alice = &rekey.people.person[0];
	older = strdup(rekey.text);
	rekey_ready(&rekey);
	ok(rekey_give(&rekey, 1));
	put_text(rekey.plan.created, sizeof rekey.plan.created, "2026-11-30T10:00:01Z");
	plan_write(&rekey);
	newer = strdup(rekey.text);
	ok(rekey_ask(&rekey, alice));
	free(rekey.text);
	rekey.text = older;
	expect(rekey_ask(&rekey, alice), 400, "whose plan is not older");
	free(rekey.text);
	rekey.text = newer;
	core_expect(&rekey.people.room, 200, "\"progress\":0,\"given\":[]}],\"pending\":null",
		    "GET", REKEY, NULL, NULL);
	for (size_t i = 0; i < NEW_PEOPLE; i++)
		ok(rekey_card(&rekey, rekey.digest, &rekey.fresh[i]));
	for (size_t i = 0; i < 3; i++)
		ok(rekey_give(&rekey, i));
	core_expect(&rekey.people.room, 200, rekey.digest, "GET", REKEY, NULL, NULL);
	rekey_done(&rekey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plans_are_checked),
		cmocka_unit_test(cards_are_those_of_the_plan),
		cmocka_unit_test(nobody_occupies_or_cancels),
		cmocka_unit_test(an_older_plan_is_worth_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
