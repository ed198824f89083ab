/* The alarm: any holder of a card of the set in force seals the daemon at once; nobody else
   does, and nothing that was listened to does it again. */

#include "core_lock.h"

#include "core/core_internal.h"

static void expect_(int line, struct core_answer answer, unsigned status, const char *text)
{
	if (answer.status != status || !strstr(answer.text, text))
		fail_msg("line %d: %u %s", line, answer.status, answer.text);
	core_answer_done(&answer);
}
#define expect(answer, status, text) expect_(__LINE__, answer, status, text)

static void open_it(struct people *people)
{
	assert_false(give(people, 0, 1));
	assert_true(give(people, 1, 0));
}

static void setup(struct people *people)
{
	people_init(people, 0);
	init_people(people, 2);
	open_it(people);
}

static void is_sealed_(struct people *people, int line, int sealed)
{
	core_expect_(&people->room, line, 200, sealed ? "\"sealed\":true" : "\"sealed\":false",
		     (struct core_ask){.method = "GET", .path = "/v1/sys/seal-status"});
}
#define is_sealed(people, sealed) is_sealed_(people, __LINE__, sealed)

/* By each of them in turn, who gave a share or not; the core says so, signed. */
static void sealed_by_anybody(void **state)
{
	struct people people;
	char text[512];

	(void)state;
	setup(&people);
	for (size_t i = 0; i < PEOPLE - 1; i++) {
		struct lock_parts parts = lock_of(&people, i);
		struct core_answer answer;
		const json_t *accepted;

		is_sealed(&people, 0);
		answer = lock_send(&people.room, &parts);
		if (answer.status != 200)
			fail_msg("%u %s", answer.status, answer.text);
		assert_true(json_is_true(json_object_get(answer.json, "sealed")));
		accepted = json_object_get(json_object_get(answer.json, "sealkit"), "accepted");
		assert_true(json_is_false(json_object_get(accepted, "repeated")));
		(void)snprintf(text, sizeof text, "sealkit/lock-answer/1\n%s\n%s\n%d\n",
			       parts.challenge, parts.set,
			       seal_secret_bytes(people.person[i].share)[32]);
		assert_true(signed_by(&people.room,
				      json_string_value(json_object_get(accepted, "signature")),
				      text));
		for (size_t k = 0; k < PEOPLE; k++)
			assert_null(strstr(answer.text, people_names[k]));
		core_answer_done(&answer);
		is_sealed(&people, 1);
		core_expect(&people.room, 503, "Vault is sealed", "GET", "/v1/sys/key-status",
			    people.root, NULL);
		open_it(&people);
	}
	people_done(&people);
}

/* In the middle of an unseal: what was given is forgotten, and the answer says that it was
   sealed before. */
static void forgets_what_was_given(void **state)
{
	struct people people;
	struct lock_parts parts;

	(void)state;
	setup(&people);
	seal_core_seal(people.room.core);
	assert_false(give(&people, 3, 1));
	parts = lock_of(&people, 2);
	expect(lock_send(&people.room, &parts), 200, "\"repeated\":true");
	core_expect(&people.room, 200, "\"progress\":0", "GET", "/v1/sys/seal-status", NULL, NULL);
	assert_false(give(&people, 4, 1));
	parts = lock_of(&people, 2);
	expect(lock_send(&people.room, &parts), 200, "\"progress\":0,\"nonce\":\"\"");
	open_it(&people);
	people_done(&people);
}

static void refused_by_name(void **state)
{
	struct people people;
	struct lock_parts good, parts;
	struct proof_parts proof;
	char text[512];

	(void)state;
	setup(&people);
	good = lock_of(&people, 3);
	parts = good;
	parts.set[0] = parts.set[0] == 'a' ? 'b' : 'a';
	expect(lock_send(&people.room, &parts), 400, "request is of another share set");
	parts = good;
	parts.card = people.person[2].card;
	expect(lock_send(&people.room, &parts), 400, "challenge was for another card");
	/* rudi's holds the root token and no share. */
	parts.card = people.person[PEOPLE - 1].card;
	expect(lock_send(&people.room, &parts), 400, "card is not of this share set");
	for (size_t i = 0; i < 64; i += 9) {
		parts = good;
		parts.challenge[i] = parts.challenge[i] == '1' ? '2' : '1';
		expect(lock_send(&people.room, &parts), 400, "stale challenge: ask again");
	}
	/* Another's token; another text; for another daemon; another epoch; a proof's type. */
	parts = good;
	lock_told(&people.room, &parts, text);
	lock_sign(&parts, &people.person[2].made, text);
	expect(lock_send(&people.room, &parts), 400, "signature is not by this card's token");
	for (size_t i = 0; text[i]; i++) {
		text[i] ^= 1;
		lock_sign(&parts, &people.person[3].made, text);
		expect(lock_send(&people.room, &parts), 400,
		       "signature is not by this card's token");
		text[i] ^= 1;
	}
	(void)snprintf(parts.signature, sizeof parts.signature, "AAAA");
	expect(lock_send(&people.room, &parts), 400, "signature is not by this card's token");
	/* A challenge for a proof is none for a lock, nor the other way round. */
	free(people.bootstrap);
	people.bootstrap = strdup(people.root);
	proof = proof_of(&people, 3);
	parts = good;
	memcpy(parts.challenge, proof.challenge, sizeof parts.challenge);
	lock_told(&people.room, &parts, text);
	lock_sign(&parts, &people.person[3].made, text);
	expect(lock_send(&people.room, &parts), 400, "stale challenge: ask again");
	memcpy(proof.challenge, good.challenge, sizeof proof.challenge);
	proof_told(&people, &proof, 3, text);
	proof_sign(&proof, people.person[3].share, &people.person[3].made, text);
	expect(proof_send(&people.room, &proof), 400, "stale challenge: ask again");
	is_sealed(&people, 0);
	expect(lock_send(&people.room, &good), 200, "\"sealed\":true");
	people_done(&people);
}

/* Played again once it is open anew; an older one of the same holder; after a restart; at another
   set. */
static void played_again(void **state)
{
	struct people people;
	struct lock_parts first, second, kept;
	struct core_answer answer;

	(void)state;
	setup(&people);
	first = lock_of(&people, 1);
	second = lock_of(&people, 1);
	kept = lock_of(&people, 2);
	expect(lock_send(&people.room, &second), 200, "\"sealed\":true");
	open_it(&people);
	expect(lock_send(&people.room, &second), 400, "challenge was answered before");
	expect(lock_send(&people.room, &first), 400, "challenge was answered before");
	is_sealed(&people, 0);
	core_stop(&people.room);
	core_start(&people.room);
	open_it(&people);
	expect(lock_send(&people.room, &kept), 400, "stale challenge: ask again");
	is_sealed(&people, 0);
	people_done(&people);
	/* Nor does one holder's alarm hinder another's. */
	setup(&people);
	first = lock_of(&people, 1);
	second = lock_of(&people, 2);
	expect(lock_send(&people.room, &second), 200, "\"repeated\":false");
	open_it(&people);
	expect(lock_send(&people.room, &first), 200, "\"repeated\":false");
	people_done(&people);
	/* Another set of the same cards. */
	people_init(&people, 0);
	init_people(&people, 2);
	kept = lock_of(&people, 2);
	answer = init_as(&people, people.bootstrap, 5, 2, ",\"again\":true");
	assert_int_equal(answer.status, 200);
	core_answer_done(&answer);
	expect(lock_send(&people.room, &kept), 400, "request is of another share set");
	lock_challenge(&people.room, &people.person[2], &second);
	memcpy(kept.set, second.set, sizeof kept.set);
	expect(lock_send(&people.room, &kept), 400, "stale challenge: ask again");
	people_done(&people);
}

static void bodies(void **state)
{
	static const struct {
		const char *body, *text;
	} cases[] = {
		{"{}", "a lock needs set, card, challenge and signature"},
		{"{\"set\":1}", "set must be a string"},
		{"{\"set\":\"\",\"challenge\":[]}", "challenge must be a string"},
		{"{\"set\":\"\",\"challenge\":\"\",\"signature\":2}", "signature must be a string"},
		{"{\"set\":\"\",\"challenge\":\"\",\"signature\":\"\",\"card\":\"x\"}",
		 "a lock needs"},
		{"{\"set\":\"\",\"challenge\":\"\",\"signature\":\"A\",\"card\":{}}",
		 "signature is not base64"},
		{"{\"set\":\"\",\"challenge\":\"\",\"signature\":\"AAAA\",\"card\":{}}",
		 "card cannot be read: "},
	};
	struct people people;
	struct core_room room;

	(void)state;
	people_init(&people, 0);
	core_expect(&people.room, 400, "Vault is not initialized", "PUT", "/v1/sys/sealkit/lock",
		    NULL, "{}");
	core_expect(&people.room, 400, "Vault is not initialized", "GET", "/v1/sys/sealkit/lock",
		    NULL, NULL);
	init_people(&people, 2);
	core_expect(&people.room, 400, "EOF", "PUT", "/v1/sys/sealkit/lock", NULL, NULL);
	core_expect(&people.room, 400, "challenge is not 64 hex digits", "PUT",
		    "/v1/sys/sealkit/lock?challenge=0", NULL, "{}");
	core_expect(&people.room, 400, "card must be a fingerprint", "GET", "/v1/sys/sealkit/lock",
		    NULL, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		core_expect(&people.room, 400, cases[i].text, "PUT", "/v1/sys/sealkit/lock", NULL,
			    cases[i].body);
	people_done(&people);
	core_room_init(&room, 1);
	core_expect(&room, 200, "keys", "PUT", "/v1/sys/init", NULL,
		    "{\"secret_shares\":1,\"secret_threshold\":1}");
	core_expect(&room, 400, "no share set with cards", "PUT", "/v1/sys/sealkit/lock", NULL,
		    "{}");
	core_expect(&room, 400, "no share set with cards", "GET", "/v1/sys/sealkit/lock", NULL,
		    NULL);
	core_room_done(&room);
}

/* The response line of a lock that was taken is there, and says nothing more of whom. */
static void audited(void **state)
{
	struct people people;
	struct lock_parts parts;
	char *log;
	size_t lines = 0;

	(void)state;
	setup(&people);
	parts = lock_of(&people, 1);
	expect(lock_send(&people.room, &parts), 200, "\"repeated\":false");
	expect(lock_send(&people.room, &parts), 400, "challenge was answered before");
	log = core_log(&people.room);
	for (const char *at = log; (at = strstr(at, "\"path\":\"sys/sealkit/lock\"")); at++)
		lines++;
	assert_int_equal(lines, 6);
	assert_null(strstr(log, parts.challenge));
	assert_null(strstr(log, parts.signature));
	assert_null(strstr(log, parts.fingerprint));
	free(log);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_by_anybody),
		cmocka_unit_test(forgets_what_was_given),
		cmocka_unit_test(refused_by_name),
		cmocka_unit_test(played_again),
		cmocka_unit_test(bodies),
		cmocka_unit_test(audited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
