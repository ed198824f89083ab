/* The store: entries, transactions, whose file it takes, and damage. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "store_one.h"

static char base[] = "/tmp/sealkit-store-XXXXXX";
static char folder[64];
static char file[96];
static unsigned serial;

/* Each test has a folder of its own, not made yet. */
static int fresh(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "%s/%u", base, serial++);
	(void)snprintf(file, sizeof file, "%s/sealkit.db", folder);
	return 0;
}

static struct seal_store *open_store(void)
{
	struct seal_store *store = NULL;
	struct seal_diag diag = {0};

	if (seal_store_open(folder, &store, &diag) != SEAL_OK)
		fail_msg("%s", diag.cause[0]);
	return store;
}

static void open_refused(int want)
{
	struct seal_store *store = NULL;
	struct seal_diag diag = {0};

	assert_int_equal(seal_store_open(folder, &store, &diag), want);
	assert_int_equal(diag.error, want);
	assert_null(store);
}

static const uint8_t *key_of(unsigned n)
{
	static uint8_t keys[4][SEAL_STORE_KEY];
	static unsigned turn;
	uint8_t *key = keys[turn++ % 4];

	memset(key, 0x40, SEAL_STORE_KEY);
	key[0] = (uint8_t)(n >> 8);
	key[1] = (uint8_t)n;
	return key;
}

static void put(struct seal_store *store, unsigned n, unsigned parent, const char *value)
{
	assert_int_equal(store_put(store, key_of(n), key_of(parent), (const uint8_t *)value,
				   strlen(value), NULL),
			 SEAL_OK);
}

/* value NULL: wanted absent. */
static void expect(struct seal_store *store, unsigned n, const char *value)
{
	uint8_t *got = NULL;
	size_t len = 0;
	int error = seal_store_get(store, key_of(n), &got, &len, NULL);

	assert_int_equal(error, value ? SEAL_OK : SEAL_E_NOTFOUND);
	if (value) {
		assert_int_equal(len, strlen(value));
		assert_memory_equal(got, value, len);
	} else {
		assert_null(got);
	}
	free(got);
}

static void test_entries(void **state)
{
	struct seal_store *store = open_store();

	(void)state;
	expect(store, 1, NULL);
	put(store, 1, 100, "one");
	put(store, 2, 100, "");
	expect(store, 1, "one");
	expect(store, 2, "");
	put(store, 1, 100, "uno");
	seal_store_free(store);
	store = open_store();
	expect(store, 1, "uno");
	assert_int_equal(store_delete(store, key_of(1), NULL), SEAL_OK);
	assert_int_equal(store_delete(store, key_of(1), NULL), SEAL_OK);
	expect(store, 1, NULL);
	expect(store, 2, "");
	seal_store_free(store);
}

static int note(void *ctx, const uint8_t *key, const uint8_t *value, size_t len,
		struct seal_diag *diag)
{
	char *text = ctx;
	size_t at = strlen(text);

	(void)diag;
	(void)snprintf(text + at, 64 - at, "%u=%.*s ", key[1], (int)len, (const char *)value);
	return text[0] == '!' ? SEAL_E_INTERRUPTED : SEAL_OK;
}

static void test_list(void **state)
{
	struct seal_store *store = open_store();
	char text[64] = "";

	(void)state;
	put(store, 3, 100, "c");
	put(store, 1, 100, "a");
	put(store, 2, 101, "b");
	assert_int_equal(seal_store_list(store, key_of(100), note, text, NULL), SEAL_OK);
	assert_string_equal(text, "1=a 3=c ");
	/* An entry that moves leaves its old parent. */
	put(store, 1, 101, "A");
	text[0] = '\0';
	assert_int_equal(seal_store_list(store, key_of(101), note, text, NULL), SEAL_OK);
	assert_string_equal(text, "1=A 2=b ");
	text[0] = '\0';
	assert_int_equal(seal_store_list(store, key_of(102), note, text, NULL), SEAL_OK);
	assert_string_equal(text, "");
	(void)snprintf(text, sizeof text, "!");
	assert_int_equal(seal_store_list(store, key_of(101), note, text, NULL), SEAL_E_INTERRUPTED);
	assert_string_equal(text, "!1=A ");
	put(store, 4, 100, "works");
	seal_store_free(store);
}

static void test_transaction(void **state)
{
	struct seal_store *store = open_store();
	const uint8_t *value = (const uint8_t *)"new";
	uint8_t keys[3][SEAL_STORE_KEY];
	struct seal_store_change changes[] = {
		{.key = keys[0], .parent = keys[0], .value = value, .len = 3},
		{.key = keys[1]},
		{.key = keys[2], .parent = keys[0], .value = value, .len = 3},
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		memcpy(keys[i], key_of(i), SEAL_STORE_KEY);
	put(store, 0, 9, "old");
	put(store, 1, 9, "old");
	/* The last change breaks a rule of the table: none of them happens. */
	changes[2].parent = NULL;
	assert_int_equal(seal_store_apply(store, changes, 3, NULL), SEAL_E_IO);
	expect(store, 0, "old");
	expect(store, 1, "old");
	expect(store, 2, NULL);
	changes[2].parent = keys[0];
	changes[2].len = SEAL_STORE_VALUE_MAX + 1;
	assert_int_equal(seal_store_apply(store, changes, 3, NULL), SEAL_E_TOOLONG);
	changes[2].len = 3;
	assert_int_equal(seal_store_apply(store, changes, 0, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(seal_store_apply(store, changes, SEAL_STORE_CHANGES_MAX + 1, NULL),
			 SEAL_E_ARGUMENT);
	assert_int_equal(seal_store_apply(store, changes, 3, NULL), SEAL_OK);
	expect(store, 0, "new");
	expect(store, 1, NULL);
	expect(store, 2, "new");
	seal_store_free(store);
}

static void test_big_value(void **state)
{
	struct seal_store *store = open_store();
	uint8_t *big = calloc(1, SEAL_STORE_VALUE_MAX);
	uint8_t *got = NULL;
	size_t len = 0;

	(void)state;
	assert_non_null(big);
	big[SEAL_STORE_VALUE_MAX - 1] = 7;
	assert_int_equal(store_put(store, key_of(1), key_of(2), big, SEAL_STORE_VALUE_MAX, NULL),
			 SEAL_OK);
	assert_int_equal(seal_store_get(store, key_of(1), &got, &len, NULL), SEAL_OK);
	assert_int_equal(len, SEAL_STORE_VALUE_MAX);
	assert_memory_equal(got, big, len);
	free(got);
	free(big);
	seal_store_free(store);
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void test_modes(void **state)
{
	mode_t before = umask(0);
	struct seal_store *store = open_store();
	char other[112];

	(void)state;
	(void)umask(before);
	put(store, 1, 2, "x");
	(void)snprintf(other, sizeof other, "%s-wal", file);
	assert_int_equal(mode_of(folder), 0700);
	assert_int_equal(mode_of(file), 0600);
	assert_int_equal(mode_of(other), 0600);
	open_refused(SEAL_E_EXISTS);
	seal_store_free(store);
	assert_int_equal(chmod(file, 0640), 0);
	open_refused(SEAL_E_POLICY);
	assert_int_equal(chmod(file, 0600), 0);
	assert_int_equal(chmod(folder, 0750), 0);
	open_refused(SEAL_E_POLICY);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_int_equal(rename(file, other), 0);
	assert_int_equal(symlink(other, file), 0);
	open_refused(SEAL_E_IO);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rename(other, file), 0);
	seal_store_free(open_store());
}

/* Changes the file behind the store's back, as another program would. */
static void meddle(const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_versions(void **state)
{
	(void)state;
	seal_store_free(open_store());
	meddle("PRAGMA user_version = 2");
	open_refused(SEAL_E_VERSION);
	meddle("PRAGMA user_version = 1; PRAGMA application_id = 7");
	open_refused(SEAL_E_VERSION);
	meddle("PRAGMA application_id = 0");
	open_refused(SEAL_E_VERSION);
	meddle("PRAGMA application_id = 1397047628");
	seal_store_free(open_store());
	meddle("CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END");
	open_refused(SEAL_E_VERIFY);
	meddle("DROP TRIGGER t; DROP INDEX entry_parent");
	open_refused(SEAL_E_VERIFY);
}

/* Many entries of some KiB: more than SQLite's page cache holds. */
static void fill(struct seal_store *store)
{
	static char value[40000];

	memset(value, 'v', sizeof value - 1);
	for (unsigned i = 0; i < 150; i++)
		put(store, i, 999, value);
}

static void overwrite(off_t at, size_t len)
{
	uint8_t junk[4096];
	int fd = open(file, O_WRONLY);

	assert_true(fd >= 0);
	memset(junk, 0xa5, sizeof junk);
	for (; len; len -= sizeof junk, at += (off_t)sizeof junk)
		assert_int_equal(pwrite(fd, junk, sizeof junk, at), (ssize_t)sizeof junk);
	assert_int_equal(close(fd), 0);
}

static void test_damage_at_rest(void **state)
{
	struct seal_store *store = open_store();
	struct stat st;

	(void)state;
	fill(store);
	seal_store_free(store);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(truncate(file, st.st_size - 8192), 0);
	open_refused(SEAL_E_VERIFY);
	assert_int_equal(truncate(file, st.st_size), 0);
	overwrite(4096, 4096);
	open_refused(SEAL_E_VERIFY);
	overwrite(0, 4096);
	open_refused(SEAL_E_VERIFY);
}

static void test_damage_while_open(void **state)
{
	struct seal_store *store = open_store();
	struct stat st;
	uint8_t *value = NULL;
	size_t len = 0;
	int error = SEAL_OK;

	(void)state;
	fill(store);
	seal_store_free(store);
	store = open_store();
	assert_int_equal(stat(file, &st), 0);
	overwrite(4096, (size_t)st.st_size - 4096);
	for (unsigned i = 0; i < 150 && !error; i++) {
		error = seal_store_get(store, key_of(i), &value, &len, NULL);
		free(value);
		value = NULL;
	}
	assert_int_equal(error, SEAL_E_VERIFY);
	/* From here on nothing is answered, not even what is in the cache. */
	for (unsigned i = 0; i < 150; i++)
		assert_int_equal(seal_store_get(store, key_of(i), &value, &len, NULL),
				 SEAL_E_VERIFY);
	assert_int_equal(store_put(store, key_of(1), key_of(2), NULL, 0, NULL), SEAL_E_VERIFY);
	assert_int_equal(seal_store_list(store, key_of(999), note, NULL, NULL), SEAL_E_VERIFY);
	seal_store_free(store);
}

static void test_no_room(void **state)
{
	struct seal_store *store = open_store();
	struct rlimit before;
	struct rlimit tight;
	static uint8_t big[1 << 20];

	(void)state;
	put(store, 1, 9, "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight = before;
	tight.rlim_cur = 200000;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_int_equal(store_put(store, key_of(1), key_of(9), big, sizeof big, NULL), SEAL_E_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	expect(store, 1, "old");
	put(store, 1, 9, "new");
	seal_store_free(store);
}

static int make_base(void **state)
{
	(void)state;
	return mkdtemp(base) ? 0 : -1;
}

static int drop_base(void **state)
{
	char name[128];
	static const char *const names[] = {"sealkit.db", "sealkit.db-wal"};

	(void)state;
	for (unsigned i = 0; i < serial; i++) {
		for (size_t n = 0; n < 2; n++) {
			(void)snprintf(name, sizeof name, "%s/%u/%s", base, i, names[n]);
			(void)unlink(name);
		}
		(void)snprintf(name, sizeof name, "%s/%u", base, i);
		(void)rmdir(name);
	}
	return rmdir(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_entries, fresh),
		cmocka_unit_test_setup(test_list, fresh),
		cmocka_unit_test_setup(test_transaction, fresh),
		cmocka_unit_test_setup(test_big_value, fresh),
		cmocka_unit_test_setup(test_modes, fresh),
		cmocka_unit_test_setup(test_versions, fresh),
		cmocka_unit_test_setup(test_damage_at_rest, fresh),
		cmocka_unit_test_setup(test_damage_while_open, fresh),
		cmocka_unit_test_setup(test_no_room, fresh),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
