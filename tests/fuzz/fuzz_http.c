/* HTTP requests: the stream in one piece and cut where its first byte says must
   come to the same end, and what comes out must keep the codec's promises. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct end {
	int status;
	size_t requests, taken, body;
};

static void check(const struct seal_http_request *request, struct end *end)
{
	const char *length = seal_http_value(request, "content-length");

	if (!request->method[0] || strlen(request->method) > SEAL_HTTP_METHOD)
		__builtin_trap();
	if (request->target[0] != '/' && strcmp(request->target, "*") != 0)
		__builtin_trap();
	if (request->minor == 1 && !request->host)
		__builtin_trap();
	if (length && seal_http_value(request, "transfer-encoding"))
		__builtin_trap();
	if (length && strtoull(length, NULL, 10) != request->body_len)
		__builtin_trap();
	end->requests++;
	end->body += request->body_len;
}

static struct end run(const uint8_t *data, size_t size, size_t piece)
{
	struct seal_http_limits limits = seal_http_limits_default();
	struct seal_http_parser *parser = NULL;
	struct end end = {0};

	limits.body = 4096;
	if (seal_http_parser_new(&limits, &parser, NULL) != SEAL_OK)
		__builtin_trap();
	while (end.taken < size) {
		size_t len = size - end.taken < piece ? size - end.taken : piece;
		size_t used = 0;
		enum seal_http_event event = SEAL_HTTP_MORE;

		if (seal_http_feed(parser, data + end.taken, len, &used, &event, NULL) != SEAL_OK)
			break;
		end.taken += used;
		if (event != SEAL_HTTP_READY)
			continue;
		check(seal_http_request(parser), &end);
		seal_http_next(parser);
	}
	end.status = seal_http_status(parser);
	/* How much of a refused piece was taken is not told. */
	if (end.status)
		end.taken = 0;
	seal_http_parser_free(parser);
	return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct end whole;
	struct end cut;

	if (size < 1)
		return 0;
	whole = run(data + 1, size - 1, size);
	cut = run(data + 1, size - 1, 1 + data[0] % 16u);
	if (whole.status != cut.status || whole.requests != cut.requests ||
	    whole.taken != cut.taken || whole.body != cut.body)
		__builtin_trap();
	return 0;
}
