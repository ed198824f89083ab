/* Every allocation and system call of the core fails in turn while a holder asks for a
   challenge and proves. Each time there is an error and a whole answer, what is marked is
   what was proved, and the next try works. */

#include "core_prove.h"

#include "faults.h"

static struct people people;

/* The core alone is where faults are. *out is malloc'd. */
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
	if (!error && response.status != 200)
		error = -1;
	if (!error) {
		*out = strndup((const char *)response.body, response.body_len);
		assert_non_null(*out);
	}
	seal_buffer_done(&payload);
	return error;
}

static void take(const char *text, const char *name, char *out, size_t cap)
{
	const char *at = strstr(text, name);

	assert_non_null(at);
	at += strlen(name);
	(void)snprintf(out, cap, "%.*s", (int)strcspn(at, "\""), at);
}

static int send(struct proof_parts *parts)
{
	char *body = NULL, *answer = NULL;
	char text[512];
	int error;

	proof_told(&people, parts, 1, text);
	proof_sign(parts, people.person[1].share, &people.person[1].made, text);
	assert_true(asprintf(&body,
			     "{\"set\":\"%s\",\"card\":%s,\"challenge\":\"%s\",\"proof\":\"%s\","
			     "\"signature\":\"%s\"}",
			     parts->set, people.person[1].card, parts->challenge, parts->proof,
			     parts->signature) > 0);
	error = ask("PUT", "/v1/sys/sealkit/prove", body, &answer);
	if (!error)
		assert_non_null(strstr(answer, "\"accepted\""));
	free(body);
	free(answer);
	return error;
}

static int prove(void)
{
	struct proof_parts parts = {0};
	char path[200];
	char *answer = NULL;
	int error;

	fault_hold(1);
	print_of(&people.person[1], parts.fingerprint);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/prove?card=%s", parts.fingerprint);
	error = ask("GET", path, NULL, &answer);
	if (!error) {
		take(answer, "\"set\":\"", parts.set, sizeof parts.set);
		take(answer, "\"challenge\":\"", parts.challenge, sizeof parts.challenge);
		free(answer);
		error = send(&parts);
	}
	fault_hold(0);
	return error;
}

static int fetch(void)
{
	char path[200], print[65];
	char *answer = NULL;
	int error;

	fault_hold(1);
	print_of(&people.person[1], print);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/shares?card=%s", print);
	error = ask("GET", path, NULL, &answer);
	free(answer);
	fault_hold(0);
	return error;
}

static size_t unproved(void)
{
	struct core_answer answer = core_ask(
		&people.room, (struct core_ask){.method = "GET", .path = "/v1/sys/seal-status"});
	size_t count = json_array_size(
		json_object_get(json_object_get(answer.json, "sealkit"), "unproved"));

	core_answer_done(&answer);
	return count;
}

/* Marked or not, and the same after a restart; then a new set, so that nobody is marked. */
static void marked(int error)
{
	size_t left;

	fault_hold(1);
	left = unproved();
	assert_true(left == 4 || (error && left == 5));
	if (left == 4) {
		core_stop(&people.room);
		core_start(&people.room);
		assert_int_equal(unproved(), left);
		init_people(&people, 3);
	}
	fault_hold(0);
}

static void every_fault(void **state)
{
	(void)state;
	people_init(&people, 0);
	init_people(&people, 3);
	fault_each(fetch, NULL);
	fault_each(prove, marked);
	people_done(&people);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_fault)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
