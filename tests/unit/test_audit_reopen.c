/* From one audit file to the next: numbers without a gap over both, the second bound to the
   first, and nothing changed where it cannot be. */

#include "core_room.h"

#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>

#include "audit/line.h"
#include "base/encode.h"

#define LINES 20

struct logs {
	char folder[64], old[96], next[96];
	struct seal_audit *audit;
};

static const struct seal_audit_event event = {
	.id = "11111111-2222-4333-8444-555555555555", .operation = "read", .path = "sys/health"};

static int open_log(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void write_lines(struct seal_audit *audit, int count)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(seal_audit_write(audit, SEAL_AUDIT_REQUEST, &event, NULL),
				 SEAL_OK);
}

static void put(const char *path, const char *text)
{
	int fd = open_log(path);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

__attribute__((noinline)) static char *get(const char *path)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read(path, 1u << 24, &bytes, &len, NULL), SEAL_OK);
	return (char *)bytes;
}

static int setup(void **state)
{
	static struct logs logs;

	logs = (struct logs){.folder = "/tmp/sealkit-audit-XXXXXX"};
	assert_non_null(mkdtemp(logs.folder));
	(void)snprintf(logs.old, sizeof logs.old, "%s/old", logs.folder);
	(void)snprintf(logs.next, sizeof logs.next, "%s/next", logs.folder);
	assert_int_equal(seal_audit_new(open_log(logs.old), "5a17", &logs.audit, NULL), SEAL_OK);
	*state = &logs;
	return 0;
}

static int teardown(void **state)
{
	struct logs *logs = *state;

	seal_audit_free(logs->audit);
	(void)nftw(logs->folder, core_room_remove, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static json_t *line_of(const char *text, int number)
{
	json_t *json;

	for (int i = 1; i < number; i++)
		text = strchr(text, '\n') + 1;
	json = json_loadb(text, strcspn(text, "\n"), 0, NULL);
	assert_non_null(json);
	return json;
}

static json_int_t seq_of(const json_t *line)
{
	return json_integer_value(json_object_get(line, "seq"));
}

/* The last line of text, hashed as an auditor would. */
static void last_hash(const char *text, char out[static 65])
{
	size_t len = strlen(text);
	const char *from;
	uint8_t hash[32];

	assert_int_equal(text[len - 1], '\n');
	from = memrchr(text, '\n', len - 1);
	from = from ? from + 1 : text;
	(void)crypto_hash_sha256(hash, (const uint8_t *)from, (size_t)(text + len - 1 - from));
	seal_hex(hash, sizeof hash, out);
}

static void expect_bound(const char *old, const json_t *line)
{
	const json_t *previous = json_object_get(line, "previous");
	char hash[65];

	last_hash(old, hash);
	assert_string_equal(json_string_value(json_object_get(line, "type")), "continue");
	assert_int_equal(json_integer_value(json_object_get(previous, "seq")), seq_of(line) - 1);
	assert_string_equal(json_string_value(json_object_get(previous, "sha256")), hash);
}

static void goes_on(void **state)
{
	struct logs *logs = *state;
	int same = 1;
	char *old, *next;
	json_t *line;

	write_lines(logs->audit, LINES);
	assert_int_equal(seal_audit_reopen(logs->audit, open_log(logs->next), &same, NULL),
			 SEAL_OK);
	assert_int_equal(same, 0);
	write_lines(logs->audit, 2);
	old = get(logs->old);
	next = get(logs->next);
	line = line_of(old, LINES);
	assert_int_equal(seq_of(line), LINES);
	json_decref(line);
	line = line_of(next, 1);
	assert_int_equal(seq_of(line), LINES + 1);
	expect_bound(old, line);
	json_decref(line);
	line = line_of(next, 3);
	assert_int_equal(seq_of(line), LINES + 3);
	json_decref(line);
	free(old);
	free(next);
}

/* A start in between: the line that is referred to was written by another process. */
static void after_a_start(void **state)
{
	struct logs *logs = *state;
	int same = 1;
	char *old, *next;
	json_t *line;

	write_lines(logs->audit, 3);
	seal_audit_freep(&logs->audit);
	put(logs->old, "{\"seq\":4,\"to");
	assert_int_equal(seal_audit_new(open_log(logs->old), "5a17", &logs->audit, NULL), SEAL_OK);
	old = get(logs->old);
	*(strrchr(old, '\n') + 1) = 0;
	/* In a file that has lines of before, and a torn one. */
	put(logs->next, "{\"seq\":1}\n{\"seq\":2,");
	assert_int_equal(seal_audit_reopen(logs->audit, open_log(logs->next), &same, NULL),
			 SEAL_OK);
	next = get(logs->next);
	line = line_of(next, 3);
	assert_int_equal(seq_of(line), 4);
	expect_bound(old, line);
	json_decref(line);
	/* And the next start goes on behind it. */
	seal_audit_freep(&logs->audit);
	assert_int_equal(seal_audit_new(open_log(logs->next), "5a17", &logs->audit, NULL), SEAL_OK);
	assert_int_equal(seal_audit_seq(logs->audit), 4);
	free(old);
	free(next);
}

static void nothing_yet(void **state)
{
	struct logs *logs = *state;
	int same = 1;
	char *next;
	json_t *line;

	assert_int_equal(seal_audit_reopen(logs->audit, open_log(logs->next), &same, NULL),
			 SEAL_OK);
	next = get(logs->next);
	line = line_of(next, 1);
	assert_int_equal(seq_of(line), 1);
	assert_null(json_object_get(json_object_get(line, "previous"), "sha256"));
	json_decref(line);
	free(next);
}

static void the_same(void **state)
{
	struct logs *logs = *state;
	int same = 0;
	char *text;

	write_lines(logs->audit, 1);
	assert_int_equal(seal_audit_reopen(logs->audit, open_log(logs->old), &same, NULL), SEAL_OK);
	assert_int_equal(same, 1);
	write_lines(logs->audit, 1);
	text = get(logs->old);
	assert_null(strstr(text, "continue"));
	assert_int_equal(seal_audit_seq(logs->audit), 2);
	free(text);
}

static void expect_stays(struct logs *logs, int fd, int want)
{
	uint64_t before = seal_audit_seq(logs->audit);
	int same = 7;
	char *text;
	json_t *line;

	assert_int_equal(seal_audit_reopen(logs->audit, fd, &same, NULL), want);
	assert_int_equal(same, 7);
	write_lines(logs->audit, 1);
	assert_int_equal(seal_audit_seq(logs->audit), before + 1);
	text = get(logs->old);
	line = line_of(text, (int)before + 1);
	assert_int_equal(seq_of(line), before + 1);
	json_decref(line);
	free(text);
}

static void stays(void **state)
{
	struct logs *logs = *state;
	struct rlimit before, small = {0};
	char *text;

	write_lines(logs->audit, 2);
	put(logs->next, "something else\n");
	expect_stays(logs, open_log(logs->next), SEAL_E_FORMAT);
	(void)unlink(logs->next);
	put(logs->next, "{\"seq\":9}\n");
	expect_stays(logs, open_log(logs->next), SEAL_E_POLICY);
	expect_stays(logs, open(logs->next, O_RDONLY | O_CLOEXEC), SEAL_E_POLICY);
	(void)unlink(logs->next);
	put(logs->next, "{\"seq\":1}\n");
	expect_stays(logs, open(logs->next, O_RDONLY | O_CLOEXEC), SEAL_E_IO);
	/* Room for a part of a line: nothing of it is left. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	small = (struct rlimit){40, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	{
		int same = 7;

		assert_int_equal(seal_audit_reopen(logs->audit, open_log(logs->next), &same, NULL),
				 SEAL_E_IO);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	text = get(logs->next);
	assert_string_equal(text, "{\"seq\":1}\n");
	free(text);
	expect_stays(logs, open("/dev/full", O_RDWR | O_CLOEXEC), SEAL_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(after_a_start, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_yet, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same, setup, teardown),
		cmocka_unit_test_setup_teardown(stays, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
