/* What the core tells of its state, signed. */

#include "core_prove.h"

/* Over a challenge of the asker's; without one nothing is signed, and what is none is refused
   before anything is done. */
static void signed_status(void **state)
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	static const char *const bad[] = {"", "0", "00", "x", "G"};
	struct people people;
	struct core_answer answer;
	const json_t *own;
	char path[200], text[1024], marks[5][10];
	int x[5];

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	assert_false(give(&people, 1, 1));
	(void)snprintf(path, sizeof path, "/v1/sys/seal-status?challenge=%s", zeros);
	answer = core_ask(&people.room, (struct core_ask){.method = "GET", .path = path});
	assert_int_equal(answer.status, 200);
	own = json_object_get(answer.json, "sealkit");
	for (size_t i = 0; i < 5; i++) {
		const json_t *share = json_array_get(json_object_get(own, "unproved"), i);

		x[i] = (int)json_number_value(json_object_get(share, "x"));
		(void)snprintf(marks[i], sizeof marks[i], "%s",
			       json_string_value(json_object_get(share, "card")));
	}
	(void)snprintf(text, sizeof text,
		       "sealkit/status/1\n%s\n%s\n1\ntrue\ntrue\n3\n5\n1\n%s\n%d %s\n"
		       "%d %s,%d %s,%d %s,%d %s,%d %s\nfalse\n\n",
		       zeros, json_string_value(json_object_get(own, "set")),
		       json_string_value(json_object_get(answer.json, "nonce")), x[1], marks[1],
		       x[0], marks[0], x[1], marks[1], x[2], marks[2], x[3], marks[3], x[4],
		       marks[4]);
	assert_true(signed_by(&people.room, json_string_value(json_object_get(own, "signature")),
			      text));
	text[20] = '1';
	assert_false(signed_by(&people.room, json_string_value(json_object_get(own, "signature")),
			       text));
	core_answer_done(&answer);
	answer = core_ask(&people.room,
			  (struct core_ask){.method = "GET", .path = "/v1/sys/seal-status"});
	assert_null(strstr(answer.text, "signature"));
	core_answer_done(&answer);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(path, sizeof path, "/v1/sys/seal-status?challenge=%s%.*s", bad[i],
			       i > 2 ? 63 : 0, zeros);
		core_expect(&people.room, 400, "challenge is not 64 hex digits", "GET", path, NULL,
			    NULL);
	}
	core_expect(&people.room, 400, "challenge is not 64 hex digits", "PUT",
		    "/v1/sys/unseal?challenge=0", NULL, "{\"reset\":true}");
	core_expect(&people.room, 400, "challenge is not 64 hex digits", "PUT",
		    "/v1/sys/sealkit/prove?challenge=0", NULL, "{}");
	people_done(&people);
}

/* The terms of the keyring too, where it is asked for. */
static void signed_terms(void **state)
{
	static const char path[] = "/v1/sys/key-status?challenge="
				   "00000000000000000000000000000000"
				   "00000000000000000000000000000001";
	struct people people;
	struct core_answer answer;
	char text[512];

	(void)state;
	people_init(&people, 0);
	init_people(&people, 2);
	assert_false(give(&people, 1, 1));
	assert_true(give(&people, 2, 0));
	for (int term = 1; term < 3; term++) {
		const json_t *data, *signature;

		answer = core_ask(
			&people.room,
			(struct core_ask){.method = "GET", .path = path, .token = people.root});
		if (answer.status != 200)
			fail_msg("%u %s", answer.status, answer.text);
		data = json_object_get(answer.json, "data");
		signature = json_object_get(json_object_get(data, "sealkit"), "signature");
		(void)snprintf(text, sizeof text, "sealkit/key-status/1\n%s\n%d\n%s\n%d\n",
			       strchr(path, '=') + 1, term,
			       json_string_value(json_object_get(data, "install_time")),
			       (int)json_number_value(json_object_get(data, "encryptions")));
		assert_true(signed_by(&people.room, json_string_value(signature), text));
		text[21] ^= 1;
		assert_false(signed_by(&people.room, json_string_value(signature), text));
		core_answer_done(&answer);
		core_expect(&people.room, 204, NULL, "PUT", "/v1/sys/rotate", people.root, NULL);
	}
	answer = core_ask(&people.room, (struct core_ask){.method = "GET",
							  .path = "/v1/sys/key-status",
							  .token = people.root});
	assert_int_equal(answer.status, 200);
	assert_null(strstr(answer.text, "sealkit"));
	core_answer_done(&answer);
	core_expect(&people.room, 400, "challenge is not 64 hex digits", "GET",
		    "/v1/sys/key-status?challenge=1", people.root, NULL);
	core_expect(&people.room, 400, "missing client token", "GET", path, NULL, NULL);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(signed_status),
					   cmocka_unit_test(signed_terms)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
