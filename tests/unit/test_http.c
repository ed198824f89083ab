/* The HTTP codec: what is taken, that the way the stream is cut never matters,
   and how answers are written. */

#include "http_trace.h"

static void test_plain(void **state)
{
	(void)state;
	expect("GET /v1/sys/health?a=%20b HTTP/1.1\r\nHost: h.example:8200\r\nX-Vault-Token:  t t "
	       "\t\r\n\r\n",
	       "GET /v1/sys/health?a=%20b 1.1 h.example:8200 ka1 host=h.example:8200 "
	       "x-vault-token=t t []\n"
	       "end at 83\nstatus 0 error 0 idle 1\n");
	expect("LIST /v1/secret/ HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc",
	       "LIST /v1/secret/ 1.1 a ka1 host=a content-length=3 [616263]\nend at 60\n"
	       "status 0 error 0 idle 1\n");
	expect("\r\nHEAD / HTTP/1.1\r\nHost: [::1]:8200\r\nConnection: x, CLOSE\r\n\r\n",
	       "HEAD / 1.1 [::1]:8200 ka0 host=[::1]:8200 connection=x, CLOSE []\nend at 61\n"
	       "status 0 error 0 idle 1\n");
	expect("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	       "GET / 1.0 - ka0 connection=keep-alive []\nend at 42\nstatus 0 error 0 idle 1\n");
	expect("OPTIONS * HTTP/1.1\r\n" H "\r\n",
	       "OPTIONS * 1.1 a ka1 host=a []\nend at 31\nstatus 0 error 0 idle 1\n");
}

static void test_absolute(void **state)
{
	(void)state;
	expect("GET https://A:1/v1/x HTTP/1.1\r\nHost: a:1\r\n\r\n",
	       "GET /v1/x 1.1 a:1 ka1 host=a:1 []\nend at 44\nstatus 0 error 0 idle 1\n");
	expect("GET HTTP://a HTTP/1.1\r\n" H "\r\n",
	       "GET / 1.1 a ka1 host=a []\nend at 34\nstatus 0 error 0 idle 1\n");
	refused("GET http://b/ HTTP/1.1\r\n" H "\r\n", 400);
	refused("GET http://u@a/ HTTP/1.1\r\nHost: u@a\r\n\r\n", 400);
	refused("GET http:///x HTTP/1.1\r\n" H "\r\n", 400);
	refused("GET http://a?x HTTP/1.1\r\n" H "\r\n", 400);
	refused("GET ftp://a/ HTTP/1.1\r\n" H "\r\n", 400);
	refused("GET a/b HTTP/1.1\r\n" H "\r\n", 400);
	refused("GET * HTTP/1.1\r\n" H "\r\n", 400);
	refused("CONNECT a:1 HTTP/1.1\r\n" H "\r\n", 501);
}

static void test_pipeline(void **state)
{
	(void)state;
	expect("PUT /a HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n" H "\r\nG",
	       "PUT /a 1.1 a ka1 host=a content-length=2 [6869]\nend at 49\n"
	       "GET /b 1.1 a ka1 host=a []\nend at 77\nstatus 0 error 0 idle 0\n");
}

static void test_chunked(void **state)
{
	(void)state;
	expect("POST / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n"
	       "2;a=b ; c = \"d\\\"e\"\r\nhi\r\n0A\r\n0123456789\r\n00\r\nTrail: x\r\n\r\n",
	       "POST / 1.1 a ka1 host=a transfer-encoding=Chunked [686930313233343536373839]\n"
	       "end at 112\nstatus 0 error 0 idle 1\n");
}

static void test_expect(void **state)
{
	(void)state;
	expect("PUT / HTTP/1.1\r\n" H "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
	       "continue at 68\nPUT / 1.1 a ka1 host=a expect=100-Continue content-length=1 [78]\n"
	       "end at 69\nstatus 0 error 0 idle 1\n");
	expect("PUT / HTTP/1.1\r\n" H "Expect: 100-continue\r\n\r\n",
	       "PUT / 1.1 a ka1 host=a expect=100-continue []\nend at 49\n"
	       "status 0 error 0 idle 1\n");
	expect("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
	       "PUT / 1.0 - ka0 expect=100-continue content-length=1 [78]\nend at 60\n"
	       "status 0 error 0 idle 1\n");
	refused("PUT / HTTP/1.1\r\n" H "Expect: 200-ok\r\n\r\n", 417);
}

static void test_sticky(void **state)
{
	struct seal_http_limits limits = seal_http_limits_default();
	struct seal_http_parser *parser = NULL;
	struct seal_diag diag = {0};
	enum seal_http_event event = SEAL_HTTP_READY;
	size_t used = 77;

	(void)state;
	assert_int_equal(seal_http_parser_new(&limits, &parser, NULL), SEAL_OK);
	assert_int_equal(seal_http_feed(parser, (const uint8_t *)"\n", 1, &used, &event, NULL),
			 SEAL_E_FORMAT);
	seal_http_next(parser);
	assert_int_equal(seal_http_feed(parser, (const uint8_t *)"GET / HTTP/1.1\r\n" H "\r\n", 27,
					&used, &event, &diag),
			 SEAL_E_FORMAT);
	assert_int_equal(diag.error, SEAL_E_FORMAT);
	assert_int_equal(seal_http_status(parser), 400);
	assert_null(seal_http_request(parser));
	/* Outputs stay as they were. */
	assert_int_equal(used, 77);
	assert_int_equal(event, SEAL_HTTP_READY);
	seal_http_parser_free(parser);
	limits.count = SEAL_HTTP_FIELDS + 1;
	assert_int_equal(seal_http_parser_new(&limits, &parser, NULL), SEAL_E_ARGUMENT);
}

/* Good and bad streams, damaged at random by seed, in random cuts. */
static void test_cuts(void **state)
{
	static const char *const streams[] = {
		"GET /v1/a HTTP/1.1\r\n" H "X-Vault-Token: t\r\n\r\nLIST /b HTTP/1.1\r\n" H "\r\n",
		"POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"
		"3;a=\"b\"\r\nabc\r\n1\r\nx\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n",
		"PUT https://a/v1/x HTTP/1.1\r\n" H
		"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n"
		"123456789HEAD / HTTP/1.0\r\n\r\n",
	};
	static const char spice[] = "\r\n :;,\t0\x80%/";

	(void)state;
	for (unsigned seed = 0; seed < 6000; seed++) {
		const char *stream = streams[seed % 3];
		size_t len = strlen(stream);
		unsigned dice = seed;
		char text[256];
		struct trace whole;
		struct trace cut;

		memcpy(text, stream, len);
		for (int hits = rand_r(&dice) % 3; hits > 0; hits--)
			text[(size_t)rand_r(&dice) % len] =
				spice[(size_t)rand_r(&dice) % (sizeof spice - 1)];
		both(text, len, &whole);
		run(text, len, 0, &dice, &cut);
		if (strcmp(whole.text, cut.text) != 0)
			fail_msg("seed %u: %s / %s", seed, whole.text, cut.text);
	}
}

static void test_write(void **state)
{
	char out[SEAL_HTTP_HEAD_MAX];
	size_t len = 0;
	struct seal_http_field fields[] = {{"Retry-After", "3"}};
	struct seal_http_response response = {.status = 200,
					      .body_len = 12,
					      .date = 784111777,
					      .fields = fields,
					      .field_count = 1,
					      .close = 1};

	(void)state;
	assert_int_equal(seal_http_write(&response, out, sizeof out, &len, NULL), SEAL_OK);
	assert_string_equal(out,
			    "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
			    "Cache-Control: no-store\r\nContent-Type: application/json\r\n"
			    "Content-Length: 12\r\nRetry-After: 3\r\nConnection: close\r\n\r\n");
	assert_int_equal(len, strlen(out));
	response = (struct seal_http_response){.status = 204};
	assert_int_equal(seal_http_write(&response, out, sizeof out, &len, NULL), SEAL_OK);
	assert_string_equal(out, "HTTP/1.1 204 No Content\r\nCache-Control: no-store\r\n\r\n");
	response.status = 473;
	assert_int_equal(seal_http_write(&response, out, sizeof out, &len, NULL), SEAL_OK);
	assert_int_equal(strncmp(out, "HTTP/1.1 473 \r\n", 15), 0);
	for (size_t cap = 1; cap < len; cap++)
		assert_int_equal(seal_http_write(&response, out, cap, &len, NULL), SEAL_E_TOOLONG);
	response = (struct seal_http_response){.status = 204, .body_len = 1};
	assert_int_equal(seal_http_write(&response, out, sizeof out, &len, NULL), SEAL_E_ARGUMENT);
	response = (struct seal_http_response){.status = 100};
	assert_int_equal(seal_http_write(&response, out, sizeof out, &len, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_http_write_refusal(400, 0, out, sizeof out, &len, NULL), SEAL_OK);
	out[len] = '\0';
	assert_string_equal(out, "HTTP/1.1 400 Bad Request\r\nCache-Control: no-store\r\n"
				 "Content-Type: application/json\r\nContent-Length: 27\r\n"
				 "Connection: close\r\n\r\n{\"errors\":[\"Bad Request\"]}\n");
}

static void test_write_injection(void **state)
{
	static const struct seal_http_field bad[] = {
		{"X", "a\r\nSet: b"},
		{"X", "a\nb"},
		{"X", "a\rb"},
		{"", "a"},
		{"X y", "a"},
		{"X:", "a"},
		{"X\r\nY", "a"},
		{"X", "\x7f"},
		{"X", "\xc3\xa4"},
		{"Date", "x"},
		{"Connection", "x"},
		{"content-LENGTH", "1"},
		{"Transfer-Encoding", "chunked"},
	};
	char out[SEAL_HTTP_HEAD_MAX];
	size_t len = 5;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct seal_http_response response = {
			.status = 200, .fields = &bad[i], .field_count = 1};

		assert_int_equal(seal_http_write(&response, out, sizeof out, &len, NULL),
				 SEAL_E_ARGUMENT);
		assert_int_equal(len, 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_pipeline),
		cmocka_unit_test(test_chunked),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_injection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
