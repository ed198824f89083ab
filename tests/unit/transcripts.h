#ifndef SEALKIT_TESTS_TRANSCRIPTS_H
#define SEALKIT_TESTS_TRANSCRIPTS_H

/* A transcript in a folder of its own, and what its tests look at. */

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

static inline int setup_all(void **state)
{
	(void)state;
	seal_json_setup();
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/transcript.jsonl", dir);
	return 0;
}

static inline int teardown_all(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static inline int setup(void **state)
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

static inline int see(void *ctx, const struct seal_transcript_entry *entry, struct seal_diag *diag)
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

static inline int open_it(int rehearsal, const uint8_t *of, struct seen *seen,
			  struct seal_transcript **out, struct seal_diag *diag)
{
	const struct seal_transcript_source source = {path, of, rehearsal, see, seen, 0};

	return seal_transcript_open(&source, out, diag);
}

static inline struct seal_transcript *reopen(struct seen *seen)
{
	struct seal_transcript *transcript = NULL;
	struct seal_diag diag = {0};

	*seen = (struct seen){0};
	if (open_it(0, plan, seen, &transcript, &diag) != SEAL_OK)
		fail_msg("%s: %s", diag.cause[0], diag.cause[1]);
	return transcript;
}

static inline int step(struct seal_transcript *transcript, unsigned row, const char *text)
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
static inline void fill(struct seal_checkpoint *head)
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

static inline char *content(size_t *out_len)
{
	static uint8_t *bytes;

	assert_int_equal(seal_file_read(path, SEAL_TRANSCRIPT_FILE, &bytes, out_len, NULL),
			 SEAL_OK);
	return (char *)bytes;
}

static inline void put_content(const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

#endif
