/* Chunk lines: size and extensions (RFC 9112 section 7.1). Extensions are
   checked to the grammar and dropped; what they may cost is limited. */

#include "gate/http_internal.h"

#include <string.h>

#include "base/banned.h"

#define SIZE_DIGITS 8u

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static const char *skip_blank(const char *at)
{
	return at + strspn(at, " \t");
}

static const char *skip_token(const char *at)
{
	while (seal_http_token_char(*at))
		at++;
	return at;
}

/* Behind the closing quote, or NULL if there is none. */
static const char *skip_quoted(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && !*++at)
			return NULL;
	return *at == '"' ? at + 1 : NULL;
}

/* *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) */
static int are_extensions(const char *at)
{
	while (*at) {
		const char *name;
		const char *after;

		at = skip_blank(at);
		if (*at != ';')
			return 0;
		name = skip_blank(at + 1);
		at = skip_token(name);
		if (at == name)
			return 0;
		after = skip_blank(at);
		if (*after != '=')
			continue;
		after = skip_blank(after + 1);
		at = *after == '"' ? skip_quoted(after) : skip_token(after);
		if (!at || at == after)
			return 0;
	}
	return 1;
}

int seal_http_chunk_line(struct seal_http_parser *parser, const char *line, struct seal_diag *diag)
{
	uint64_t size = 0;
	size_t digits = 0;

	for (; digits <= SIZE_DIGITS && hex_value(line[digits]) >= 0; digits++)
		size = size << 4 | (uint64_t)hex_value(line[digits]);
	if (digits == 0 || digits > SIZE_DIGITS)
		return seal_http_refuse(parser, 400, "malformed chunk size", diag);
	if (!are_extensions(line + digits))
		return seal_http_refuse(parser, 400, "malformed chunk extension", diag);
	parser->padding += strlen(line + digits);
	if (parser->padding > parser->limits.padding)
		return seal_http_refuse(parser, 400, "chunk extensions too long", diag);
	if (size > parser->limits.body - parser->body_len)
		return seal_http_refuse(parser, 413, "body too long", diag);
	parser->left = size;
	return SEAL_OK;
}
