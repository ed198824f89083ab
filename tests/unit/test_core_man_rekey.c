/* man/sealkit-api.5 says of rekeys every field that is answered, and every refusal that it lists
   is said by the core; each is struck out once it has been. */

#include "core_rekey.h"

#include "core_page.h"

static const char *said(const struct core_answer *answer)
{
	return json_string_value(json_array_get(json_object_get(answer->json, "errors"), 0));
}

static void fields_and_done(const char *page, struct core_answer answer)
{
	if (answer.status != 200)
		fail_msg("%u %s", answer.status, answer.text);
	fields_of(page, answer.json);
	core_answer_done(&answer);
}

static void every_word_of_rekeys(void **state)
{
	struct rekey rekey;
	struct person *people;
	struct proof_parts parts;
	char *text = page();
	char path[200], print[65], nonce[37];

	(void)state;
	rekey_init(&rekey);
	people = rekey.people.person;
	fields_and_done(text, rekey_ask(&rekey, &people[0]));
	fields_and_done(text, rekey_card(&rekey, rekey.digest, &rekey.fresh[1]));
	rekey_ready(&rekey);
	rekey_nonce(&rekey, nonce);
	fields_and_done(text, rekey_give(&rekey, 0));
	fields_and_done(text, rekey_cancel(&rekey, &people[3], &people[3], nonce));
	fields_and_done(text, rekey_give(&rekey, 1));
	fields_and_done(text, rekey_give(&rekey, 2));
	print_of(&rekey.fresh[0], print);
	(void)snprintf(path, sizeof path, REKEY "/share?card=%s", print);
	fields_and_done(text, core_ask(&rekey.people.room,
				       (struct core_ask){.method = "GET", .path = path}));
	(void)snprintf(path, sizeof path, REKEY "?challenge=%s", rekey.digest);
	fields_and_done(text, core_ask(&rekey.people.room,
				       (struct core_ask){.method = "GET", .path = path}));
	for (size_t i = 0; i < NEW_PEOPLE; i++) {
		struct core_answer answer;

		parts = rekey_proof(&rekey, i);
		answer = proof_send_at(&rekey.people.room, REKEY "/prove", &parts);
		assert_int_equal(answer.status, 200);
		fields_of(text, json_object_get(answer.json, "sealkit"));
		core_answer_done(&answer);
	}
	free(text);
	rekey_done(&rekey);
}

static void strike(struct refusals *refusals, struct core_answer answer)
{
	assert_int_equal(answer.status, 400);
	strike_out(refusals, said(&answer));
	core_answer_done(&answer);
}

static void refused_plans(struct rekey *rekey, struct refusals *refusals)
{
	struct person *people = rekey->people.person;
	struct seal_plan good = rekey->plan;

	strike(refusals, rekey_card(rekey, rekey->digest, &rekey->fresh[0]));
	strike(refusals, rekey_ask(rekey, &people[5]));
	strike(refusals, send_json(&rekey->people.room, REKEY,
				   consent_of(rekey->text, &people[1], &people[2])));
	rekey->plan.core[0] ^= 1;
	plan_write(rekey);
	strike(refusals, rekey_ask(rekey, &people[0]));
	rekey->plan = good;
	rekey->plan.epoch = 9;
	plan_write(rekey);
	strike(refusals, rekey_ask(rekey, &people[0]));
	rekey->plan = good;
	plan_write(rekey);
}

static void every_refusal_of_rekeys(void **state)
{
	struct rekey rekey;
	struct person *people;
	struct refusals refusals;
	struct submission sealed = {0};
	char *text = page();
	char *first;

	(void)state;
	read_refusals(text, "\n.Sh REKEY\n", &refusals);
	free(text);
	assert_int_equal(refusals.count, 12);
	rekey_init(&rekey);
	people = rekey.people.person;
	refused_plans(&rekey, &refusals);
	strike(&refusals, core_ask(&rekey.people.room,
				   (struct core_ask){.method = "GET", .path = REKEY "/prove"}));
	ok(rekey_ask(&rekey, &people[0]));
	strike(&refusals, rekey_card(&rekey, rekey.digest, &people[0]));
	strike(&refusals,
	       rekey_send(&rekey, consent_of(rekey.text, &people[1], &people[1]), &sealed));
	rekey_ready(&rekey);
	strike(&refusals, rekey_cancel(&rekey, &people[2], &people[3], "-"));
	sealed = rekey_sealed(&rekey, &people[1], people[2].share);
	strike(&refusals,
	       rekey_send(&rekey, consent_of(rekey.text, &people[1], &people[1]), &sealed));
	for (size_t i = 0; i < 2; i++)
		ok(rekey_give(&rekey, i));
	first = strdup(rekey.text);
	put_text(rekey.plan.ticket, sizeof rekey.plan.ticket, "SEC-1");
	plan_write(&rekey);
	strike(&refusals, rekey_ask(&rekey, &people[0]));
	rekey.plan.ticket[0] = '\0';
	plan_write(&rekey);
	assert_string_equal(rekey.text, first);
	ok(rekey_give(&rekey, 2));
	put_text(rekey.plan.ticket, sizeof rekey.plan.ticket, "SEC-1");
	plan_write(&rekey);
	strike(&refusals, rekey_ask(&rekey, &people[1]));
	all_struck_out(&refusals);
	free(first);
	rekey_done(&rekey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_rekeys),
		cmocka_unit_test(every_refusal_of_rekeys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
