/* Strict lines of text. Nothing here looks behind the length it was given. */

#include "share/field.h"

#include <string.h>

#include "base/encode.h"
#include "base/secret.h"
#include "base/utf8.h"
#include "share/date.h"
#include "share/payload.h"

#include "base/banned.h"

static int begins(const char *text, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && strncmp(text, with, n) == 0;
}

/* One line without its newline. */
static int take_line(struct seal_field_reader *reader, struct seal_field *out,
		     struct seal_diag *diag)
{
	const char *end = reader->left > 0 ? memchr(reader->at, '\n', reader->left) : NULL;

	reader->line++;
	if (!end)
		return seal_fail(diag, SEAL_E_TRUNCATED, "missing or cut short");
	out->text = reader->at;
	out->len = (size_t)(end - reader->at);
	reader->left -= out->len + 1;
	reader->at = end + 1;
	return SEAL_OK;
}

int seal_field_magic(struct seal_field_reader *reader, const char *stem, const char *text,
		     struct seal_diag *diag)
{
	struct seal_field line = {0};
	int error = take_line(reader, &line, diag);

	if (error)
		return error;
	if (line.len == strlen(text) && begins(line.text, line.len, text))
		return SEAL_OK;
	if (begins(line.text, line.len, stem))
		return seal_fail(diag, SEAL_E_VERSION, "not %s: made by another version", text);
	return seal_fail(diag, SEAL_E_FORMAT, "not %s", text);
}

int seal_field_is(const struct seal_field_reader *reader, const char *name)
{
	size_t len = strlen(name);

	return begins(reader->at, reader->left, name) && reader->left > len &&
	       reader->at[len] == ':';
}

int seal_field_take(struct seal_field_reader *reader, const char *name, struct seal_field *out,
		    struct seal_diag *diag)
{
	int is = seal_field_is(reader, name);
	struct seal_field line = {0};
	int error = take_line(reader, &line, diag);

	if (error)
		return error;
	if (!is || !seal_field_prefix(&line, name) || !seal_field_prefix(&line, ": ") ||
	    line.len == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "not `%s: ` and a value", name);
	*out = line;
	return SEAL_OK;
}

void seal_field_word(struct seal_field *rest, char stop, struct seal_field *out)
{
	const char *end = rest->len > 0 ? memchr(rest->text, stop, rest->len) : NULL;
	size_t len = end ? (size_t)(end - rest->text) : rest->len;

	out->text = rest->text;
	out->len = len;
	len += end ? 1 : 0;
	rest->text += len;
	rest->len -= len;
}

int seal_field_prefix(struct seal_field *value, const char *prefix)
{
	size_t len = strlen(prefix);

	if (!begins(value->text, value->len, prefix))
		return 0;
	value->text += len;
	value->len -= len;
	return 1;
}

int seal_field_number(struct seal_field value, unsigned max, unsigned *out, struct seal_diag *diag)
{
	unsigned number = 0;

	if (value.len < 1 || value.len > 9 || value.text[0] == '0')
		return seal_fail(diag, SEAL_E_FORMAT, "not a number from 1 to %u", max);
	for (size_t i = 0; i < value.len; i++) {
		if (value.text[i] < '0' || value.text[i] > '9')
			return seal_fail(diag, SEAL_E_FORMAT, "not a number from 1 to %u", max);
		number = number * 10 + (unsigned)(value.text[i] - '0');
	}
	if (number > max)
		return seal_fail(diag, SEAL_E_FORMAT, "not a number from 1 to %u", max);
	*out = number;
	return SEAL_OK;
}

int seal_field_of(struct seal_field value, unsigned max, unsigned *out_part, unsigned *out_whole,
		  struct seal_diag *diag)
{
	struct seal_field first = {0};
	unsigned part = 0;
	unsigned whole = 0;
	int error;

	seal_field_word(&value, ' ', &first);
	if (!seal_field_prefix(&value, "of "))
		return seal_fail(diag, SEAL_E_FORMAT, "not `number of number`");
	error = seal_field_number(value, max, &whole, diag);
	if (!error)
		error = seal_field_number(first, whole, &part, diag);
	if (error)
		return error;
	*out_part = part;
	*out_whole = whole;
	return SEAL_OK;
}

/* Copies and terminates; out holds cap bytes. */
static int copy(struct seal_field value, char *out, size_t cap, struct seal_diag *diag)
{
	if (value.len >= cap || memchr(value.text, '\0', value.len))
		return seal_fail(diag, SEAL_E_FORMAT, "too long, or a zero byte within");
	memcpy(out, value.text, value.len);
	out[value.len] = '\0';
	return SEAL_OK;
}

int seal_field_name(struct seal_field value, char *out, struct seal_diag *diag)
{
	char name[SEAL_CARD_NAME + 1];
	int error = copy(value, name, sizeof name, diag);

	if (!error)
		error = seal_card_check_name(name, diag);
	if (!error)
		memcpy(out, name, value.len + 1);
	return error;
}

int seal_field_words(struct seal_field value, const char *what, char *out, struct seal_diag *diag)
{
	char words[SEAL_PURPOSE + 1];
	int error = copy(value, words, sizeof words, diag);

	if (!error)
		error = seal_words_check(words, what, diag);
	if (!error)
		memcpy(out, words, value.len + 1);
	return error;
}

int seal_field_purpose(struct seal_field value, char *out, struct seal_diag *diag)
{
	return seal_field_words(value, "a purpose", out, diag);
}

int seal_field_set(struct seal_field value, char *out, struct seal_diag *diag)
{
	char set[SEAL_SET_ID + 1];
	int error = copy(value, set, sizeof set, diag);

	if (!error)
		error = seal_set_id_check(set, diag);
	if (!error)
		memcpy(out, set, value.len + 1);
	return error;
}

int seal_field_time(struct seal_field value, char out[static 21], struct seal_diag *diag)
{
	char time[SEAL_TIME + 1];

	if (copy(value, time, sizeof time, NULL) != SEAL_OK || !seal_is_time(time))
		return seal_fail(diag, SEAL_E_FORMAT,
				 "not a time such as "
				 "2026-11-24T10:00:00Z");
	memcpy(out, time, sizeof time);
	return SEAL_OK;
}

int seal_field_date(struct seal_field value, char out[static 11], struct seal_diag *diag)
{
	char date[SEAL_DATE + 1];

	if (copy(value, date, sizeof date, NULL) != SEAL_OK || !seal_is_date(date))
		return seal_fail(diag, SEAL_E_FORMAT, "not a date such as 2026-11-24");
	memcpy(out, date, sizeof date);
	return SEAL_OK;
}

int seal_field_base64(struct seal_field value, uint8_t *out, size_t len, struct seal_diag *diag)
{
	uint8_t bytes[128];
	size_t got = 0;
	int error = len > sizeof bytes
			    ? seal_fail(diag, SEAL_E_ARGUMENT, "base64 of %zu bytes", len)
			    : seal_unbase64(SEAL_BASE64_PADDED, value.text, value.len, bytes,
					    sizeof bytes, &got, diag);

	if (!error && got != len)
		error = seal_fail(diag, SEAL_E_FORMAT, "not base64 of %zu bytes", len);
	if (!error)
		memcpy(out, bytes, len);
	return error;
}

int seal_field_hex(struct seal_field value, uint8_t *out, size_t len, struct seal_diag *diag)
{
	size_t got = 0;

	if (value.len != 2 * len)
		return seal_fail(diag, SEAL_E_FORMAT, "not %zu hex digits", 2 * len);
	for (size_t i = 0; i < value.len; i++)
		if (value.text[i] >= 'A' && value.text[i] <= 'F')
			return seal_fail(diag, SEAL_E_FORMAT, "hex digits in upper case");
	return seal_unhex(value.text, value.len, out, len, &got, diag);
}

/* Not on one line of a terminal: C0, DEL, C1, line and paragraph separators, and
   what turns text about. */
static int is_control(int32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x2028 ||
	       point == 0x2029 || (point >= 0x202a && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

int seal_words_check(const char *words, const char *what, struct seal_diag *diag)
{
	size_t len = strnlen(words, SEAL_PURPOSE + 1);

	if (len < 1 || len > SEAL_PURPOSE || words[0] == ' ' || words[len - 1] == ' ')
		return seal_fail(diag, SEAL_E_FORMAT,
				 "%s has 1 to %u bytes, and no space at its ends", what,
				 SEAL_PURPOSE);
	for (size_t at = 0; at < len;)
		if (is_control(seal_utf8_next(words, len, &at)))
			return seal_fail(diag, SEAL_E_FORMAT,
					 "%s is one line of UTF-8 without control characters",
					 what);
	return SEAL_OK;
}

int seal_purpose_check(const char *purpose, struct seal_diag *diag)
{
	return seal_words_check(purpose, "a purpose", diag);
}

int seal_set_id_check(const char *set, struct seal_diag *diag)
{
	size_t len = strnlen(set, SEAL_SET_ID + 1);
	size_t fit = strspn(set, "0123456789abcdef");

	return len == SEAL_SET_ID && fit == SEAL_SET_ID
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_FORMAT, "a set id has %u hex digits", SEAL_SET_ID);
}
