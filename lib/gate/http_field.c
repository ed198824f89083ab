/* What the lines of a head mean: target, authority, framing. */

#include "gate/http_internal.h"

#include <string.h>

#include "base/banned.h"

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int seal_http_token_char(char c)
{
	return is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

int seal_http_same(const char *a, const char *b)
{
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

/* All of text made of RFC 3986 unreserved, sub-delims, pct-encoded and `more`. */
static int is_uri_part(const char *text, const char *more)
{
	for (; *text; text++) {
		if (*text == '%') {
			if (!is_hex(text[1]) || !is_hex(text[2]))
				return 0;
			text += 2;
		} else if (!is_alnum(*text) && !strchr("-._~!$&'()*+,;=", *text) &&
			   !strchr(more, *text)) {
			return 0;
		}
	}
	return 1;
}

/* uri-host [ ":" port ], not empty, no user information; cut and put together
   again in place. */
static int is_authority(char *text)
{
	char *end = text;
	char closing = '\0';
	int good;

	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || end == text + 1)
			return 0;
		for (const char *c = text + 1; c < end; c++)
			if (!is_hex(*c) && *c != ':' && *c != '.')
				return 0;
		end++;
		good = *end == '\0' || *end == ':';
	} else {
		end = text + strcspn(text, ":");
		closing = *end;
		*end = '\0';
		good = end > text && is_uri_part(text, "");
		*end = closing;
	}
	if (!good || *end == '\0')
		return good;
	for (end++; *end; end++)
		if (!is_digit(*end))
			return 0;
	return 1;
}

static size_t scheme_len(const char *target)
{
	static const char *const schemes[] = {"http://", "https://"};
	char start[9] = {0};

	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(schemes[i]);

		(void)memcpy(start, target, strnlen(target, len));
		start[strnlen(target, len)] = '\0';
		if (seal_http_same(start, schemes[i]))
			return len;
	}
	return 0;
}

/* Moves the authority one byte to the left, over the scheme's last slash, to
   make room for its NUL in front of the path. */
static int cut_absolute(struct seal_http_parser *parser, char *target, size_t scheme,
			const char **out_path)
{
	char *authority = target + scheme;
	size_t len = strcspn(authority, "/?");
	char *path = authority + len;

	if (*path == '?')
		return 0;
	memmove(authority - 1, authority, len);
	authority[len - 1] = '\0';
	*out_path = *path ? path : "/";
	parser->authority = authority - 1;
	return is_authority(authority - 1);
}

static int take_target(struct seal_http_parser *parser, char *target, struct seal_diag *diag)
{
	struct seal_http_request *request = &parser->request;
	size_t scheme = scheme_len(target);
	const char *path = target;

	if (strcmp(request->method, "CONNECT") == 0)
		return seal_http_refuse(parser, 501, "CONNECT", diag);
	if (strcmp(target, "*") == 0 && strcmp(request->method, "OPTIONS") == 0) {
		request->target = target;
		return SEAL_OK;
	}
	if (scheme && (!target[scheme] || strchr("/?", target[scheme]) ||
		       !cut_absolute(parser, target, scheme, &path)))
		return seal_http_refuse(parser, 400, "malformed target", diag);
	if (*path != '/' || !is_uri_part(path, "/?:@"))
		return seal_http_refuse(parser, 400, "malformed target", diag);
	request->target = path;
	return SEAL_OK;
}

static int take_version(struct seal_http_parser *parser, const char *version,
			struct seal_diag *diag)
{
	if (strncmp(version, "HTTP/", 5) != 0 || !is_digit(version[5]) || version[6] != '.' ||
	    !is_digit(version[7]) || version[8])
		return seal_http_refuse(parser, 400, "malformed version", diag);
	if (version[5] != '1' || version[7] > '1')
		return seal_http_refuse(parser, 505, "version", diag);
	parser->request.minor = version[7] - '0';
	parser->request.keep_alive = parser->request.minor;
	return SEAL_OK;
}

int seal_http_request_line(struct seal_http_parser *parser, char *line, struct seal_diag *diag)
{
	char *method_end = line;
	char *target;
	char *target_end;
	int error;

	while (seal_http_token_char(*method_end))
		method_end++;
	if (method_end == line || *method_end != ' ')
		return seal_http_refuse(parser, 400, "malformed method", diag);
	if ((size_t)(method_end - line) > SEAL_HTTP_METHOD)
		return seal_http_refuse(parser, 501, "method too long", diag);
	target = method_end + 1;
	target_end = strchr(target, ' ');
	if (!target_end)
		return seal_http_refuse(parser, 400, "malformed request line", diag);
	*method_end = *target_end = '\0';
	parser->request.method = line;
	parser->request.is_head = strcmp(line, "HEAD") == 0;
	error = take_version(parser, target_end + 1, diag);
	return error ? error : take_target(parser, target, diag);
}

int seal_http_cut_field(char *line, char **out_name, char **out_value)
{
	char *at = line;
	char *end;

	for (; seal_http_token_char(*at); at++)
		*at = lower(*at);
	if (at == line || *at != ':')
		return 0;
	*at++ = '\0';
	at += strspn(at, " \t");
	end = at + strlen(at);
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	*out_name = line;
	*out_value = at;
	return 1;
}

/* These steer framing or authority, so a second one is an attack or a fault. */
static int is_single(const char *name)
{
	static const char *const names[] = {"authorization",
					    "content-encoding",
					    "content-length",
					    "content-type",
					    "expect",
					    "host",
					    "transfer-encoding",
					    "x-vault-namespace",
					    "x-vault-token",
					    "x-vault-wrap-format",
					    "x-vault-wrap-ttl"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return 1;
	return 0;
}

/* 1 if the comma-separated list has the word. */
static int list_has(const char *list, const char *word)
{
	char item[16];

	while (*list) {
		size_t len = strcspn(list, ", \t");

		if (len < sizeof item) {
			memcpy(item, list, len);
			item[len] = '\0';
			if (len && seal_http_same(item, word))
				return 1;
		}
		list += len;
		list += strspn(list, ", \t");
	}
	return 0;
}

int seal_http_field_line(struct seal_http_parser *parser, char *line, struct seal_diag *diag)
{
	struct seal_http_request *request = &parser->request;
	struct seal_http_field *field = &parser->fields[request->field_count];
	char *name;
	char *value;

	if (*line == ' ' || *line == '\t')
		return seal_http_refuse(parser, 400, "folded field", diag);
	if (!seal_http_cut_field(line, &name, &value))
		return seal_http_refuse(parser, 400, "malformed field", diag);
	request->fields = parser->fields;
	if (is_single(name) && seal_http_value(request, name))
		return seal_http_refuse(parser, 400, "field given twice", diag);
	if (strcmp(name, "connection") == 0 && list_has(value, "close"))
		request->keep_alive = 0;
	if (strcmp(name, "host") == 0) {
		if (!is_authority(value))
			return seal_http_refuse(parser, 400, "malformed Host", diag);
		request->host = value;
	}
	*field = (struct seal_http_field){.name = name, .value = value};
	request->field_count++;
	return SEAL_OK;
}

static int take_length(struct seal_http_parser *parser, const char *text, struct seal_diag *diag)
{
	uint64_t length = 0;

	if (!*text)
		return seal_http_refuse(parser, 400, "malformed Content-Length", diag);
	for (const char *c = text; *c; c++) {
		if (!is_digit(*c))
			return seal_http_refuse(parser, 400, "malformed Content-Length", diag);
		if (length <= parser->limits.body)
			length = length * 10 + (uint64_t)(*c - '0');
	}
	if (length > parser->limits.body)
		return seal_http_refuse(parser, 413, "body too long", diag);
	parser->left = length;
	return SEAL_OK;
}

static int take_framing(struct seal_http_parser *parser, struct seal_diag *diag)
{
	const char *length = seal_http_value(&parser->request, "content-length");
	const char *coding = seal_http_value(&parser->request, "transfer-encoding");

	if (length && coding)
		return seal_http_refuse(parser, 400, "two lengths", diag);
	if (coding && parser->request.minor == 0)
		return seal_http_refuse(parser, 400, "Transfer-Encoding in HTTP/1.0", diag);
	if (coding && !seal_http_same(coding, "chunked"))
		return seal_http_refuse(parser, list_has(coding, "chunked") ? 400 : 501,
					"transfer coding", diag);
	parser->chunked = coding != NULL;
	return length ? take_length(parser, length, diag) : SEAL_OK;
}

int seal_http_head_done(struct seal_http_parser *parser, struct seal_diag *diag)
{
	struct seal_http_request *request = &parser->request;
	const char *expect = seal_http_value(request, "expect");
	int error;

	if (!request->host && request->minor == 1)
		return seal_http_refuse(parser, 400, "no Host", diag);
	if (request->host && parser->authority && !seal_http_same(request->host, parser->authority))
		return seal_http_refuse(parser, 400, "target and Host disagree", diag);
	if (!request->host)
		request->host = parser->authority;
	error = take_framing(parser, diag);
	if (error)
		return error;
	if (expect && request->minor == 1 && !seal_http_same(expect, "100-continue"))
		return seal_http_refuse(parser, 417, "expectation", diag);
	if (parser->chunked)
		parser->at = SEAL_HTTP_AT_CHUNK_LINE;
	else
		parser->at = parser->left ? SEAL_HTTP_AT_BODY : SEAL_HTTP_AT_READY;
	parser->expects = expect && request->minor == 1 && parser->at != SEAL_HTTP_AT_READY;
	return SEAL_OK;
}
