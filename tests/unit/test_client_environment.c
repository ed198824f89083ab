/* The environment of Vault's CLI, in the forms that it takes, and addresses. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"

static int read_with(const char *name, const char *value, struct seal_client_config *out)
{
	int error;

	*out = (struct seal_client_config){0};
	assert_int_equal(setenv(name, value, 1), 0);
	error = seal_client_environment(out, NULL);
	assert_int_equal(unsetenv(name), 0);
	return error;
}

static void truths(void **state)
{
	static const struct {
		const char *text;
		int error;
	} cases[] = {
		{"1", SEAL_E_POLICY},	 {"t", SEAL_E_POLICY},	  {"T", SEAL_E_POLICY},
		{"true", SEAL_E_POLICY}, {"TRUE", SEAL_E_POLICY}, {"True", SEAL_E_POLICY},
		{"0", SEAL_OK},		 {"f", SEAL_OK},	  {"F", SEAL_OK},
		{"false", SEAL_OK},	 {"FALSE", SEAL_OK},	  {"False", SEAL_OK},
		{"", SEAL_OK},		 {"no", SEAL_E_USAGE},	  {"tRUE", SEAL_E_USAGE},
		{"00", SEAL_E_USAGE},	 {" 1", SEAL_E_USAGE},	  {"yes", SEAL_E_USAGE},
	};
	struct seal_client_config config;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (read_with("VAULT_SKIP_VERIFY", cases[i].text, &config) != cases[i].error)
			fail_msg("VAULT_SKIP_VERIFY=%s", cases[i].text);
		if (read_with("BAO_SKIP_VERIFY", cases[i].text, &config) != cases[i].error)
			fail_msg("BAO_SKIP_VERIFY=%s", cases[i].text);
	}
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		unsigned seconds; /* 0: refused */
	} cases[] = {
		{"60", 60},	    {"60s", 60},       {"1m", 60},
		{"1m30s", 90},	    {"1h", 3600},      {"24h", 86400},
		{"1h1m1s", 3661},   {"1500ms", 2},     {"1ms", 1},
		{"90m", 5400},	    {"86400", 86400},  {"007", 7},
		{"0", 0},	    {"0s", 0},	       {"86401", 0},
		{"24h1ms", 0},	    {"1d", 0},	       {"1.5s", 0},
		{"-1", 0},	    {"+1", 0},	       {"1 s", 0},
		{" 1", 0},	    {"s", 0},	       {"1m30", 0},
		{"1s60", 0},	    {"1sm", 0},	       {"1m s", 0},
		{"1000000000s", 0}, {"999999999h", 0}, {"99999999999999999999", 0},
	};
	struct seal_client_config config;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int error = read_with("VAULT_CLIENT_TIMEOUT", cases[i].text, &config);

		if (error != (cases[i].seconds ? SEAL_OK : SEAL_E_USAGE) ||
		    config.timeout != cases[i].seconds)
			fail_msg("%s: %d, %u", cases[i].text, error, config.timeout);
	}
	assert_int_equal(read_with("VAULT_CLIENT_TIMEOUT", "", &config), SEAL_OK);
	assert_int_equal(config.timeout, 0);
	/* What was given by an option stays. */
	config = (struct seal_client_config){.timeout = 5, .address = "https://given"};
	assert_int_equal(setenv("VAULT_CLIENT_TIMEOUT", "never", 1), 0);
	assert_int_equal(setenv("VAULT_ADDR", "https://other", 1), 0);
	assert_int_equal(seal_client_environment(&config, NULL), SEAL_OK);
	assert_int_equal(config.timeout, 5);
	assert_string_equal(config.address, "https://given");
	(void)unsetenv("VAULT_CLIENT_TIMEOUT");
	(void)unsetenv("VAULT_ADDR");
}

static void precedence(void **state)
{
	struct seal_client_config config;

	(void)state;
	assert_int_equal(setenv("VAULT_ADDR", "https://vault", 1), 0);
	assert_int_equal(read_with("BAO_ADDR", "https://bao", &config), SEAL_OK);
	assert_string_equal(config.address, "https://bao");
	assert_int_equal(read_with("BAO_ADDR", "", &config), SEAL_OK);
	assert_null(config.address);
	(void)unsetenv("VAULT_ADDR");
}

static void addresses(void **state)
{
	static const struct {
		const char *address, *name, *shown; /* NULL: refused */
	} cases[] = {
		{"https://a:8200", NULL, "https://a:8200"},
		{"https://a:8200/", NULL, "https://a:8200"},
		{"https://a/x/y//", NULL, "https://a/x/y"},
		{"https://a:8200/x/y", "b", "https://b:8200/x/y"},
		{"https://a/x:1/y", "b", "https://b:443/x:1/y"},
		{"https://[::1]:8200/x", "b.c", "https://b.c:8200/x"},
		{"https://[::1]/x", "b", "https://b:443/x"},
		{"https://[::1]", "b", "https://b:443"},
		{"https://", NULL, NULL},
		{"https:///x", NULL, NULL},
		{"http://a:8200", NULL, NULL},
		{"a:8200", NULL, NULL},
		{"https://a:8200?x", NULL, NULL},
		{"https://a:8200#x", NULL, NULL},
		{"https://b@a:8200", NULL, NULL},
		{"https://a:8200/x y", NULL, NULL},
		{"https://a:8200/x\r\ny", NULL, NULL},
		{"https://a:8200", "b/c", NULL},
		{"https://a:8200", "b:1", NULL},
		{"https://a:8200", "b\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct seal_client_config config = {.address = cases[i].address,
						    .server_name = cases[i].name};
		struct seal_client *client = NULL;
		int error = seal_client_new(&config, &client, NULL);

		if (error != (cases[i].shown ? SEAL_OK : SEAL_E_USAGE) ||
		    (client && strcmp(seal_client_address(client), cases[i].shown) != 0))
			fail_msg("%s: %d, %s", cases[i].address, error,
				 client ? seal_client_address(client) : "");
		seal_client_free(client);
	}
}

int main(void)
{
	static const char *const names[] = {"ADDR",	   "CACERT",	  "CAPATH",
					    "CLIENT_CERT", "CLIENT_KEY",  "TLS_SERVER_NAME",
					    "NAMESPACE",   "SKIP_VERIFY", "CLIENT_TIMEOUT"};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(truths),
		cmocka_unit_test(durations),
		cmocka_unit_test(precedence),
		cmocka_unit_test(addresses),
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "VAULT_%s", names[i]);
		(void)unsetenv(name);
		(void)snprintf(name, sizeof name, "BAO_%s", names[i]);
		(void)unsetenv(name);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
