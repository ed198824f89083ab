/* Transcripts: what was added is there after a crash at any byte, and nothing else goes on. */

#include "transcripts.h"

static void goes_on(void **state)
{
	struct seal_checkpoint head, again;
	struct seal_transcript *transcript;
	struct seen seen;

	(void)state;
	fill(&head);
	transcript = reopen(&seen);
	assert_int_equal(seen.count, 4);
	assert_int_equal(seen.last_row, 3);
	assert_true(seen.has_card);
	assert_string_equal(seen.last_text, "three");
	seal_transcript_head(transcript, &again);
	assert_int_equal(again.size, 4);
	assert_memory_equal(again.root, head.root, sizeof head.root);
	assert_string_equal(again.origin, head.origin);
	assert_int_equal(strncmp(head.origin, "sealkit/ceremony/", 17), 0);
	assert_string_equal(head.origin + 17, seal_transcript_session(transcript));
	assert_int_equal(step(transcript, 4, "four"), SEAL_OK);
	seal_transcript_free(transcript);
	transcript = reopen(&seen);
	assert_int_equal(seen.count, 5);
	seal_transcript_free(transcript);
}

/* By somebody else's reading: fields in order, and the root of RFC 6962 over the lines. */
static void its_lines(void **state)
{
	static const char *const fields[] = {"seq",    "time", "monotonic_ms", "session", "plan",
					     "kind",   "row",  "step",	       "person",  "card",
					     "result", "text", "version"};
	struct seal_checkpoint head;
	size_t len = 0, at = 0, count = 0;
	uint8_t leaf[4][32], left[32], right[32], root[32], top[65] = {1};
	char *text;

	(void)state;
	fill(&head);
	text = content(&len);
	while (at < len) {
		char *end = memchr(text + at, '\n', len - at);
		uint8_t bytes[4096] = {0};
		size_t line = (size_t)(end - text) - at;

		memcpy(bytes + 1, text + at, line);
		(void)crypto_hash_sha256(leaf[count++], bytes, line + 1);
		if (count == 3) {
			json_t *json = json_loadb(text + at, line, 0, NULL);
			size_t i = 0;

			for (void *one = json_object_iter(json); one;
			     one = json_object_iter_next(json, one))
				assert_string_equal(json_object_iter_key(one), fields[i++]);
			assert_int_equal(i, sizeof fields / sizeof fields[0]);
			assert_int_equal(json_integer_value(json_object_get(json, "seq")), 3);
			assert_string_equal(json_string_value(json_object_get(json, "text")),
					    "d\xc3\xa9j\xc3\xa0 <vu> & \"lu\"");
			json_decref(json);
		}
		at += line + 1;
	}
	assert_int_equal(count, 4);
	for (size_t i = 0; i < 2; i++) {
		uint8_t pair[65] = {1};

		memcpy(pair + 1, leaf[2 * i], 64);
		(void)crypto_hash_sha256(i ? right : left, pair, sizeof pair);
	}
	memcpy(top + 1, left, 32);
	memcpy(top + 33, right, 32);
	(void)crypto_hash_sha256(root, top, sizeof top);
	assert_memory_equal(root, head.root, sizeof root);
	free(text);
}

/* A crash leaves any part of the last line; the lines before are there, and it goes on. */
static void torn_anywhere(void **state)
{
	struct seal_checkpoint head;
	size_t len = 0, last;
	char *text;

	(void)state;
	fill(&head);
	text = content(&len);
	last = len - 1;
	while (text[last - 1] != '\n')
		last--;
	for (size_t to = last; to < len; to += 7) {
		struct seal_transcript *transcript;
		struct seen seen;

		put_content(text, to);
		transcript = reopen(&seen);
		assert_int_equal(seen.count, 3);
		assert_int_equal(step(transcript, 3, "again"), SEAL_OK);
		seal_transcript_free(transcript);
		transcript = reopen(&seen);
		assert_int_equal(seen.count, 4);
		assert_string_equal(seen.last_text, "again");
		seal_transcript_free(transcript);
	}
	free(text);
}

static void refused(const char *text, size_t len, int wanted)
{
	struct seal_transcript *transcript = NULL;
	struct seen seen = {0};
	size_t after = 0;
	char *kept;
	int error;

	put_content(text, len);
	error = open_it(0, plan, &seen, &transcript, NULL);
	if (wanted ? error != wanted : !error)
		fail_msg("%s", seal_error_name(error));
	assert_null(transcript);
	kept = content(&after);
	assert_int_equal(after, len);
	assert_memory_equal(kept, text, len);
	free(kept);
}

/* Lines that are not these lines, in this order: nothing goes on, and nothing is changed. */
static void other_lines(void **state)
{
	struct seal_checkpoint head;
	size_t len = 0;
	char *text, *second, *third, *mixed;

	(void)state;
	fill(&head);
	text = content(&len);
	second = strchr(text, '\n') + 1;
	third = strchr(second, '\n') + 1;
	mixed = malloc(2 * len);
	assert_non_null(mixed);
	/* The first left out, the second left out, doubled. */
	refused(second, len - (size_t)(second - text), SEAL_E_VERIFY);
	memcpy(mixed, text, (size_t)(second - text));
	memcpy(mixed + (second - text), third, len - (size_t)(third - text));
	refused(mixed, len - (size_t)(third - second), SEAL_E_VERIFY);
	memcpy(mixed, text, (size_t)(third - text));
	memcpy(mixed + (third - text), second, len - (size_t)(second - text));
	refused(mixed, len + (size_t)(third - second), SEAL_E_VERIFY);
	/* Not JSON, and a field that says otherwise. */
	memcpy(mixed, text, len);
	mixed[third - text] = 'x';
	refused(mixed, len, 0);
	memcpy(mixed, text, len);
	memcpy(strstr(mixed + (second - text), "\"time\":\"2") + 8, "1", 1);
	refused(mixed, len, SEAL_E_VERIFY);
	memcpy(mixed, text, len);
	memcpy(strstr(mixed + (second - text), "\"kind\":\"step") + 8, "stop", 4);
	refused(mixed, len, SEAL_E_VERIFY);
	memcpy(mixed, text, len);
	memcpy(strstr(mixed + (second - text), "\"session\":\"") + 11, "0000", 4);
	refused(mixed, len, SEAL_E_VERIFY);
	free(mixed);
	free(text);
}

static void of_another_plan(void **state)
{
	static const uint8_t other[SEAL_PLAN_DIGEST] = {9};
	struct seal_transcript *transcript = NULL;
	struct seal_checkpoint head;
	struct seen seen = {0};

	(void)state;
	fill(&head);
	assert_int_equal(open_it(0, other, &seen, &transcript, NULL), SEAL_E_MISMATCH);
	assert_int_equal(open_it(1, plan, &seen, &transcript, NULL), SEAL_E_POLICY);
	assert_null(transcript);
}

static void rehearsals(void **state)
{
	struct seal_transcript *transcript = NULL;
	struct seen seen = {0};
	size_t len = 0;
	char *text;

	(void)state;
	assert_int_equal(open_it(1, plan, &seen, &transcript, NULL), SEAL_OK);
	assert_int_equal(step(transcript, 0, NULL), SEAL_OK);
	seal_transcript_freep(&transcript);
	text = content(&len);
	assert_non_null(strstr(text, "\"rehearsal\":true"));
	free(text);
	assert_int_equal(open_it(0, plan, &seen, &transcript, NULL), SEAL_E_POLICY);
	assert_int_equal(open_it(1, plan, &seen, &transcript, NULL), SEAL_OK);
	seal_transcript_free(transcript);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(goes_on),	  TEST(its_lines),
					   TEST(torn_anywhere),	  TEST(other_lines),
					   TEST(of_another_plan), TEST(rehearsals)};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, setup_all, teardown_all);
}
