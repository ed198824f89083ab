/* Proofs of shares: who has opened his is marked, for good; what is not a proof of this
   share, by this token, to this core, now, is refused by name. */

#include "core_prove.h"

#include <glob.h>

#include "core/core_internal.h"
#include "crypto/hmac.h"

static void expect_(int line, struct core_answer answer, unsigned status, const char *text)
{
	if (answer.status != status || !strstr(answer.text, text))
		fail_msg("line %d: %u %s", line, answer.status, answer.text);
	core_answer_done(&answer);
}
#define expect(answer, status, text) expect_(__LINE__, answer, status, text)

/* Marks of those who have not proved, as seal-status tells them. */
static size_t unproved(struct people *people)
{
	struct core_answer answer = core_ask(
		&people->room, (struct core_ask){.method = "GET", .path = "/v1/sys/seal-status"});
	const json_t *own = json_object_get(answer.json, "sealkit");
	size_t count;

	assert_true(json_is_array(json_object_get(own, "unproved")));
	count = json_array_size(json_object_get(own, "unproved"));
	for (size_t i = 0; i < PEOPLE; i++)
		assert_null(strstr(answer.text, people_names[i]));
	core_answer_done(&answer);
	return count;
}

static void setup(struct people *people)
{
	people_init(people, 0);
	init_people(people, 3);
	assert_int_equal(unproved(people), 5);
}

static void proved_once_and_for_all(void **state)
{
	struct people people;
	struct core_answer answer;
	char text[512];

	(void)state;
	setup(&people);
	for (int repeated = 0; repeated < 2; repeated++) {
		struct proof_parts parts = proof_of(&people, 1);
		const json_t *accepted;

		answer = proof_send(&people.room, &parts);
		if (answer.status != 200)
			fail_msg("%s", answer.text);
		accepted = json_object_get(json_object_get(answer.json, "sealkit"), "accepted");
		assert_int_equal(json_is_true(json_object_get(accepted, "repeated")), repeated);
		(void)snprintf(text, sizeof text, "sealkit/proof-answer/1\n%s\n%s\n%d\n",
			       parts.challenge, parts.set,
			       seal_secret_bytes(people.person[1].share)[32]);
		assert_true(signed_by(&people.room,
				      json_string_value(json_object_get(accepted, "signature")),
				      text));
		core_answer_done(&answer);
		assert_int_equal(unproved(&people), 4);
	}
	/* A proof is no share given. */
	core_expect(&people.room, 200, "\"progress\":0", "GET", "/v1/sys/seal-status", NULL, NULL);
	core_stop(&people.room);
	core_start(&people.room);
	assert_int_equal(unproved(&people), 4);
	people_done(&people);
}

/* Sealed or open; when the last has proved, the sealed shares are gone. */
static void all_have_proved(void **state)
{
	struct people people;
	struct proof_parts parts;
	char path[160];
	glob_t found = {0};

	(void)state;
	setup(&people);
	(void)snprintf(path, sizeof path, "%s/root-token-*.age", people.room.state);
	assert_int_equal(glob(path, 0, NULL, &found), 0);
	globfree(&found);
	parts = proof_of(&people, 0);
	expect(proof_send(&people.room, &parts), 200, "\"sealed\":true");
	assert_false(give(&people, 1, 1));
	assert_false(give(&people, 2, 2));
	parts = proof_of(&people, 4);
	expect(proof_send(&people.room, &parts), 200, "\"progress\":2");
	assert_int_equal(unproved(&people), 3);
	assert_true(give(&people, 0, 0));
	assert_int_equal(unproved(&people), 1);
	core_expect(&people.room, 200, "\"proved\":false", "GET", "/v1/sys/sealkit/shares",
		    people.root, NULL);
	/* The token that read the manifest for us is worth nothing any more. */
	free(people.bootstrap);
	people.bootstrap = strdup(people.root);
	parts = proof_of(&people, 3);
	expect(proof_send(&people.room, &parts), 200, "\"unproved\":[]");
	core_expect(&people.room, 404, "{\"errors\":[]}", "GET", "/v1/sys/sealkit/shares",
		    people.root, NULL);
	assert_int_equal(glob(path, 0, NULL, &found), GLOB_NOMATCH);
	core_stop(&people.room);
	core_start(&people.room);
	assert_int_equal(unproved(&people), 0);
	people_done(&people);
}

static void refused_by_name(void **state)
{
	struct people people;
	struct proof_parts good, parts;
	char text[512];

	(void)state;
	setup(&people);
	good = proof_of(&people, 1);
	parts = good;
	parts.set[0] = parts.set[0] == 'a' ? 'b' : 'a';
	expect(proof_send(&people.room, &parts), 400, "proof is of another share set");
	/* Another card than the challenge is for; a card that nobody of the set has. */
	parts = good;
	parts.card = people.person[2].card;
	expect(proof_send(&people.room, &parts), 400, "challenge was for another card");
	parts.card = people.person[PEOPLE - 1].card;
	expect(proof_send(&people.room, &parts), 400, "card is not of this share set");
	/* One bit of the challenge. */
	for (size_t i = 0; i < 64; i += 21) {
		parts = good;
		parts.challenge[i] = parts.challenge[i] == '1' ? '2' : '1';
		expect(proof_send(&people.room, &parts), 400, "stale challenge: ask again");
	}
	parts = good;
	parts.challenge[63] = 0;
	expect(proof_send(&people.room, &parts), 400, "challenge is not 64 hex digits");
	/* Another's share, with the own token; the own share, with another's token. */
	parts = good;
	proof_told(&people, &parts, 1, text);
	proof_sign(&parts, people.person[2].share, &people.person[1].made, text);
	expect(proof_send(&people.room, &parts), 400, "proof is not of this card's share");
	proof_sign(&parts, people.person[1].share, &people.person[2].made, text);
	expect(proof_send(&people.room, &parts), 400, "signature is not by this card's token");
	/* Signed for another manifest, or another daemon. */
	text[sizeof "sealkit-proof/1\ncore: " - 1] ^= 1;
	proof_sign(&parts, people.person[1].share, &people.person[1].made, text);
	expect(proof_send(&people.room, &parts), 400, "proof is not of this card's share");
	parts = good;
	(void)snprintf(parts.signature, sizeof parts.signature, "%s", "AAAA");
	expect(proof_send(&people.room, &parts), 400, "signature is not by this card's token");
	assert_int_equal(unproved(&people), 5);
	expect(proof_send(&people.room, &good), 200, "\"repeated\":false");
	people_done(&people);
}

/* What was listened to is worth nothing: not now, nor after a restart, nor for a later set. */
static void played_again(void **state)
{
	struct people people;
	struct proof_parts first, second, kept;
	struct core_answer answer;

	(void)state;
	setup(&people);
	first = proof_of(&people, 1);
	second = proof_of(&people, 1);
	kept = proof_of(&people, 2);
	expect(proof_send(&people.room, &second), 200, "\"repeated\":false");
	expect(proof_send(&people.room, &second), 400, "challenge was answered before");
	expect(proof_send(&people.room, &first), 400, "challenge was answered before");
	core_stop(&people.room);
	core_start(&people.room);
	expect(proof_send(&people.room, &kept), 400, "stale challenge: ask again");
	kept = proof_of(&people, 2);
	answer = init_as(&people, people.bootstrap, 5, 3, ",\"again\":true");
	assert_int_equal(answer.status, 200);
	core_answer_done(&answer);
	assert_int_equal(unproved(&people), 5);
	expect(proof_send(&people.room, &kept), 400, "proof is of another share set");
	first = kept;
	proof_challenge(&people.room, &people.person[2], &kept);
	(void)snprintf(first.set, sizeof first.set, "%s", kept.set);
	expect(proof_send(&people.room, &first), 400, "stale challenge: ask again");
	people_done(&people);
}

/* A challenge of this core's key, given out so many seconds ago. */
static void proof_aged(struct people *people, struct proof_parts *parts, uint64_t seconds)
{
	const struct seal_api *api = &people->room.core->api;
	uint8_t bytes[32] = {0}, epoch[8] = {0}, print[32], mac[32];
	uint64_t at = seal_api_now() - seconds;
	const struct seal_piece pieces[] = {{"sealkit/proof-challenge/1\n", 26},
					    {api->identity, 32},
					    {parts->set, strlen(parts->set)},
					    {epoch, 8},
					    {print, 32},
					    {bytes, 16}};
	char text[512];

	epoch[7] = 1;
	bytes[7] = 200;
	for (size_t i = 0; i < 8; i++)
		bytes[8 + i] = (uint8_t)(at >> (56 - 8 * i));
	assert_int_equal(seal_card_fingerprint(&people->person[1].made.card, print, NULL), SEAL_OK);
	seal_hmac(seal_secret_bytes(api->challenger), 32, pieces, 6, mac);
	memcpy(bytes + 16, mac, 16);
	seal_hex(bytes, 32, parts->challenge);
	proof_told(people, parts, 1, text);
	proof_sign(parts, people->person[1].share, &people->person[1].made, text);
}

static void ten_minutes(void **state)
{
	struct people people;
	struct proof_parts parts;

	(void)state;
	setup(&people);
	proof_challenge(&people.room, &people.person[1], &parts);
	proof_aged(&people, &parts, 605);
	expect(proof_send(&people.room, &parts), 400, "stale challenge: ask again");
	proof_aged(&people, &parts, UINT64_MAX - 60); /* of the time to come */
	expect(proof_send(&people.room, &parts), 400, "stale challenge: ask again");
	assert_int_equal(unproved(&people), 5);
	proof_aged(&people, &parts, 540);
	expect(proof_send(&people.room, &parts), 200, "\"repeated\":false");
	people_done(&people);
}

static void bodies(void **state)
{
	static const struct {
		const char *body, *text;
	} cases[] = {
		{"{}", "a proof needs set, card, challenge, proof and signature"},
		{"{\"set\":1}", "set must be a string"},
		{"{\"set\":\"\",\"challenge\":[]}", "challenge must be a string"},
		{"{\"set\":\"\",\"challenge\":\"\",\"proof\":1.5}", "proof must be a string"},
		{"{\"set\":\"\",\"challenge\":\"\",\"proof\":\"\",\"signature\":\"\","
		 "\"card\":\"x\"}",
		 "a proof needs"},
		{"{\"set\":\"\",\"challenge\":\"\",\"proof\":\"AAAA\",\"signature\":\"\","
		 "\"card\":{}}",
		 "proof is not 64 bytes"},
		{"{\"set\":\"\",\"challenge\":\"\",\"proof\":"
		 "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		 "AAAAAAAAAAA==\",\"signature\":\"A\",\"card\":{}}",
		 "signature is not base64"},
		{"{\"set\":\"\",\"challenge\":\"\",\"proof\":"
		 "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		 "AAAAAAAAAAA==\",\"signature\":\"AAAA\",\"card\":{}}",
		 "card cannot be read: "},
	};
	struct people people;
	struct core_room room;

	(void)state;
	people_init(&people, 0);
	core_expect(&people.room, 400, "Vault is not initialized", "PUT", "/v1/sys/sealkit/prove",
		    NULL, "{}");
	core_expect(&people.room, 400, "Vault is not initialized", "GET", "/v1/sys/sealkit/prove",
		    NULL, NULL);
	init_people(&people, 3);
	core_expect(&people.room, 400, "EOF", "PUT", "/v1/sys/sealkit/prove", NULL, NULL);
	core_expect(&people.room, 400, "card must be a fingerprint", "GET", "/v1/sys/sealkit/prove",
		    NULL, NULL);
	core_expect(&people.room, 400, "card must be a fingerprint", "GET",
		    "/v1/sys/sealkit/prove?card=00", NULL, NULL);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		core_expect(&people.room, 400, cases[i].text, "PUT", "/v1/sys/sealkit/prove", NULL,
			    cases[i].body);
	assert_int_equal(unproved(&people), 5);
	people_done(&people);
	core_room_init(&room, 1);
	core_expect(&room, 200, "keys", "PUT", "/v1/sys/init", NULL,
		    "{\"secret_shares\":1,\"secret_threshold\":1}");
	core_expect(&room, 400, "no share set with cards", "PUT", "/v1/sys/sealkit/prove", NULL,
		    "{}");
	core_expect(&room, 400, "no share set with cards", "GET", "/v1/sys/sealkit/prove", NULL,
		    NULL);
	core_room_done(&room);
}

/* The holder's own sealed share, without a right but the whole fingerprint, and without names. */
static void one_share(void **state)
{
	struct people people;
	struct core_answer answer;
	struct seal_secret *text;
	char print[65], path[200];

	(void)state;
	setup(&people);
	print_of(&people.person[1], print);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/shares?card=%s", print);
	answer = core_ask(&people.room, (struct core_ask){.method = "GET", .path = path});
	if (answer.status != 200)
		fail_msg("%u %s", answer.status, answer.text);
	for (size_t i = 0; i < PEOPLE; i++)
		assert_null(strstr(answer.text, people_names[i]));
	assert_string_equal(json_string_value(json_object_get(answer.json, "card")), print);
	text = open_armored(&people.person[1],
			    json_string_value(json_object_get(answer.json, "file")));
	assert_non_null(text);
	seal_secret_free(text);
	assert_null(open_armored(&people.person[0],
				 json_string_value(json_object_get(answer.json, "file"))));
	core_answer_done(&answer);
	/* The mark of seal-status is not enough; another's card has none; no right else. */
	print[8] = 0;
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/shares?card=%s", print);
	core_expect(&people.room, 400, "card must be a fingerprint", "GET", path, NULL, NULL);
	core_expect(&people.room, 400, "card must be a fingerprint", "GET",
		    "/v1/sys/sealkit/shares?card=", NULL, NULL);
	print_of(&people.person[PEOPLE - 1], print);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/shares?card=%s", print);
	core_expect(&people.room, 404, "{\"errors\":[]}", "GET", path, NULL, NULL);
	core_expect(&people.room, 403, "permission denied", "GET", "/v1/sys/sealkit/shares", NULL,
		    NULL);
	core_expect(&people.room, 403, "permission denied", "GET", "/v1/sys/sealkit/shares?list=0",
		    NULL, NULL);
	people_done(&people);
}

/* Two lines for each, and in none the card, the challenge or a signature. */
static void audited(void **state)
{
	struct people people;
	struct proof_parts parts;
	char *log;
	size_t lines = 0;

	(void)state;
	setup(&people);
	parts = proof_of(&people, 1);
	expect(proof_send(&people.room, &parts), 200, "\"repeated\":false");
	expect(proof_send(&people.room, &parts), 400, "challenge was answered before");
	log = core_log(&people.room);
	for (const char *at = log; (at = strstr(at, "\"path\":\"sys/sealkit/prove\"")); at++)
		lines++;
	assert_int_equal(lines, 6);
	assert_non_null(strstr(log, "challenge was answered before"));
	assert_null(strstr(log, parts.challenge));
	assert_null(strstr(log, parts.proof));
	assert_null(strstr(log, parts.fingerprint));
	free(log);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proved_once_and_for_all),
		cmocka_unit_test(all_have_proved),
		cmocka_unit_test(refused_by_name),
		cmocka_unit_test(played_again),
		cmocka_unit_test(ten_minutes),
		cmocka_unit_test(bodies),
		cmocka_unit_test(one_share),
		cmocka_unit_test(audited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
