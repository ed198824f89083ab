/* Every allocation and system call of the core fails in turn while a holder has it sealed. Each
   time there is a whole answer; who is told that it is sealed is told the truth; and the next
   try works. */

#include "core_lock.h"

#include "faults.h"

static struct people people;

/* The core alone is where faults are. 0: 200. */
static int ask(const char *method, const char *path, const char *body, char **out)
{
	struct seal_request_message message = {
		.method = method,
		.target = path,
		.peer = "192.0.2.7:4711",
		.body = (const uint8_t *)body,
		.body_len = body ? strlen(body) : 0,
	};
	struct seal_response_message response = {0};
	struct seal_buffer payload = {0};
	int error;

	fault_hold(0);
	error = seal_core_answer(people.room.core, &message, &payload, NULL);
	fault_hold(1);
	if (!error)
		assert_int_equal(seal_response_decode(payload.bytes, payload.len, &response, NULL),
				 SEAL_OK);
	if (!error && response.status == 200 && out) {
		*out = strndup((const char *)response.body, response.body_len);
		assert_non_null(*out);
	}
	if (!error && response.status != 200)
		error = -1;
	seal_buffer_done(&payload);
	return error;
}

static int sealed(void)
{
	struct core_answer answer = core_ask(
		&people.room, (struct core_ask){.method = "GET", .path = "/v1/sys/seal-status"});
	int is = json_is_true(json_object_get(answer.json, "sealed"));

	core_answer_done(&answer);
	return is;
}

static int ask_challenge_only(void)
{
	char path[200], print[65];
	int error;

	fault_hold(1);
	print_of(&people.person[3], print);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/lock?card=%s", print);
	error = ask("GET", path, NULL, NULL);
	fault_hold(0);
	return error;
}

static int lock(void)
{
	struct lock_parts parts;
	char *body, *answer = NULL;
	int error;

	fault_hold(1);
	if (sealed()) {
		assert_false(give(&people, 0, 1));
		assert_true(give(&people, 1, 0));
	}
	parts = lock_of(&people, 3);
	body = lock_body(&parts);
	error = ask("PUT", "/v1/sys/sealkit/lock", body, &answer);
	if (!error) {
		assert_non_null(strstr(answer, "\"accepted\""));
		assert_true(sealed());
	}
	free(body);
	free(answer);
	fault_hold(0);
	return error;
}

static void every_fault(void **state)
{
	(void)state;
	people_init(&people, 0);
	init_people(&people, 2);
	fault_each(ask_challenge_only, NULL);
	fault_each(lock, NULL);
	assert_true(sealed());
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_fault)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
