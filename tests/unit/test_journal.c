/* The journal: order, chain, torn tails, damage, locks, and kills in mid-write. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/journal.h"

static char folder[] = "/tmp/sealkit-journal-XXXXXX";
static char path[64];

struct seen {
	uint64_t count;
	char last[64];
};

static int note(void *ctx, uint64_t seq, const char *text, struct seal_diag *diag)
{
	struct seen *seen = ctx;

	(void)diag;
	assert_int_equal(seq, seen->count + 1);
	seen->count = seq;
	(void)snprintf(seen->last, sizeof seen->last, "%s", text);
	return SEAL_OK;
}

static int fresh(void **state)
{
	(void)state;
	(void)unlink(path);
	return 0;
}

static int reopen(struct seen *seen, struct seal_journal **journal, struct seal_diag *diag)
{
	*seen = (struct seen){0};
	return seal_journal_open(path, note, seen, journal, diag);
}

static void write_three(void)
{
	struct seal_journal *journal = NULL;
	struct seen seen;

	assert_int_equal(reopen(&seen, &journal, NULL), SEAL_OK);
	assert_int_equal(seen.count, 0);
	assert_int_equal(seal_journal_add(journal, "step one", NULL), SEAL_OK);
	assert_int_equal(seal_journal_add(journal, "", NULL), SEAL_OK);
	assert_int_equal(seal_journal_add(journal, "step three", NULL), SEAL_OK);
	seal_journal_free(journal);
}

static void records_come_back_in_order(void **state)
{
	struct seal_journal *journal = NULL;
	struct seen seen;

	(void)state;
	write_three();
	assert_int_equal(reopen(&seen, &journal, NULL), SEAL_OK);
	assert_int_equal(seen.count, 3);
	assert_string_equal(seen.last, "step three");
	assert_int_equal(seal_journal_add(journal, "step four", NULL), SEAL_OK);
	assert_int_equal(seal_journal_add(journal, "two\nlines", NULL), SEAL_E_ARGUMENT);
	seal_journal_freep(&journal);
	assert_int_equal(reopen(&seen, &journal, NULL), SEAL_OK);
	assert_int_equal(seen.count, 4);
	seal_journal_free(journal);
}

static void one_writer_only(void **state)
{
	struct seal_journal *first = NULL;
	struct seal_journal *second = NULL;
	struct seen seen;

	(void)state;
	assert_int_equal(reopen(&seen, &first, NULL), SEAL_OK);
	assert_int_equal(reopen(&seen, &second, NULL), SEAL_E_EXISTS);
	assert_null(second);
	seal_journal_free(first);
}

/* Cut at every length: whole records stay, the torn one goes, and writing goes on. */
static void torn_tail_is_dropped(void **state)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	write_three();
	assert_int_equal(seal_file_read(path, 4096, &bytes, &len, NULL), SEAL_OK);
	for (size_t cut = 0; cut <= len; cut++) {
		struct seal_journal *journal = NULL;
		struct seen seen;
		size_t lines = 0;
		int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

		assert_int_equal(write(fd, bytes, cut), (ssize_t)cut);
		(void)close(fd);
		for (size_t i = 0; i < cut; i++)
			lines += bytes[i] == '\n';
		assert_int_equal(reopen(&seen, &journal, NULL), SEAL_OK);
		assert_int_equal(seen.count, lines > 0 ? lines - 1 : 0);
		assert_int_equal(seal_journal_add(journal, "goes on", NULL), SEAL_OK);
		seal_journal_freep(&journal);
		assert_int_equal(reopen(&seen, &journal, NULL), SEAL_OK);
		assert_string_equal(seen.last, "goes on");
		seal_journal_free(journal);
	}
	free(bytes);
}

/* A flipped bit anywhere but in the last newline is found and named. */
static void damage_is_found(void **state)
{
	uint8_t *bytes = NULL;
	size_t len = 0;

	(void)state;
	write_three();
	assert_int_equal(seal_file_read(path, 4096, &bytes, &len, NULL), SEAL_OK);
	for (size_t i = 0; i + 1 < len; i++) {
		struct seal_journal *journal = NULL;
		struct seal_diag diag = {0};
		struct seen seen;
		int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
		int error;

		bytes[i] ^= 1;
		assert_int_equal(write(fd, bytes, len), (ssize_t)len);
		(void)close(fd);
		bytes[i] ^= 1;
		error = reopen(&seen, &journal, &diag);
		assert_true(error == SEAL_E_VERIFY || error == SEAL_E_VERSION);
		assert_non_null(strstr(diag.cause[0], path));
	}
	free(bytes);
}

/* kill -9 while a child writes: each record it reported is there afterwards. */
static void kills_lose_nothing_reported(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		struct seal_journal *journal = NULL;
		struct seen seen;
		uint64_t told = 0;
		int ends[2];
		pid_t child;

		(void)unlink(path);
		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0) {
			if (seal_journal_open(path, NULL, NULL, &journal, NULL) != SEAL_OK)
				_exit(1);
			for (uint64_t i = 1;; i++) {
				if (seal_journal_add(journal, "a step", NULL) != SEAL_OK ||
				    write(ends[1], &i, sizeof i) != (ssize_t)sizeof i)
					_exit(2);
			}
		}
		(void)close(ends[1]);
		for (unsigned i = 0; i <= round; i++)
			assert_int_equal(read(ends[0], &told, sizeof told), (ssize_t)sizeof told);
		(void)kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		while (read(ends[0], &told, sizeof told) == (ssize_t)sizeof told)
			;
		(void)close(ends[0]);
		assert_int_equal(reopen(&seen, &journal, NULL), SEAL_OK);
		assert_true(seen.count >= told);
		seal_journal_free(journal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(records_come_back_in_order, fresh),
		cmocka_unit_test_setup(one_writer_only, fresh),
		cmocka_unit_test_setup(torn_tail_is_dropped, fresh),
		cmocka_unit_test_setup(damage_is_found, fresh),
		cmocka_unit_test_setup(kills_lose_nothing_reported, fresh),
	};
	int failed;

	if (!mkdtemp(folder))
		return 3;
	(void)snprintf(path, sizeof path, "%s/journal", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	(void)rmdir(folder);
	return failed;
}
