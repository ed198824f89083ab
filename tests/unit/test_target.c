/* Request targets: one reading each, or none. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"

static void taken(void **state)
{
	static const struct {
		const char *text, *path;
	} cases[] = {
		{"/v1/sys/health", "sys/health"},
		{"/v1/", ""},
		{"/v1/secret/", "secret/"},
		{"/v1/secret/a%20b/%C3%BC", "secret/a b/\xc3\xbc"},
		{"/v1/secret/a%2Fb", "secret/a/b"},
		{"/v1/secret/a+b", "secret/a+b"},
		{"/v1/secret/%2541", "secret/%41"},
		{"/v1/secret/a.b/...", "secret/a.b/..."},
		{"/v1/x?", "x"},
		{"/v1/x?&&a=b&", "x"},
		{"/v1/a%3Fb", "a?b"},
	};
	struct seal_target target;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(seal_target_parse(cases[i].text, &target, NULL), SEAL_OK);
		assert_int_equal(target.ours, 1);
		assert_string_equal(target.path, cases[i].path);
	}
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"/v1//x",	 "/v1/x//y",	    "/v1/../x",	       "/v1/x/..",
		"/v1/x/./y",	 "/v1/.",	    "/v1/x/%2e%2e/y",  "/v1/x%2f%2fy",
		"/v1/%zz",	 "/v1/%4",	    "/v1/%",	       "/v1/a%00b",
		"/v1/a%0Ab",	 "/v1/a%C2%9Bb",    "/v1/a%E2%80%AEb", "/v1/a%E2%80%A8b",
		"/v1/a%7f",	 "/v1/%ff",	    "/v1/%c0%af",      "/v1/x?a=%zz",
		"/v1/x?a=1&a=2", "/v1/x?a=1&%61=2", "/v1/x?a=%00",
	};
	struct seal_target target;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int error = seal_target_parse(texts[i], &target, NULL);

		if (error != SEAL_E_FORMAT && error != SEAL_E_DUPLICATE)
			fail_msg("%s: %d", texts[i], error);
	}
}

static void elsewhere(void **state)
{
	static const char *const texts[] = {"/", "/v1", "/v2/x", "//v1/x", "", "*", "v1/x"};
	struct seal_target target;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(seal_target_parse(texts[i], &target, NULL), SEAL_OK);
		assert_int_equal(target.ours, 0);
	}
}

static void too_long(void **state)
{
	struct seal_target target;
	char text[4096];
	size_t len;

	(void)state;
	(void)snprintf(text, sizeof text, "/v1/%0*d", (int)SEAL_TARGET_PATH, 1);
	assert_int_equal(seal_target_parse(text, &target, NULL), SEAL_OK);
	(void)snprintf(text, sizeof text, "/v1/%0*d", (int)SEAL_TARGET_PATH + 1, 1);
	assert_int_equal(seal_target_parse(text, &target, NULL), SEAL_E_TOOLONG);
	(void)snprintf(text, sizeof text, "/v1/x?a=%0*d", (int)SEAL_TARGET_VALUE + 1, 1);
	assert_int_equal(seal_target_parse(text, &target, NULL), SEAL_E_TOOLONG);
	(void)snprintf(text, sizeof text, "/v1/x?%0*d=1", (int)SEAL_TARGET_NAME + 1, 1);
	assert_int_equal(seal_target_parse(text, &target, NULL), SEAL_E_TOOLONG);
	len = (size_t)snprintf(text, sizeof text, "/v1/x?");
	for (unsigned i = 0; i <= SEAL_TARGET_QUERIES; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "q%u=1&", i);
	assert_int_equal(seal_target_parse(text, &target, NULL), SEAL_E_TOOLONG);
}

static void queries(void **state)
{
	struct seal_target target;

	(void)state;
	assert_int_equal(
		seal_target_parse("/v1/x?list=true&a=b%20c+d&e&f=&no=False&bad=yes", &target, NULL),
		SEAL_OK);
	assert_int_equal(seal_target_flag(&target, "list"), 1);
	assert_int_equal(seal_target_flag(&target, "no"), 0);
	assert_int_equal(seal_target_flag(&target, "e"), 0);
	assert_int_equal(seal_target_flag(&target, "f"), 0);
	assert_int_equal(seal_target_flag(&target, "absent"), 0);
	assert_int_equal(seal_target_flag(&target, "bad"), -1);
	assert_string_equal(seal_target_query(&target, "a"), "b c d");
	assert_null(seal_target_query(&target, "absent"));
}

/* A route with a forgotten field refuses; none of ours has forgotten one. */
static void routes_are_whole(void **state)
{
	const struct seal_api_route zero = {0}, *routes, *known;
	const char *rest;
	size_t count;

	(void)state;
	assert_int_equal(zero.need, SEAL_NEED_NEVER);
	assert_int_equal(zero.flags & SEAL_ROUTE_SEALED, 0);
	routes = seal_api_routes(&count);
	assert_true(count >= 18);
	for (size_t i = 0; i < count; i++) {
		assert_true(routes[i].methods != 0);
		assert_true(routes[i].need != SEAL_NEED_NEVER);
		assert_non_null(routes[i].handle);
		assert_non_null(routes[i].mount_type);
		assert_true(!(routes[i].methods & SEAL_METHOD_PUT) || routes[i].body > 0);
		/* Open to all are only what Vault opens, the submission key, and what a card's
		   token signs: of these the rekey's are refused while sealed. */
		if (routes[i].need == SEAL_NEED_NOTHING) {
			const char *rekey = "sys/sealkit/rekey";
			size_t len = strlen(rekey);
			int is_rekey = strncmp(routes[i].pattern, rekey, len) == 0 &&
				       strchr("/", routes[i].pattern[len]) != NULL;

			assert_int_equal((routes[i].flags & SEAL_ROUTE_SEALED) != 0, !is_rekey);
		}
		if (strchr(routes[i].pattern, '*'))
			continue;
		assert_ptr_equal(
			seal_api_match(routes[i].methods, routes[i].pattern, &known, &rest),
			&routes[i]);
	}
	assert_null(seal_api_match(SEAL_METHOD_GET, "secrets/x", &known, &rest));
	assert_null(known);
	assert_non_null(seal_api_match(SEAL_METHOD_LIST, "secret", &known, &rest));
	assert_null(seal_api_match(SEAL_METHOD_GET, "secre", &known, &rest));
	assert_null(seal_api_match(SEAL_METHOD_GET, "sys/health/", &known, &rest));
	assert_null(seal_api_match(SEAL_METHOD_DELETE, "sys/health", &known, &rest));
	assert_non_null(known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),     cmocka_unit_test(refused),
		cmocka_unit_test(elsewhere), cmocka_unit_test(too_long),
		cmocka_unit_test(queries),   cmocka_unit_test(routes_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
