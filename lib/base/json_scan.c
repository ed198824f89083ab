/* What is looked at before jansson parses a text: it recurses for depth, has no limit on
   values, and has no place for a number beyond 64 bits. */

#include "json_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "secret.h"

#include "base/banned.h"

struct scan {
	const char *text;
	size_t len, at;
	char *out; /* NULL: only count */
	size_t out_len;
	unsigned depth, values, max;
};

static void put(struct scan *scan, const char *bytes, size_t len)
{
	if (scan->out)
		memcpy(scan->out + scan->out_len, bytes, len);
	scan->out_len += len;
}

/* scan->at is at the quote that opens. A string that does not end is jansson's to name. */
static int take_string(struct scan *scan, struct seal_diag *diag)
{
	size_t from = scan->at++;

	while (scan->at < scan->len && scan->text[scan->at] != '"') {
		if (scan->text[scan->at] == '\\') {
			if (scan->len - scan->at >= 6 &&
			    !strncmp(scan->text + scan->at, "\\u0000", 6))
				return seal_fail(diag, SEAL_E_FORMAT, "JSON: NUL in a string");
			scan->at++;
		}
		scan->at++;
	}
	scan->at = scan->at < scan->len ? scan->at + 1 : scan->len;
	put(scan, scan->text + from, scan->at - from);
	return SEAL_OK;
}

static size_t digits(const char *text, size_t len, size_t at)
{
	while (at < len && text[at] >= '0' && text[at] <= '9')
		at++;
	return at;
}

/* RFC 8259 section 6. *out_plain: an integer that 18 digits hold, and not -0. */
static int is_number(const char *text, size_t len, int *out_plain)
{
	size_t from = len && text[0] == '-';
	size_t at = digits(text, len, from);
	int plain;

	if (at == from || (text[from] == '0' && at - from > 1))
		return 0;
	plain = at == len && at - from <= 18 && !(from && text[from] == '0');
	if (at < len && text[at] == '.') {
		size_t point = ++at;

		at = digits(text, len, at);
		if (at == point)
			return 0;
	}
	if (at < len && (text[at] == 'e' || text[at] == 'E')) {
		size_t power;

		at++;
		at += at < len && (text[at] == '+' || text[at] == '-');
		power = at;
		at = digits(text, len, at);
		if (at == power)
			return 0;
	}
	*out_plain = plain;
	return at == len;
}

static int in_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static int take_number(struct scan *scan, struct seal_diag *diag)
{
	size_t from = scan->at;
	int plain = 0;

	while (scan->at < scan->len && in_number(scan->text[scan->at]))
		scan->at++;
	if (scan->at - from > SEAL_JSON_NUMBER)
		return seal_fail(diag, SEAL_E_TOOLONG, "JSON: number");
	if (!is_number(scan->text + from, scan->at - from, &plain))
		return seal_fail(diag, SEAL_E_FORMAT, "JSON: invalid number");
	if (!plain)
		put(scan, "\"\\u0000", 7);
	put(scan, scan->text + from, scan->at - from);
	if (!plain)
		put(scan, "\"", 1);
	return SEAL_OK;
}

static int take_other(struct scan *scan, struct seal_diag *diag)
{
	char c = scan->text[scan->at];

	if (c == '{' || c == '[') {
		scan->values++;
		if (++scan->depth > SEAL_JSON_DEPTH)
			return seal_fail(diag, SEAL_E_TOOLONG, "JSON: deeper than %u",
					 SEAL_JSON_DEPTH);
	} else if ((c == '}' || c == ']') && scan->depth) {
		scan->depth--;
	} else if (c == ',') {
		scan->values++;
	} else if (c == 0) {
		return seal_fail(diag, SEAL_E_FORMAT, "JSON: NUL");
	}
	put(scan, &c, 1);
	scan->at++;
	return SEAL_OK;
}

static int walk(struct scan *scan, struct seal_diag *diag)
{
	int error = SEAL_OK;

	while (scan->at < scan->len && !error) {
		char c = scan->text[scan->at];

		if (c == '"')
			error = take_string(scan, diag);
		else if (c == '-' || (c >= '0' && c <= '9'))
			error = take_number(scan, diag);
		else
			error = take_other(scan, diag);
		if (!error && scan->values > scan->max)
			error = seal_fail(diag, SEAL_E_TOOLONG, "JSON: over %u values", scan->max);
	}
	return error;
}

int seal_json_scan(const char *text, size_t len, unsigned max, struct seal_json_text *out_text,
		   struct seal_diag *diag)
{
	struct scan scan = {.text = text, .len = len, .max = max};
	struct seal_json_text made = {0};
	int error;

	if (len > SEAL_JSON_BYTES)
		return seal_fail(diag, SEAL_E_TOOLONG, "JSON: over %u bytes", SEAL_JSON_BYTES);
	error = walk(&scan, diag);
	if (error)
		return error;
	made.len = scan.out_len;
	made.bytes = malloc(made.len + 1);
	if (!made.bytes)
		return seal_fail(diag, SEAL_E_NOMEM, "JSON");
	scan = (struct scan){.text = text, .len = len, .max = max, .out = made.bytes};
	error = walk(&scan, diag);
	if (error) {
		seal_json_text_done(&made);
		return error;
	}
	made.bytes[made.len] = 0;
	*out_text = made;
	return SEAL_OK;
}
