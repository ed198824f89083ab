/* From bytes to lines and bodies. Every decision is taken at one byte, so that
   how the stream was cut into packets cannot matter. */

#include "gate/http_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

#define BODY_FIRST 4096u

struct seal_http_limits seal_http_limits_default(void)
{
	return (struct seal_http_limits){.line = 8192,
					 .fields = 32768,
					 .count = SEAL_HTTP_FIELDS,
					 .body = 32u << 20,
					 .padding = 4096};
}

int seal_http_parser_new(const struct seal_http_limits *limits,
			 struct seal_http_parser **out_parser, struct seal_diag *diag)
{
	struct seal_http_parser *parser SEAL_CLEANUP(seal_http_parser_freep) = NULL;

	if (limits->count > SEAL_HTTP_FIELDS || limits->line > 1u << 20 ||
	    limits->fields > 1u << 20 || limits->body > 1u << 30)
		return seal_fail(diag, SEAL_E_ARGUMENT, "HTTP limits");
	parser = calloc(1, sizeof *parser);
	if (!parser)
		return seal_fail(diag, SEAL_E_NOMEM, "HTTP parser");
	parser->limits = *limits;
	/* Kept lines, one more line of the longest sort, a NUL for each. */
	parser->head_cap =
		2 * limits->line + limits->fields + limits->count + SEAL_HTTP_CHUNK_LINE + 4;
	parser->head = malloc(parser->head_cap);
	if (!parser->head)
		return seal_fail(diag, SEAL_E_NOMEM, "HTTP parser");
	*out_parser = seal_steal(&parser);
	return SEAL_OK;
}

static void drop_body(struct seal_http_parser *parser)
{
	if (parser->body)
		seal_wipe(parser->body, parser->body_len);
	free(parser->body);
	parser->body = NULL;
	parser->body_len = parser->body_cap = 0;
}

void seal_http_next(struct seal_http_parser *parser)
{
	struct seal_http_parser fresh = {
		.limits = parser->limits, .head = parser->head, .head_cap = parser->head_cap};

	if (parser->at == SEAL_HTTP_AT_REFUSED)
		return;
	seal_wipe(parser->head, parser->head_len);
	drop_body(parser);
	*parser = fresh;
}

void seal_http_parser_free(struct seal_http_parser *parser)
{
	if (!parser)
		return;
	if (parser->head)
		seal_wipe(parser->head, parser->head_len);
	free(parser->head);
	drop_body(parser);
	free(parser);
}

void seal_http_parser_freep(struct seal_http_parser **parser)
{
	seal_http_parser_free(*parser);
	*parser = NULL;
}

int seal_http_refuse(struct seal_http_parser *parser, int status, const char *why,
		     struct seal_diag *diag)
{
	int error = SEAL_E_FORMAT;

	if (status == 413 || status == 414 || status == 431)
		error = SEAL_E_TOOLONG;
	else if (status == 505)
		error = SEAL_E_VERSION;
	else if (status == 500)
		error = SEAL_E_NOMEM;
	parser->at = SEAL_HTTP_AT_REFUSED;
	parser->status = status;
	parser->error = error;
	return seal_fail(diag, error, "HTTP request refused with %d: %s", status, why);
}

/* The empty line: end of head, or of trailers. */
static int take_empty(struct seal_http_parser *parser, struct seal_diag *diag)
{
	if (parser->at == SEAL_HTTP_AT_TRAILERS) {
		parser->at = SEAL_HTTP_AT_READY;
		return SEAL_OK;
	}
	if (parser->at == SEAL_HTTP_AT_FIELDS)
		return seal_http_head_done(parser, diag);
	if (parser->at == SEAL_HTTP_AT_START && !parser->skipped_empty) {
		parser->skipped_empty = 1; /* RFC 9112 section 2.2 asks for one */
		return SEAL_OK;
	}
	return seal_http_refuse(parser, 400, "empty line", diag);
}

static int take_trailer(struct seal_http_parser *parser, char *line, struct seal_diag *diag)
{
	char *name;
	char *value;

	/* Checked, then dropped: no trailer means anything to seald. */
	if (!seal_http_cut_field(line, &name, &value))
		return seal_http_refuse(parser, 400, "malformed trailer", diag);
	return SEAL_OK;
}

static int take_line(struct seal_http_parser *parser, struct seal_diag *diag)
{
	char *line = parser->head + parser->line_at;
	size_t len = parser->head_len - parser->line_at;
	int error;

	parser->head[parser->head_len++] = '\0';
	if (len == 0 && parser->at != SEAL_HTTP_AT_CHUNK_LINE) {
		error = take_empty(parser, diag);
	} else if (parser->at == SEAL_HTTP_AT_START) {
		error = seal_http_request_line(parser, line, diag);
		if (!error)
			parser->at = SEAL_HTTP_AT_FIELDS;
		parser->line_at = parser->head_len;
		return error;
	} else if (parser->at == SEAL_HTTP_AT_FIELDS) {
		error = seal_http_field_line(parser, line, diag);
		parser->line_at = parser->head_len;
		return error;
	} else if (parser->at == SEAL_HTTP_AT_TRAILERS) {
		error = take_trailer(parser, line, diag);
	} else {
		error = seal_http_chunk_line(parser, line, diag);
		if (!error)
			parser->at = parser->left ? SEAL_HTTP_AT_CHUNK_DATA : SEAL_HTTP_AT_TRAILERS;
	}
	/* Lines of these kinds are not kept. */
	seal_wipe(line, len);
	parser->head_len = parser->line_at;
	return error;
}

static int count_field_byte(struct seal_http_parser *parser, size_t len, struct seal_diag *diag)
{
	if (len == 0 && ++parser->field_lines > parser->limits.count)
		return seal_http_refuse(parser, 431, "too many fields", diag);
	if (len >= parser->limits.line)
		return seal_http_refuse(parser, 431, "field line too long", diag);
	if (++parser->field_bytes > parser->limits.fields)
		return seal_http_refuse(parser, 431, "fields too long", diag);
	return SEAL_OK;
}

static int take_line_byte(struct seal_http_parser *parser, char c, struct seal_diag *diag)
{
	size_t len = parser->head_len - parser->line_at;
	int error = SEAL_OK;

	if (parser->after_cr) {
		parser->after_cr = 0;
		return c == '\n' ? take_line(parser, diag)
				 : seal_http_refuse(parser, 400, "bare CR", diag);
	}
	if (c == '\r') {
		parser->after_cr = 1;
		return SEAL_OK;
	}
	if (c == '\n')
		return seal_http_refuse(parser, 400, "bare LF", diag);
	if ((c >= 0 && c < ' ' && c != '\t') || c == 0x7f)
		return seal_http_refuse(parser, 400, "control character", diag);
	if (parser->at == SEAL_HTTP_AT_FIELDS || parser->at == SEAL_HTTP_AT_TRAILERS)
		error = count_field_byte(parser, len, diag);
	else if (parser->at == SEAL_HTTP_AT_START && len >= parser->limits.line)
		error = seal_http_refuse(parser, 414, "request line too long", diag);
	else if (parser->at == SEAL_HTTP_AT_CHUNK_LINE && len >= SEAL_HTTP_CHUNK_LINE)
		error = seal_http_refuse(parser, 400, "chunk line too long", diag);
	if (error)
		return error;
	parser->head[parser->head_len++] = c;
	return SEAL_OK;
}

/* The announced length is only a claim: memory follows what has arrived. */
static int grow_body(struct seal_http_parser *parser, size_t need, struct seal_diag *diag)
{
	size_t cap = parser->body_cap ? parser->body_cap : BODY_FIRST;
	uint8_t *wider;

	if (need <= parser->body_cap)
		return SEAL_OK;
	while (cap < need)
		cap *= 2;
	wider = malloc(cap);
	if (!wider)
		return seal_http_refuse(parser, 500, "out of memory", diag);
	if (parser->body_len) {
		memcpy(wider, parser->body, parser->body_len);
		seal_wipe(parser->body, parser->body_len);
	}
	free(parser->body);
	parser->body = wider;
	parser->body_cap = cap;
	return SEAL_OK;
}

static int take_body(struct seal_http_parser *parser, const uint8_t *bytes, size_t len,
		     size_t *used, struct seal_diag *diag)
{
	size_t take = len < parser->left ? len : (size_t)parser->left;
	int error = grow_body(parser, parser->body_len + take, diag);

	if (error)
		return error;
	memcpy(parser->body + parser->body_len, bytes, take);
	parser->body_len += take;
	parser->left -= take;
	*used += take;
	if (parser->left == 0)
		parser->at = parser->chunked ? SEAL_HTTP_AT_CHUNK_END : SEAL_HTTP_AT_READY;
	return SEAL_OK;
}

static int take_chunk_end(struct seal_http_parser *parser, char c, struct seal_diag *diag)
{
	if (c != (parser->after_cr ? '\n' : '\r'))
		return seal_http_refuse(parser, 400, "chunk longer than its size", diag);
	if (parser->after_cr)
		parser->at = SEAL_HTTP_AT_CHUNK_LINE;
	parser->after_cr = !parser->after_cr;
	return SEAL_OK;
}

static void publish(struct seal_http_parser *parser)
{
	parser->request.fields = parser->fields;
	parser->request.body = parser->body;
	parser->request.body_len = parser->body_len;
}

int seal_http_feed(struct seal_http_parser *parser, const uint8_t *bytes, size_t len,
		   size_t *out_used, enum seal_http_event *out_event, struct seal_diag *diag)
{
	enum seal_http_event event = SEAL_HTTP_MORE;
	size_t used = 0;
	int error = SEAL_OK;

	if (parser->at == SEAL_HTTP_AT_REFUSED)
		return seal_fail(diag, parser->error, "HTTP request was refused with %d",
				 parser->status);
	while (used < len && !error && event == SEAL_HTTP_MORE &&
	       parser->at != SEAL_HTTP_AT_READY) {
		if (parser->at == SEAL_HTTP_AT_BODY || parser->at == SEAL_HTTP_AT_CHUNK_DATA)
			error = take_body(parser, bytes + used, len - used, &used, diag);
		else if (parser->at == SEAL_HTTP_AT_CHUNK_END)
			error = take_chunk_end(parser, (char)bytes[used++], diag);
		else
			error = take_line_byte(parser, (char)bytes[used++], diag);
		if (parser->expects && !error) {
			parser->expects = 0;
			event = SEAL_HTTP_CONTINUE;
		}
	}
	if (error)
		return error;
	if (parser->at == SEAL_HTTP_AT_READY) {
		publish(parser);
		event = SEAL_HTTP_READY;
	}
	*out_used = used;
	*out_event = event;
	return SEAL_OK;
}

int seal_http_status(const struct seal_http_parser *parser)
{
	return parser->status;
}

const struct seal_http_request *seal_http_request(const struct seal_http_parser *parser)
{
	return parser->at == SEAL_HTTP_AT_READY ? &parser->request : NULL;
}

int seal_http_idle(const struct seal_http_parser *parser)
{
	return parser->at == SEAL_HTTP_AT_START && parser->head_len == 0 && !parser->after_cr;
}

int seal_http_in_body(const struct seal_http_parser *parser)
{
	return parser->at >= SEAL_HTTP_AT_BODY && parser->at < SEAL_HTTP_AT_READY;
}

const char *seal_http_value(const struct seal_http_request *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (strcmp(request->fields[i].name, name) == 0)
			return request->fields[i].value;
	return NULL;
}
