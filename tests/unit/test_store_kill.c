/* The store under kill -9: a child writes transactions until the file layer under
   SQLite kills it at a write, sync or truncation chosen by seed, a write only
   half done. Afterwards each transaction is there whole or not at all, and none
   that was reported is missing. SEAL_SEED and SEAL_KILLS replay or add. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "kill_layer.h"
#include "store/store.h"

#define ENTRIES 8u
#define VALUE_MAX 6000u

static char base[] = "/tmp/sealkit-kill-XXXXXX";
static char folder[64];

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(base) ? kill_layer_init() : -1;
}

static void key_of(unsigned n, uint8_t key[SEAL_STORE_KEY])
{
	memset(key, 0x21, SEAL_STORE_KEY);
	key[0] = (uint8_t)n;
}

/* One transaction: all entries get the generation; one of two more comes, the
   other goes. */
static int write_generation(struct seal_store *store, uint32_t generation, size_t len)
{
	static uint8_t value[VALUE_MAX];
	uint8_t keys[ENTRIES + 2][SEAL_STORE_KEY];
	struct seal_store_change changes[ENTRIES + 2];

	memset(value, (int)(generation & 0xff), sizeof value);
	memcpy(value, &generation, sizeof generation);
	for (unsigned i = 0; i < ENTRIES + 2; i++) {
		key_of(i, keys[i]);
		changes[i] = (struct seal_store_change){
			.key = keys[i], .parent = keys[0], .value = value, .len = len};
	}
	changes[ENTRIES + generation % 2].value = NULL;
	return seal_store_apply(store, changes, ENTRIES + 2, NULL);
}

static void child(unsigned seed, uint32_t generation, int report)
{
	struct seal_store *store = NULL;
	unsigned dice = seed;

	kill_in = 1 + (unsigned)rand_r(&dice) % 150;
	if (seal_store_open(folder, &store, NULL) != SEAL_OK)
		_exit(1);
	for (;;) {
		size_t len = 4 + (size_t)rand_r(&dice) % (VALUE_MAX - 4);

		if (write_generation(store, ++generation, len) != SEAL_OK)
			_exit(2);
		if (write(report, &generation, sizeof generation) != sizeof generation)
			_exit(3);
	}
}

/* 0 if absent. Each byte of a value tells its generation. */
static uint32_t generation_of(struct seal_store *store, unsigned n)
{
	uint8_t key[SEAL_STORE_KEY];
	uint8_t *value = NULL;
	size_t len = 0;
	uint32_t generation = 0;

	key_of(n, key);
	if (seal_store_get(store, key, &value, &len, NULL) == SEAL_E_NOTFOUND)
		return 0;
	assert_non_null(value);
	assert_true(len >= sizeof generation);
	memcpy(&generation, value, sizeof generation);
	for (size_t i = sizeof generation; i < len; i++)
		assert_int_equal(value[i], generation & 0xff);
	free(value);
	return generation;
}

static uint32_t check_whole(unsigned seed)
{
	struct seal_store *store = NULL;
	struct seal_diag diag = {0};
	uint32_t generation;

	if (seal_store_open(folder, &store, &diag) != SEAL_OK)
		fail_msg("seed %u: %s", seed, diag.cause[0]);
	generation = generation_of(store, 0);
	for (unsigned i = 1; i < ENTRIES; i++)
		if (generation_of(store, i) != generation)
			fail_msg("seed %u: entry %u is of another transaction", seed, i);
	assert_int_equal(generation_of(store, ENTRIES + generation % 2), 0);
	assert_int_equal(generation_of(store, ENTRIES + (generation + 1) % 2), generation);
	seal_store_free(store);
	return generation;
}

/* Returns the generation found after the kill; *out_told the last one reported. */
static uint32_t one_kill(unsigned seed, uint32_t before, uint32_t *out_told)
{
	int pipes[2];
	int status = 0;
	uint32_t told = before;
	uint32_t word;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(pipes[0]);
		child(seed, before, pipes[1]);
	}
	(void)close(pipes[1]);
	while (read(pipes[0], &word, sizeof word) == sizeof word)
		told = word;
	(void)close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("seed %u: child ended with %d", seed, status);
	*out_told = told;
	return check_whole(seed);
}

static void remove_folder(void)
{
	static const char *const names[] = {"sealkit.db", "sealkit.db-wal", "sealkit.db-journal"};
	char name[96];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof name, "%s/%s", folder, names[i]);
		(void)unlink(name);
	}
	assert_int_equal(rmdir(folder), 0);
}

static void test_kills(void **state)
{
	unsigned first = (unsigned)kill_setting("SEAL_SEED", 1);
	unsigned kills = (unsigned)kill_setting("SEAL_KILLS", 100);
	unsigned undone = 0;
	unsigned kept = 0;

	(void)state;
	(void)snprintf(folder, sizeof folder, "%s/store", base);
	/* Ten kills in a row on one store, so that recovery meets recovered files. */
	for (unsigned row = 0; row < kills; row += 10) {
		uint32_t generation = 0;

		for (unsigned i = row; i < row + 10 && i < kills; i++) {
			uint32_t told = 0;

			generation = one_kill(first + i, generation, &told);
			if (generation != told && generation != told + 1)
				fail_msg("seed %u: %u reported, %u found", first + i, told,
					 generation);
			undone += generation == told;
			kept += generation == told + 1;
		}
		remove_folder();
	}
	/* Kills before and behind the point of no return were both met. */
	if (kills >= 100) {
		assert_true(undone > 0);
		assert_true(kept > 0);
	}
	print_message("%u kills: %u undone, %u whole but not yet reported\n", kills, undone, kept);
}

/* A kill cannot show what a power cut would take; that a commit syncs can. */
static void test_syncs(void **state)
{
	struct seal_store *store = NULL;

	(void)state;
	(void)snprintf(folder, sizeof folder, "%s/store", base);
	assert_int_equal(seal_store_open(folder, &store, NULL), SEAL_OK);
	for (uint32_t generation = 1; generation <= 20; generation++) {
		syncs = 0;
		assert_int_equal(write_generation(store, generation, 100), SEAL_OK);
		assert_true(syncs >= 1);
	}
	seal_store_free(store);
	remove_folder();
}

static int drop_base(void **state)
{
	(void)state;
	return rmdir(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_kills),
					   cmocka_unit_test(test_syncs)};

	return cmocka_run_group_tests(tests, set_up, drop_base);
}
