/* Files with a secret in them: of this user, closed to all others, and nothing but a file. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"

static char dir[] = "/tmp/sealkit-own.XXXXXX";
static char path[64], other[64];

static int setup(void **state)
{
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/secret", dir);
	(void)snprintf(other, sizeof other, "%s/other", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("words", file) >= 0);
	assert_int_equal(fclose(file), 0);
	return chmod(path, 0600);
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return rmdir(dir);
}

static int opens(const char *name, int as_root)
{
	struct seal_diag diag = {0};
	int fd = -7;
	int error = seal_file_open_own(name, as_root, &fd, &diag);

	assert_int_equal(diag.error, error);
	assert_true(error ? fd == -7 : fd >= 0);
	if (!error) {
		char got[8] = "";

		assert_int_equal(read(fd, got, sizeof got), 5);
		assert_int_equal(close(fd), 0);
		assert_string_equal(got, "words");
	}
	return error;
}

static void modes(void **state)
{
	static const mode_t shut[] = {0600, 0400}, ajar[] = {0640, 0604, 0660, 0610, 0602, 0644};

	(void)state;
	for (size_t i = 0; i < sizeof shut / sizeof shut[0]; i++) {
		assert_int_equal(chmod(path, shut[i]), 0);
		assert_int_equal(opens(path, 0), SEAL_OK);
	}
	for (size_t i = 0; i < sizeof ajar / sizeof ajar[0]; i++) {
		assert_int_equal(chmod(path, ajar[i]), 0);
		assert_int_equal(opens(path, 0), SEAL_E_POLICY);
		assert_int_equal(opens(path, 1), SEAL_E_POLICY);
	}
	assert_int_equal(chmod(path, 0600), 0);
}

/* A pipe without a writer must not hold the tool up. */
static void no_files(void **state)
{
	(void)state;
	assert_int_equal(opens(other, 0), SEAL_E_NOTFOUND);
	assert_int_equal(symlink(path, other), 0);
	assert_int_equal(opens(other, 0), SEAL_E_POLICY);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_int_equal(opens(other, 0), SEAL_E_POLICY);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(opens(dir, 0), SEAL_E_POLICY);
	assert_int_equal(opens("/dev/null", 0), SEAL_E_POLICY);
}

/* Root is told that a file is another's, unless a service's is what is wanted. */
static void anothers(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(opens(path, 0), SEAL_E_POLICY);
	assert_int_equal(opens(path, 1), SEAL_OK);
	assert_int_equal(seteuid(65533), 0);
	assert_int_not_equal(opens(path, 1), SEAL_OK);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(chown(path, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(modes), cmocka_unit_test(no_files),
					   cmocka_unit_test(anothers)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
