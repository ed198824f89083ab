/* A core's own files: made at the first start, kept over the next, refused when damaged. */

#include "core_room.h"

static void expect_absent(const struct core_room *room, const char *name)
{
	char path[160];

	(void)snprintf(path, sizeof path, "%s/%s", room->state, name);
	assert_int_equal(access(path, F_OK), -1);
}

static void put_file(const struct core_room *room, const char *name, const char *text)
{
	char path[160];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", room->state, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Identity and bootstrap token are the same after a restart, the submission key is another. */
static void kept_over_a_restart(void **state)
{
	struct core_room room;
	struct core_answer first, second;
	uint8_t identity[32], again[32];
	char *token, *same;

	(void)state;
	core_room_init(&room, 1);
	token = core_bootstrap(&room);
	assert_non_null(token);
	assert_int_equal(strlen(token), 34);
	seal_core_identity(room.core, identity);
	core_expect(&room, 501, "\"initialized\":false", "GET", "/v1/sys/health", NULL, NULL);
	core_expect(&room, 200, "\"keys\":[", "PUT", "/v1/sys/init", NULL,
		    "{\"secret_shares\":3,\"secret_threshold\":2}");
	first = core_ask(&room,
			 (struct core_ask){.method = "GET", .path = "/v1/sys/sealkit/submission"});
	core_stop(&room);
	core_start(&room);
	seal_core_identity(room.core, again);
	assert_memory_equal(identity, again, 32);
	same = core_bootstrap(&room);
	assert_string_equal(token, same);
	second = core_ask(&room,
			  (struct core_ask){.method = "GET", .path = "/v1/sys/sealkit/submission"});
	assert_true(json_equal(json_object_get(first.json, "identity"),
			       json_object_get(second.json, "identity")));
	assert_false(json_equal(json_object_get(first.json, "key"),
				json_object_get(second.json, "key")));
	assert_false(json_equal(json_object_get(first.json, "nonce"),
				json_object_get(second.json, "nonce")));
	core_answer_done(&first);
	core_answer_done(&second);
	free(token);
	free(same);
	core_room_done(&room);
}

/* A plain quorum ends the bootstrap token as well; sealing does not bring it back. */
static void bootstrap_ends(void **state)
{
	struct core_room room;
	struct core_answer answer;
	char body[128];

	(void)state;
	core_room_init(&room, 1);
	answer = core_ask(
		&room, (struct core_ask){.method = "PUT",
					 .path = "/v1/sys/init",
					 .body = "{\"secret_shares\":1,\"secret_threshold\":1}"});
	(void)snprintf(body, sizeof body, "{\"key\":\"%s\"}",
		       json_string_value(json_array_get(json_object_get(answer.json, "keys"), 0)));
	core_answer_done(&answer);
	free(core_bootstrap(&room));
	core_expect(&room, 200, "\"sealed\":false", "PUT", "/v1/sys/unseal", NULL, body);
	expect_absent(&room, "bootstrap-token");
	/* Put back by hand it is worth nothing: the next start takes it away. */
	put_file(&room, "bootstrap-token", "bootstrap.again\n");
	seal_core_seal(room.core);
	core_expect(&room, 200, "\"sealed\":true", "GET", "/v1/sys/seal-status", NULL, NULL);
	core_stop(&room);
	core_start(&room);
	expect_absent(&room, "bootstrap-token");
	core_room_done(&room);
}

/* Its file cannot be removed: the quorum is told as it is, the token is worth nothing, and the
   file goes as soon as it can. */
static void bootstrap_ends_later(void **state)
{
	struct core_room room;
	struct core_answer answer;
	char body[128], path[160], *token;

	(void)state;
	core_room_init(&room, 1);
	token = core_bootstrap(&room);
	answer = core_ask(
		&room, (struct core_ask){.method = "PUT",
					 .path = "/v1/sys/init",
					 .body = "{\"secret_shares\":1,\"secret_threshold\":1}"});
	(void)snprintf(body, sizeof body, "{\"key\":\"%s\"}",
		       json_string_value(json_array_get(json_object_get(answer.json, "keys"), 0)));
	core_answer_done(&answer);
	(void)snprintf(path, sizeof path, "%s/bootstrap-token", room.state);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	core_expect(&room, 200, "\"sealed\":false", "PUT", "/v1/sys/unseal", NULL, body);
	core_expect(&room, 403, "permission denied", "GET", "/v1/sys/sealkit/shares", token, NULL);
	core_stop(&room);
	core_start(&room);
	assert_int_equal(rmdir(path), 0);
	put_file(&room, "bootstrap-token", "bootstrap.again\n");
	seal_core_tick(room.core);
	expect_absent(&room, "bootstrap-token");
	free(token);
	core_room_done(&room);
}

static void damaged_identity(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"sealkit-seald-identity/2\nAAAA\n",
		"sealkit-seald-identity/1\n",
		"sealkit-seald-identity/1\nAAAA\n",
		"sealkit-seald-identity/1\n!!!!\n",
	};
	struct core_room room;

	(void)state;
	core_room_init(&room, 0);
	core_stop(&room);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int error;

		put_file(&room, "identity", texts[i]);
		room.config.audit_fd = open(room.log, O_RDWR | O_APPEND | O_CLOEXEC);
		assert_true(room.config.audit_fd >= 0);
		error = seal_core_new(&room.config, &room.core, NULL);
		assert_true(error == SEAL_E_FORMAT || error == SEAL_E_VERSION);
		assert_null(room.core);
	}
	core_room_done(&room);
}

/* What the process could not have is in the status for all to see. */
static void sandbox_is_told(void **state)
{
	struct core_room room;

	(void)state;
	core_room_init(&room, 0);
	core_expect(&room, 200, "\"sandbox\":\"\"", "GET", "/v1/sys/seal-status", NULL, NULL);
	core_stop(&room);
	room.config.sandbox = "landlock";
	core_start(&room);
	core_expect(&room, 200, "\"sandbox\":\"landlock missing\"", "GET", "/v1/sys/seal-status",
		    NULL, NULL);
	core_room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kept_over_a_restart),	cmocka_unit_test(bootstrap_ends),
		cmocka_unit_test(bootstrap_ends_later), cmocka_unit_test(damaged_identity),
		cmocka_unit_test(sandbox_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
