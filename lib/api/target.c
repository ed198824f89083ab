/* The request target, read strictly. */

#include "api/target.h"

#include <string.h>

#include "base/encode.h"
#include "base/utf8.h"

#include "base/banned.h"

/* One decoded byte; *at is moved on. -1: bad escape. */
static int next_byte(const char *text, size_t len, size_t *at, int plus)
{
	uint8_t byte;
	size_t got = 0;

	if (text[*at] == '+' && plus) {
		(*at)++;
		return ' ';
	}
	if (text[*at] != '%')
		return (unsigned char)text[(*at)++];
	if (len - *at < 3 || seal_unhex(text + *at + 1, 2, &byte, 1, &got, NULL))
		return -1;
	*at += 3;
	return byte;
}

static int decode(const char *text, size_t len, int plus, char *out, size_t cap,
		  struct seal_diag *diag)
{
	size_t count = 0;

	for (size_t at = 0; at < len;) {
		int byte = next_byte(text, len, &at, plus);

		if (byte < 0)
			return seal_fail(diag, SEAL_E_FORMAT, "request target: bad escape");
		if (count >= cap)
			return seal_fail(diag, SEAL_E_TOOLONG, "request target");
		out[count++] = (char)byte;
	}
	out[count] = 0;
	for (size_t at = 0; at < count;) {
		int32_t point = seal_utf8_next(out, count, &at);

		if (point < 0)
			return seal_fail(diag, SEAL_E_FORMAT, "request target: not UTF-8");
		/* Paths go into the audit log as they are. */
		if (seal_utf8_drives(point))
			return seal_fail(diag, SEAL_E_FORMAT, "request target: control character");
	}
	return SEAL_OK;
}

static int check_segments(const char *path, struct seal_diag *diag)
{
	for (const char *at = path; *at;) {
		size_t len = strcspn(at, "/");

		if (!len || (len == 1 && at[0] == '.') ||
		    (len == 2 && at[0] == '.' && at[1] == '.'))
			return seal_fail(diag, SEAL_E_FORMAT,
					 "request target: empty or dot segment");
		at += len + (at[len] == '/');
	}
	return SEAL_OK;
}

static int take_query(struct seal_target *target, const char *text, size_t len,
		      struct seal_diag *diag)
{
	const char *sign = memchr(text, '=', len);
	size_t name_len = sign ? (size_t)(sign - text) : len;
	size_t i = target->query_count;
	int error;

	if (!len)
		return SEAL_OK;
	if (i == SEAL_TARGET_QUERIES)
		return seal_fail(diag, SEAL_E_TOOLONG, "request target: query");
	error = decode(text, name_len, 1, target->query[i].name, SEAL_TARGET_NAME, diag);
	if (!error && sign)
		error = decode(sign + 1, len - name_len - 1, 1, target->query[i].value,
			       SEAL_TARGET_VALUE, diag);
	if (error)
		return error;
	if (seal_target_query(target, target->query[i].name))
		return seal_fail(diag, SEAL_E_DUPLICATE, "request target: query name twice");
	target->query_count++;
	return SEAL_OK;
}

int seal_target_parse(const char *text, struct seal_target *out_target, struct seal_diag *diag)
{
	struct seal_target target = {0};
	size_t len = strcspn(text, "?");
	int error;

	if (strncmp(text, "/v1/", 4) != 0) {
		*out_target = target;
		return SEAL_OK;
	}
	target.ours = 1;
	error = decode(text + 4, len - 4, 0, target.path, SEAL_TARGET_PATH, diag);
	if (!error)
		error = check_segments(target.path, diag);
	for (const char *at = text + len; !error && *at;) {
		size_t part = strcspn(++at, "&");

		error = take_query(&target, at, part, diag);
		at += part;
	}
	if (!error)
		*out_target = target;
	return error;
}

const char *seal_target_query(const struct seal_target *target, const char *name)
{
	for (size_t i = 0; i < target->query_count; i++) {
		if (!strcmp(target->query[i].name, name))
			return target->query[i].value;
	}
	return NULL;
}

int seal_target_flag(const struct seal_target *target, const char *name)
{
	static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True"};
	static const char *const no[] = {"", "0", "f", "F", "false", "FALSE", "False"};
	const char *value = seal_target_query(target, name);

	for (size_t i = 0; value && i < sizeof yes / sizeof *yes; i++) {
		if (!strcmp(value, yes[i]))
			return 1;
	}
	for (size_t i = 0; value && i < sizeof no / sizeof *no; i++) {
		if (!strcmp(value, no[i]))
			return 0;
	}
	return value ? -1 : 0;
}
