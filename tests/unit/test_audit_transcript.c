/* A transcript, as the ceremony writes it, cosigned by those present and verified: it has no key of
   its own, so people's signatures are all there is. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "audit_keys.h"
#include "audit_log.h"
#include "base/json.h"
#include "ceremony/transcript.h"

static struct seal_checkpoint head;

static void add(struct seal_transcript *transcript, enum seal_transcript_kind kind, unsigned row,
		const char *text)
{
	const struct seal_transcript_entry entry = {.kind = kind,
						    .row = row,
						    .step = row ? "give" : NULL,
						    .person = row ? "alice" : NULL,
						    .result = row ? "done" : NULL,
						    .text = text};

	assert_int_equal(seal_transcript_add(transcript, &entry, NULL), SEAL_OK);
}

static int setup(void **state)
{
	static const uint8_t plan[SEAL_PLAN_DIGEST] = {1, 2, 3};
	struct seal_transcript_source source = {.plan = plan};
	struct seal_transcript *transcript = NULL;

	(void)state;
	seal_json_setup();
	audit_keys_init((uint64_t)time(NULL));
	log_setup();
	source.path = log_path;
	assert_int_equal(seal_transcript_open(&source, &transcript, NULL), SEAL_OK);
	add(transcript, SEAL_TRANSCRIPT_START, 0, NULL);
	for (unsigned row = 1; row < 6; row++)
		add(transcript, SEAL_TRANSCRIPT_STEP, row,
		    "1 of 3 \xe2\x80\x94 \"so\" it was seen");
	add(transcript, SEAL_TRANSCRIPT_END, 0, NULL);
	seal_transcript_head(transcript, &head);
	seal_transcript_free(transcript);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_teardown();
	audit_keys_done();
	return 0;
}

static void says(unsigned who, const char *want)
{
	static const char *const required[] = {"alice", "bruno"};
	struct seal_verify job = {.strict = 1,
				  .required = required,
				  .required_count = 2,
				  .now = (uint64_t)time(NULL)};
	struct seal_verify_report report = {0};
	struct log_findings findings;
	size_t len = 0;
	char *note = head_of(&head, who, &len);
	int error;

	log_put(log_head_path[LOG_HEADS - 1], note);
	free(note);
	error = log_verify(&job, &findings, &report);
	assert_string_equal(findings.text, want);
	assert_int_equal(error, *want ? SEAL_E_VERIFY : SEAL_OK);
	assert_int_equal(report.lines, 7);
	assert_int_equal(strncmp(report.origin, "sealkit/ceremony/", 17), 0);
}

static void cosigned(void **state)
{
	(void)state;
	says(1u << ALICE | 1u << BRUNO, "");
	says(1u << ALICE | 1u << BRUNO | 1u << CHLOE, "");
	says(1u << ALICE | 1u << CHLOE,
	     "log:0 bruno has not signed the newest checkpoint, of 7 lines\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cosigned),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
