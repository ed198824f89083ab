/* What a rekey leaves behind: no share, unseal key, root key or polynomial in the store's files,
   none in memory but what holds the barrier open; and after the switch nothing in the files
   of what the old set opened. */

#include "barrier_rows.h"
#include "needles.h"
#include "rekeys.h"

#include <sys/random.h>
#include <sys/syscall.h>

#define DRAWS 64u

/* Every long draw of random bytes is a key, or what hides one: remembered, masked. */
static struct needle drawn[DRAWS];
static size_t draws;
static int recording;

ssize_t getrandom(void *out, size_t len, unsigned flags)
{
	uint8_t *bytes = out;

	long got = syscall(SYS_getrandom, out, len, flags);

	for (long at = 0; recording && at + 32 <= got; at += 32) {
		assert_true(draws < DRAWS);
		drawn[draws++] = needle_of(bytes + at);
	}
	return got;
}

static size_t count_all_in_files(const struct needle *needles, size_t needle_count)
{
	static const char *const names[] = {"sealkit.db", "sealkit.db-wal"};
	static uint8_t bytes[4u << 20];
	size_t count = 0;

	for (size_t i = 0; i < 2; i++) {
		char path[96];
		size_t got = 0;
		FILE *in;

		(void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		in = fopen(path, "r");
		if (!in)
			continue;
		got = fread(bytes, 1, sizeof bytes, in);
		assert_true(got < sizeof bytes);
		(void)fclose(in);
		count += count_in(bytes, got, needles, needle_count);
		seal_wipe(bytes, got);
	}
	return count;
}

static size_t count_in_files(const struct needle *needle)
{
	return count_all_in_files(needle, 1);
}

static struct needle take_share(struct room *room, size_t i)
{
	struct needle needle = needle_of(seal_secret_bytes(room->share[i]));

	seal_secret_freep(&room->share[i]);
	return needle;
}

static void are_nowhere(const struct needle *needles, size_t count, const char *what)
{
	size_t memory = count_all_in_memory(needles, count);
	size_t files = count_all_in_files(needles, count);

	if (memory || files)
		fail_msg("%s: %zu times in memory, %zu in files", what, memory, files);
}

/* The new unseal key, its polynomial, the new root key: all drawn with the third share. */
static void the_quorum_leaves_ciphertext(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;
	struct needle shares[5];

	(void)state;
	vault_and_room(&vault, &old, &fresh, 3);
	wish = wish_for(&fresh, &policy, old.signer, 'a');
	must(rekey_open(&vault, &wish, 1));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(rekey_give(&vault, wish.plan, old.share[i], 1), SEAL_OK);
		shares[i] = take_share(&old, i);
		assert_true(count_in_memory(&shares[i]) > 0); /* it is found where it is */
		assert_int_equal(count_in_files(&shares[i]), 0);
	}
	draws = 0;
	recording = 1;
	assert_int_equal(rekey_give(&vault, wish.plan, old.share[2], 1), SEAL_OK);
	recording = 0;
	assert_int_equal(pending_epoch(&vault), 2);
	assert_in_range(draws, 3, DRAWS); /* unseal key, coefficients, root key, at least */
	shares[2] = take_share(&old, 2);
	are_nowhere(shares, 3, "shares of the old set");
	are_nowhere(drawn, draws, "drawn at the quorum");
	open_pending(&fresh, &vault);
	for (size_t i = 0; i < 3; i++)
		shares[i] = take_share(&fresh, i);
	are_nowhere(shares, 3, "shares of the new set");
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(rekey_prove(&vault, i), 0);
	are_nowhere(drawn, draws, "drawn at the quorum, after a proof");
	end_all(&vault, &old, &fresh);
}

/* Half-given shares are gone with their session, however it ends. */
static void sessions_are_wiped(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;
	struct needle share;

	(void)state;
	vault_and_room(&vault, &old, &fresh, 3);
	for (unsigned how = 0; how < 4; how++) {
		wish = wish_for(&fresh, &policy, old.signer, 'a');
		must(rekey_open(&vault, &wish, 1));
		assert_int_equal(rekey_give(&vault, wish.plan, old.share[how], 1), SEAL_OK);
		share = take_share(&old, how);
		assert_true(count_in_memory(&share) > 0);
		if (how == 0)
			must(seal_barrier_rekey_cancel(vault.barrier, wish.plan, &diag));
		else if (how == 1)
			must(seal_barrier_rekey_expire(vault.barrier, 1 + HOUR, 0, &diag));
		else if (how == 2) /* another plan is first */
			wish.plan[0] = 'b';
		else
			seal_barrier_seal(vault.barrier);
		if (how == 2) {
			must(rekey_open(&vault, &wish, 1));
			open_shares(&old, &vault);
			for (size_t i = 0; i < 3; i++) {
				assert_int_equal(rekey_give(&vault, wish.plan, old.share[i], 1),
						 SEAL_OK);
			}
			seal_secret_freep(&old.share[how]);
			must(seal_barrier_rekey_cancel(vault.barrier, wish.plan, &diag));
		}
		are_nowhere(&share, 1, "a half-given share");
	}
	end_all(&vault, &old, &fresh);
}

/* Wrapped keys and sealed shares of before, and the record: not even ciphertext stays, as a
   former quorum could open it. */
static void the_switch_leaves_nothing_of_before(void **state)
{
	/* Places in them that no other row has. */
	static const struct {
		unsigned row;
		size_t at;
	} outside[] = {{SEAL_OUTSIDE_CONFIG, 120},
		       {SEAL_OUTSIDE_ROOT, 40},
		       {SEAL_OUTSIDE_KEYRING, 40},
		       {SEAL_OUTSIDE_MANIFEST, 1000}};
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;
	struct needle gone[6];
	struct rows rows;
	size_t len = 0;

	(void)state;
	vault_and_room(&vault, &old, &fresh, 3);
	wish = wish_for(&fresh, &policy, old.signer, 'a');
	make_pending(&vault, &old, &fresh, &wish);
	gone[4] = needle_of(seal_barrier_file(vault.barrier, 4, &len) + 400);
	vault_close(&vault);
	read_rows(&rows);
	for (size_t i = 0; i < 4; i++)
		gone[i] = needle_of(row_of(&rows, outside[i].row)->value + outside[i].at);
	for (size_t i = 0; i < rows.count; i++)
		if (is_value(&rows.row[i]) && rows.row[i].len > 1000)
			gone[5] = needle_of(rows.row[i].value);
	free_rows(&rows);
	vault_open(&vault);
	wake(&vault, &old);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(count_in_files(&gone[i]), 1);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rekey_prove(&vault, i), i == 2);
	for (size_t i = 0; i < 6; i++)
		if (count_in_files(&gone[i]))
			fail_msg("%zu is still there", i);
	end_all(&vault, &old, &fresh);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(the_quorum_leaves_ciphertext),
		case_of(sessions_are_wiped),
		case_of(the_switch_leaves_nothing_of_before),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
