/* The HTTP codec: what is refused, with which status, and the limits. */

#include "http_trace.h"

static void test_request_lines(void **state)
{
	static const char *const bad[] = {
		"\r\n\r\nGET / HTTP/1.1\r\n",
		"GET  / HTTP/1.1\r\n",
		" GET / HTTP/1.1\r\n",
		"GET / HTTP/1.1 \r\n",
		"GET /\r\n",
		"GET\r\n",
		"GET / http/1.1\r\n",
		"GET / HTTP/1.1x\r\n",
		"GET / HTTP/01.1\r\n",
		"GET\t/ HTTP/1.1\r\n",
		"GET / HTTP/1.1\n",
		"GET / HTTP/1.1\r\r\n",
		"G(T / HTTP/1.1\r\n",
		"GET /a b HTTP/1.1\r\n",
		"GET /% HTTP/1.1\r\n",
		"GET /%2x HTTP/1.1\r\n",
		"GET /#a HTTP/1.1\r\n",
		"GET /\\ HTTP/1.1\r\n",
		"GET /\xc3\xa4 HTTP/1.1\r\n",
		"G\xc3T / HTTP/1.1\r\n",
		"\x16\x03\x01",
		"GET /\x7f HTTP/1.1\r\n",
		"GET /\"q HTTP/1.1\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		refused(bad[i], 400);
	refused("GET / HTTP/2.0\r\n", 505);
	refused("GET / HTTP/1.2\r\n", 505);
	refused("ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG / HTTP/1.1\r\n", 501);
}

static void test_fields(void **state)
{
	static const char *const bad[] = {
		"Host: a\r\nX: 1\r\n folded\r\n",
		"Host: a\r\nX: 1\r\n\tfolded\r\n",
		" Host: a\r\n",
		"Host : a\r\n",
		"Host: a\r\nX Y: 1\r\n",
		"Host: a\r\n: x\r\n",
		"Host: a\r\nX\r\n",
		"Host: a\r\nX\xe4: 1\r\n",
		"Host: a\nX: 1\r\n",
		"Host: a\rX: 1\r\n",
		"Host: a\r\nX: \x01\r\n",
		"X: 1\r\n\r\n",
		"Host: a\r\nHost: a\r\n",
		"Host:\r\n",
		"Host: a b\r\n",
		"Host: a,b\r\nHost: b\r\n",
		"Host: a/b\r\n",
		"Host: u@a\r\n",
		"Host: a:b\r\n",
		"Host: a:1:2\r\n",
		"Host: [::1\r\n",
		"Host: [::1]x\r\n",
		"Host: [g]\r\n",
		"Host: :80\r\n",
		"Host: a\r\nX-Vault-Token: 1\r\nx-vault-token: 1\r\n",
		"Host: a\r\nAuthorization: a\r\nAuthorization: b\r\n",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(text, sizeof text, "GET / HTTP/1.1\r\n%s", bad[i]);
		refused(text, 400);
	}
	expect("GET / HTTP/1.1\r\n" H "X:\r\nX:\xe4\r\n\r\n",
	       "GET / 1.1 a ka1 host=a x= x=\xe4 []\nend at 36\nstatus 0 error 0 idle 1\n");
}

static void test_smuggling(void **state)
{
	static const char *const bad[] = {
		"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
		"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
		"Content-Length: 1\r\nContent-Length: 1\r\n",
		"Content-Length: 1\r\nContent-Length: 2\r\n",
		"Content-Length: 1, 1\r\n",
		"Content-Length: +1\r\n",
		"Content-Length: -1\r\n",
		"Content-Length: 0x1\r\n",
		"Content-Length: 1 1\r\n",
		"Content-Length: 1;\r\n",
		"Content-Length:\r\n",
		"Content-Length : 1\r\n",
		"Content-Length\t: 1\r\n",
		"Content-Length: \x0b"
		"1\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
		"Transfer-Encoding: chunked, identity\r\n",
		"Transfer-Encoding: identity, chunked\r\n",
		"Transfer-Encoding: chunked,\r\n",
		"Transfer-Encoding : chunked\r\n",
		"Transfer-Encoding:\r\n chunked\r\n",
		"Transfer-Encoding:\x0b"
		"chunked\r\n",
		"X: y\nTransfer-Encoding: chunked\r\n",
		"X: y\rTransfer-Encoding: chunked\r\n",
	};
	static const char *const unknown[] = {"xchunked", "\"chunked\"", "chunked;a", "gzip",
					      "",	  "identity",	 "chunke"};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" H "%s\r\n0\r\n\r\n",
			       bad[i]);
		/* The empty value in front of a fold is refused at the fold. */
		refused(text, 400);
	}
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		(void)snprintf(text, sizeof text,
			       "POST / HTTP/1.1\r\n" H "Transfer-Encoding: %s\r\n\r\n", unknown[i]);
		refused(text, 501);
	}
	refused("POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", 400);
}

static void test_bad_chunks(void **state)
{
	static const char *const bad[] = {
		"\r\n",		  "g\r\n",	  "0x1\r\n",	    "+1\r\n",
		"-1\r\n",	  " 1\r\n",	  "1 \r\n",	    "000000001\r\n",
		"1 1\r\n",	  "1\nx\r\n",	  "1\rx",	    "1\r\nxx",
		"1\r\nx\n",	  "1\r\nx\r0",	  "1;\r\n",	    "1;=b\r\n",
		"1;a=\r\n",	  "1;a=\"b\r\n",  "1;a=\"\\\r\n",   "1;a\n",
		"1;a=b c\r\n",	  "0\r\nBad\r\n", "0\r\n a: b\r\n", "0\r\nA: b\r\n c\r\n",
		"0\r\nA : b\r\n", "0\n",	  "0\r\n\n",	    "0\r\n\rx",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(text, sizeof text,
			       "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n%s",
			       bad[i]);
		refused(text, 400);
	}
}

/* text: head, then count times unit, then tail; refused with the status, or
   taken if 0. */
static void repeated(const char *head, const char *unit, size_t count, const char *tail, int status)
{
	size_t cap = strlen(head) + count * strlen(unit) + strlen(tail) + 1;
	char *text = malloc(cap);
	struct seal_http_limits limits = seal_http_limits_default();
	struct seal_http_parser *parser = NULL;
	size_t len;
	size_t used = 0;
	enum seal_http_event event = SEAL_HTTP_MORE;
	int error;

	assert_non_null(text);
	len = (size_t)snprintf(text, cap, "%s", head);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, cap - len, "%s", unit);
	len += (size_t)snprintf(text + len, cap - len, "%s", tail);
	limits.body = 64;
	assert_int_equal(seal_http_parser_new(&limits, &parser, NULL), SEAL_OK);
	error = seal_http_feed(parser, (const uint8_t *)text, len, &used, &event, NULL);
	assert_int_equal(seal_http_status(parser), status);
	assert_int_equal(error == SEAL_OK, status == 0);
	if (!status) {
		assert_int_equal(event, SEAL_HTTP_READY);
		assert_int_equal(used, len);
	}
	seal_http_parser_free(parser);
	free(text);
}

static void test_limits(void **state)
{
	static const char te[] = "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n";

	(void)state;
	/* "GET /" and " HTTP/1.1" are 14 of the 8192. */
	repeated("GET /", "a", 8178, " HTTP/1.1\r\n" H "\r\n", 0);
	repeated("GET /", "a", 8179, " HTTP/1.1\r\n" H "\r\n", 414);
	repeated("GET / HTTP/1.1\r\n" H "X:", "a", 8190, "\r\n\r\n", 0);
	repeated("GET / HTTP/1.1\r\n" H "X:", "a", 8191, "\r\n\r\n", 431);
	repeated("GET / HTTP/1.1\r\n" H, "X: y\r\n", 99, "\r\n", 0);
	repeated("GET / HTTP/1.1\r\n" H, "X: y\r\n", 100, "\r\n", 431);
	/* 7 bytes of Host, then lines of 1001: 32 fit into 32768, 33 do not. */
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define KILO HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
	repeated("GET / HTTP/1.1\r\n" H, "X:" KILO "\r\n", 32, "\r\n", 0);
	repeated("GET / HTTP/1.1\r\n" H, "X:" KILO "\r\n", 33, "\r\n", 431);
	repeated(te, "1\r\nx\r\n", 64, "0\r\n\r\n", 0);
	repeated(te, "1\r\nx\r\n", 65, "0\r\n\r\n", 413);
	repeated(te, "0\r\n", 1, "X: y\r\n\r\n", 0);
	repeated("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", 98,
		 "\r\n", 0);
	repeated("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n", 99,
		 "\r\n", 431);
	repeated(te, "1;" HUNDRED "\r\nx\r\n", 40, "0\r\n\r\n", 0);
	repeated(te, "1;" HUNDRED "\r\nx\r\n", 41, "0\r\n\r\n", 400);
	repeated("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n1;", "a", 511,
		 "\r\nx\r\n0\r\n\r\n", 400);
	repeated("PUT / HTTP/1.1\r\n" H "Content-Length: ", "0", 50, "\r\n\r\n", 0);
	refused("PUT / HTTP/1.1\r\n" H "Content-Length: 65\r\n\r\n", 413);
	refused("PUT / HTTP/1.1\r\n" H "Content-Length: 18446744073709551617\r\n\r\n", 413);
	refused("PUT / HTTP/1.1\r\n" H "Content-Length: 99999999999999999999999999\r\n\r\n", 413);
	refused("POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request_lines), cmocka_unit_test(test_fields),
		cmocka_unit_test(test_smuggling),     cmocka_unit_test(test_bad_chunks),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
