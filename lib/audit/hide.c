/* Data of requests and answers with their values hashed. A stack of our own instead of
   recursion: depth is what a stranger sent. */

#include <string.h>

#include <jansson.h>

#include "audit/line_internal.h"
#include "base/encode.h"
#include "crypto/hmac.h"

#include "base/banned.h"

#define LEVELS (SEAL_JSON_DEPTH + 8u) /* what envelopes add to a body */

void seal_audit_hash(const char *salt, const void *bytes, size_t len,
		     char out[static SEAL_AUDIT_HASH])
{
	struct seal_piece piece = {bytes, len};
	uint8_t mac[32];

	seal_hmac((const uint8_t *)salt, strlen(salt), &piece, 1, mac);
	memcpy(out, "hmac-sha256:", 12);
	seal_hex(mac, sizeof mac, out + 12);
}

struct level {
	const json_t *from;
	json_t *to;	 /* owned by its parent; the lowest by the caller */
	const char *key; /* NULL: of an array */
	json_t *value;
	size_t at;
	void *iter;
};

struct hide {
	const char *salt;
	int numbers, names;
	size_t room; /* bytes that the copy may still be longer as text */
	struct level levels[LEVELS];
	size_t depth;
};

static json_t *hashed(const struct hide *hide, const void *bytes, size_t len)
{
	char text[SEAL_AUDIT_HASH];

	seal_audit_hash(hide->salt, bytes, len, text);
	return json_string(text);
}

static int is_hashed(const struct hide *hide, const json_t *value)
{
	int number = json_is_integer(value) || seal_json_number(value);

	return number ? hide->numbers : json_is_string(value);
}

static json_t *leaf(const struct hide *hide, json_t *value)
{
	const char *number = seal_json_number(value);
	char text[32];
	int len;

	if (number && hide->numbers)
		return hashed(hide, number, strlen(number));
	if (json_is_string(value) && !number)
		return hashed(hide, json_string_value(value), json_string_length(value));
	if (json_is_integer(value) && hide->numbers) {
		len = snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT,
			       json_integer_value(value));
		return hashed(hide, text, len > 0 ? (size_t)len : 0);
	}
	return json_incref(value);
}

/* A name of our API: lower case and '_'. A share or token put where a name belongs is not. */
static int plain_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz_");

	return len && len <= 24 && !name[len];
}

/* What a member is as text at least, before it costs an HMAC or memory. */
static int has_room(struct hide *hide, const struct level *level)
{
	int hashed = level->key && hide->names && !plain_name(level->key);
	size_t cost = 2;

	if (level->key)
		cost += 3 + (hashed ? SEAL_AUDIT_HASH - 1 : strlen(level->key));
	if (is_hashed(hide, level->value))
		cost += SEAL_AUDIT_HASH;
	if (cost > hide->room)
		return 0;
	hide->room -= cost;
	return 1;
}

static int put(const struct hide *hide, const struct level *level, json_t *value)
{
	char text[SEAL_AUDIT_HASH];

	if (!level->key)
		return json_array_append_new(level->to, value);
	if (!hide->names || plain_name(level->key))
		return json_object_set_new(level->to, level->key, value);
	seal_audit_hash(hide->salt, level->key, strlen(level->key), text);
	return json_object_set_new(level->to, text, value);
}

/* The next member of a level: 0 when there is none. */
static int next(struct level *level)
{
	if (json_is_array(level->from)) {
		level->value = json_array_get(level->from, level->at++);
		return level->value != NULL;
	}
	/* The iterator does not change what it walks over; jansson has no const form. */
	level->iter = level->iter
			      ? json_object_iter_next((json_t *)(uintptr_t)level->from, level->iter)
			      : json_object_iter((json_t *)(uintptr_t)level->from);
	if (!level->iter)
		return 0;
	level->key = json_object_iter_key(level->iter);
	level->value = json_object_iter_value(level->iter);
	return 1;
}

static json_t *empty_like(const json_t *json)
{
	return json_is_array(json) ? json_array() : json_object();
}

/* One member, or one step up. */
static int step(struct hide *hide)
{
	struct level *level = &hide->levels[hide->depth - 1];
	json_t *made;

	if (!next(level)) {
		hide->depth--;
		return SEAL_OK;
	}
	if (!has_room(hide, level))
		return SEAL_E_TOOLONG;
	if (!json_is_array(level->value) && !json_is_object(level->value))
		return put(hide, level, leaf(hide, level->value)) ? SEAL_E_NOMEM : SEAL_OK;
	if (hide->depth == LEVELS)
		return SEAL_E_NOMEM;
	made = empty_like(level->value);
	if (put(hide, level, made))
		return SEAL_E_NOMEM;
	hide->levels[hide->depth++] = (struct level){.from = level->value, .to = made};
	return SEAL_OK;
}

int seal_audit_hide(const struct json_t *json, const struct seal_audit_hiding *how,
		    struct json_t **out_json, struct seal_diag *diag)
{
	struct json_t *top SEAL_CLEANUP(seal_json_freep) = empty_like(json);
	struct hide hide = {.salt = how->salt,
			    .numbers = how->numbers,
			    .names = how->names,
			    .room = how->max,
			    .depth = 1};
	int error = top ? SEAL_OK : SEAL_E_NOMEM;

	hide.levels[0] = (struct level){.from = json, .to = top};
	while (!error && hide.depth)
		error = step(&hide);
	if (error)
		return seal_fail(diag, error, "audit line");
	*out_json = seal_steal(&top);
	return SEAL_OK;
}
