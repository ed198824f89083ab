/* Audit lines: Vault's hashes, Vault's layout, numbers without a gap whatever the file
   was left like. */

#include "core_room.h"

#include <signal.h>
#include <sys/resource.h>

#include "audit/line.h"

#define SALT "5a17"

static void recorded_hashes(void **state)
{
	json_t *json = json_load_file("tests/vectors/vault-1.8/audit/salt-hash.json", 0, NULL);
	const char *salt = json_string_value(json_object_get(json, "salt"));
	json_t *check;
	size_t i;
	int count = 0;

	(void)state;
	assert_non_null(salt);
	json_array_foreach(json_object_get(json, "checks"), i, check)
	{
		json_t *input = json_object_get(check, "input");
		char hash[SEAL_AUDIT_HASH];

		if (!json_is_string(json_object_get(check, "hash")))
			continue;
		seal_audit_hash(salt, json_string_value(input), json_string_length(input), hash);
		assert_string_equal(hash, json_string_value(json_object_get(check, "hash")));
		count++;
	}
	assert_int_equal(count, 6);
	json_decref(json);
}

struct log {
	char path[64];
	struct seal_audit *audit;
};

static int log_open(struct log *log, struct seal_diag *diag)
{
	int fd = open(log->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int error = seal_audit_new(fd, SALT, &log->audit, diag);

	if (error)
		(void)close(fd);
	return error;
}

static void log_init(struct log *log, const char *text)
{
	int fd;

	*log = (struct log){.path = "/tmp/sealkit-audit-XXXXXX"};
	fd = mkstemp(log->path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void log_done(struct log *log)
{
	seal_audit_free(log->audit);
	(void)unlink(log->path);
}

__attribute__((noinline)) static char *log_text(const struct log *log)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read(log->path, 1u << 24, &bytes, &len, NULL), SEAL_OK);
	return (char *)bytes;
}

static int log_write(struct log *log, const struct seal_audit_event *event)
{
	return seal_audit_write(log->audit, SEAL_AUDIT_REQUEST, event, NULL);
}

/* All whole lines carry 1, 2, 3...; torn ones are passed over. Gives how many there are. */
static int count_lines(const struct log *log, int *out_torn)
{
	char *text = log_text(log), *at = text;
	int count = 0;

	*out_torn = 0;
	while (*at) {
		size_t len = strcspn(at, "\n");
		json_t *line = json_loadb(at, len, 0, NULL);

		if (line)
			assert_int_equal(json_integer_value(json_object_get(line, "seq")), ++count);
		else
			(*out_torn)++;
		json_decref(line);
		at += len + (at[len] == '\n');
	}
	free(text);
	return count;
}

static const struct seal_audit_event event = {
	.id = "11111111-2222-4333-8444-555555555555",
	.operation = "update",
	.mount_type = "kv",
	.path = "secret/a",
	.peer = "[2001:db8::1]:4711",
	.token = "hvs.abc",
};

/* Field by field as Vault writes it, but for `seq` behind the type. */
static void layout(void **state)
{
	static const char want[] =
		"\"type\":\"response\",\"seq\":2,\"auth\":{\"client_token\":\"H\",\"accessor\":"
		"\"H\",\"display_name\":\"root\",\"policies\":[\"root\"],\"token_policies\":[\"root"
		"\"],\"token_type\":\"service\",\"token_issue_time\":\"1970-01-01T00:00:05Z\"},"
		"\"request\":{\"id\":\"11111111-2222-4333-8444-555555555555\",\"operation\":"
		"\"update\",\"mount_type\":\"kv\",\"client_token\":\"H\",\"client_token_accessor\":"
		"\"H\",\"namespace\":{\"id\":\"root\"},\"path\":\"secret/a\",\"data\":{\"a\":\"H\","
		"\"b\":[true,null,{\"c\":\"H\"}],\"n\":5},\"remote_address\":\"2001:db8::1\","
		"\"remote_port\":4711},\"response\":{\"mount_type\":\"kv\",\"data\":{\"k\":\"H\"}},"
		"\"error\":\"why\"}\n";
	struct log log;
	struct seal_audit_event full = event;
	json_t *record =
		json_pack("{s:s, s:s, s:[s], s:s, s:i}", "accessor", "acc", "display_name", "root",
			  "policies", "root", "type", "service", "creation_time", 5);
	json_t *request =
		json_pack("{s:s, s:[b, n, {s:s}], s:i}", "a", "x", "b", 1, "c", "y", "n", 5);
	json_t *response = json_pack("{s:s}", "k", "v");
	char *text, *at, *hash;

	(void)state;
	log_init(&log, "");
	assert_int_equal(log_open(&log, NULL), SEAL_OK);
	full.record = record;
	full.request = request;
	full.response = response;
	full.error = "why";
	assert_int_equal(log_write(&log, &event), SEAL_OK);
	assert_int_equal(seal_audit_write(log.audit, SEAL_AUDIT_RESPONSE, &full, NULL), SEAL_OK);
	text = log_text(&log);
	assert_int_equal(strncmp(text, "{\"time\":\"20", 11), 0);
	at = strstr(text, "\"type\":\"response\"");
	assert_non_null(at);
	while ((hash = strstr(at, "hmac-sha256:")) != NULL) {
		*hash = 'H';
		memmove(hash + 1, hash + 76, strlen(hash + 76) + 1);
	}
	assert_string_equal(at, want);
	free(text);
	json_decref(record);
	json_decref(request);
	json_decref(response);
	log_done(&log);
}

static void goes_on_after_restart(void **state)
{
	struct log log;
	int torn;

	(void)state;
	log_init(&log, "");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(log_open(&log, NULL), SEAL_OK);
		for (int k = 0; k < 5; k++)
			assert_int_equal(log_write(&log, &event), SEAL_OK);
		seal_audit_freep(&log.audit);
	}
	assert_int_equal(count_lines(&log, &torn), 15);
	assert_int_equal(torn, 0);
	log_done(&log);
}

/* As a crash leaves it: cut anywhere, even before the newline only. */
static void a_torn_line(void **state)
{
	static const char *const rests[] = {
		"{\"time\":\"x\",\"type\":\"request\",\"se",
		"{\"seq\":3,\"request\":{\"id\":{}",
		"{\"seq\":3,\"request\":{}}",
		"{\"seq\":3,\"request\":{}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rests / sizeof *rests; i++) {
		char text[256];
		struct log log;
		int torn, whole = i == 2;

		(void)snprintf(text, sizeof text, "{\"seq\":1}\n{\"seq\":2}\n%s", rests[i]);
		log_init(&log, text);
		assert_int_equal(log_open(&log, NULL), SEAL_OK);
		assert_int_equal(seal_audit_seq(log.audit), whole ? 3 : 2);
		assert_int_equal(log_write(&log, &event), SEAL_OK);
		assert_int_equal(log_write(&log, &event), SEAL_OK);
		assert_int_equal(count_lines(&log, &torn), whole ? 5 : 4);
		assert_int_equal(torn, !whole);
		log_done(&log);
	}
}

static void another_log_is_refused(void **state)
{
	struct seal_diag diag = {0};
	struct log log;

	(void)state;
	log_init(&log, "{\"time\":\"x\"}\nplain text\n");
	assert_int_equal(log_open(&log, &diag), SEAL_E_FORMAT);
	assert_non_null(strstr(diag.cause[0], "seq"));
	log_done(&log);
}

/* The disk is full in the middle of a line: that one fails, and when there is room again the
   next one begins on a line of its own. */
static void a_full_disk(void **state)
{
	struct rlimit limit, narrow;
	struct stat stat_;
	struct log log;
	int torn;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	log_init(&log, "");
	assert_int_equal(log_open(&log, NULL), SEAL_OK);
	assert_int_equal(log_write(&log, &event), SEAL_OK);
	assert_int_equal(stat(log.path, &stat_), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	narrow = limit;
	narrow.rlim_cur = (rlim_t)stat_.st_size + 40;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &narrow), 0);
	assert_int_equal(log_write(&log, &event), SEAL_E_IO);
	assert_int_equal(log_write(&log, &event), SEAL_E_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(log_write(&log, &event), SEAL_OK);
	assert_int_equal(log_write(&log, &event), SEAL_OK);
	assert_int_equal(count_lines(&log, &torn), 3);
	assert_int_equal(torn, 1);
	log_done(&log);
}

static void long_data_become_one_hash(void **state)
{
	struct seal_audit_event wide = event;
	json_t *request = json_object();
	struct log log;
	char name[32], *text;
	int torn;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof name, "name-%d", i);
		assert_int_equal(json_object_set_new(request, name, json_string("v")), 0);
	}
	log_init(&log, "");
	assert_int_equal(log_open(&log, NULL), SEAL_OK);
	wide.request = request;
	assert_int_equal(log_write(&log, &wide), SEAL_OK);
	text = log_text(&log);
	assert_true(strlen(text) < 1000);
	assert_non_null(strstr(text, "\"data\":\"hmac-sha256:"));
	assert_int_equal(count_lines(&log, &torn), 1);
	free(text);
	json_decref(request);
	log_done(&log);
}

static unsigned blocks;

static void *counted(size_t len)
{
	blocks++;
	return malloc(len);
}

/* A body of many strings costs no copy of each, and so no HMAC, that its line would not show. */
static void long_data_cost_no_copy(void **state)
{
	struct seal_audit_event wide = event;
	json_t *list = json_array();
	struct log log;
	char *text;

	(void)state;
	for (int i = 0; i < 20000; i++)
		assert_int_equal(json_array_append_new(list, json_string("")), 0);
	log_init(&log, "");
	assert_int_equal(log_open(&log, NULL), SEAL_OK);
	wide.request = json_pack("{s:o}", "list", list);
	for (wide.brief = 0; wide.brief < 2; wide.brief++) {
		blocks = 0;
		json_set_alloc_funcs(counted, free);
		assert_int_equal(log_write(&log, &wide), SEAL_OK);
		json_set_alloc_funcs(malloc, free);
		assert_in_range(blocks, 1, 4000);
	}
	text = log_text(&log);
	assert_non_null(strstr(text, "\"data\":\"hmac-sha256:"));
	free(text);
	json_decref((json_t *)(uintptr_t)wide.request);
	log_done(&log);
}

/* What a stranger puts where a name belongs, and numbers of users. */
static void names_and_numbers(void **state)
{
	static const char body[] = "{\"767a2298ee9dd64a\":1,\"key\":2,\"Key\":1.5e3}";
	struct seal_audit_event hidden = event;
	json_t *request = NULL;
	struct log log;
	char *text;

	(void)state;
	assert_int_equal(seal_json_parse(body, sizeof body - 1, &request, NULL), SEAL_OK);
	log_init(&log, "");
	assert_int_equal(log_open(&log, NULL), SEAL_OK);
	hidden.request = request;
	hidden.hide_names = 1;
	assert_int_equal(log_write(&log, &hidden), SEAL_OK);
	text = log_text(&log);
	assert_null(strstr(text, "767a2298ee9dd64a"));
	assert_null(strstr(text, "Key"));
	assert_non_null(strstr(text, "\"key\":2"));
	assert_non_null(strstr(text, ":1.5e3"));
	free(text);
	hidden.hide_names = 0;
	hidden.hide_numbers = 1;
	assert_int_equal(truncate(log.path, 0), 0);
	assert_int_equal(log_write(&log, &hidden), SEAL_OK);
	text = log_text(&log);
	assert_non_null(strstr(text, "\"767a2298ee9dd64a\":\"hmac-sha256:"));
	assert_non_null(strstr(text, "\"key\":\"hmac-sha256:"));
	assert_null(strstr(text, "1.5e3"));
	free(text);
	json_decref(request);
	log_done(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_hashes),	     cmocka_unit_test(layout),
		cmocka_unit_test(goes_on_after_restart),     cmocka_unit_test(a_torn_line),
		cmocka_unit_test(another_log_is_refused),    cmocka_unit_test(a_full_disk),
		cmocka_unit_test(long_data_become_one_hash), cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(long_data_cost_no_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
