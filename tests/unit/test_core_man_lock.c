/* man/sealkit-api.5 has every field of a lock and of the keyring's terms, and every refusal. */

#include "core_page.h"
#include "core_lock.h"

static void every_word_of_terms(void **state)
{
	struct people people;
	struct core_answer answer;
	char *text = page();

	(void)state;
	people_init(&people, 0);
	init_people(&people, 2);
	assert_false(give(&people, 1, 1));
	assert_true(give(&people, 0, 0));
	answer =
		core_ask(&people.room, (struct core_ask){.method = "GET",
							 .path = "/v1/sys/key-status?challenge="
								 "00000000000000000000000000000000"
								 "00000000000000000000000000000001",
							 .token = people.root});
	assert_int_equal(answer.status, 200);
	fields_of(text, json_object_get(answer.json, "data"));
	assert_non_null(strstr(text, "\n.Ql sealkit/key-status/1 ,\n"));
	core_answer_done(&answer);
	free(text);
	people_done(&people);
}

static void every_word_of_locks(void **state)
{
	struct people people;
	struct lock_parts parts;
	struct core_answer answer;
	char *text = page();

	(void)state;
	people_init(&people, 0);
	init_people(&people, 2);
	parts = lock_of(&people, 1);
	answer = lock_send(&people.room, &parts);
	assert_int_equal(answer.status, 200);
	fields_of(text, json_object_get(answer.json, "sealkit"));
	assert_non_null(strstr(text, "\n.Ql sealkit/lock-challenge/1 .\n"));
	assert_non_null(strstr(text, "\n.Ql sealkit/lock-answer/1 ,\n"));
	assert_non_null(strstr(text, "\nsealkit-lock/1\ncore: IDENTITY\nset: SET\nepoch: EPOCH\n"
				     "card: FINGERPRINT\nchallenge: CHALLENGE\n.Ed\n"));
	core_answer_done(&answer);
	free(text);
	people_done(&people);
}

static void strike(struct people *people, const struct lock_parts *parts, struct refusals *refusals)
{
	struct core_answer answer = lock_send(&people->room, parts);

	assert_int_equal(answer.status, 400);
	strike_out(refusals,
		   json_string_value(json_array_get(json_object_get(answer.json, "errors"), 0)));
	core_answer_done(&answer);
}

static void every_refusal_of_locks(void **state)
{
	struct people people;
	struct lock_parts good, parts;
	struct refusals refusals;
	struct core_answer answer;
	char *known = page(), text[512];

	(void)state;
	read_refusals(known, "\n.Ql PUT /v1/sys/sealkit/lock\ntakes\n", &refusals);
	free(known);
	people_init(&people, 0);
	init_people(&people, 2);
	good = lock_of(&people, 1);
	parts = good;
	parts.set[0] = parts.set[0] == 'a' ? 'b' : 'a';
	strike(&people, &parts, &refusals);
	parts = good;
	parts.card = people.person[PEOPLE - 1].card;
	strike(&people, &parts, &refusals);
	parts.card = people.person[2].card;
	strike(&people, &parts, &refusals);
	parts = good;
	parts.challenge[40] = parts.challenge[40] == '1' ? '2' : '1';
	strike(&people, &parts, &refusals);
	parts = good;
	lock_told(&people.room, &parts, text);
	lock_sign(&parts, &people.person[2].made, text);
	strike(&people, &parts, &refusals);
	answer = lock_send(&people.room, &good);
	assert_int_equal(answer.status, 200);
	core_answer_done(&answer);
	strike(&people, &good, &refusals);
	all_struck_out(&refusals);
	assert_int_equal(refusals.count, 6);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_terms),
		cmocka_unit_test(every_word_of_locks),
		cmocka_unit_test(every_refusal_of_locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
