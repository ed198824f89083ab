/* Transcripts: what was added is there after a crash at any byte, and nothing else goes on. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "base/file.h"
#include "base/json.h"
#include "ceremony/transcript.h"

static char dir[] = "/tmp/test_transcript.XXXXXX";
static char path[64];
static const uint8_t plan[SEAL_PLAN_DIGEST] = {1, 2, 3};
static const uint8_t card[SEAL_CARD_FINGERPRINT] = {0xab, 0xcd};

static int setup_all(void **state)
{
	(void)state;
	seal_json_setup();
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/transcript.jsonl", dir);
	return 0;
}

static int teardown_all(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static int setup(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

struct seen {
	size_t count;
	unsigned last_row;
	char last_text[64];
	int has_card;
};

static int see(void *ctx, const struct seal_transcript_entry *entry, struct seal_diag *diag)
{
	struct seen *seen = ctx;

	(void)diag;
	seen->count++;
	seen->last_row = entry->row;
	(void)snprintf(seen->last_text, sizeof seen->last_text, "%s",
		       entry->text ? entry->text : "");
	seen->has_card |= entry->card && memcmp(entry->card, card, sizeof card) == 0;
	return SEAL_OK;
}

static int open_it(int rehearsal, const uint8_t *of, struct seen *seen,
		   struct seal_transcript **out, struct seal_diag *diag)
{
	const struct seal_transcript_source source = {path, of, rehearsal, see, seen};

	return seal_transcript_open(&source, out, diag);
}

static struct seal_transcript *reopen(struct seen *seen)
{
	struct seal_transcript *transcript = NULL;
	struct seal_diag diag = {0};

	*seen = (struct seen){0};
	if (open_it(0, plan, seen, &transcript, &diag) != SEAL_OK)
		fail_msg("%s: %s", diag.cause[0], diag.cause[1]);
	return transcript;
}

static int step(struct seal_transcript *transcript, unsigned row, const char *text)
{
	const struct seal_transcript_entry entry = {.kind = row ? SEAL_TRANSCRIPT_STEP
								: SEAL_TRANSCRIPT_START,
						    .row = row,
						    .step = row ? "give" : NULL,
						    .person = "alice",
						    .card = row == 2 ? card : NULL,
						    .result = row ? "done" : NULL,
						    .text = text};

	return seal_transcript_add(transcript, &entry, NULL);
}

/* A start and three steps. */
static void fill(struct seal_checkpoint *head)
{
	struct seen seen;
	struct seal_transcript *transcript = reopen(&seen);

	assert_int_equal(step(transcript, 0, NULL), SEAL_OK);
	assert_int_equal(step(transcript, 1, "one"), SEAL_OK);
	assert_int_equal(step(transcript, 2, "d\xc3\xa9j\xc3\xa0 <vu> & \"lu\""), SEAL_OK);
	assert_int_equal(step(transcript, 3, "three"), SEAL_OK);
	seal_transcript_head(transcript, head);
	seal_transcript_free(transcript);
}

static char *content(size_t *out_len)
{
	static uint8_t *bytes;

	assert_int_equal(seal_file_read(path, SEAL_TRANSCRIPT_FILE, &bytes, out_len, NULL),
			 SEAL_OK);
	return (char *)bytes;
}

static void put_content(const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

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
	uint8_t leaf[4][32], left[32], right[32], root[32];
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
	{
		uint8_t pair[65] = {1};

		memcpy(pair + 1, left, 32);
		memcpy(pair + 33, right, 32);
		(void)crypto_hash_sha256(root, pair, sizeof pair);
	}
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

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(goes_on),	       TEST(its_lines),	 TEST(torn_anywhere), TEST(other_lines),
		TEST(of_another_plan), TEST(rehearsals), TEST(one_at_a_time), TEST(its_end),
		TEST(not_said),	       TEST(not_a_file),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, setup_all, teardown_all);
}
