/* Errors, diagnostics, streams, secret memory and atomic files. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/harden.h"
#include "base/io.h"
#include "base/secret.h"

static void errors_have_codes(void **state)
{
	(void)state;
	assert_int_equal(seal_error_exit(SEAL_OK), 0);
	assert_int_equal(seal_error_exit(SEAL_E_USAGE), 2);
	assert_int_equal(seal_error_exit(SEAL_E_PINWRONG), 4);
	assert_int_equal(seal_error_exit(SEAL_E_BLOCKED), 5);
	assert_int_equal(seal_error_exit(SEAL_E_INTERRUPTED), 7);
	assert_int_equal(seal_error_http(SEAL_E_SEALED), 503);
	assert_string_equal(seal_error_name(SEAL_E_INTERRUPTED), "INTERRUPTED");
	assert_string_equal(seal_error_name(1), "UNKNOWN");
	assert_string_equal(seal_error_name(-1000), "UNKNOWN");
}

static void diag_keeps_inner_and_outer(void **state)
{
	struct seal_diag diag = {0};
	char line[1200];

	(void)state;
	assert_int_equal(seal_fail(&diag, SEAL_E_FORMAT, "inner\x1b[2J"), SEAL_E_FORMAT);
	assert_int_equal(seal_because(&diag, SEAL_E_FORMAT, "middle"), SEAL_E_FORMAT);
	seal_diag_line(&diag, line, sizeof line);
	assert_string_equal(line, "middle: inner?[2J");
	for (int i = 0; i < 6; i++)
		assert_int_equal(seal_because(&diag, SEAL_E_IO, "outer%d", i), SEAL_E_IO);
	seal_diag_line(&diag, line, sizeof line);
	assert_string_equal(line, "outer5: outer4: outer3: inner?[2J");
	assert_int_equal(seal_fail(NULL, SEAL_E_IO, "nowhere"), SEAL_E_IO);
	seal_diag_line(&diag, line, 5);
	assert_string_equal(line, "oute");
}

static void secrets_stay_apart(void **state)
{
	struct seal_secret *many[600] = {0};
	struct seal_secret *big = NULL;

	(void)state;
	for (size_t i = 0; i < 600; i++) {
		assert_int_equal(seal_secret_new(1 + i % 300, &many[i], NULL), SEAL_OK);
		for (size_t k = 0; k < seal_secret_len(many[i]); k++) {
			assert_int_equal(seal_secret_bytes(many[i])[k], 0);
			seal_secret_data(many[i])[k] = (uint8_t)i;
		}
		if (i % 3 == 0)
			seal_secret_freep(&many[i]);
	}
	for (size_t i = 0; i < 600; i++)
		for (size_t k = 0; many[i] && k < seal_secret_len(many[i]); k++)
			assert_int_equal(seal_secret_bytes(many[i])[k], (uint8_t)i);
	for (size_t i = 0; i < 600; i++)
		seal_secret_freep(&many[i]);
	assert_int_equal(seal_secret_random(100000, &big, NULL), SEAL_OK);
	seal_secret_shrink(big, 10);
	assert_int_equal(seal_secret_len(big), 10);
	assert_int_equal(seal_secret_bytes(big)[10], 0);
	seal_secret_free(big);
	assert_int_equal(seal_secret_new(0, &big, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_secret_new(SEAL_SECRET_MAX + 1u, &big, NULL), SEAL_E_ARGUMENT);
}

static void equality_is_by_value(void **state)
{
	struct seal_secret *a = NULL;
	struct seal_secret *b = NULL;

	(void)state;
	assert_int_equal(seal_secret_copy((const uint8_t *)"same", 4, &a, NULL), SEAL_OK);
	assert_int_equal(seal_secret_copy((const uint8_t *)"same", 4, &b, NULL), SEAL_OK);
	assert_true(seal_secret_equal(a, b));
	for (unsigned bit = 0; bit < 8; bit++) {
		seal_secret_data(b)[3] = (uint8_t)('e' ^ (1u << bit));
		assert_false(seal_secret_equal(a, b));
	}
	seal_secret_shrink(b, 3);
	assert_false(seal_secret_equal(a, b));
	seal_secret_free(a);
	seal_secret_free(b);
}

/* Root may lock anything, so the child gives up its rights first. AddressSanitizer
   turns mlock into nothing, so there is nothing to see there. */
static void lock_failure_is_an_error(void **state)
{
#ifdef SEAL_SANITIZED
	(void)state;
	skip();
#else
	const struct rlimit none = {0, 0};
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct seal_secret *secret = NULL;

		if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 ||
		    (getuid() == 0 && setresuid(65534, 65534, 65534) != 0))
			_exit(9);
		_exit(seal_secret_new(100000, &secret, NULL) == SEAL_E_LOCKMEM ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
#endif
}

/* A forked child must not inherit the pages: touching them ends it. */
static void children_get_no_secrets(void **state)
{
	struct seal_secret *secret = NULL;
	int status = 0;
	pid_t child;

	(void)state;
	assert_int_equal(seal_secret_new(100000, &secret, NULL), SEAL_OK);
	child = fork();
	if (child == 0) {
		const struct rlimit none = {0, 0};

		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGSEGV, SIG_DFL);
		_exit(*(volatile uint8_t *)seal_secret_data(secret));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	seal_secret_free(secret);
}

/* And yet it can make its own, also where the parent had some. */
static void children_make_their_own(void **state)
{
	struct seal_secret *before = NULL;
	int status = 0;
	pid_t child;

	(void)state;
	assert_int_equal(seal_secret_new(16, &before, NULL), SEAL_OK);
	child = fork();
	if (child == 0) {
		struct seal_secret *own = NULL;

		(void)signal(SIGSEGV, SIG_DFL);
		_exit(seal_secret_random(16, &own, NULL) == SEAL_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	seal_secret_free(before);
}

static char folder[] = "/tmp/sealkit-base-XXXXXX";

static const char *in_folder(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void files_appear_whole(void **state)
{
	struct seal_file *file = NULL;
	uint8_t *bytes = NULL;
	size_t len = 0;
	struct stat st;
	const char *path = in_folder("a");

	(void)state;
	assert_int_equal(seal_file_new(path, SEAL_FILE_NEW | SEAL_FILE_PRIVATE, &file, NULL),
			 SEAL_OK);
	assert_int_equal(seal_file_write(file, "hello", 5, NULL), SEAL_OK);
	assert_int_not_equal(stat(path, &st), 0);
	assert_int_equal(seal_file_commit(file, NULL), SEAL_OK);
	seal_file_freep(&file);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(seal_file_new(path, SEAL_FILE_NEW, &file, NULL), SEAL_E_EXISTS);
	assert_int_equal(seal_file_new(path, 0, &file, NULL), SEAL_OK);
	assert_int_equal(seal_file_write(file, "new", 3, NULL), SEAL_OK);
	assert_int_equal(seal_file_commit(file, NULL), SEAL_OK);
	seal_file_freep(&file);
	assert_int_equal(seal_file_read(path, 3, &bytes, &len, NULL), SEAL_OK);
	assert_int_equal(len, 3);
	assert_string_equal((const char *)bytes, "new");
	free(bytes);
	assert_int_equal(seal_file_read(path, 2, &bytes, &len, NULL), SEAL_E_TOOLONG);
	assert_int_equal(seal_file_read(in_folder("none"), 2, &bytes, &len, NULL), SEAL_E_NOTFOUND);
	assert_int_equal(unlink(in_folder("a")), 0);
}

/* A pipe without a writer must not hold the tool up: the alarm makes a failure of that. */
static void only_files_are_read(void **state)
{
	const char *path = in_folder("pipe");
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	(void)alarm(20);
	assert_int_equal(seal_file_read(path, 9, &bytes, &len, NULL), SEAL_E_IO);
	(void)alarm(0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(seal_file_read(folder, 9, &bytes, &len, NULL), SEAL_E_IO);
	assert_int_equal(seal_file_read("/dev/null", 9, &bytes, &len, NULL), SEAL_E_IO);
	assert_null(bytes);
}

static void aborted_files_leave_nothing(void **state)
{
	struct seal_file *file = NULL;

	(void)state;
	assert_int_equal(seal_file_new(in_folder("b"), 0, &file, NULL), SEAL_OK);
	assert_int_equal(seal_file_write(file, "half", 4, NULL), SEAL_OK);
	seal_file_freep(&file);
	assert_int_equal(rmdir(folder), 0); /* empty, or this fails */
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(seal_file_new("/nonexistent/x", 0, &file, NULL), SEAL_E_IO);
	assert_int_equal(seal_file_new("dir/", 0, &file, NULL), SEAL_E_IO);
}

/* /dev/full answers ENOSPC to every write. */
static void full_disk_is_reported(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct seal_sink sink = seal_sink_fd(&fd);
	struct seal_diag diag = {0};

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(sink.write(sink.ctx, (const uint8_t *)"x", 1, &diag), SEAL_E_IO);
	assert_non_null(strstr(diag.cause[0], "No space"));
	(void)close(fd);
}

static int secret_from(const char *text, size_t max, struct seal_secret **out)
{
	int ends[2];
	int error;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	(void)close(ends[1]);
	error = seal_secret_read_fd(ends[0], max, out, NULL);
	(void)close(ends[0]);
	return error;
}

static void secrets_from_descriptors(void **state)
{
	struct seal_secret *secret = NULL;

	(void)state;
	assert_int_equal(secret_from("123456\nnext", 8, &secret), SEAL_OK);
	assert_int_equal(seal_secret_len(secret), 6);
	seal_secret_freep(&secret);
	assert_int_equal(secret_from("12345678", 8, &secret), SEAL_OK);
	seal_secret_freep(&secret);
	assert_int_equal(secret_from("123456789", 8, &secret), SEAL_E_TOOLONG);
	assert_int_equal(secret_from("\n", 8, &secret), SEAL_E_FORMAT);
	assert_int_equal(secret_from("", 8, &secret), SEAL_E_FORMAT);
	assert_null(secret);
}

static void hardening_holds(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct rlimit core = {1, 1};

		(void)close(0);
		if (seal_process_harden(NULL) != SEAL_OK || getrlimit(RLIMIT_CORE, &core) != 0)
			_exit(1);
		if (core.rlim_max != 0 || umask(0) != 077 || fcntl(0, F_GETFD) < 0)
			_exit(2);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_have_codes),
		cmocka_unit_test(diag_keeps_inner_and_outer),
		cmocka_unit_test(secrets_stay_apart),
		cmocka_unit_test(equality_is_by_value),
		cmocka_unit_test(lock_failure_is_an_error),
		cmocka_unit_test(children_get_no_secrets),
		cmocka_unit_test(children_make_their_own),
		cmocka_unit_test(files_appear_whole),
		cmocka_unit_test(only_files_are_read),
		cmocka_unit_test(aborted_files_leave_nothing),
		cmocka_unit_test(full_disk_is_reported),
		cmocka_unit_test(secrets_from_descriptors),
		cmocka_unit_test(hardening_holds),
	};

	if (!mkdtemp(folder))
		return 3;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
