/* Every allocation, write and sync of a transcript fails in turn: what was reported is there,
   and after it the file goes on. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sodium.h>

#include "base/json.h"
#include "ceremony/transcript.h"
#include "faults.h"

static char dir[] = "/tmp/test_transcript.XXXXXX";
static char path[64];
static const uint8_t plan[SEAL_PLAN_DIGEST] = {1};
static size_t reported, found;

static int see(void *ctx, const struct seal_transcript_entry *entry, struct seal_diag *diag)
{
	(void)ctx;
	(void)entry;
	(void)diag;
	found++;
	return SEAL_OK;
}

static int add(struct seal_transcript *transcript, enum seal_transcript_kind kind)
{
	const struct seal_transcript_entry entry = {.kind = kind, .person = "alice", .text = "x"};
	int error = seal_transcript_add(transcript, &entry, NULL);

	reported += !error;
	return error;
}

static int act(void)
{
	const struct seal_transcript_source source = {path, plan, 0, NULL, NULL, 0};
	struct seal_transcript *transcript SEAL_CLEANUP(seal_transcript_freep) = NULL;
	int error;

	(void)unlink(path);
	reported = 0;
	error = seal_transcript_open(&source, &transcript, NULL);
	if (!error)
		error = add(transcript, SEAL_TRANSCRIPT_START);
	for (int i = 0; i < 3 && !error; i++)
		error = add(transcript, SEAL_TRANSCRIPT_STEP);
	/* After one that failed none is taken, since nobody knows what is in the file. */
	if (transcript && error && error != SEAL_E_NOMEM)
		assert_int_not_equal(add(transcript, SEAL_TRANSCRIPT_STEP), SEAL_OK);
	return error;
}

static void goes_on(int error)
{
	const struct seal_transcript_source source = {path, plan, 0, see, NULL, 0};
	struct seal_transcript *transcript = NULL;

	found = 0;
	assert_int_equal(seal_transcript_open(&source, &transcript, NULL), SEAL_OK);
	assert_true(found == reported || (error && found == reported + 1));
	assert_int_equal(add(transcript, found ? SEAL_TRANSCRIPT_RESUME : SEAL_TRANSCRIPT_START),
			 SEAL_OK);
	seal_transcript_free(transcript);
}

static void each(void **state)
{
	(void)state;
	fault_each(act, goes_on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each)};
	int failed;

	if (sodium_init() < 0 || !mkdtemp(dir))
		return 1;
	seal_json_setup();
	(void)snprintf(path, sizeof path, "%s/transcript.jsonl", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	(void)rmdir(dir);
	return failed;
}
