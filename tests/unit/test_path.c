/* Paths: joined and taken apart whole, or refused; never cut. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/path.h"

static char folder[] = "/tmp/sealkit-path-XXXXXX";

static void joins_to_the_last_byte(void **state)
{
	char dir[SEAL_PATH];
	char out[SEAL_PATH] = "untouched";
	struct seal_diag diag = {0};

	(void)state;
	memset(dir, 'd', sizeof dir);
	dir[SEAL_PATH - 1 - strlen("/name.txt")] = '\0';
	assert_int_equal(seal_path_join(dir, "name", ".txtx", out, &diag), SEAL_E_IO);
	assert_string_equal(out, "untouched");
	assert_non_null(strstr(diag.cause[0], "with name.txtx: over 4095 bytes"));
	assert_int_equal(seal_path_join(dir, "name", ".txt", out, &diag), SEAL_OK);
	assert_int_equal(strlen(out), SEAL_PATH - 1);
	assert_string_equal(out + strlen(dir), "/name.txt");
}

static void parent_is(const char *path, const char *want)
{
	char out[SEAL_PATH];

	assert_int_equal(seal_path_parent(path, out, NULL), SEAL_OK);
	assert_string_equal(out, want);
}

static void parents(void **state)
{
	char path[SEAL_PATH + 1];
	char out[SEAL_PATH] = "untouched";

	(void)state;
	parent_is("name", ".");
	parent_is("", ".");
	parent_is("/name", "/");
	parent_is("a/b/c", "a/b");
	memset(path, 'p', sizeof path);
	path[SEAL_PATH] = '\0';
	assert_int_equal(seal_path_parent(path, out, NULL), SEAL_E_IO);
	assert_string_equal(out, "untouched");
	path[SEAL_PATH - 1] = '\0';
	parent_is(path, ".");
}

static void folders(void **state)
{
	char inner[SEAL_PATH];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(seal_path_check_empty(folder, NULL), SEAL_OK);
	assert_int_equal(seal_path_sync(folder, NULL), SEAL_OK);
	assert_int_equal(seal_path_join(folder, ".hidden", "", inner, NULL), SEAL_OK);
	assert_int_equal(seal_path_check_empty(inner, NULL), SEAL_E_IO);
	assert_int_equal(seal_path_sync(inner, NULL), SEAL_E_IO);
	assert_int_equal(mkdir(inner, 0700), 0);
	assert_int_equal(seal_path_check_empty(folder, NULL), SEAL_E_EXISTS);
	assert_int_equal(rmdir(inner), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_to_the_last_byte),
		cmocka_unit_test(parents),
		cmocka_unit_test(folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
