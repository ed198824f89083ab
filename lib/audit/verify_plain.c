/* Lines that need no parser. Almost every line of a log is compact JSON in ASCII without escapes;
   such a one is seen to be an object in which no name stands twice, without building it, which
   takes ten times as long. For any other this says no, and seal_json_parse decides. */

#include <string.h>

#include "audit/verify_internal.h"
#include "base/json.h"

#include "base/banned.h"

#define NAMES 64u
#define DIGITS 18u

struct plain {
	const char *at, *end;
	struct {
		const char *text;
		size_t len;
	} name[NAMES]; /* of all objects that are open, outermost first */
	size_t names, depth;
	size_t first[SEAL_JSON_DEPTH]; /* of the names, for each that is open */
	char close[SEAL_JSON_DEPTH];
};

static int next_is(struct plain *plain, char c)
{
	if (plain->at == plain->end || *plain->at != c)
		return 0;
	plain->at++;
	return 1;
}

/* Behind its first quote. */
static int string(struct plain *plain)
{
	for (; plain->at < plain->end && *plain->at != '"'; plain->at++)
		if (*plain->at < 0x20 || *plain->at > 0x7e || *plain->at == '\\')
			return 0;
	return next_is(plain, '"');
}

static int word(struct plain *plain, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(plain->end - plain->at) < len || strncmp(plain->at, text, len) != 0)
		return 0;
	plain->at += len;
	return 1;
}

static size_t digits(struct plain *plain)
{
	const char *from = plain->at;

	while (plain->at < plain->end && *plain->at >= '0' && *plain->at <= '9')
		plain->at++;
	return (size_t)(plain->at - from);
}

/* 0, 17, 17.25; a sign or a power is for the parser. */
static int number(struct plain *plain)
{
	const char *from = plain->at;
	size_t count = digits(plain);

	if (count < 1 || count > DIGITS || (*from == '0' && count > 1))
		return 0;
	if (!next_is(plain, '.'))
		return 1;
	count = digits(plain);
	return count > 0 && count <= DIGITS;
}

static int scalar(struct plain *plain)
{
	if (plain->at == plain->end)
		return 0;
	switch (*plain->at) {
	case '"':
		plain->at++;
		return string(plain);
	case 't':
		return word(plain, "true");
	case 'f':
		return word(plain, "false");
	case 'n':
		return word(plain, "null");
	default:
		return number(plain);
	}
}

/* A name that the innermost object has not got yet, and a colon. */
static int name(struct plain *plain)
{
	const char *text;
	size_t len;

	if (!next_is(plain, '"'))
		return 0;
	text = plain->at;
	if (!string(plain) || plain->names == NAMES)
		return 0;
	len = (size_t)(plain->at - 1 - text);
	for (size_t i = plain->first[plain->depth - 1]; i < plain->names; i++)
		if (plain->name[i].len == len && strncmp(plain->name[i].text, text, len) == 0)
			return 0;
	plain->name[plain->names].text = text;
	plain->name[plain->names++].len = len;
	return next_is(plain, ':');
}

static int enter(struct plain *plain, char close)
{
	if (plain->depth == SEAL_JSON_DEPTH)
		return 0;
	plain->at++;
	plain->first[plain->depth] = plain->names;
	plain->close[plain->depth++] = close;
	return 1;
}

/* Closes what ends here; 1: another member or element follows. */
static int leave(struct plain *plain)
{
	while (plain->depth > 0 && next_is(plain, plain->close[plain->depth - 1]))
		plain->names = plain->first[--plain->depth];
	return plain->depth > 0 && next_is(plain, ',');
}

int seal_verify_plain(const char *line, size_t len)
{
	struct plain plain = {.at = line, .end = line + len};
	int more = 1;
	int empty;

	if (len < 2 || line[0] != '{' || !enter(&plain, '}'))
		return 0;
	empty = *plain.at == '}';
	while (more && !empty) {
		if (plain.close[plain.depth - 1] == '}' && !name(&plain))
			return 0;
		if (plain.at == plain.end)
			return 0;
		if (*plain.at == '{' || *plain.at == '[') {
			if (!enter(&plain, *plain.at == '{' ? '}' : ']'))
				return 0;
			if (plain.at == plain.end)
				return 0;
			if (*plain.at != plain.close[plain.depth - 1])
				continue;
		} else if (!scalar(&plain)) {
			return 0;
		}
		more = leave(&plain);
	}
	if (empty)
		(void)leave(&plain);
	return plain.depth == 0 && plain.at == plain.end;
}
