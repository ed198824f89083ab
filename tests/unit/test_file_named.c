/* Atomic files where the file system has no unnamed ones: openat, linkat and renameat2
   here stand before the C library's and refuse what FAT, or NFS, refuses. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"

enum kind { AS_FAT, AS_NFS };
static enum kind kind;
static char dir[64], path[96];

int openat(int at, const char *name, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	if ((flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, at, name, flags, mode);
}

int linkat(int from, const char *name, int to, const char *as, int flags)
{
	if (kind == AS_FAT) {
		errno = EPERM;
		return -1;
	}
	return (int)syscall(SYS_linkat, from, name, to, as, flags);
}

int renameat2(int from, const char *name, int to, const char *as, unsigned flags)
{
	if (kind == AS_NFS && flags) {
		errno = EINVAL;
		return -1;
	}
	return (int)syscall(SYS_renameat2, from, name, to, as, flags);
}

/* How many names the folder has. */
static int names(void)
{
	DIR *folder = opendir(dir);
	int count = -2;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	(void)closedir(folder);
	return count;
}

static int write_text(const char *text, unsigned flags)
{
	struct seal_file *file = NULL;
	int error = seal_file_new(path, flags, &file, NULL);

	if (!error)
		error = seal_file_write(file, text, strlen(text), NULL);
	if (!error)
		error = seal_file_commit(file, NULL);
	seal_file_free(file);
	return error;
}

static void holds(const char *text)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read(path, 100, &bytes, &len, NULL), SEAL_OK);
	assert_string_equal((char *)bytes, text);
	free(bytes);
}

static void new_and_replaced(void)
{
	struct seal_file *file = NULL;

	assert_int_equal(write_text("one", SEAL_FILE_NEW), SEAL_OK);
	holds("one");
	assert_int_equal(names(), 1);
	assert_int_equal(write_text("two", SEAL_FILE_NEW), SEAL_E_EXISTS);
	holds("one");
	assert_int_equal(write_text("three", SEAL_FILE_PRIVATE), SEAL_OK);
	holds("three");
	assert_int_equal(names(), 1);
	assert_int_equal(seal_file_new(path, 0, &file, NULL), SEAL_OK);
	assert_int_equal(names(), 2);
	seal_file_free(file);
	holds("three");
	assert_int_equal(names(), 1);
	/* Taken between new and commit. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(seal_file_new(path, SEAL_FILE_NEW, &file, NULL), SEAL_OK);
	assert_int_equal(write_text("four", 0), SEAL_OK);
	assert_int_equal(seal_file_commit(file, NULL), SEAL_E_EXISTS);
	seal_file_free(file);
	holds("four");
	assert_int_equal(names(), 1);
	assert_int_equal(unlink(path), 0);
}

static void as_on_fat(void **state)
{
	(void)state;
	kind = AS_FAT;
	new_and_replaced();
}

static void as_on_nfs(void **state)
{
	(void)state;
	kind = AS_NFS;
	new_and_replaced();
}

static int setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof dir, "/tmp/sealkit-test-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof path, "%s/file", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_on_fat),
		cmocka_unit_test(as_on_nfs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
