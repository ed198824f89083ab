/* Parsing and writing JSON over jansson. */

#include "json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "json_internal.h"
#include "secret.h"

#include "base/banned.h"

void seal_json_free(struct json_t *json)
{
	json_decref(json);
}

void seal_json_freep(struct json_t **json)
{
	json_decref(*json);
	*json = NULL;
}

void seal_json_text_done(struct seal_json_text *text)
{
	if (text->bytes)
		seal_wipe(text->bytes, text->len);
	free(text->bytes);
	*text = (struct seal_json_text){0};
}

int seal_json_parse(const void *bytes, size_t len, struct json_t **out_json, struct seal_diag *diag)
{
	return seal_json_parse_few(bytes, len, SEAL_JSON_VALUES, out_json, diag);
}

int seal_json_parse_few(const void *bytes, size_t len, unsigned max, struct json_t **out_json,
			struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	struct seal_json_where where;
	json_t *json = NULL;
	int error = seal_json_scan(bytes, len, max, &text, diag);

	if (error)
		return error;
	error = seal_json_load(text.bytes, text.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &json,
			       &where, diag);
	/* The text of jansson's error quotes what it read: that may be a share. */
	if (error == SEAL_E_FORMAT)
		return seal_fail(diag, SEAL_E_FORMAT, "JSON: line %d, column %d", where.line,
				 where.column);
	if (error)
		return error;
	if (!json_is_object(json)) {
		json_decref(json);
		return seal_fail(diag, SEAL_E_FORMAT, "JSON: not an object");
	}
	*out_json = json;
	return SEAL_OK;
}

const char *seal_json_number(const struct json_t *json)
{
	if (!json_is_string(json) || json_string_length(json) < 2)
		return NULL;
	return json_string_value(json)[0] ? NULL : json_string_value(json) + 1;
}

/* jansson's text made into ours: a string behind a NUL is a number and loses its quotes. */
struct rewrite {
	const char *in;
	char *out; /* NULL: only count */
	size_t len;
};

static void put(struct rewrite *rewrite, const char *bytes, size_t len)
{
	if (rewrite->out)
		memcpy(rewrite->out + rewrite->len, bytes, len);
	rewrite->len += len;
}

static void put_char(struct rewrite *rewrite, const char *at)
{
	if (*at == '<')
		put(rewrite, "\\u003c", 6);
	else if (*at == '>')
		put(rewrite, "\\u003e", 6);
	else if (*at == '&')
		put(rewrite, "\\u0026", 6);
	else
		put(rewrite, at, 1);
}

/* at is at the opening quote; gives what follows the closing one. */
static const char *put_string(struct rewrite *rewrite, const char *at)
{
	int number = !strncmp(at, "\"\\u0000", 7);

	if (number)
		at += 7;
	else
		put(rewrite, at++, 1);
	for (; *at != '"'; at++) {
		if (*at == '\\')
			put(rewrite, at++, 1);
		put_char(rewrite, at);
	}
	if (!number)
		put(rewrite, at, 1);
	return at + 1;
}

static void run(struct rewrite *rewrite, const char *end)
{
	const char *at = rewrite->in;

	while (*at) {
		if (*at == '"')
			at = put_string(rewrite, at);
		else
			put(rewrite, at++, 1);
	}
	put(rewrite, end, strlen(end));
}

/* jansson's own text; a failure is kept here, as jansson may pass over it. */
struct raw {
	char *bytes;
	size_t len, cap;
	int failed;
};

static void raw_done(struct raw *raw)
{
	seal_json_wipe(raw->bytes);
}

static int raw_add(const char *bytes, size_t len, void *data)
{
	struct raw *raw = data;

	if (raw->cap - raw->len <= len) {
		size_t cap = 2 * (raw->cap + len) + 256;
		char *more = malloc(cap);

		raw->failed |= !more;
		if (!more)
			return -1;
		if (raw->len)
			memcpy(more, raw->bytes, raw->len);
		seal_json_wipe(raw->bytes);
		raw->bytes = more;
		raw->cap = cap;
	}
	memcpy(raw->bytes + raw->len, bytes, len);
	raw->len += len;
	raw->bytes[raw->len] = 0;
	return 0;
}

int seal_json_write(const struct json_t *json, enum seal_json_order order, const char *end,
		    struct seal_json_text *out_text, struct seal_diag *diag)
{
	size_t flags = JSON_COMPACT | (order == SEAL_JSON_SORTED ? JSON_SORT_KEYS : 0);
	struct raw raw SEAL_CLEANUP(raw_done) = {0};
	struct rewrite rewrite;
	char *bytes;

	if (json_dump_callback(json, raw_add, &raw, flags | JSON_ENCODE_ANY) || raw.failed ||
	    !raw.bytes)
		return seal_fail(diag, SEAL_E_NOMEM, "JSON");
	rewrite = (struct rewrite){.in = raw.bytes};
	run(&rewrite, end);
	bytes = malloc(rewrite.len + 1);
	if (!bytes)
		return seal_fail(diag, SEAL_E_NOMEM, "JSON");
	rewrite = (struct rewrite){.in = raw.bytes, .out = bytes};
	run(&rewrite, end);
	bytes[rewrite.len] = 0;
	*out_text = (struct seal_json_text){.bytes = bytes, .len = rewrite.len};
	return SEAL_OK;
}
