/* The core and its log: a line before each act and before each answer, neither without
   the line, and nothing in it that could be used. */

#include "core_submit.h"

#include "audit/line.h"

static int seq_of(const char *line, size_t len, char out_type[static 16], char out_id[static 37])
{
	json_t *json = json_loadb(line, len, 0, NULL);
	int seq = (int)json_integer_value(json_object_get(json, "seq"));

	assert_non_null(json);
	(void)snprintf(out_type, 16, "%s", json_string_value(json_object_get(json, "type")));
	(void)snprintf(out_id, 37, "%s",
		       json_string_value(json_object_get(json_object_get(json, "request"), "id")));
	json_decref(json);
	return seq;
}

/* request, response, request, ... of one id each, numbered without a gap. */
static int check_log(const struct core_room *room)
{
	char *log = core_log(room), *at = log;
	char type[16], id[37], before[37] = "";
	int count = 0;

	while (*at) {
		size_t len = strcspn(at, "\n");

		assert_int_equal(at[len], '\n');
		assert_int_equal(seq_of(at, len, type, id), ++count);
		assert_string_equal(type, count % 2 ? "request" : "response");
		if (count % 2 == 0)
			assert_string_equal(id, before);
		(void)snprintf(before, sizeof before, "%s", id);
		at += len + 1;
	}
	free(log);
	return count;
}

/* Each answer has its two lines, whatever was asked. */
static void two_lines_each(void **state)
{
	static const struct core_ask asks[] = {
		{.method = "GET", .path = "/v1/sys/health"},
		{.method = "HEAD", .path = "/v1/sys/health"},
		{.method = "GET", .path = "/v1/sys/seal-status"},
		{.method = "PUT", .path = "/v1/sys/unseal", .body = "{\"key\":"},
		{.method = "PUT", .path = "/v1/sys/unseal", .body = "{\"key\":\"00\"}"},
		{.method = "BREW", .path = "/v1/sys/seal-status"},
		{.method = "GET", .path = "/v1/%zz"},
		{.method = "GET", .path = "/v1/a//b"},
		{.method = "GET", .path = "/"},
		{.method = "GET", .path = "/v1/secret/x", .token = "hvs.wrong"},
		{.method = "PUT", .path = "/v1/secret/x", .token = "hvs.wrong", .body = "{}"},
		{.method = "GET", .path = "/v1/sys/sealkit/submission"},
		{.method = "GET", .path = "/v1/secret/x", .wrap = "60"},
		{.method = "GET", .path = "/v1/secret/x", .space = "ns1"},
	};
	struct core_room room;
	int count = 0;

	(void)state;
	core_room_init(&room, 1);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
			struct core_answer answer = core_ask(&room, asks[i]);

			core_answer_done(&answer);
			count += 2;
			assert_int_equal(check_log(&room), count);
		}
		core_stop(&room);
		core_start(&room);
	}
	core_room_done(&room);
}

/* /dev/full takes no line: nothing is answered but `internal error`, and nothing done. */
static void no_line_no_act(void **state)
{
	static const char init[] = "{\"secret_shares\":1,\"secret_threshold\":1}";
	struct core_room room;

	(void)state;
	core_room_init(&room, 1);
	core_stop(&room);
	room.config.audit_fd = open("/dev/full", O_RDWR | O_CLOEXEC);
	assert_true(room.config.audit_fd >= 0);
	assert_int_equal(seal_core_new(&room.config, &room.core, NULL), SEAL_OK);
	core_expect(&room, 500, "{\"errors\":[\"internal error\"]}", "PUT", "/v1/sys/init", NULL,
		    init);
	core_expect(&room, 500, "internal error", "GET", "/v1/sys/seal-status", NULL, NULL);
	core_stop(&room);
	core_start(&room);
	core_expect(&room, 200, "\"initialized\":false", "GET", "/v1/sys/init", NULL, NULL);
	core_room_done(&room);
}

/* A path that does not fit an error's text is cut, within a character where it so falls; that must
   cost neither the answer nor its line. */
static void cut_in_a_character(void **state)
{
	struct people people;
	char path[512];

	(void)state;
	people_init(&people, 1);
	init_people(&people, 2);
	assert_false(give(&people, 0, 1));
	assert_true(give(&people, 1, 0));
	for (int before = 396; before <= 402; before++) {
		(void)snprintf(path, sizeof path, "/v1/%0*d%%F0%%9F%%94%%91%%C3%%BC", before, 0);
		core_expect(&people.room, 404, "no handler for route '000", "GET", path,
			    people.root, NULL);
	}
	(void)check_log(&people.room);
	people_done(&people);
}

static size_t longest_line(const struct core_room *room, const char *part)
{
	char *log = core_log(room), *at = log;
	size_t longest = 0;

	while (*at) {
		size_t len = strcspn(at, "\n");

		at[len] = 0;
		if (strstr(at, part) && len > longest)
			longest = len;
		at += len + 1;
	}
	free(log);
	return longest;
}

/* Hashes make a line out of a small body 20 times as long: not of a stranger's. */
static void strangers_are_brief(void **state)
{
	struct people people;
	char body[4096] = "{\"key\":\"00\",\"a\":[\"x\"";
	size_t len = strlen(body);

	(void)state;
	while (len < 3000)
		len += (size_t)snprintf(body + len, sizeof body - len, ",\"x\"");
	(void)snprintf(body + len, sizeof body - len, "]}");
	people_init(&people, 1);
	init_people(&people, 2);
	core_expect(&people.room, 400, "must be a valid hex", "PUT", "/v1/sys/unseal", NULL, body);
	core_expect(&people.room, 400, "must be a valid hex", "PUT", "/v1/sys/unseal",
		    "hvs.made-up", body);
	assert_in_range(longest_line(&people.room, "\"sys/unseal\""), 100, 1024);
	assert_false(give(&people, 0, 1));
	assert_in_range(longest_line(&people.room, "\"sys/unseal\""), 1025, SEAL_AUDIT_BRIEF);
	assert_true(give(&people, 1, 0));
	core_expect(&people.room, 400, "missing client token", "PUT", "/v1/secret/a", NULL, body);
	assert_in_range(longest_line(&people.room, "\"secret/a\""), 100, 1024);
	/* Who is known has it in full. */
	core_expect(&people.room, 204, NULL, "PUT", "/v1/secret/a", people.root, body);
	assert_in_range(longest_line(&people.room, "\"secret/a\""), 20000, SEAL_AUDIT_LINE);
	people_done(&people);
}

static int audit_fd = -1;
static unsigned syncs;

/* In place of libc's: counts those of the log. */
int fdatasync(int fd)
{
	syncs += fd == audit_fd;
	return fsync(fd);
}

/* What changes something has its line on the disk before the answer leaves; reads have not. */
static void acts_are_synced(void **state)
{
	static const struct {
		const char *method, *path, *body;
		unsigned status, syncs;
	} cases[] = {
		{"GET", "/v1/sys/seal-status", NULL, 200, 0},
		{"PUT", "/v1/secret/a", "{\"v\":1}", 204, 1},
		{"GET", "/v1/secret/a", NULL, 200, 0},
		{"DELETE", "/v1/secret/a", NULL, 204, 1},
		{"PUT", "/v1/sys/rotate", NULL, 204, 1},
		{"PUT", "/v1/sys/seal", NULL, 204, 1},
		{"PUT", "/v1/sys/unseal", "{\"key\":\"00\"}", 400, 0},
	};
	struct people people;

	(void)state;
	people_init(&people, 1);
	audit_fd = people.room.config.audit_fd;
	syncs = 0;
	init_people(&people, 3);
	assert_int_equal(syncs, 1);
	assert_false(give(&people, 0, 1));
	assert_false(give(&people, 1, 2));
	assert_true(give(&people, 2, 0));
	assert_int_equal(syncs, 4);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		syncs = 0;
		core_expect(&people.room, cases[i].status, NULL, cases[i].method, cases[i].path,
			    people.root, cases[i].body);
		assert_int_equal(syncs, cases[i].syncs);
	}
	seal_core_tick(people.room.core);
	assert_int_equal(syncs, 1);
	audit_fd = -1;
	people_done(&people);
}

static void absent(const char *log, const void *bytes, size_t len)
{
	char hex[129], base64[129];

	assert_true(len && len <= 64);
	seal_hex(bytes, len, hex);
	seal_base64(SEAL_BASE64_PADDED, bytes, len, base64);
	assert_null(strstr(log, hex));
	assert_null(strstr(log, base64));
	assert_null(memmem(log, strlen(log), bytes, len));
}

/* Shares sealed and plain, tokens good and bad, values, sealed files. */
static void nothing_secret(void **state)
{
	struct people people;
	char *log, body[256], hex[67];

	(void)state;
	people_init(&people, 1);
	init_people(&people, 3);
	(void)give(&people, 0, 1);
	seal_hex(seal_secret_bytes(people.person[1].share), 33, hex);
	(void)snprintf(body, sizeof body, "{\"key\":\"%s\"}", hex);
	core_expect(&people.room, 200, "\"progress\":2", "PUT", "/v1/sys/unseal", NULL, body);
	/* As the name of a field, and broken off. */
	(void)snprintf(body, sizeof body, "{\"%s\":1}", hex);
	core_expect(&people.room, 400, "must be specified", "PUT", "/v1/sys/unseal", NULL, body);
	(void)snprintf(body, sizeof body, "{\"key\":\"%s", hex);
	core_expect(&people.room, 400, "failed to parse", "PUT", "/v1/sys/unseal", NULL, body);
	assert_true(give(&people, 2, 0));
	core_expect(
		&people.room, 204, NULL, "PUT", "/v1/secret/a", people.root,
		"{\"v\":\"planted-value\",\"n\":271828182,\"l\":[\"planted-in-list\",3.14159e1]}");
	core_expect(&people.room, 200, "planted-value", "GET", "/v1/secret/a", people.root, NULL);
	core_expect(&people.room, 200, people.root, "GET", "/v1/auth/token/lookup-self",
		    people.root, NULL);
	core_expect(&people.room, 403, NULL, "GET", "/v1/secret/a", "hvs.planted-wrong", NULL);
	log = core_log(&people.room);
	for (size_t i = 0; i < PEOPLE - 1; i++)
		absent(log, seal_secret_bytes(people.person[i].share), 33);
	assert_null(strstr(log, people.root));
	assert_null(strstr(log, people.root + 4));
	assert_null(strstr(log, people.bootstrap));
	assert_null(strstr(log, people.bootstrap + 10));
	assert_null(strstr(log, "planted"));
	assert_null(strstr(log, "271828182"));
	assert_null(strstr(log, "3.14159"));
	assert_null(strstr(log, "AGE ENCRYPTED"));
	/* What an auditor is to see: whose share it was, by its x. */
	(void)snprintf(body, sizeof body, "\"accepted\":{\"x\":%d,",
		       seal_secret_bytes(people.person[2].share)[32]);
	assert_non_null(strstr(log, body));
	free(log);
	(void)check_log(&people.room);
	people_done(&people);
}

/* With the salt, a known value is found again; the file of the salt is the user's alone. */
static void known_values_are_found(void **state)
{
	struct people people;
	struct stat stat_;
	char path[160], hash[77], *log;
	uint8_t *salt = NULL;
	size_t len = 0;
	static const char *const files[] = {"audit-salt", "identity", "bootstrap-token"};

	(void)state;
	people_init(&people, 0);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof path, "%s/%s", people.room.state, files[i]);
		assert_int_equal(stat(path, &stat_), 0);
		assert_int_equal(stat_.st_mode & 07777, 0600);
	}
	init_people(&people, 3);
	(void)snprintf(path, sizeof path, "%s/audit-salt", people.room.state);
	assert_int_equal(seal_file_read(path, 100, &salt, &len, NULL), SEAL_OK);
	salt[strcspn((char *)salt, "\n")] = 0;
	seal_audit_hash((char *)salt, people.bootstrap, strlen(people.bootstrap), hash);
	log = core_log(&people.room);
	assert_non_null(strstr(log, hash));
	free(log);
	free(salt);
	people_done(&people);
}

/* A file that others can read is not ours any more. */
static void open_files_are_refused(void **state)
{
	static const char *const files[] = {"audit-salt", "identity", "bootstrap-token"};
	struct core_room room;
	char path[160];

	(void)state;
	core_room_init(&room, 0);
	for (size_t i = 0; i < 3; i++) {
		core_stop(&room);
		(void)snprintf(path, sizeof path, "%s/%s", room.state, files[i]);
		assert_int_equal(chmod(path, 0640), 0);
		room.config.audit_fd = open(room.log, O_RDWR | O_APPEND | O_CLOEXEC);
		assert_int_equal(seal_core_new(&room.config, &room.core, NULL), SEAL_E_POLICY);
		assert_int_equal(chmod(path, 0600), 0);
		core_start(&room);
	}
	core_room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_lines_each),	  cmocka_unit_test(no_line_no_act),
		cmocka_unit_test(cut_in_a_character),	  cmocka_unit_test(strangers_are_brief),
		cmocka_unit_test(nothing_secret),	  cmocka_unit_test(known_values_are_found),
		cmocka_unit_test(open_files_are_refused), cmocka_unit_test(acts_are_synced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
