#ifndef SEALKIT_TESTS_SHAMIR_FILES_H
#define SEALKIT_TESTS_SHAMIR_FILES_H

/* Reading tests/vectors/shamir, or the folder that SEAL_VECTORS names. Include after
   cmocka.h; each test uses all three. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "base/encode.h"

static json_t *load(const char *name)
{
	const char *vectors = getenv("SEAL_VECTORS");
	char path[512];
	json_t *root;

	(void)snprintf(path, sizeof path, "%s/shamir/%s", vectors ? vectors : "tests/vectors",
		       name);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	return root;
}

static unsigned number(const json_t *object, const char *name)
{
	return (unsigned)json_integer_value(json_object_get(object, name));
}

static size_t unhex(const json_t *value, uint8_t *out, size_t cap)
{
	const char *text = json_string_value(value);
	size_t len = 0;

	assert_non_null(text);
	assert_int_equal(seal_unhex(text, strlen(text), out, cap, &len, NULL), SEAL_OK);
	return len;
}

#endif
