/* A line of a transcript. */

#include "ceremony/transcript_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/encode.h"
#include "base/utf8.h"
#include "share/date.h"
#include "share/field.h"

#include "base/banned.h"

static const char *const kinds[] = {
	[SEAL_TRANSCRIPT_START] = "start",	   [SEAL_TRANSCRIPT_STEP] = "step",
	[SEAL_TRANSCRIPT_DEVIATION] = "deviation", [SEAL_TRANSCRIPT_BREAK] = "break",
	[SEAL_TRANSCRIPT_PERSON] = "person",	   [SEAL_TRANSCRIPT_RESUME] = "resume",
	[SEAL_TRANSCRIPT_ABORT] = "abort",	   [SEAL_TRANSCRIPT_END] = "end",
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* "2026-11-24T10:00:00.123Z", and milliseconds of a clock that nobody sets. */
static int now(char out[static 25], json_int_t *out_monotonic, struct seal_diag *diag)
{
	struct timespec wall, boot;
	struct tm parts;

	if (clock_gettime(CLOCK_REALTIME, &wall) != 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &boot) != 0 || !gmtime_r(&wall.tv_sec, &parts) ||
	    strftime(out, 25, "%Y-%m-%dT%H:%M:%S", &parts) != 19)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "clock");
	(void)snprintf(out + 19, 6, ".%03uZ", (unsigned)(wall.tv_nsec / 1000000) % 1000);
	*out_monotonic = (json_int_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000;
	return SEAL_OK;
}

/* One line of text: what people type may be anything. */
static int is_line(const char *text)
{
	size_t len = strlen(text);

	if (len > SEAL_TRANSCRIPT_TEXT)
		return 0;
	for (size_t at = 0; at < len;) {
		int32_t point = seal_utf8_next(text, len, &at);

		if (point < 0x20 || (point >= 0x7f && point <= 0x9f))
			return 0;
	}
	return 1;
}

static int check(const struct seal_transcript *transcript,
		 const struct seal_transcript_entry *entry, struct seal_diag *diag)
{
	const char *texts[] = {entry->step, entry->person, entry->result, entry->text};

	if (transcript->ended)
		return seal_fail(diag, SEAL_E_POLICY, "transcript: the ceremony has ended");
	if (entry->kind < SEAL_TRANSCRIPT_START || entry->kind > SEAL_TRANSCRIPT_END ||
	    (entry->kind == SEAL_TRANSCRIPT_START) != (transcript->seq == 0))
		return seal_fail(diag, SEAL_E_FORMAT, "transcript: begins with its start, once");
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i] && !is_line(texts[i]))
			return seal_fail(diag, SEAL_E_FORMAT,
					 "transcript: a text is one line of UTF-8, of at most %u "
					 "bytes",
					 SEAL_TRANSCRIPT_TEXT);
	return SEAL_OK;
}

static int put(json_t *json, const char *name, const char *text)
{
	return text && json_object_set_new(json, name, json_string(text)) != 0;
}

static int fill(const struct seal_transcript *transcript, const struct seal_transcript_entry *entry,
		const char *time, json_int_t monotonic, json_t *json)
{
	char card[2 * SEAL_CARD_FINGERPRINT + 1];
	int bad = json_object_set_new(json, "seq", json_integer((json_int_t)transcript->seq + 1));

	if (entry->card)
		seal_hex(entry->card, SEAL_CARD_FINGERPRINT, card);
	bad |= put(json, "time", time);
	bad |= json_object_set_new(json, "monotonic_ms", json_integer(monotonic));
	bad |= put(json, "session", transcript->session) || put(json, "plan", transcript->plan);
	if (transcript->rehearsal)
		bad |= json_object_set_new(json, "rehearsal", json_true());
	bad |= put(json, "kind", kinds[entry->kind]);
	if (entry->row)
		bad |= json_object_set_new(json, "row", json_integer((json_int_t)entry->row));
	bad |= put(json, "step", entry->step) || put(json, "person", entry->person) ||
	       put(json, "card", entry->card ? card : NULL) || put(json, "result", entry->result) ||
	       put(json, "text", entry->text) || put(json, "version", SEAL_VERSION);
	return bad;
}

int seal_transcript_line(const struct seal_transcript *transcript,
			 const struct seal_transcript_entry *entry, struct seal_json_text *out_line,
			 char out_time[static 25], struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	json_int_t monotonic = 0;
	char time[25];
	int error = check(transcript, entry, diag);

	if (!error)
		error = now(time, &monotonic, diag);
	if (error)
		return error;
	if (strcmp(time, transcript->time) < 0)
		memcpy(time, transcript->time, sizeof time);
	json = json_object();
	if (!json || fill(transcript, entry, time, monotonic, json))
		return seal_fail(diag, SEAL_E_NOMEM, "transcript");
	error = seal_json_write(json, SEAL_JSON_AS_MADE, "\n", out_line, diag);
	if (!error)
		memcpy(out_time, time, sizeof time);
	return error;
}

static const char *text_of(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

static int is_time(const char *text)
{
	char whole[SEAL_TIME + 1];

	if (!text || strlen(text) != 24 || text[19] != '.' || text[23] != 'Z' ||
	    strspn(text + 20, "0123456789") != 3)
		return 0;
	(void)snprintf(whole, sizeof whole, "%.19sZ", text);
	return seal_is_time(whole);
}

/* What all lines of a file have alike. */
static int check_same(const struct seal_transcript *transcript, const json_t *json,
		      struct seal_diag *diag)
{
	const char *session = text_of(json, "session"), *plan = text_of(json, "plan");
	const char *time = text_of(json, "time");

	if (json_integer_value(json_object_get(json, "seq")) != (json_int_t)transcript->seq + 1)
		return seal_fail(diag, SEAL_E_VERIFY, "its number is not the next");
	if (!is_time(time) || strcmp(time, transcript->time) < 0)
		return seal_fail(diag, SEAL_E_VERIFY, "its time is none, or before the last");
	if (!session || seal_set_id_check(session, NULL) ||
	    (transcript->seq && strcmp(session, transcript->session) != 0))
		return seal_fail(diag, SEAL_E_VERIFY, "of another session");
	if (!plan || strcmp(plan, transcript->plan) != 0)
		return seal_fail(diag, SEAL_E_MISMATCH, "of another plan: its digest begins %.16s",
				 plan ? plan : "with nothing");
	if (json_is_true(json_object_get(json, "rehearsal")) != transcript->rehearsal)
		return seal_fail(diag, SEAL_E_POLICY,
				 transcript->rehearsal
					 ? "not of a rehearsal, and this is one"
					 : "of a rehearsal, which counts for nothing here");
	return SEAL_OK;
}

static enum seal_transcript_kind kind_of(const char *name)
{
	for (size_t i = 1; name && i < KINDS; i++)
		if (strcmp(kinds[i], name) == 0)
			return (enum seal_transcript_kind)i;
	return 0;
}

int seal_transcript_read_line(struct seal_transcript *transcript, const char *line, size_t len,
			      struct json_t **out_json, struct seal_transcript_entry *out_entry,
			      uint8_t out_card[static SEAL_CARD_FINGERPRINT],
			      struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_transcript_entry entry = {0};
	const char *card;
	json_int_t row;
	int error = seal_json_parse(line, len, &json, diag);

	if (!error)
		error = check_same(transcript, json, diag);
	if (error)
		return error;
	row = json_integer_value(json_object_get(json, "row"));
	entry.kind = kind_of(text_of(json, "kind"));
	entry.row = row > 0 && row < 1000000 ? (unsigned)row : 0;
	entry.step = text_of(json, "step");
	entry.person = text_of(json, "person");
	entry.result = text_of(json, "result");
	entry.text = text_of(json, "text");
	entry.time = text_of(json, "time");
	card = text_of(json, "card");
	if (card && seal_field_hex((struct seal_field){card, strlen(card)}, out_card,
				   SEAL_CARD_FINGERPRINT, diag))
		return seal_because(diag, SEAL_E_VERIFY, "card");
	entry.card = card ? out_card : NULL;
	error = check(transcript, &entry, diag);
	if (error)
		return seal_because(diag, SEAL_E_VERIFY, "kind or texts");
	(void)snprintf(transcript->time, sizeof transcript->time, "%s", text_of(json, "time"));
	(void)snprintf(transcript->session, sizeof transcript->session, "%s",
		       text_of(json, "session"));
	transcript->ended =
		entry.kind == SEAL_TRANSCRIPT_END || entry.kind == SEAL_TRANSCRIPT_ABORT;
	*out_entry = entry;
	*out_json = json;
	json = NULL;
	return SEAL_OK;
}
