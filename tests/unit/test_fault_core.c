/* Every allocation and system call of the core fails in turn: at the start, in an init, in an
   unseal, in a write. Each time there is an error and a whole answer, and the next try works. */

#include "core_room.h"

#include "faults.h"

static struct core_room room;
static char token[64], key[128];

/* Without an allocation: the fault may still be waiting for one. */
static void take(const char *text, const char *name, char *out, size_t cap)
{
	const char *at = strstr(text, name);

	assert_non_null(at);
	at += strlen(name);
	(void)snprintf(out, cap, "%.*s", (int)strcspn(at, "\""), at);
}

/* 0: answered with this status. */
static int ask(const char *method, const char *path, const char *body, unsigned want)
{
	struct seal_request_message message = {
		.method = method,
		.target = path,
		.peer = "192.0.2.7:4711",
		.fields = {[SEAL_FIELD_TOKEN] = token},
		.body = (const uint8_t *)body,
		.body_len = body ? strlen(body) : 0,
	};
	struct seal_response_message response = {0};
	struct seal_buffer payload = {0};
	int error = seal_core_answer(room.core, &message, &payload, NULL);

	if (!error && seal_response_decode(payload.bytes, payload.len, &response, NULL))
		fail_msg("no whole answer");
	if (!error && response.status != want)
		error = -1;
	if (!error && !strcmp(path, "/v1/sys/init")) {
		take((const char *)response.body, "\"keys\":[\"", key, sizeof key);
		take((const char *)response.body, "\"root_token\":\"", token, sizeof token);
	}
	seal_buffer_done(&payload);
	return error;
}

static int start(void)
{
	struct seal_diag diag = {0};
	int error;

	room.config.audit_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (room.config.audit_fd < 0)
		return -1;
	error = seal_core_new(&room.config, &room.core, &diag);
	if (error)
		assert_null(room.core);
	return error;
}

static void stop(int error)
{
	(void)error;
	core_stop(&room);
}

static int init(void)
{
	return ask("PUT", "/v1/sys/init", "{\"secret_shares\":1,\"secret_threshold\":1}", 200);
}

/* Not initialised, or initialised and the answer lost, which plain shares cannot mend. */
static void anew(int error)
{
	(void)error;
	core_room_done(&room);
	core_room_init(&room, 1);
}

static int unseal(void)
{
	char body[192];

	(void)snprintf(body, sizeof body, "{\"key\":\"%s\"}", key);
	return ask("PUT", "/v1/sys/unseal", body, 200);
}

/* The quorum may have opened it before the answer failed. Then it is open, and no worse. */
static void sealed(int error)
{
	(void)error;
	assert_int_equal(unseal(), 0);
	assert_int_equal(ask("GET", "/v1/secret/kept", NULL, 200), 0);
	seal_core_seal(room.core);
}

static int write_and_read(void)
{
	int error = ask("PUT", "/v1/secret/a", "{\"v\":[1.5,\"x\"]}", 204);

	if (!error)
		error = ask("GET", "/v1/secret/a", NULL, 200);
	if (!error)
		error = ask("LIST", "/v1/secret/", NULL, 200);
	return error ? error : ask("GET", "/v1/sys/key-status", NULL, 200);
}

static void still_open(int error)
{
	(void)error;
	assert_int_equal(ask("GET", "/v1/secret/kept", NULL, 200), 0);
}

static void every_fault(void **state)
{
	(void)state;
	core_room_init(&room, 1);
	core_stop(&room);
	fault_each(start, stop);
	core_start(&room);
	fault_each(init, anew);
	assert_int_equal(init(), 0);
	assert_int_equal(unseal(), 0);
	assert_int_equal(ask("PUT", "/v1/secret/kept", "{\"v\":1}", 204), 0);
	fault_each(write_and_read, still_open);
	seal_core_seal(room.core);
	fault_each(unseal, sealed);
	core_room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_fault)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
