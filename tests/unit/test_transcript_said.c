/* Transcripts: what may be said in one, by whom, and until when. */

#include "transcripts.h"

static void one_at_a_time(void **state)
{
	struct seal_transcript *second = NULL;
	struct seen seen;
	struct seal_transcript *first = reopen(&seen);

	(void)state;
	assert_int_equal(open_it(0, plan, &seen, &second, NULL), SEAL_E_EXISTS);
	seal_transcript_free(first);
	first = reopen(&seen);
	seal_transcript_free(first);
}

static void its_end(void **state)
{
	static const enum seal_transcript_kind ends[] = {SEAL_TRANSCRIPT_END,
							 SEAL_TRANSCRIPT_ABORT};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct seal_transcript_entry entry = {.kind = ends[i]};
		struct seal_checkpoint head;
		struct seal_transcript *transcript;
		struct seen seen;

		(void)unlink(path);
		fill(&head);
		transcript = reopen(&seen);
		assert_false(seal_transcript_ended(transcript));
		assert_int_equal(seal_transcript_add(transcript, &entry, NULL), SEAL_OK);
		assert_true(seal_transcript_ended(transcript));
		assert_int_equal(step(transcript, 5, NULL), SEAL_E_POLICY);
		seal_transcript_free(transcript);
		transcript = reopen(&seen);
		assert_true(seal_transcript_ended(transcript));
		assert_int_equal(step(transcript, 5, NULL), SEAL_E_POLICY);
		seal_transcript_free(transcript);
	}
}

static void not_said(void **state)
{
	char long_text[SEAL_TRANSCRIPT_TEXT + 2];
	struct seen seen;
	struct seal_transcript *transcript = reopen(&seen);

	(void)state;
	memset(long_text, 'x', sizeof long_text);
	long_text[sizeof long_text - 1] = '\0';
	assert_int_equal(step(transcript, 1, "before the start"), SEAL_E_FORMAT);
	assert_int_equal(step(transcript, 0, NULL), SEAL_OK);
	assert_int_equal(step(transcript, 0, NULL), SEAL_E_FORMAT);
	assert_int_equal(step(transcript, 1, "two\nlines"), SEAL_E_FORMAT);
	assert_int_equal(step(transcript, 1, "\x1b[2J"), SEAL_E_FORMAT);
	assert_int_equal(step(transcript, 1, "\xff"), SEAL_E_FORMAT);
	assert_int_equal(step(transcript, 1, "\xc2\x9b"), SEAL_E_FORMAT);
	assert_int_equal(step(transcript, 1, long_text), SEAL_E_FORMAT);
	long_text[SEAL_TRANSCRIPT_TEXT] = '\0';
	assert_int_equal(step(transcript, 1, long_text), SEAL_OK);
	seal_transcript_free(transcript);
	transcript = reopen(&seen);
	assert_int_equal(seen.count, 2);
	seal_transcript_free(transcript);
}

static void not_a_file(void **state)
{
	struct seal_transcript *transcript = NULL;
	struct seen seen = {0};

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(open_it(0, plan, &seen, &transcript, NULL), SEAL_E_IO);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(open_it(0, plan, &seen, &transcript, NULL), SEAL_E_IO);
	assert_null(transcript);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(one_at_a_time), TEST(its_end), TEST(not_said),
					   TEST(not_a_file)};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, setup_all, teardown_all);
}
