/* The barrier with plain shares: entries, listings, sealing, terms, Vault's unseal. */

#include "barriers.h"

struct plain {
	struct vault vault;
	struct seal_secret *share[255];
	unsigned n;
};

static void plain_init(struct plain *plain, unsigned t, unsigned n)
{
	static const struct seal_barrier_entry entry = {"core/x", (const uint8_t *)"y", 1};

	*plain = (struct plain){.n = n};
	vault_open(&plain->vault);
	must(seal_barrier_init_plain(plain->vault.barrier, t, n, &entry, 1, plain->share, &diag));
}

static void plain_done(struct plain *plain)
{
	for (unsigned i = 0; i < plain->n; i++)
		seal_secret_free(plain->share[i]);
	vault_close(&plain->vault);
}

static void unseal(struct plain *plain, unsigned t)
{
	for (unsigned i = 0; i < t; i++)
		assert_int_equal(give(&plain->vault, plain->share[i], 1), SEAL_OK);
	assert_int_equal(status_of(&plain->vault).sealed, 0);
}

static void numbers_are_checked(void **state)
{
	static const unsigned bad[][2] = {{0, 1}, {1, 0}, {1, 2}, {3, 2}, {2, 256}};
	struct seal_secret *out[256] = {0};
	struct vault vault = {0};

	(void)state;
	vault_open(&vault);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(seal_barrier_init_plain(vault.barrier, bad[i][0], bad[i][1], NULL,
							 0, out, NULL),
				 SEAL_E_POLICY);
	assert_int_equal(status_of(&vault).initialized, 0);
	vault_close(&vault);
}

/* Any three of five, after a restart, and the shares in Vault's layout. */
static void opens_with_a_quorum(void **state)
{
	struct plain plain;
	struct seal_barrier_status status;

	(void)state;
	plain_init(&plain, 3, 5);
	assert_int_equal(seal_secret_len(plain.share[0]), 33);
	for (unsigned first = 0; first < 3; first++) {
		vault_reopen(&plain.vault);
		status = status_of(&plain.vault);
		assert_int_equal(status.initialized, 1);
		assert_int_equal(status.plain, 1);
		assert_int_equal(status.t, 3);
		assert_int_equal(status.n, 5);
		assert_string_equal(status.nonce, "");
		assert_int_equal(get_says(&plain.vault, "core/x", "y"), SEAL_E_SEALED);
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(give(&plain.vault, plain.share[first + i], 1), SEAL_OK);
			status = status_of(&plain.vault);
			assert_int_equal(status.progress, (i + 1) % 3);
			assert_int_equal(status.sealed, i < 2);
			assert_int_equal(strlen(status.nonce), i < 2 ? 36 : 0);
		}
		assert_int_equal(get_says(&plain.vault, "core/x", "y"), SEAL_OK);
		assert_int_equal(give(&plain.vault, plain.share[0], 1), SEAL_E_EXISTS);
	}
	assert_int_equal(
		seal_barrier_init_plain(plain.vault.barrier, 1, 1, NULL, 0, plain.share, NULL),
		SEAL_E_EXISTS);
	plain_done(&plain);
}

static void one_of_one_is_the_key(void **state)
{
	struct plain plain;

	(void)state;
	plain_init(&plain, 1, 1);
	assert_int_equal(seal_secret_len(plain.share[0]), 32);
	unseal(&plain, 1);
	assert_int_equal(get_says(&plain.vault, "core/x", "y"), SEAL_OK);
	plain_done(&plain);
}

static void two_hundred_fifty_five(void **state)
{
	struct plain plain;

	(void)state;
	plain_init(&plain, 255, 255);
	unseal(&plain, 255);
	plain_done(&plain);
}

/* A wrong share is noticed at the threshold, and then all are dropped. */
static void wrong_plain_shares(void **state)
{
	struct plain plain;
	struct seal_secret *wrong = NULL;
	struct seal_secret *twin = NULL;
	struct seal_secret *cut = NULL;

	(void)state;
	plain_init(&plain, 2, 3);
	must(seal_secret_copy(seal_secret_bytes(plain.share[0]), 33, &wrong, &diag));
	seal_secret_data(wrong)[5] ^= 1;
	must(seal_secret_copy(seal_secret_bytes(wrong), 33, &twin, &diag));
	must(seal_secret_copy(seal_secret_bytes(wrong), 32, &cut, &diag));
	assert_int_equal(give(&plain.vault, wrong, 1), SEAL_OK);
	assert_int_equal(give(&plain.vault, twin, 1), SEAL_OK); /* the same bytes: no news */
	assert_int_equal(status_of(&plain.vault).progress, 1);
	assert_int_equal(give(&plain.vault, plain.share[1], 1), SEAL_E_VERIFY);
	assert_int_equal(status_of(&plain.vault).progress, 0);
	assert_string_equal(status_of(&plain.vault).nonce, "");
	/* One x twice, and shares of two lengths. */
	assert_int_equal(give(&plain.vault, wrong, 1), SEAL_OK);
	assert_int_equal(give(&plain.vault, plain.share[0], 1), SEAL_E_DUPLICATE);
	assert_int_equal(give(&plain.vault, cut, 1), SEAL_OK);
	assert_int_equal(give(&plain.vault, plain.share[0], 1), SEAL_E_MISMATCH);
	assert_int_equal(seal_barrier_in_force(plain.vault.barrier), 0);
	unseal(&plain, 2);
	assert_int_equal(seal_barrier_in_force(plain.vault.barrier), 1);
	seal_secret_free(wrong);
	seal_secret_free(twin);
	seal_secret_free(cut);
	plain_done(&plain);
}

static void entries_come_and_go(void **state)
{
	struct plain plain;
	struct vault *vault = &plain.vault;

	(void)state;
	plain_init(&plain, 2, 3);
	unseal(&plain, 2);
	lists(vault, "", "core/ ");
	put(vault, "a", "1");
	put(vault, "a/b/c", "2");
	put(vault, "a/b", "");
	put(vault, "a/zoë", "4");
	put(vault, "a", "5");
	lists(vault, "", "a a/ core/ ");
	lists(vault, "a/", "b b/ zoë ");
	lists(vault, "a/b/", "c ");
	lists(vault, "nowhere/", "");
	vault_reopen(vault);
	unseal(&plain, 2);
	assert_int_equal(get_says(vault, "a", "5"), SEAL_OK);
	assert_int_equal(get_says(vault, "a/b/c", "2"), SEAL_OK);
	assert_int_equal(get_says(vault, "a/b", ""), SEAL_OK);
	assert_int_equal(get_says(vault, "a/b/", ""), SEAL_E_FORMAT);
	assert_int_equal(get_says(vault, "a/c", ""), SEAL_E_NOTFOUND);
	put(vault, "a/b/c", NULL);
	lists(vault, "", "a a/ core/ ");
	lists(vault, "a/", "b zoë ");
	lists(vault, "a/b/", "");
	put(vault, "a/b", NULL);
	put(vault, "a/b", NULL);
	put(vault, "a/zoë", NULL);
	lists(vault, "", "a core/ ");
	assert_int_equal(get_says(vault, "a/zoë", ""), SEAL_E_NOTFOUND);
	plain_done(&plain);
}

static void paths_are_checked(void **state)
{
	static const char *const bad[] = {"", "/", "/a", "a/", "a//b", "\xff", "a/\xc3"};
	static const char *const bad_folders[] = {"a", "/", "//", "a//", "/a/", "\xff/"};
	char longest[SEAL_BARRIER_PATH + 2] = {0};
	struct joined joined = {{0}};
	struct plain plain;
	struct seal_barrier_entry entry = {longest, (const uint8_t *)"v", 1};
	struct seal_barrier *barrier;

	(void)state;
	plain_init(&plain, 1, 1);
	unseal(&plain, 1);
	barrier = plain.vault.barrier;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		entry.path = bad[i];
		assert_int_equal(seal_barrier_apply(barrier, &entry, 1, NULL), SEAL_E_FORMAT);
		assert_int_equal(get_says(&plain.vault, bad[i], ""), SEAL_E_FORMAT);
	}
	for (size_t i = 0; i < sizeof bad_folders / sizeof bad_folders[0]; i++)
		assert_int_equal(
			seal_barrier_list(barrier, bad_folders[i], join_name, &joined, NULL),
			SEAL_E_FORMAT);
	memset(longest, 'x', SEAL_BARRIER_PATH);
	longest[500] = '/';
	put(&plain.vault, longest, "end");
	assert_int_equal(get_says(&plain.vault, longest, "end"), SEAL_OK);
	memset(longest, 'x', SEAL_BARRIER_PATH + 1);
	entry.path = longest;
	assert_int_equal(seal_barrier_apply(barrier, &entry, 1, NULL), SEAL_E_TOOLONG);
	entry = (struct seal_barrier_entry){"big", (const uint8_t *)"", SEAL_BARRIER_VALUE + 1};
	assert_int_equal(seal_barrier_apply(barrier, &entry, 1, NULL), SEAL_E_TOOLONG);
	plain_done(&plain);
}

/* Later changes of one transaction see the earlier ones; all or none. */
static void transactions(void **state)
{
	const uint8_t *v = (const uint8_t *)"v";
	const struct seal_barrier_entry mixed[] = {
		{"t/a", v, 1}, {"t/b/c", v, 1},	 {"t/b/c", NULL, 0}, {"t/a", NULL, 0},
		{"u/a", v, 1}, {"u/a", NULL, 0}, {"u/b", v, 1},	     {"t/d", v, 1},
	};
	const struct seal_barrier_entry bad[] = {{"w/a", v, 1}, {"u/b", NULL, 0}, {"//", v, 1}};
	const struct seal_barrier_entry move[] = {{"u/b", NULL, 0}, {"u/c", v, 1}};
	struct plain plain;
	struct vault *vault = &plain.vault;

	(void)state;
	plain_init(&plain, 1, 1);
	unseal(&plain, 1);
	must(seal_barrier_apply(vault->barrier, mixed, 8, &diag));
	lists(vault, "", "core/ t/ u/ ");
	lists(vault, "t/", "d ");
	lists(vault, "u/", "b ");
	assert_int_equal(seal_barrier_apply(vault->barrier, bad, 3, NULL), SEAL_E_FORMAT);
	lists(vault, "", "core/ t/ u/ ");
	assert_int_equal(get_says(vault, "u/b", "v"), SEAL_OK);
	must(seal_barrier_apply(vault->barrier, move, 2, &diag));
	lists(vault, "u/", "c ");
	must(seal_barrier_apply(vault->barrier, NULL, 0, &diag));
	plain_done(&plain);
}

static void sealing_takes_all_away(void **state)
{
	struct plain plain;
	struct vault *vault = &plain.vault;
	struct seal_barrier_entry entry = {"a", (const uint8_t *)"b", 1};
	struct seal_barrier_term term;
	struct joined joined = {{0}};

	(void)state;
	plain_init(&plain, 2, 2);
	unseal(&plain, 2);
	seal_barrier_seal(vault->barrier);
	assert_int_equal(status_of(vault).sealed, 1);
	assert_int_equal(get_says(vault, "core/x", "y"), SEAL_E_SEALED);
	assert_int_equal(seal_barrier_apply(vault->barrier, &entry, 1, NULL), SEAL_E_SEALED);
	assert_int_equal(seal_barrier_list(vault->barrier, "", join_name, &joined, NULL),
			 SEAL_E_SEALED);
	assert_int_equal(seal_barrier_rotate(vault->barrier, NULL), SEAL_E_SEALED);
	assert_int_equal(seal_barrier_term(vault->barrier, &term, NULL), SEAL_E_SEALED);
	assert_int_equal(give(vault, plain.share[0], 1), SEAL_OK);
	seal_barrier_seal(vault->barrier); /* half-given shares go too */
	assert_int_equal(status_of(vault).progress, 0);
	unseal(&plain, 2);
	assert_int_equal(get_says(vault, "core/x", "y"), SEAL_OK);
	plain_done(&plain);
}

static uint64_t encryptions(struct vault *vault, unsigned want_term)
{
	struct seal_barrier_term term;

	must(seal_barrier_term(vault->barrier, &term, &diag));
	assert_int_equal(term.term, want_term);
	assert_int_equal(strlen(term.installed), 20);
	return term.encryptions;
}

/* Old entries stay readable; counts survive a seal, and a crash makes them no lower. */
static void terms(void **state)
{
	struct plain plain;
	struct vault *vault = &plain.vault;
	uint64_t before;

	(void)state;
	plain_init(&plain, 2, 2);
	unseal(&plain, 2);
	put(vault, "old", "1");
	before = encryptions(vault, 1);
	assert_true(before >= 2);
	vault_reopen(vault);
	unseal(&plain, 2);
	assert_in_range(encryptions(vault, 1), before, before + 1);
	for (unsigned term = 2; term < 6; term++) {
		must(seal_barrier_rotate(vault->barrier, &diag));
		assert_int_equal(encryptions(vault, term), 0);
		assert_int_equal(status_of(vault).term, term);
		put(vault, "new", "2");
		assert_in_range(encryptions(vault, term), 1, 4);
	}
	vault_reopen(vault);
	unseal(&plain, 2);
	assert_in_range(encryptions(vault, 5), 1, 4);
	assert_int_equal(get_says(vault, "old", "1"), SEAL_OK);
	assert_int_equal(get_says(vault, "new", "2"), SEAL_OK);
	lists(vault, "", "core/ new old ");
	plain_done(&plain);
}

static void large_values(void **state)
{
	struct plain plain;
	struct vault *vault = &plain.vault;
	size_t len = 3u << 20;
	uint8_t *bytes = malloc(len);
	struct seal_barrier_entry entry = {"big", bytes, len};
	struct seal_secret *value = NULL;

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 >> 3);
	plain_init(&plain, 1, 1);
	unseal(&plain, 1);
	must(seal_barrier_apply(vault->barrier, &entry, 1, &diag));
	must(seal_barrier_get(vault->barrier, "big", &value, &diag));
	assert_int_equal(seal_secret_len(value), len);
	assert_int_equal(memcmp(seal_secret_bytes(value), bytes, len), 0);
	seal_secret_free(value);
	free(bytes);
	plain_done(&plain);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(numbers_are_checked),	 case_of(opens_with_a_quorum),
		case_of(one_of_one_is_the_key),	 case_of(two_hundred_fifty_five),
		case_of(wrong_plain_shares),	 case_of(entries_come_and_go),
		case_of(paths_are_checked),	 case_of(transactions),
		case_of(sealing_takes_all_away), case_of(terms),
		case_of(large_values),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
