#ifndef SEALKIT_TESTS_HTTP_TRACE_H
#define SEALKIT_TESTS_HTTP_TRACE_H

/* Runs byte streams through the codec and writes down what came of them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gate/http.h"

#define H "Host: a\r\n"

/* What happened to a stream, as text: one line a request, then the refusal. */
struct trace {
	char text[8192];
	size_t len;
};

static void trace_add(struct trace *trace, const char *fmt, ...) SEAL_PRINTF(2, 3);

static void trace_add(struct trace *trace, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(trace->text + trace->len, sizeof trace->text - trace->len, fmt, args);
	va_end(args);
	assert_true(len >= 0 && (size_t)len < sizeof trace->text - trace->len);
	trace->len += (size_t)len;
}

static void trace_request(struct trace *trace, const struct seal_http_request *request)
{
	trace_add(trace, "%s %s 1.%d %s ka%d", request->method, request->target, request->minor,
		  request->host ? request->host : "-", request->keep_alive);
	for (size_t i = 0; i < request->field_count; i++)
		trace_add(trace, " %s=%s", request->fields[i].name, request->fields[i].value);
	trace_add(trace, " [");
	for (size_t i = 0; i < request->body_len; i++)
		trace_add(trace, "%02x", request->body[i]);
	trace_add(trace, "]\n");
}

/* Feeds in pieces of `piece` bytes, or of random size if 0. Each piece is its own
   allocation, so that a sanitizer sees a read beyond it. */
static void run(const char *bytes, size_t len, size_t piece, unsigned *seed, struct trace *trace)
{
	struct seal_http_limits limits = seal_http_limits_default();
	struct seal_http_parser *parser = NULL;
	size_t at = 0;
	int error = SEAL_OK;

	limits.body = 64;
	assert_int_equal(seal_http_parser_new(&limits, &parser, NULL), SEAL_OK);
	*trace = (struct trace){0};
	while (at < len && !error) {
		size_t want = piece ? piece : 1 + (size_t)rand_r(seed) % 7;
		size_t take = want < len - at ? want : len - at;
		uint8_t *copy = malloc(take);
		size_t used = 0;
		enum seal_http_event event = SEAL_HTTP_MORE;

		assert_non_null(copy);
		memcpy(copy, bytes + at, take);
		error = seal_http_feed(parser, copy, take, &used, &event, NULL);
		free(copy);
		if (error)
			break;
		assert_true(used > 0 && used <= take);
		at += used;
		if (event == SEAL_HTTP_CONTINUE)
			trace_add(trace, "continue at %zu\n", at);
		if (event == SEAL_HTTP_READY) {
			trace_request(trace, seal_http_request(parser));
			trace_add(trace, "end at %zu\n", at);
			seal_http_next(parser);
			assert_true(seal_http_idle(parser));
		}
	}
	trace_add(trace, "status %d error %d idle %d\n", seal_http_status(parser), error,
		  seal_http_idle(parser));
	seal_http_parser_free(parser);
}

/* Runs whole and byte by byte; both must agree. */
static void both(const char *bytes, size_t len, struct trace *trace)
{
	struct trace single;

	run(bytes, len, len, NULL, trace);
	run(bytes, len, 1, NULL, &single);
	assert_string_equal(trace->text, single.text);
}

static SEAL_UNUSED void expect(const char *text, const char *want)
{
	struct trace trace;

	both(text, strlen(text), &trace);
	assert_string_equal(trace.text, want);
}

static void refused(const char *text, int status)
{
	struct trace trace;
	char want[32];

	both(text, strlen(text), &trace);
	(void)snprintf(want, sizeof want, "status %d ", status);
	if (strncmp(trace.text, want, strlen(want)) != 0)
		fail_msg("%s: wanted %s, got %s", text, want, trace.text);
}

#endif
