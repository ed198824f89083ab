/* A rekey through the API: opened by a signed plan, agreed to by each old holder's token, made,
   fetched, proved, in force. */

#include "core_rekey.h"

static json_t *pending_of(const struct core_answer *answer)
{
	return json_object_get(answer->json, "pending");
}

static void from_plan_to_switch(void **state)
{
	struct rekey rekey;
	struct core_answer answer;
	struct proof_parts parts;
	char set[64];

	(void)state;
	rekey_init(&rekey);
	answer = rekey_ask(&rekey, &rekey.people.person[0]);
	assert_int_equal(json_array_size(json_object_get(answer.json, "missing")), 3);
	assert_string_equal(json_string_value(json_object_get(answer.json, "nonce")), "");
	assert_string_equal(json_string_value(json_object_get(answer.json, "plan")), rekey.digest);
	core_answer_done(&answer);
	for (size_t i = 0; i < NEW_PEOPLE; i++) {
		answer = rekey_card(&rekey, rekey.digest, &rekey.fresh[2 - i]);
		assert_int_equal(json_array_size(json_object_get(answer.json, "missing")), 2 - i);
		core_answer_done(&answer);
	}
	for (size_t i = 0; i < 3; i++) {
		struct person *person = &rekey.people.person[i + 2];
		struct submission sealed = rekey_sealed(&rekey, person, person->share);
		const json_t *accepted;
		char text[512];

		answer = rekey_send(&rekey, consent_of(rekey.text, person, person), &sealed);
		if (answer.status != 200)
			fail_msg("%s", answer.text);
		accepted = json_object_get(answer.json, "accepted");
		(void)snprintf(text, sizeof text, "sealkit/rekey-answer/1\n%s\n%s\n%s\n%d\n%s\n",
			       rekey.digest, sealed.nonce, sealed.set,
			       seal_secret_bytes(person->share)[32], sealed.enc);
		assert_true(signed_by(&rekey.people.room,
				      json_string_value(json_object_get(accepted, "signature")),
				      text));
		assert_int_equal(json_is_null(pending_of(&answer)), i < 2);
		core_answer_done(&answer);
	}
	answer = rekey_status(&rekey);
	assert_int_equal(json_array_size(json_object_get(answer.json, "plans")), 0);
	assert_int_equal(json_array_size(json_object_get(pending_of(&answer), "unproved")), 3);
	put_text(set, sizeof set, json_string_value(json_object_get(pending_of(&answer), "set")));
	core_answer_done(&answer);
	for (size_t i = 0; i < NEW_PEOPLE; i++) {
		parts = rekey_proof(&rekey, i);
		assert_string_equal(parts.set, set);
		expect(proof_send_at(&rekey.people.room, REKEY "/prove", &parts), 200,
		       i < 2 ? "\"switched\":false" : "\"switched\":true");
	}
	core_expect(&rekey.people.room, 200, set, "GET", "/v1/sys/seal-status", NULL, NULL);
	core_expect(&rekey.people.room, 200, "\"unproved\":[]", "GET", "/v1/sys/seal-status", NULL,
		    NULL);
	/* Played again to the set that is in force now. */
	expect(proof_send(&rekey.people.room, &parts), 400, "challenge was answered before");
	core_stop(&rekey.people.room);
	core_start(&rekey.people.room);
	for (size_t i = 0; i < 5; i++)
		expect(submit(&rekey.people.room, rekey.people.person[i].share), 400,
		       "share does not belong to this share set");
	ok(submit(&rekey.people.room, rekey.fresh[2].share));
	expect(submit(&rekey.people.room, rekey.fresh[0].share), 200, "\"sealed\":false");
	rekey_done(&rekey);
}

/* Sealed, restarted, days apart: what is pending is found again, plan and all. */
static void a_pause_in_between(void **state)
{
	struct rekey rekey;
	struct proof_parts parts;
	struct core_answer answer;
	char set[64];

	(void)state;
	rekey_init(&rekey);
	core_expect(&rekey.people.room, 400, "no rekey is pending", "GET", REKEY "/prove?card=00",
		    NULL, NULL);
	core_expect(&rekey.people.room, 404, "", "GET",
		    REKEY "/share?card="
			  "00000000000000000000000000000000"
			  "00000000000000000000000000000000",
		    NULL, NULL);
	rekey_ready(&rekey);
	for (size_t i = 0; i < 3; i++)
		ok(rekey_give(&rekey, i));
	parts = rekey_proof(&rekey, 1);
	expect(proof_send_at(&rekey.people.room, REKEY "/prove", &parts), 200,
	       "\"repeated\":false");
	parts = rekey_proof(&rekey, 1);
	expect(proof_send_at(&rekey.people.room, REKEY "/prove", &parts), 200, "\"repeated\":true");
	parts = rekey_proof(&rekey, 0);
	core_stop(&rekey.people.room);
	core_start(&rekey.people.room);
	core_expect(&rekey.people.room, 503, "sealed", "GET", REKEY, NULL, NULL);
	expect(proof_send_at(&rekey.people.room, REKEY "/prove", &parts), 503, "sealed");
	for (size_t i = 0; i < 3; i++)
		(void)give(&rekey.people, i, i < 2 ? (int)i + 1 : 0);
	expect(proof_send_at(&rekey.people.room, REKEY "/prove", &parts), 400, "stale challenge");
	answer = rekey_status(&rekey);
	assert_int_equal(json_array_size(json_object_get(pending_of(&answer), "unproved")), 2);
	assert_string_equal(json_string_value(json_object_get(pending_of(&answer), "plan")),
			    rekey.digest);
	put_text(set, sizeof set, json_string_value(json_object_get(pending_of(&answer), "set")));
	core_answer_done(&answer);
	/* Who opened it may still cancel it, and nobody else alone. */
	answer = rekey_cancel(&rekey, &rekey.people.person[1], &rekey.people.person[1], set);
	assert_true(json_is_false(json_object_get(answer.json, "cancelled")));
	assert_true(!json_is_null(pending_of(&answer)));
	core_answer_done(&answer);
	answer = rekey_cancel(&rekey, &rekey.people.person[0], &rekey.people.person[0], set);
	assert_true(json_is_true(json_object_get(answer.json, "cancelled")));
	assert_true(json_is_null(pending_of(&answer)));
	core_answer_done(&answer);
	expect(rekey_cancel(&rekey, &rekey.people.person[0], &rekey.people.person[0], set), 400,
	       "no rekey of this plan is open");
	/* The same plan once more, to its end. */
	rekey_ready(&rekey);
	for (size_t i = 0; i < 3; i++)
		ok(rekey_give(&rekey, 4 - i));
	for (size_t i = 0; i < NEW_PEOPLE; i++) {
		parts = rekey_proof(&rekey, i);
		ok(proof_send_at(&rekey.people.room, REKEY "/prove", &parts));
	}
	plan_place(&rekey);
	assert_int_equal(rekey.plan.epoch, 2);
	rekey_done(&rekey);
}

/* users-ask A4: between agreeing and giving, another plan; a signature by nobody; one that
   was for another. The share is not even looked at. */
static void nobody_gives_to_what_he_has_not_signed(void **state)
{
	struct rekey rekey;
	struct person *alice, *bruno;
	struct submission sealed;
	struct core_answer answer;
	char *other, *both;

	(void)state;
	rekey_init(&rekey);
	alice = &rekey.people.person[0];
	bruno = &rekey.people.person[1];
	rekey_ready(&rekey);
	other = strdup(rekey.text);
	other[strlen(other) - 3] ^= 1; /* one letter of the reason */
	sealed = rekey_sealed(&rekey, alice, alice->share);
	expect(rekey_send(&rekey, consent_of(other, alice, alice), &sealed), 400,
	       "no rekey of this plan is open");
	expect(rekey_send(&rekey, consent_of(rekey.text, bruno, alice), &sealed), 400,
	       "plan is not signed by this card's token alone");
	expect(rekey_send(&rekey, consent_of(rekey.text, bruno, bruno), &sealed), 400,
	       "share is not of this card's holder");
	expect(rekey_send(&rekey,
			  consent_of(rekey.text, &rekey.people.person[5], &rekey.people.person[5]),
			  &sealed),
	       400, "card is not of this share set");
	both = plan_note(rekey.text, (struct person *[]){alice, bruno}, 2);
	expect(rekey_send(&rekey, json_pack("{s:s, s:o}", "plan", both, "card", card_json(alice)),
			  &sealed),
	       400, "plan is not signed by this card's token alone");
	free(both);
	/* A share that was sealed for an unseal, or for another plan, or to a nonce that is gone.
	 */
	seal_share_for(&sealed, alice->share, "");
	expect(rekey_send(&rekey, consent_of(rekey.text, alice, alice), &sealed), 400,
	       "submission cannot be opened");
	sealed = rekey_sealed(&rekey, alice, alice->share);
	sealed.nonce[0] = sealed.nonce[0] == '0' ? '1' : '0';
	expect(rekey_send(&rekey, consent_of(rekey.text, alice, alice), &sealed), 400,
	       "stale submission");
	sealed = rekey_sealed(&rekey, alice, rekey.people.person[5].key);
	expect(rekey_send(&rekey, consent_of(rekey.text, alice, alice), &sealed), 400,
	       "share does not belong to this share set");
	answer = rekey_status(&rekey);
	assert_non_null(strstr(answer.text, "\"progress\":0,\"given\":[]"));
	core_answer_done(&answer);
	expect(rekey_give(&rekey, 0), 200, "\"repeated\":false");
	expect(rekey_give(&rekey, 0), 200, "\"repeated\":true");
	free(other);
	rekey_done(&rekey);
}

/* Two plans are open; the one that has its quorum first is pending, the other is no more. */
static void the_first_quorum(void **state)
{
	struct core_answer answer;
	struct rekey rekey;
	char *first;

	(void)state;
	rekey_init(&rekey);
	rekey_ready(&rekey);
	ok(rekey_give(&rekey, 0));
	ok(rekey_give(&rekey, 1));
	first = strdup(rekey.text);
	put_text(rekey.plan.ticket, sizeof rekey.plan.ticket, "SEC-1");
	plan_write(&rekey);
	ok(rekey_ask(&rekey, &rekey.people.person[1]));
	for (size_t i = 0; i < NEW_PEOPLE; i++)
		ok(rekey_card(&rekey, rekey.digest, &rekey.fresh[i]));
	for (size_t i = 1; i < 4; i++)
		ok(rekey_give(&rekey, i));
	answer = rekey_give(&rekey, 4); /* learns that it is pending */
	assert_int_equal(answer.status, 200);
	assert_null(json_object_get(answer.json, "accepted"));
	assert_string_equal(json_string_value(json_object_get(pending_of(&answer), "plan")),
			    rekey.digest);
	core_answer_done(&answer);
	core_expect(&rekey.people.room, 200, rekey.digest, "GET", REKEY, NULL, NULL);
	free(rekey.text);
	rekey.text = first;
	expect(rekey_ask(&rekey, &rekey.people.person[2]), 400, "another rekey is pending");
	rekey_done(&rekey);
}

/* The word of the core on what it told. */
static void the_status_is_signed(void **state)
{
	static const char challenge[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct rekey rekey;
	struct core_answer answer;
	const json_t *plan;
	char path[200], text[1024], nonce[37];

	(void)state;
	rekey_init(&rekey);
	rekey_ready(&rekey);
	ok(rekey_give(&rekey, 3));
	rekey_nonce(&rekey, nonce);
	(void)snprintf(path, sizeof path, REKEY "?challenge=%s", challenge);
	answer = core_ask(&rekey.people.room, (struct core_ask){.method = "GET", .path = path});
	plan = json_array_get(json_object_get(answer.json, "plans"), 0);
	plan = json_array_get(json_object_get(plan, "given"), 0);
	(void)snprintf(text, sizeof text,
		       "sealkit/rekey-status/1\n%s\n%s\n1\nplan %s 0 %s 1 %d %s\n", challenge,
		       rekey.plan.set, rekey.digest, nonce,
		       (int)json_number_value(json_object_get(plan, "x")),
		       json_string_value(json_object_get(plan, "card")));
	assert_true(signed_by(&rekey.people.room,
			      json_string_value(json_object_get(answer.json, "signature")), text));
	core_answer_done(&answer);
	ok(rekey_give(&rekey, 1));
	ok(rekey_give(&rekey, 2));
	answer = core_ask(&rekey.people.room, (struct core_ask){.method = "GET", .path = path});
	plan = pending_of(&answer);
	(void)snprintf(text, sizeof text,
		       "sealkit/rekey-status/1\n%s\n%s\n1\npending %s %s 2 2 3 %.0f ", challenge,
		       rekey.plan.set, rekey.digest,
		       json_string_value(json_object_get(plan, "set")),
		       json_number_value(json_object_get(plan, "until")));
	for (size_t i = 0; i < 3; i++) {
		const json_t *one = json_array_get(json_object_get(plan, "unproved"), i);
		size_t len = strlen(text);

		(void)snprintf(text + len, sizeof text - len, "%s%d %s%s", i ? "," : "",
			       (int)json_number_value(json_object_get(one, "x")),
			       json_string_value(json_object_get(one, "card")), i == 2 ? "\n" : "");
	}
	assert_true(signed_by(&rekey.people.room,
			      json_string_value(json_object_get(answer.json, "signature")), text));
	for (size_t i = 0; i < PEOPLE; i++)
		assert_null(strstr(answer.text, people_names[i])); /* strangers learn no names */
	core_answer_done(&answer);
	rekey_done(&rekey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_plan_to_switch),
		cmocka_unit_test(a_pause_in_between),
		cmocka_unit_test(nobody_gives_to_what_he_has_not_signed),
		cmocka_unit_test(the_first_quorum),
		cmocka_unit_test(the_status_is_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
