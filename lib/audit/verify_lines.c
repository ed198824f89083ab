/* What lines say of themselves. Our writers begin each with {"time":"...","type":"...","seq":N
   and so these are taken from there, where nothing in front can hide; a line that begins
   otherwise is parsed as JSON, and with `strict` each is. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "audit/verify_internal.h"
#include "base/json.h"

#include "base/banned.h"

#define TIME "{\"time\":\""
#define TYPE "\",\"type\":\""
#define SEQ "\",\"seq\":"
#define SEQ_DIGITS 18u

struct cursor {
	const char *at;
	size_t left;
};

static int begins(struct cursor *cursor, const char *with)
{
	size_t len = strlen(with);

	if (cursor->left < len || strncmp(cursor->at, with, len) != 0)
		return 0;
	cursor->at += len;
	cursor->left -= len;
	return 1;
}

/* Up to a quote; what has to be unescaped is not for here. */
static int word(struct cursor *cursor, const char **out, size_t *out_len, size_t max)
{
	size_t len = 0;

	while (len < cursor->left && len < max && cursor->at[len] != '"' && cursor->at[len] != '\\')
		len++;
	*out = cursor->at;
	*out_len = len;
	cursor->at += len;
	cursor->left -= len;
	return cursor->left > 0 && cursor->at[0] == '"';
}

static int is_type(const char *text, size_t len)
{
	if (len < 1 || len >= SEAL_VERIFY_TYPE)
		return 0;
	for (size_t i = 0; i < len; i++)
		if ((text[i] < 'a' || text[i] > 'z') && text[i] != '-')
			return 0;
	return 1;
}

/* A number that is followed by another member or the end. */
static int take_seq(struct cursor *cursor, uint64_t *out_seq)
{
	uint64_t seq = 0;
	size_t i = 0;

	for (; i < cursor->left && i < SEQ_DIGITS && cursor->at[i] >= '0' && cursor->at[i] <= '9';
	     i++)
		seq = seq * 10 + (uint64_t)(cursor->at[i] - '0');
	if (i == 0 || i == cursor->left || cursor->at[0] == '0' ||
	    (cursor->at[i] != ',' && cursor->at[i] != '}'))
		return 0;
	*out_seq = seq;
	return 1;
}

/* 0: it begins otherwise. */
static int read_head(const char *line, size_t len, struct seal_verify_line *out)
{
	struct cursor cursor = {line, len};
	const char *text = NULL;
	size_t text_len = 0;

	if (!begins(&cursor, TIME) || !word(&cursor, &text, &text_len, 31) ||
	    !seal_verify_time(text, text_len, &out->time) || !begins(&cursor, TYPE) ||
	    !word(&cursor, &text, &text_len, SEAL_VERIFY_TYPE) || !is_type(text, text_len) ||
	    !begins(&cursor, SEQ) || !take_seq(&cursor, &out->seq))
		return 0;
	memcpy(out->type, text, text_len);
	out->type[text_len] = '\0';
	return 1;
}

static int read_json(const char *line, size_t len, struct seal_verify_line *out,
		     struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	const char *time;
	const char *type;
	const json_t *kind;
	json_int_t seq;
	int error = seal_json_parse(line, len, &json, diag);

	if (error)
		return error;
	time = json_string_value(json_object_get(json, "time"));
	kind = json_object_get(json, "type");
	kind = kind ? kind : json_object_get(json, "kind");
	type = json_string_value(kind);
	seq = json_integer_value(json_object_get(json, "seq"));
	if (seq < 1)
		return seal_fail(diag, SEAL_E_FORMAT, "no number `seq`");
	if (!time || !seal_verify_time(time, strlen(time), &out->time))
		return seal_fail(diag, SEAL_E_FORMAT, "no `time` in UTC");
	if (kind && (!type || !is_type(type, strlen(type))))
		return seal_fail(diag, SEAL_E_FORMAT, "no `type` in small letters");
	out->seq = (uint64_t)seq;
	(void)snprintf(out->type, sizeof out->type, "%s", type ? type : "");
	return SEAL_OK;
}

int seal_verify_read(const char *line, size_t len, int strict, struct seal_verify_line *out_line,
		     struct seal_diag *diag)
{
	struct seal_verify_line head = {0};
	struct seal_verify_line json = {0};
	int has_head = read_head(line, len, &head);
	int error;

	if (len >= SEAL_VERIFY_LINE)
		return seal_fail(diag, SEAL_E_FORMAT, "over %u bytes", SEAL_VERIFY_LINE);
	/* What stands in front stands there once, where no name stands twice. */
	if (has_head && (!strict || seal_verify_plain(line, len))) {
		*out_line = head;
		return SEAL_OK;
	}
	error = read_json(line, len, &json, diag);
	if (error)
		return error;
	/* Names that stand twice are refused by the parser; so this is what is there once. */
	if (has_head && (head.seq != json.seq || strcmp(head.type, json.type) != 0 ||
			 seal_verify_compare(&head.time, &json.time) != 0))
		return seal_fail(diag, SEAL_E_FORMAT, "says two things");
	*out_line = json;
	return SEAL_OK;
}

int seal_verify_follows(const struct seal_verify_line *before, const struct seal_verify_line *line,
			int strict, char what[static SEAL_VERIFY_TEXT])
{
	struct seal_verify_time allowed = line->time;
	unsigned long long due = before->seq + 1;

	allowed.seconds += strict ? 0 : SEAL_VERIFY_BACK;
	if (line->seq != due)
		(void)snprintf(what, SEAL_VERIFY_TEXT, "seq %llu where %llu was due: %s",
			       (unsigned long long)line->seq, due,
			       line->seq > due ? "lines are missing before it"
					       : "a line stands twice, or in another place");
	else if (seal_verify_compare(&allowed, &before->time) < 0)
		(void)snprintf(what, SEAL_VERIFY_TEXT,
			       "its time is before that of the line before it");
	else
		return 1;
	return 0;
}

static void add_fault(struct seal_verify_notes *notes, size_t offset, const char *what)
{
	if (notes->fault_count == SEAL_VERIFY_FAULTS) {
		notes->more_faults++;
		return;
	}
	notes->fault[notes->fault_count].offset = offset;
	(void)snprintf(notes->fault[notes->fault_count].what, SEAL_VERIFY_TEXT, "%s", what);
	notes->fault_count++;
}

/* A line that is looked at again, when those before it are known. */
static void keep(struct seal_verify_notes *notes, size_t offset, const char *line, size_t len,
		 int is_promise)
{
	struct seal_verify_copy *copy = &notes->copy[notes->copy_count];
	char *text = notes->copy_count < SEAL_VERIFY_COPIES ? malloc(len + 1) : NULL;

	if (!text) {
		notes->lost_copies++;
		return;
	}
	memcpy(text, line, len);
	text[len] = '\0';
	*copy = (struct seal_verify_copy){
		.offset = offset, .line = text, .len = len, .is_promise = is_promise};
	notes->copy_count++;
}

static void look_at(const struct seal_verify *verify, struct seal_verify_notes *notes,
		    size_t offset, const char *line, size_t len)
{
	struct seal_verify_line now = {0};
	struct seal_diag diag = {0};
	char text[SEAL_VERIFY_TEXT];

	if (seal_verify_read(line, len, verify->strict, &now, &diag)) {
		seal_diag_line(&diag, text, sizeof text);
		add_fault(notes, offset, text);
		/* It may have had its number: those behind it are not wrong for it. */
		notes->last.seq++;
		return;
	}
	if (!notes->has_lines) {
		notes->first = now;
		/* As if those that could not be read had been the numbers before it. */
		notes->first.seq -= now.seq > offset ? offset : 0;
	} else if (!seal_verify_follows(&notes->last, &now, verify->strict, text)) {
		add_fault(notes, offset, text);
	}
	notes->has_lines = 1;
	notes->last = now;
	if (strcmp(now.type, "promise") == 0 || strcmp(now.type, "continue") == 0)
		keep(notes, offset, line, len, now.type[0] == 'p');
}

static void hash_line(const struct seal_leaves_piece *piece, size_t i, size_t at,
		      uint8_t out[static 32])
{
	(void)crypto_hash_sha256(out, (const uint8_t *)piece->bytes + at, piece->ends[i] - at);
}

void seal_verify_look(const struct seal_verify *verify, const struct seal_leaves_piece *piece,
		      struct seal_verify_notes *notes)
{
	size_t before = 0;
	size_t at = 0;

	for (size_t i = 0; i < piece->count; i++) {
		size_t copies = notes->copy_count;

		look_at(verify, notes, i, piece->bytes + at, piece->ends[i] - at);
		if (notes->copy_count > copies && i > 0) {
			notes->copy[copies].has_before = 1;
			hash_line(piece, i - 1, before, notes->copy[copies].before_hash);
		}
		if (i + 1 == piece->count)
			hash_line(piece, i, at, notes->last_hash);
		before = at;
		at = (size_t)piece->ends[i] + 1;
	}
}
