/* seald.conf: what a good one sets. What is refused is in tests/seald/config.py. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../cmd/seald/config.h"

static struct seald_config config;

static int read_text(const char *text)
{
	char path[] = "/tmp/seald-conf-XXXXXX";
	int fd = mkstemp(path);
	int error;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	error = seald_config_read(path, &config, NULL);
	(void)unlink(path);
	return error;
}

#define LEAST "listen = \"127.0.0.1:8200\"; state = \"/s\"; audit = \"/a\";"

static void test_least(void **state)
{
	(void)state;
	assert_int_equal(read_text(LEAST), SEAL_OK);
	assert_int_equal(config.listen_count, 1);
	assert_string_equal(config.listen[0].host, "127.0.0.1");
	assert_int_equal(config.listen[0].port, 8200);
	assert_string_equal(config.state, "/s");
	assert_string_equal(config.audit, "/a");
	assert_string_equal(config.certificate, "");
	assert_string_equal(config.user, "");
	assert_int_equal(config.plain_shares, 0);
	assert_int_equal(config.rehearsal, 0);
	assert_true(config.gates >= 1);
	assert_true(config.half_open == 3600);
}

static void test_all(void **state)
{
	(void)state;
	assert_int_equal(
		read_text("# a comment\n"
			  "listen = [ \"[2001:db8::1]:1\", \"0.0.0.0:65535\" ];\n"
			  "state = \"/s\"; audit = \"/a\";\n"
			  "tls = { certificate = \"/c\"; key = \"/k\"; client_ca = \"/r\"; };\n"
			  "plain_shares = \"allow\"; rehearsal = true;\n"
			  "gates = 64; half_open = \"72h\"; user = \"u\";\n"),
		SEAL_OK);
	assert_int_equal(config.listen_count, 2);
	assert_string_equal(config.listen[0].host, "2001:db8::1");
	assert_int_equal(config.listen[0].port, 1);
	assert_int_equal(config.listen[1].port, 65535);
	assert_string_equal(config.certificate, "/c");
	assert_string_equal(config.key, "/k");
	assert_string_equal(config.client_ca, "/r");
	assert_string_equal(config.user, "u");
	assert_int_equal(config.plain_shares, 1);
	assert_int_equal(config.rehearsal, 1);
	assert_int_equal(config.gates, 64);
	assert_true(config.half_open == 72 * 3600);
}

static void test_untouched(void **state)
{
	(void)state;
	assert_int_equal(read_text(LEAST), SEAL_OK);
	assert_int_equal(read_text("listen = \"127.0.0.1:1\"; state = \"/other\"; audit = 1;"),
			 SEAL_E_FORMAT);
	assert_string_equal(config.state, "/s");
	assert_int_equal(config.listen[0].port, 8200);
}

static void test_durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t seconds; /* 0: refused */
	} cases[] = {{"1s", 1},	 {"90s", 90},	 {"2m", 120},	     {"259200s", 259200},
		     {"0h", 0},	 {"1", 0},	 {"h", 0},	     {"", 0},
		     {"1hh", 0}, {"-1h", 0},	 {" 1h", 0},	     {"1d", 0},
		     {"73h", 0}, {"259201s", 0}, {"9999999999h", 0}, {"1.5h", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];

		(void)snprintf(text, sizeof text, LEAST "half_open = \"%s\";", cases[i].text);
		assert_int_equal(read_text(text), cases[i].seconds ? SEAL_OK : SEAL_E_FORMAT);
		if (cases[i].seconds)
			assert_true(config.half_open == cases[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
