/* After an answer nothing of what was in the bodies is left in the process' memory: a plain
   share, a root token, a stored value. */

#include "core_room.h"
#include "needles.h"

#include "base/encode.h"
#include "base/secret.h"

/* Sends a body and forgets it. */
static struct core_answer send(struct core_room *room, const char *method, const char *path,
			       const char *token, char *body)
{
	struct core_answer answer = core_ask(
		room,
		(struct core_ask){.method = method, .path = path, .token = token, .body = body});

	if (body)
		seal_wipe(body, strlen(body));
	return answer;
}

static void nothing_is_left(void **state)
{
	struct core_room room;
	struct core_answer answer;
	struct needle share, token, value;
	char body[256], path[] = "/v1/secret/a", *root;
	uint8_t random[NEEDLE];
	char planted[2 * NEEDLE + 1];

	(void)state;
	core_room_init(&room, 1);
	answer = core_ask(
		&room, (struct core_ask){.method = "PUT",
					 .path = "/v1/sys/init",
					 .body = "{\"secret_shares\":2,\"secret_threshold\":2}"});
	assert_int_equal(answer.status, 200);
	root = strdup(json_string_value(json_object_get(answer.json, "root_token")));
	token = needle_of(root);
	for (size_t i = 0; i < 2; i++) {
		const char *key =
			json_string_value(json_array_get(json_object_get(answer.json, "keys"), i));
		struct core_answer status;

		share = needle_of(key);
		(void)snprintf(body, sizeof body, "{\"key\":\"%s\"}", key);
		status = send(&room, "PUT", "/v1/sys/unseal", NULL, body);
		assert_int_equal(status.status, 200);
		core_answer_done(&status);
	}
	/* It does find what is there: in init's answer, as text and as JSON. */
	assert_true(count_in_memory(&share) >= 2);
	core_answer_done(&answer);
	assert_int_equal(count_in_memory(&share), 0);
	assert_int_equal(seal_random(random, sizeof random, NULL), SEAL_OK);
	seal_hex(random, sizeof random, planted);
	value = needle_of(planted);
	(void)snprintf(body, sizeof body, "{\"v\":[\"%s\"]}", planted);
	seal_wipe(planted, sizeof planted);
	answer = send(&room, "PUT", path, root, body);
	assert_int_equal(answer.status, 204);
	core_answer_done(&answer);
	answer = send(&room, "GET", path, root, NULL);
	assert_int_equal(answer.status, 200);
	assert_true(count_in_memory(&value) >= 2);
	core_answer_done(&answer);
	assert_int_equal(count_in_memory(&value), 0);
	/* Broken off within a string, and refused. */
	seal_hex(random, sizeof random, planted);
	(void)snprintf(body, sizeof body, "{\"v\":\"%s\",\"w\":[\"%s", planted, planted);
	seal_wipe(planted, sizeof planted);
	answer = send(&room, "PUT", path, root, body);
	assert_int_equal(answer.status, 400);
	core_answer_done(&answer);
	assert_int_equal(count_in_memory(&value), 0);
	seal_wipe(root, strlen(root));
	free(root);
	assert_int_equal(count_in_memory(&token), 0);
	core_room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_left)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
