/* A log in several files: the second goes on from the last line of the first, and says so; all of
   them are one tree. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <fcntl.h>

#include "audit/line.h"
#include "audit_keys.h"
#include "audit_log.h"
#include "base/json.h"

#define FIRST 24u /* lines of the first part */

static struct audit_log log_now;
static struct log_findings findings;
static char second_path[96];

static int setup(void **state)
{
	(void)state;
	seal_json_setup();
	audit_keys_init(LOG_TIME);
	log_setup();
	log_make(&log_now);
	(void)snprintf(second_path, sizeof second_path, "%s.2", log_path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_done(&log_now);
	(void)unlink(second_path);
	log_teardown();
	audit_keys_done();
	return 0;
}

/* The first line of the second part, behind the line before it. */
static void go_on_from(const char *before, unsigned seq)
{
	uint8_t hash[32];
	char hex[65];

	(void)crypto_hash_sha256(hash, (const uint8_t *)before, strlen(before));
	seal_hex(hash, sizeof hash, hex);
	free(log_now.line[FIRST]);
	log_now.line[FIRST] = NULL;
	assert_true(asprintf(&log_now.line[FIRST],
			     "{\"time\":\"2026-11-18T09:00:24.168Z\",\"type\":\"continue\",\"seq\":"
			     "%u,\"previous\":{\"seq\":%u,\"sha256\":\"%s\"}}",
			     FIRST + 1, seq, hex) > 0);
	log_sign(&log_now);
}

static void write_parts(size_t from, size_t to)
{
	struct audit_log part = log_now;
	size_t first = to - from;
	FILE *out = fopen(second_path, "w");

	assert_non_null(out);
	part.count = FIRST;
	log_write(&part);
	for (size_t i = from; i < from + first; i++)
		assert_true(fprintf(out, "%s\n", log_now.line[i]) > 0);
	assert_int_equal(fclose(out), 0);
}

static void says(const char *a, const char *b, const char *want)
{
	const char *files[] = {a, b};
	struct seal_verify job = {.strict = 1, .files = files, .count = b ? 2 : 1};
	struct seal_verify_report report = {0};
	int error = log_verify(&job, &findings, &report);

	if (want)
		assert_string_equal(findings.text, want);
	assert_int_equal(error, want && !*want ? SEAL_OK : SEAL_E_VERIFY);
}

static void two_parts(void **state)
{
	(void)state;
	go_on_from(log_now.line[FIRST - 1], FIRST);
	write_parts(FIRST, LOG_LINES);
	says(log_path, second_path, "");
	says(second_path, log_path, NULL);
	assert_non_null(strstr(findings.text, "log.2:1 begins with seq 25: what was before it is "
					      "missing\n"));
	assert_non_null(strstr(findings.text, "\nlog:1 seq 1 where 41 was due"));
	says(log_path, NULL, NULL);
	assert_non_null(strstr(findings.text, "log:0 ends after 24 lines in all"));
	says(second_path, NULL, NULL);
	assert_non_null(strstr(findings.text, "log.2:1 begins with seq 25"));
}

/* The same in one file. */
static void parts_in_one(void **state)
{
	(void)state;
	go_on_from(log_now.line[FIRST - 1], FIRST);
	log_write(&log_now);
	says(log_path, NULL, "");
	go_on_from(log_now.line[FIRST - 2], FIRST);
	log_write(&log_now);
	says(log_path, NULL, "log:25 goes on from another line than the one before it\n");
}

static void from_another_line(void **state)
{
	(void)state;
	go_on_from(log_now.line[FIRST - 2], FIRST);
	write_parts(FIRST, LOG_LINES);
	says(log_path, second_path, "log.2:1 goes on from another line than the one before it\n");
	go_on_from(log_now.line[FIRST - 1], FIRST - 1);
	write_parts(FIRST, LOG_LINES);
	says(log_path, second_path, "log.2:1 goes on from another line than the one before it\n");
}

/* The daemon's own lines, and the one with which it goes on in another file: nothing is wrong with
   them but that nobody has signed them. */
static void lines_of_the_daemon(void **state)
{
	static const struct seal_audit_event event = {.id = "11111111-2222-4333-8444-555555555555",
						      .operation = "read",
						      .path = "sys/\xc3\xa9<&",
						      .peer = "192.0.2.1:4711"};
	struct audit_log none = {.count = 0};
	struct seal_audit *audit = NULL;
	int same = 1;

	(void)state;
	log_write(&none);
	assert_int_equal(seal_audit_new(open(log_path, O_RDWR | O_APPEND), "5a17", &audit, NULL),
			 SEAL_OK);
	for (int i = 0; i < 10; i++)
		assert_int_equal(seal_audit_write(audit,
						  i % 2 ? SEAL_AUDIT_RESPONSE : SEAL_AUDIT_REQUEST,
						  &event, NULL),
				 SEAL_OK);
	(void)unlink(second_path);
	assert_int_equal(seal_audit_reopen(audit,
					   open(second_path, O_RDWR | O_APPEND | O_CREAT, 0600),
					   &same, NULL),
			 SEAL_OK);
	assert_int_equal(same, 0);
	assert_int_equal(seal_audit_write(audit, SEAL_AUDIT_REQUEST, &event, NULL), SEAL_OK);
	seal_audit_free(audit);
	says(log_path, second_path, "log.2:0 no good checkpoint: nothing proves any line\n");
	says(second_path, NULL,
	     "log.2:1 begins with seq 11: what was before it is missing\n"
	     "log.2:0 no good checkpoint: nothing proves any line\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_parts),
		cmocka_unit_test(parts_in_one),
		cmocka_unit_test(from_another_line),
		cmocka_unit_test(lines_of_the_daemon),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
