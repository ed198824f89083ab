/* Every system call and allocation of files, journals and secrets fails in turn:
   an error is reported, and nothing that was reported done is lost. */

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
#include "base/journal.h"
#include "base/secret.h"
#include "faults.h"

static char folder[] = "/tmp/sealkit-fault-XXXXXX";
static char path[64];

static int make_secrets(void)
{
	struct seal_secret *one SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *large SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_secret_random(32, &one, NULL);

	return error ? error : seal_secret_new(200000, &large, NULL);
}

static void secrets(void **state)
{
	(void)state;
	fault_each(make_secrets, NULL);
}

static int write_file(void)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error = seal_file_new(path, SEAL_FILE_PRIVATE, &file, NULL);

	if (!error)
		error = seal_file_write(file, "the whole new content", 21, NULL);
	return error ? error : seal_file_commit(file, NULL);
}

/* Whole and new, or as before (absent); where only the folder's fsync failed it is
   there, as the header says. Never half of it, never a temporary name. */
static void file_is_whole(int error)
{
	uint8_t *bytes = NULL;
	size_t len = 0;
	int there = seal_file_read(path, 100, &bytes, &len, NULL) == SEAL_OK;

	if (!error)
		assert_true(there);
	if (there) {
		assert_int_equal(len, 21);
		assert_string_equal((const char *)bytes, "the whole new content");
		assert_int_equal(unlink(path), 0);
	}
	free(bytes);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
}

static void files(void **state)
{
	(void)state;
	fault_each(write_file, file_is_whole);
}

/* Replacing: the old content is there until the new one is. */
static int replace_file(void)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs("old", out) < 0 || fclose(out) != 0)
		abort();
	return write_file();
}

static void old_or_new(int error)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	assert_int_equal(seal_file_read(path, 100, &bytes, &len, NULL), SEAL_OK);
	if (len != 21 || memcmp(bytes, "the whole new content", 21) != 0) {
		assert_int_not_equal(error, SEAL_OK);
		assert_string_equal((const char *)bytes, "old");
	}
	free(bytes);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(mkdir(folder, 0700), 0);
}

static void replaced_files(void **state)
{
	(void)state;
	fault_each(replace_file, old_or_new);
}

static unsigned reported;

static int keep_journal(void)
{
	struct seal_journal *journal SEAL_CLEANUP(seal_journal_freep) = NULL;
	int error = seal_journal_open(path, NULL, NULL, &journal, NULL);

	reported = 0;
	for (int i = 0; !error && i < 3; i++) {
		error = seal_journal_add(journal, "step", NULL);
		reported += !error;
	}
	/* Once a record failed, no later one may claim to be there. */
	if (error && journal)
		assert_int_equal(seal_journal_add(journal, "after", NULL), SEAL_E_IO);
	return error;
}

static int count(void *ctx, uint64_t seq, const char *text, struct seal_diag *diag)
{
	(void)text;
	(void)diag;
	*(uint64_t *)ctx = seq;
	return SEAL_OK;
}

static void reported_records_are_there(int error)
{
	struct seal_journal *journal = NULL;
	uint64_t seen = 0;

	(void)error;
	assert_int_equal(seal_journal_open(path, count, &seen, &journal, NULL), SEAL_OK);
	assert_true(seen >= reported);
	seal_journal_free(journal);
	assert_int_equal(unlink(path), 0);
}

static void journals(void **state)
{
	(void)state;
	fault_each(keep_journal, reported_records_are_there);
}

/* Head and name both: the head of a new journal is synced as well as its folder. */
static void new_journals_are_synced(void **state)
{
	(void)state;
	for (unsigned at = 1; at <= 2; at++) {
		struct seal_journal *journal = NULL;

		fault_arm(FAULT_FSYNC, at);
		assert_int_equal(seal_journal_open(path, NULL, NULL, &journal, NULL), SEAL_E_IO);
		assert_true(fault_disarm());
		assert_int_equal(unlink(path), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets),
		cmocka_unit_test(files),
		cmocka_unit_test(replaced_files),
		cmocka_unit_test(journals),
		cmocka_unit_test(new_journals_are_synced),
	};
	int failed;

	if (!mkdtemp(folder))
		return 3;
	(void)snprintf(path, sizeof path, "%s/f", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(folder);
	return failed;
}
