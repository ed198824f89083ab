/* Init with cards, and unsealing by sealed submissions: who may, what leaves, what is
   refused by name. */

#include "core_submit.h"

#include <glob.h>

static void expect(struct core_answer answer, unsigned status, const char *text)
{
	if (answer.status != status || !strstr(answer.text, text))
		fail_msg("%u %s", answer.status, answer.text);
	core_answer_done(&answer);
}

static void check_init(struct people *people, const struct core_answer *answer)
{
	const json_t *own = json_object_get(answer->json, "sealkit");
	const char *note = json_string_value(json_object_get(own, "manifest"));
	struct seal_manifest *manifest = calloc(1, sizeof *manifest);
	uint8_t identity[32];

	assert_non_null(manifest);
	assert_int_equal(json_array_size(json_object_get(answer->json, "keys")), 0);
	assert_int_equal(json_array_size(json_object_get(answer->json, "keys_base64")), 0);
	assert_string_equal(json_string_value(json_object_get(answer->json, "root_token")), "");
	assert_int_equal(json_array_size(json_object_get(own, "shares")), 5);
	seal_core_identity(people->room.core, identity);
	assert_int_equal(seal_manifest_parse(note, strlen(note), identity, manifest, NULL),
			 SEAL_OK);
	assert_int_equal(manifest->total, 5);
	assert_int_equal(manifest->threshold, 3);
	assert_string_equal(manifest->purpose, "a test");
	free(manifest);
}

static void init_needs_the_bootstrap_token(void **state)
{
	struct people people;
	struct core_answer answer;
	char wrong[64];

	(void)state;
	people_init(&people, 0);
	(void)snprintf(wrong, sizeof wrong, "%s", people.bootstrap);
	wrong[strlen(wrong) - 1] ^= 1;
	expect(init_as(&people, NULL, 5, 3, ""), 403, "permission denied");
	expect(init_as(&people, wrong, 5, 3, ""), 403, "permission denied");
	expect(init_as(&people, "bootstrap.", 5, 3, ""), 403, "permission denied");
	core_expect(&people.room, 200, "\"initialized\":false", "GET", "/v1/sys/init", NULL, NULL);
	answer = init_as(&people, people.bootstrap, 5, 3, "");
	assert_int_equal(answer.status, 200);
	check_init(&people, &answer);
	assert_true(json_is_null(
		json_object_get(json_object_get(answer.json, "sealkit"), "root_token_file")));
	take_shares(&people, &answer);
	core_answer_done(&answer);
	core_expect(&people.room, 200, "\"initialized\":true", "GET", "/v1/sys/init", NULL, NULL);
	people_done(&people);
}

/* The same object again, for those who may; and a repeat only where it is asked for. */
static void shares_can_be_fetched_again(void **state)
{
	struct people people;
	struct core_answer first, again;

	(void)state;
	people_init(&people, 0);
	core_expect(&people.room, 404, "{\"errors\":[]}", "GET", "/v1/sys/sealkit/shares",
		    people.bootstrap, NULL);
	core_expect(&people.room, 404, "{\"errors\":[]}", "GET", "/v1/sys/sealkit/manifest",
		    people.bootstrap, NULL);
	first = init_as(&people, people.bootstrap, 5, 3, "");
	assert_int_equal(first.status, 200);
	again = core_ask(&people.room, (struct core_ask){.method = "GET",
							 .path = "/v1/sys/sealkit/shares",
							 .token = people.bootstrap});
	assert_int_equal(again.status, 200);
	assert_true(json_equal(json_object_get(first.json, "sealkit"),
			       json_object_get(again.json, "sealkit")));
	core_answer_done(&again);
	core_expect(&people.room, 403, "permission denied", "GET", "/v1/sys/sealkit/shares", NULL,
		    NULL);
	core_expect(&people.room, 403, "permission denied", "GET", "/v1/sys/sealkit/shares",
		    "bootstrap.x", NULL);
	core_expect(&people.room, 403, "permission denied", "GET", "/v1/sys/sealkit/manifest", NULL,
		    NULL);
	core_expect(&people.room, 200, "sealkit-manifest/1", "GET", "/v1/sys/sealkit/manifest",
		    people.bootstrap, NULL);
	expect(init_as(&people, people.bootstrap, 5, 3, ""), 400, "Vault is already initialized");
	/* A new set, and the old one's shares are nobody's; what was given of it is forgotten. */
	take_shares(&people, &first);
	assert_false(give(&people, 1, 1));
	again = init_as(&people, people.bootstrap, 5, 3, ",\"again\":true");
	assert_int_equal(again.status, 200);
	assert_string_not_equal(
		json_string_value(json_object_get(json_object_get(first.json, "sealkit"), "set")),
		json_string_value(json_object_get(json_object_get(again.json, "sealkit"), "set")));
	core_expect(&people.room, 200, "\"progress\":0,\"nonce\":\"\"", "GET",
		    "/v1/sys/seal-status", NULL, NULL);
	expect(submit(&people.room, people.person[0].share), 400,
	       "share does not belong to this share set");
	core_answer_done(&first);
	core_answer_done(&again);
	people_done(&people);
}

static void no_name(struct people *people, const char *method, const char *path, const char *body)
{
	struct core_answer answer = core_ask(
		&people->room, (struct core_ask){.method = method, .path = path, .body = body});

	for (size_t i = 0; i < PEOPLE; i++)
		assert_null(strstr(answer.text, people_names[i]));
	core_answer_done(&answer);
}

static size_t count_files(const char *pattern)
{
	glob_t found = {0};
	size_t count = glob(pattern, 0, NULL, &found) ? 0 : found.gl_pathc;

	globfree(&found);
	return count;
}

/* From a repeated init to an open barrier, a restart, and the other three. */
static void a_quorum_opens(void **state)
{
	struct people people;
	char path[160];

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	init_people(&people, 3);
	core_expect(&people.room, 503, "Vault is sealed", "GET", "/v1/secret/a", people.root, NULL);
	assert_false(give(&people, 0, 1));
	no_name(&people, "GET", "/v1/sys/seal-status", NULL);
	no_name(&people, "GET", "/v1/sys/sealkit/submission", NULL);
	no_name(&people, "GET", "/v1/sys/health", NULL);
	assert_false(give(&people, 1, 2));
	assert_true(give(&people, 2, 0));
	core_expect(&people.room, 204, NULL, "PUT", "/v1/secret/a", people.root, "{\"v\":1}");
	core_expect(&people.room, 400, "already unsealed", "GET", "/v1/sys/sealkit/submission",
		    NULL, NULL);
	/* The bootstrap token is gone, as a file and as a right. */
	assert_null(core_bootstrap(&people.room));
	core_expect(&people.room, 403, "permission denied", "GET", "/v1/sys/sealkit/shares",
		    people.bootstrap, NULL);
	core_expect(&people.room, 200, "\"proved\":true", "GET", "/v1/sys/sealkit/shares",
		    people.root, NULL);
	expect(init_as(&people, people.bootstrap, 5, 3, ",\"again\":true"), 400,
	       "Vault is already initialized");
	core_expect(&people.room, 204, NULL, "PUT", "/v1/sys/seal", people.root, NULL);
	core_expect(&people.room, 503, "Vault is sealed", "GET", "/v1/secret/a", people.root, NULL);
	core_stop(&people.room);
	core_start(&people.room);
	assert_null(core_bootstrap(&people.room));
	assert_false(give(&people, 2, 1));
	assert_false(give(&people, 3, 2));
	(void)snprintf(path, sizeof path, "%s/root-token-*.age", people.room.state);
	assert_int_equal(count_files(path), 1);
	assert_true(give(&people, 4, 0));
	core_expect(&people.room, 200, "\"v\":1", "GET", "/v1/secret/a", people.root, NULL);
	/* All have proved: nothing is left to be fetched. */
	core_expect(&people.room, 404, "{\"errors\":[]}", "GET", "/v1/sys/sealkit/shares",
		    people.root, NULL);
	assert_int_equal(count_files(path), 0);
	core_expect(&people.room, 200, "sealkit-manifest/1", "GET", "/v1/sys/sealkit/manifest",
		    people.root, NULL);
	people_done(&people);
}

static void repeated_and_given(void **state)
{
	struct people people;
	struct submission submission;
	struct core_answer answer;
	const json_t *accepted, *given;

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	for (int round = 0; round < 2; round++) {
		submission = submission_key(&people.room);
		seal_share(&submission, people.person[1].share);
		answer = send_box(&people.room, &submission, "");
		accepted = json_object_get(json_object_get(answer.json, "sealkit"), "accepted");
		given = json_object_get(json_object_get(answer.json, "sealkit"), "given");
		assert_int_equal((int)json_number_value(json_object_get(accepted, "x")),
				 seal_secret_bytes(people.person[1].share)[32]);
		assert_int_equal(json_string_length(json_object_get(accepted, "card")), 8);
		assert_int_equal(json_is_true(json_object_get(accepted, "repeated")), round);
		assert_true(
			is_confirmed(&people.room, &submission, people.person[1].share, accepted));
		assert_false(
			is_confirmed(&people.room, &submission, people.person[2].share, accepted));
		assert_int_equal(json_array_size(given), 1);
		assert_true(json_equal(json_object_get(json_array_get(given, 0), "card"),
				       json_object_get(accepted, "card")));
		core_answer_done(&answer);
	}
	people_done(&people);
}

static void refused_submissions(void **state)
{
	struct people people;
	struct submission submission, old;
	struct seal_secret *share = NULL;

	(void)state;
	people_init(&people, 0);
	core_expect(&people.room, 400, "Vault is not initialized", "GET",
		    "/v1/sys/sealkit/submission", NULL, NULL);
	init_people(&people, 3);
	assert_false(give(&people, 0, 1));
	/* A share of random bytes; one with the y of another; one too short. */
	assert_int_equal(seal_secret_random(33, &share, NULL), SEAL_OK);
	expect(submit(&people.room, share), 400, "share does not belong to this share set");
	memcpy(seal_secret_data(share), seal_secret_bytes(people.person[1].share), 32);
	seal_secret_data(share)[32] = seal_secret_bytes(people.person[2].share)[32];
	expect(submit(&people.room, share), 400, "share does not belong to this share set");
	seal_secret_shrink(share, 20);
	expect(submit(&people.room, share), 400, "share does not belong to this share set");
	seal_secret_freep(&share);
	/* A nonce that is not this unseal's; a box that was changed; what is not a box. */
	submission = submission_key(&people.room);
	seal_share(&submission, people.person[1].share);
	old = submission;
	old.nonce[0] = old.nonce[0] == 'a' ? 'b' : 'a';
	expect(send_box(&people.room, &old, ""), 400, "stale submission");
	old = submission;
	old.box[3] = old.box[3] == 'A' ? 'B' : 'A';
	expect(send_box(&people.room, &old, ""), 400, "submission cannot be opened");
	old = submission;
	old.enc[3] = old.enc[3] == 'A' ? 'B' : 'A';
	expect(send_box(&people.room, &old, ""), 400, "submission cannot be opened");
	(void)snprintf(old.enc, sizeof old.enc, "%s",
		       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	expect(send_box(&people.room, &old, ""), 400, "submission cannot be opened");
	(void)snprintf(old.enc, sizeof old.enc, "x");
	expect(send_box(&people.room, &old, ""), 400, "submission cannot be opened");
	core_expect(&people.room, 400, "sealkit must be an object", "PUT", "/v1/sys/unseal", NULL,
		    "{\"sealkit\":[]}");
	core_expect(&people.room, 400, "nonce, enc and box", "PUT", "/v1/sys/unseal", NULL,
		    "{\"sealkit\":{}}");
	core_expect(&people.room, 400, "enc must be a string", "PUT", "/v1/sys/unseal", NULL,
		    "{\"sealkit\":{\"enc\":1.5}}");
	/* Nothing of all that has touched what was given. */
	core_expect(&people.room, 200, "\"progress\":1", "GET", "/v1/sys/seal-status", NULL, NULL);
	/* The same box once more after the unseal it was for: stale. */
	expect(send_box(&people.room, &submission, ""), 200, "\"progress\":2");
	assert_true(give(&people, 2, 0));
	expect(send_box(&people.room, &submission, ""), 200, "\"sealed\":false");
	core_expect(&people.room, 204, NULL, "PUT", "/v1/sys/seal", people.root, NULL);
	expect(send_box(&people.room, &submission, ""), 400, "stale submission");
	people_done(&people);
}

/* Who holds no share throws nothing away; the keys of a former start open nothing. */
static void reset_needs_a_share(void **state)
{
	struct people people;
	struct submission submission;
	struct seal_secret *share = NULL;
	struct core_answer answer;

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	assert_false(give(&people, 0, 1));
	core_expect(&people.room, 400, "reset needs a valid share", "PUT", "/v1/sys/unseal", NULL,
		    "{\"reset\":true}");
	core_expect(&people.room, 400, "reset needs a valid share", "PUT", "/v1/sys/unseal", NULL,
		    "{\"reset\":true,\"key\":\"00\"}");
	assert_int_equal(seal_secret_random(33, &share, NULL), SEAL_OK);
	submission = submission_key(&people.room);
	seal_share_for(&submission, share, "/reset");
	expect(send_box(&people.room, &submission, "\"reset\":true,"), 400,
	       "share does not belong to this share set");
	/* What stands between cannot make a reset of a share, nor the other way round. */
	seal_share(&submission, people.person[4].share);
	expect(send_box(&people.room, &submission, "\"reset\":true,"), 400,
	       "submission cannot be opened");
	seal_share_for(&submission, people.person[4].share, "/reset");
	expect(send_box(&people.room, &submission, ""), 400, "submission cannot be opened");
	assert_false(give(&people, 1, 2));
	/* The share of the reset is the first of the new unseal. */
	answer = send_box(&people.room, &submission, "\"reset\":true,");
	assert_int_equal(answer.status, 200);
	assert_non_null(strstr(answer.text, "\"progress\":1"));
	assert_true(
		is_confirmed(&people.room, &submission, people.person[4].share,
			     json_object_get(json_object_get(answer.json, "sealkit"), "accepted")));
	core_answer_done(&answer);
	expect(send_box(&people.room, &submission, "\"reset\":true,"), 400, "stale submission");
	assert_false(give(&people, 4, 1));
	assert_false(give(&people, 0, 2));
	submission = submission_key(&people.room);
	core_stop(&people.room);
	core_start(&people.room);
	(void)submission_key(&people.room);
	seal_share(&submission, people.person[0].share);
	expect(send_box(&people.room, &submission, ""), 400, "stale submission");
	seal_secret_free(share);
	people_done(&people);
}

static void half_given_quorums_expire(void **state)
{
	struct people people;
	struct core_answer answer;
	int progress = 1;

	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	core_stop(&people.room);
	people.room.config.half_open = 3;
	core_start(&people.room);
	assert_false(give(&people, 0, 1));
	for (int i = 0; i < 1000 && progress; i++) {
		seal_core_tick(people.room.core);
		answer = core_ask(&people.room, (struct core_ask){.method = "GET",
								  .path = "/v1/sys/seal-status"});
		progress = (int)json_number_value(json_object_get(answer.json, "progress"));
		core_answer_done(&answer);
		(void)usleep(10000);
	}
	assert_int_equal(progress, 0);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_needs_the_bootstrap_token),
		cmocka_unit_test(shares_can_be_fetched_again),
		cmocka_unit_test(a_quorum_opens),
		cmocka_unit_test(repeated_and_given),
		cmocka_unit_test(refused_submissions),
		cmocka_unit_test(reset_needs_a_share),
		cmocka_unit_test(half_given_quorums_expire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
