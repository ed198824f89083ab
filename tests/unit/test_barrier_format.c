/* Opens a store by sealkit-barrier(5) alone: from SQLite's file and plain shares to every
   entry, with nothing of lib/barrier. If this fails, the page is wrong, or the format has
   changed and people's copies no longer open. */

#include "barrier_page.h"

/* What is in the row of this letter and path; bound is the text in its associated data. */
static void inner_is(char letter, const char *path, const char *bound, unsigned term,
		     const void *want, size_t want_len)
{
	uint8_t row[2048];
	uint8_t more[1200] = {(uint8_t)letter, 0, 0, 0, (uint8_t)term};
	uint8_t text[2048];
	size_t len;

	inner_key(letter, path, more + 5);
	len = get_row(more + 5, "value", row, sizeof row);
	assert_int_equal(row[0], 1);
	assert_int_equal(row[4], term);
	more[40] = (uint8_t)strlen(bound);
	memcpy(more + 41, bound, strlen(bound));
	len = unbox(term_key[term], "sealkit/barrier-row/1", more, 41 + strlen(bound), row + 5,
		    len - 5, text);
	assert_int_equal(len, want_len);
	assert_memory_equal(text, want, want_len);
}

static void parent_is(char letter, const char *path, char parent_letter, const char *parent)
{
	uint8_t key[32];
	uint8_t got[32];
	uint8_t want[32];

	inner_key(letter, path, key);
	assert_int_equal(get_row(key, "parent", got, sizeof got), 32);
	inner_key(parent_letter, parent, want);
	assert_memory_equal(got, want, 32);
}

static void make(struct seal_secret **share)
{
	struct vault vault = {0};

	vault_open(&vault);
	must(seal_barrier_init_plain(vault.barrier, 2, 3, NULL, 0, share, &diag));
	assert_int_equal(give(&vault, share[0], 1), SEAL_OK);
	assert_int_equal(give(&vault, share[2], 1), SEAL_OK);
	put(&vault, "kv/one", "first");
	must(seal_barrier_rotate(vault.barrier, &diag));
	put(&vault, "kv/deep/two", "second");
	vault_close(&vault);
}

static void open_keys(struct seal_secret *const *share)
{
	const uint8_t *parts[] = {seal_secret_bytes(share[1]), seal_secret_bytes(share[2])};
	uint8_t unseal_key[32];
	uint8_t root[32];
	uint8_t config[512];
	uint8_t box[1024];
	uint8_t ring[1024];
	size_t config_len = outside(0, config, sizeof config);
	size_t len = outside(2, box, sizeof box);

	assert_int_equal(memcmp(config, "sealkit-barrier/1\nplain: yes\nset: ", 34), 0);
	assert_int_equal(memcmp(config + 66, "\nepoch: 1\nthreshold: 2 of 3\n", 28), 0);
	assert_int_equal(config_len, 94);
	must(seal_shamir_combine(parts, 33, 2, unseal_key, &diag));
	assert_int_equal(
		unbox(unseal_key, "sealkit/barrier-root/1", config, config_len, box, len, root),
		32);
	len = outside(3, box, sizeof box);
	len = unbox(root, "sealkit/barrier-keyring/1", box, 0, box, len, ring);
	assert_int_equal(len, 1 + 4 + 32 + 2 * 48);
	assert_memory_equal(ring, "\1\0\0\0\2", 5);
	memcpy(path_key, ring + 5, 32);
	memcpy(term_key[1], ring + 37 + 16, 32);
	memcpy(term_key[2], ring + 37 + 48 + 16, 32);
	assert_in_range(ring[37 + 15], 3, 4); /* value, two names, the counter */
}

static void the_page_opens_the_store(void **state)
{
	struct seal_secret *share[3] = {0};
	uint8_t text[512];
	uint8_t sum[32];
	char hex[65];
	size_t len;

	(void)state;
	make(share);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	open_keys(share);
	inner_is('v', "kv/one", "kv/one", 1, "first", 5);
	inner_is('v', "kv/deep/two", "kv/deep/two", 2, "second", 6);
	inner_is('n', "kv/", "", 1, "kv/", 3);
	inner_is('n', "kv/one", "kv/", 1, "one", 3);
	inner_is('n', "kv/deep/", "kv/", 2, "deep/", 5);
	inner_is('n', "kv/deep/two", "kv/deep/", 2, "two", 3);
	inner_is('c', "2", "2", 2, "\0\0\0\0\0\0\0\5", 8);
	parent_is('v', "kv/one", 'v', "kv/one");
	parent_is('n', "kv/", 'f', "");
	parent_is('n', "kv/one", 'f', "kv/");
	parent_is('n', "kv/deep/two", 'f', "kv/deep/");
	len = outside(1, text, sizeof text - 1);
	text[len] = '\0';
	assert_non_null(strstr((char *)text, "\nin-force: yes\nproved: \nsum: "));
	hmac("sealkit-barrier-state/1\n", 24, text, len - 70, sum);
	seal_hex(sum, 32, hex);
	assert_memory_equal(text + len - 65, hex, 64);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	for (size_t i = 0; i < 3; i++)
		seal_secret_free(share[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(
		the_page_opens_the_store, fresh_folder, end_folder)};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
