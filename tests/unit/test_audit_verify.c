/* What the verifier says of a log: which line, and why. tests/unit/test_audit_mutants.c has the
   changes that somebody might make; here are those whose words matter, and what is no fault. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "audit/verify_internal.h"
#include "audit_keys.h"
#include "audit_log.h"
#include "base/json.h"

static struct audit_log base, now;
static struct log_findings findings;
static struct seal_verify_report report;

static int setup_all(void **state)
{
	(void)state;
	seal_json_setup();
	audit_keys_init(LOG_TIME);
	log_setup();
	log_make(&base);
	return 0;
}

static int teardown_all(void **state)
{
	(void)state;
	log_done(&base);
	log_teardown();
	audit_keys_done();
	return 0;
}

static int setup(void **state)
{
	(void)state;
	log_copy(&base, &now);
	report = (struct seal_verify_report){0};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_done(&now);
	return 0;
}

/* Of the log as it is now; strict, unless the job says otherwise. */
static void says_of(struct seal_verify job, const char *want)
{
	int error;

	log_write(&now);
	error = log_verify(&job, &findings, &report);
	assert_string_equal(findings.text, want);
	assert_int_equal(error, *want ? SEAL_E_VERIFY : SEAL_OK);
	assert_int_equal(report.findings, findings.count);
}

static void says(const char *want)
{
	says_of((struct seal_verify){.strict = 1, .now = LOG_TIME + 100}, want);
}

static void replace(char **text, const char *from, const char *to)
{
	char *at = strstr(*text, from);
	char *made = NULL;

	assert_non_null(at);
	assert_true(asprintf(&made, "%.*s%s%s", (int)(at - *text), *text, to, at + strlen(from)) >
		    0);
	free(*text);
	*text = made;
}

/* Anew, as the log's own writer would have it. */
static void sign_anew(void)
{
	log_sign(&now);
}

static void good(void **state)
{
	uint8_t root[SEAL_MERKLE_HASH];

	(void)state;
	for (unsigned threads = 0; threads < 5; threads++)
		for (int strict = 0; strict < 2; strict++)
			says_of((struct seal_verify){.strict = strict, .threads = threads}, "");
	assert_int_equal(report.lines, LOG_LINES);
	assert_int_equal(report.proved, LOG_LINES);
	assert_int_equal(report.heads, LOG_HEADS);
	assert_string_equal(report.origin, "vault.example/log");
	log_root(&now, LOG_LINES, root);
	assert_memory_equal(report.root, root, sizeof root);
}

static void order(void **state)
{
	(void)state;
	replace(&now.line[9], "\"seq\":10", "\"seq\":11");
	replace(&now.line[10], "\"seq\":11", "\"seq\":10");
	sign_anew();
	says("log:10 seq 11 where 10 was due: lines are missing before it\n"
	     "log:11 seq 10 where 12 was due: a line stands twice, or in another place\n"
	     "log:12 seq 12 where 11 was due: lines are missing before it\n");
}

static void first_line_missing(void **state)
{
	(void)state;
	free(now.line[0]);
	memmove(now.line, now.line + 1, (LOG_LINES - 1) * sizeof now.line[0]);
	now.line[LOG_LINES - 1] = log_line(LOG_LINES, LOG_LINES + 1);
	sign_anew();
	says_of((struct seal_verify){.key_count = KEYS},
		"log:1 begins with seq 2: what was before it is missing\n"
		"log:6 promises a checkpoint of 6 lines, and there is no good one\n"
		"log:23 promises a checkpoint of 23 lines, and there is no good one\n"
		"log:39 promises a checkpoint of 39 lines, and there is no good one\n");
}

static void changed_between_heads(void **state)
{
	(void)state;
	replace(&now.line[9], "sys/seal", "sys/sEal");
	says("1:0 one or more of lines 8 to 24 of the log are not those that were signed\n");
}

static void cut_tail(void **state)
{
	char want[256];

	(void)state;
	free(now.line[--now.count]);
	(void)snprintf(want, sizeof want,
		       "log:0 ends after 39 lines in all: %s has 40, the last 1 are missing\n",
		       log_head_path[2]);
	says(want);
}

static void behind_the_newest(void **state)
{
	(void)state;
	now.line[now.count++] = log_line(LOG_LINES, LOG_LINES + 1);
	memcpy(now.tail, "{\"time\"", 8);
	says("log:42 cut off: it has no newline\n"
	     "log:0 the last 1 lines are behind the newest checkpoint, of 40: nothing proves "
	     "them\n");
	says_of((struct seal_verify){.strict = 1, .growing = 1}, "");
	assert_int_equal(report.lines, LOG_LINES + 1);
	assert_int_equal(report.proved, LOG_LINES);
}

static void not_json(void **state)
{
	(void)state;
	replace(&now.line[4], "{\"time\"", "[\"time\"");
	replace(&now.line[11], "\"n\":", "\"n\":0");
	replace(&now.line[12], "\"seq\":13", "\"seq\":13,\"seq\":13");
	replace(&now.line[13], "\"seq\":14", "\"seq\":0");
	replace(&now.line[14], "2026-11-18T09", "2026-11-31T09");
	replace(&now.line[15], "\"type\":\"request\"", "\"type\":\"\"");
	replace(&now.line[17], "\"seq\":18", "\"seq\":18,\"s\\u0065q\":17");
	free(now.line[16]);
	now.line[16] = strdup("");
	sign_anew();
	says_of((struct seal_verify){.threads = 1}, "log:5 JSON: line 1, column 8\n"
						    "log:14 no number `seq`\n"
						    "log:15 no `time` in UTC\n"
						    "log:16 no `type` in small letters\n"
						    "log:17 JSON: line 1, column 0\n");
	says("log:5 JSON: line 1, column 8\n"
	     "log:12 JSON: invalid number\n"
	     "log:13 JSON: line 1, column 66\n"
	     "log:14 no number `seq`\n"
	     "log:15 no `time` in UTC\n"
	     "log:16 no `type` in small letters\n"
	     "log:17 JSON: line 1, column 0\n"
	     "log:18 JSON: line 1, column 71\n");
}

/* Names in another order are read, too, if more slowly. */
static void other_order_of_names(void **state)
{
	(void)state;
	free(now.line[4]);
	now.line[4] =
		strdup("{\"seq\": 5, \"kind\": \"step\", \"time\": \"2026-11-18T09:00:04.03Z\"}");
	sign_anew();
	says("");
	says_of((struct seal_verify){.threads = 1}, "");
}

static void time_goes_back(void **state)
{
	(void)state;
	replace(&now.line[9], "09:00:09.063Z", "09:00:08.055999999Z");
	replace(&now.line[19], "09:00:19.133Z", "09:00:12Z");
	sign_anew();
	says("log:10 its time is before that of the line before it\n"
	     "log:20 its time is before that of the line before it\n");
	says_of((struct seal_verify){.threads = 1},
		"log:20 its time is before that of the line before it\n");
}

static void too_long_a_line(void **state)
{
	char *text = calloc(1, SEAL_VERIFY_LINE);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < SEAL_VERIFY_LINE - 1; i++)
		text[i] = 'x';
	replace(&now.line[5], "sys/seal", text);
	sign_anew();
	says("log:6 over 65535 bytes\n");
	free(text);
}

static void signatures_missing(void **state)
{
	struct seal_verify job = {.strict = 1};
	const char *const required[] = {"alice", "chloe", "david"};
	char *at, *end;

	(void)state;
	at = strstr(now.head[2], "\xe2\x80\x94 chloe");
	end = strchr(at, '\n') + 1;
	memmove(at, end, strlen(end) + 1);
	says("log:40 promises that chloe signs the checkpoint of 40 lines: not done, or by no "
	     "known key\n");
	job.required = required;
	job.required_count = 3;
	says_of(job,
		"log:0 chloe has not signed the newest checkpoint, of 40 lines\n"
		"log:0 david has not signed the newest checkpoint, of 40 lines\n"
		"log:40 promises that chloe signs the checkpoint of 40 lines: not done, or by no "
		"known key\n");
	at = strstr(now.head[2], "\xe2\x80\x94 vault.example/log");
	end = strchr(at, '\n') + 1;
	memmove(at, end, strlen(end) + 1);
	says("log.checkpoint:0 not signed by the log vault.example/log\n"
	     "log:0 the last 16 lines are behind the newest checkpoint, of 24: nothing proves "
	     "them\n"
	     "log:40 promises a checkpoint of 40 lines, and there is no good one\n");
}

#define PROMISED(n)                                                                                \
	"log:" #n " promises that chloe signs the checkpoint of " #n " lines: not done, or by no " \
	"known key\n"

static void signatures_of_strangers(void **state)
{
	(void)state;
	/* Without Chloe's key hers is a stranger's. */
	says_of((struct seal_verify){.key_count = CHLOE, .strict = 1},
		"log.checkpoint:0 signature of chloe: not a known key\n"
		"0:0 signature of chloe: not a known key\n"
		"1:0 signature of chloe: not a known key\n" PROMISED(7) PROMISED(24) PROMISED(40));
	says_of((struct seal_verify){.key_count = CHLOE}, PROMISED(7) PROMISED(24) PROMISED(40));
}

/* Somebody whose signature is good, and does not count. */
static const char *objects(void *ctx, const char *name, uint64_t seconds)
{
	(void)ctx;
	return strcmp(name, "bruno") == 0 && seconds == LOG_TIME + 61 ? "on leave" : NULL;
}

static void objected_to(void **state)
{
	(void)state;
	says_of((struct seal_verify){.objects = objects},
		"1:0 cosignature of bruno: on leave\n"
		"log:24 promises that bruno signs the checkpoint of 24 lines: not done, or by no "
		"known key\n");
}

static void another_log(void **state)
{
	struct seal_checkpoint checkpoint = {.origin = "vault.example/other", .size = 24};
	size_t len = 0;

	(void)state;
	log_root(&now, 24, checkpoint.root);
	free(now.head[1]);
	now.head[1] = head_of(&checkpoint, 0xe, &len);
	says("1:0 of the log vault.example/other, not of vault.example/log\n"
	     "log:24 promises a checkpoint of 24 lines, and there is no good one\n");
}

static void times_of_cosignatures(void **state)
{
	(void)state;
	says_of((struct seal_verify){.now = LOG_TIME + 62 - SEAL_VERIFY_SKEW}, "");
	says_of((struct seal_verify){.now = LOG_TIME + 61 - SEAL_VERIFY_SKEW},
		"log.checkpoint:0 cosignature of alice is of a time to come\n"
		"log.checkpoint:0 cosignature of bruno is of a time to come\n"
		"log.checkpoint:0 cosignature of chloe is of a time to come\n");
	replace(&now.line[39], "T09:00:39.273Z", "T09:11:02.9Z");
	sign_anew();
	says("");
	replace(&now.line[39], "T09:11:02.9Z", "T09:11:03Z");
	sign_anew();
	says("log.checkpoint:0 was cosigned before its last line was written\n");
}

static void no_checkpoint(void **state)
{
	(void)state;
	for (size_t k = 0; k < LOG_HEADS; k++) {
		free(now.head[k]);
		now.head[k] = NULL;
	}
	says_of((struct seal_verify){.growing = 1},
		"log:0 no good checkpoint: nothing proves any line\n");
}

static void no_log_at_all(void **state)
{
	const char *files[] = {"/nonexistent/log"};
	struct seal_verify job = {.files = files, .count = 1};

	(void)state;
	log_write(&now);
	assert_int_equal(log_verify(&job, &findings, &report), SEAL_E_IO);
	files[0] = log_folder;
	assert_int_equal(log_verify(&job, &findings, &report), SEAL_E_IO);
	assert_int_equal(findings.count, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(good),
		CASE(order),
		CASE(first_line_missing),
		CASE(changed_between_heads),
		CASE(cut_tail),
		CASE(behind_the_newest),
		CASE(not_json),
		CASE(other_order_of_names),
		CASE(time_goes_back),
		CASE(too_long_a_line),
		CASE(signatures_missing),
		CASE(signatures_of_strangers),
		CASE(objected_to),
		CASE(another_log),
		CASE(times_of_cosignatures),
		CASE(no_checkpoint),
		CASE(no_log_at_all),
	};

	return cmocka_run_group_tests(tests, setup_all, teardown_all);
}
