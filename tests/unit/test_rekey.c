/* Rekey: the set before stays in force until the last new holder has proved, through seals,
   restarts and rotations; then it opens nothing. */

#include "barrier_rows.h"
#include "rekeys.h"
#include "store_one.h"

static void opens_with(struct vault *vault, const struct room *room, const char *value)
{
	vault_reopen(vault);
	wake(vault, room);
	assert_int_equal(get_says(vault, "core/root", "token"), SEAL_OK);
	assert_int_equal(get_says(vault, "kv/a", value), value ? SEAL_OK : SEAL_E_NOTFOUND);
}

static void refuses(struct vault *vault, const struct room *room, int why)
{
	vault_reopen(vault);
	for (unsigned i = 0; i < room->count; i++)
		assert_int_equal(give(vault, room->share[i], 1), why);
	assert_int_equal(status_of(vault).progress, 0);
}

static void nothing_is_pending(struct vault *vault)
{
	size_t len;

	assert_int_equal(pending_epoch(vault), 0);
	assert_null(seal_barrier_rekey_note(vault->barrier, &len));
	assert_null(seal_barrier_rekey_text(vault->barrier, &len));
	assert_null(seal_barrier_rekey_manifest(vault->barrier));
	assert_null(seal_barrier_rekey_file(vault->barrier, 0, &len));
	assert_int_equal(rekey_prove(vault, 1), SEAL_E_NOTFOUND);
}

static void the_last_proof_switches(void **state)
{
	static const size_t order[] = {2, 0, 3};
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;
	struct seal_barrier_rekey_status pending;
	struct seal_barrier_status status;
	uint8_t proved[SEAL_MANIFEST_SHARES];
	char set[SEAL_SET_ID + 1];
	size_t len;

	(void)state;
	vault_and_room(&vault, &old, &fresh, 4);
	wish = wish_for(&fresh, &policy, old.signer, 'a');
	policy.epoch = 77; /* not read */
	put(&vault, "kv/a", "1");
	memcpy(set, status_of(&vault).set, sizeof set);
	make_pending(&vault, &old, &fresh, &wish);
	assert_int_equal(seal_barrier_rekey_pending(vault.barrier, &pending), 1);
	assert_string_equal(pending.plan, wish.plan);
	assert_int_equal(pending.epoch, 2);
	assert_int_equal(pending.t, 2);
	assert_int_equal(pending.n, 4);
	assert_string_equal(pending.set, seal_barrier_rekey_manifest(vault.barrier)->set);
	assert_string_not_equal(pending.set, set);
	assert_non_null(strstr(seal_barrier_rekey_note(vault.barrier, &len), "\nepoch: 2\n"));
	assert_string_equal(seal_barrier_rekey_text(vault.barrier, &len), "");
	assert_int_equal(sessions_of(&vault), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(rekey_prove(&vault, order[i]), 0);
		assert_int_equal(rekey_prove(&vault, order[i]), 0); /* again: no news */
		assert_string_equal(status_of(&vault).set, set);
		refuses(&vault, &fresh, SEAL_E_MISMATCH);
		opens_with(&vault, &old, "1");
		assert_int_equal(seal_barrier_rekey_pending(vault.barrier, &pending), 1);
		for (size_t k = 0; k < 4; k++)
			assert_int_equal(pending.proved[k],
					 k == 2 || (k == 0 && i > 0) || (k == 3 && i > 1));
	}
	assert_int_equal(rekey_prove(&vault, 4), SEAL_E_ARGUMENT);
	assert_int_equal(rekey_prove(&vault, 1), 1);
	status = status_of(&vault);
	assert_string_equal(status.set, pending.set);
	assert_int_equal(status.epoch, 2);
	assert_int_equal(status.sealed, 0);
	nothing_is_pending(&vault);
	put(&vault, "kv/a", "2"); /* open as before */
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(seal_barrier_in_force(vault.barrier), 1);
		seal_barrier_proved(vault.barrier, proved);
		assert_int_equal(proved[0] + proved[1] + proved[2] + proved[3], 4);
		assert_null(seal_barrier_file(vault.barrier, 0, &len));
		refuses(&vault, &old, SEAL_E_MISMATCH);
		opens_with(&vault, &fresh, "2");
	}
	end_all(&vault, &old, &fresh);
}

/* Every third of the life of the daemon happens in between. */
static void seals_and_rotations_change_nothing(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;

	(void)state;
	vault_and_room(&vault, &old, &fresh, 3);
	wish = wish_for(&fresh, &policy, old.signer, 'b');
	make_pending(&vault, &old, &fresh, &wish);
	must(seal_barrier_rotate(vault.barrier, &diag));
	put(&vault, "kv/a", "1");
	assert_int_equal(rekey_prove(&vault, 0), 0);
	must(seal_barrier_rotate(vault.barrier, &diag));
	seal_barrier_seal(vault.barrier);
	assert_int_equal(pending_epoch(&vault), 0); /* behind the barrier */
	assert_int_equal(rekey_prove(&vault, 1), SEAL_E_SEALED);
	assert_int_equal(rekey_open(&vault, &wish, 1), SEAL_E_SEALED);
	assert_int_equal(rekey_give(&vault, wish.plan, old.share[0], 1), SEAL_E_SEALED);
	assert_int_equal(seal_barrier_rekey_cancel(vault.barrier, wish.plan, NULL), SEAL_E_SEALED);
	must(seal_barrier_rekey_expire(vault.barrier, 1u << 30, 1u << 30, &diag));
	wake(&vault, &old);
	assert_int_equal(pending_epoch(&vault), 2);
	open_pending(&fresh, &vault); /* fetched again */
	assert_int_equal(rekey_prove(&vault, 1), 0);
	must(seal_barrier_rotate(vault.barrier, &diag));
	assert_int_equal(rekey_prove(&vault, 2), 1);
	assert_int_equal(status_of(&vault).term, 4);
	must(seal_barrier_rotate(vault.barrier, &diag));
	opens_with(&vault, &fresh, "1");
	assert_int_equal(status_of(&vault).term, 5);
	end_all(&vault, &old, &fresh);
}

/* A set with groups, then one of five without, each for the other's people. */
static void groups_come_and_go(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_groups();
	struct seal_barrier_rekey_wish wish;

	(void)state;
	vault_with_cards(&vault, &old);
	wake(&vault, &old);
	room_init(&fresh, 5, room_groups);
	policy.threshold = 3;
	wish = wish_for(&fresh, &policy, old.signer, 'c');
	make_pending(&vault, &old, &fresh, &wish);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(rekey_prove(&vault, i), i == 4);
	/* Three of ops are no quorum, of the unseal or of a rekey. */
	vault_reopen(&vault);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(give(&vault, fresh.share[i], 1), SEAL_OK);
	assert_int_equal(status_of(&vault).sealed, 1);
	assert_int_equal(give(&vault, fresh.share[3], 1), SEAL_OK);
	assert_int_equal(status_of(&vault).sealed, 0);
	policy = policy_of(3);
	wish = wish_for(&old, &policy, old.signer, 'd');
	must(rekey_open(&vault, &wish, 1));
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rekey_give(&vault, wish.plan, fresh.share[i], 1), SEAL_OK);
	assert_int_equal(progress_of(&vault, wish.plan), 2);
	assert_int_equal(rekey_give(&vault, wish.plan, fresh.share[4], 1), SEAL_OK);
	assert_int_equal(pending_epoch(&vault), 3);
	open_pending(&old, &vault);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(rekey_prove(&vault, i), i == 4);
	refuses(&vault, &fresh, SEAL_E_MISMATCH);
	opens_with(&vault, &old, NULL);
	end_all(&vault, &old, &fresh);
}

/* From the plain shares that Vault's own clients had, to cards. */
static void plain_shares_end(void **state)
{
	static const struct seal_barrier_entry entry = {"core/root", (const uint8_t *)"token", 5};
	struct vault vault = {0};
	struct room fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_secret *plain[3] = {0};
	struct seal_secret *wrong = NULL;
	struct seal_barrier_rekey_wish wish;
	char nonce[37], again[37];

	(void)state;
	room_init(&fresh, 3, NULL);
	wish = wish_for(&fresh, &policy, fresh.signer, 'e');
	vault_open(&vault);
	must(seal_barrier_init_plain(vault.barrier, 2, 3, &entry, 1, plain, &diag));
	assert_int_equal(give(&vault, plain[0], 1), SEAL_OK);
	assert_int_equal(give(&vault, plain[1], 1), SEAL_OK);
	must(seal_secret_copy(seal_secret_bytes(plain[0]), 33, &wrong, &diag));
	seal_secret_data(wrong)[3] ^= 4;
	must(seal_barrier_rekey_open(vault.barrier, &wish, 1, nonce, &diag));
	assert_int_equal(rekey_give(&vault, wish.plan, wrong, 2), SEAL_OK);
	assert_int_equal(rekey_give(&vault, wish.plan, wrong, 2), SEAL_OK);
	assert_int_equal(progress_of(&vault, wish.plan), 1);
	assert_int_equal(rekey_give(&vault, wish.plan, plain[2], 2), SEAL_E_VERIFY);
	assert_int_equal(progress_of(&vault, wish.plan), 0);
	must(seal_barrier_rekey_expire(vault.barrier, 3, 0, &diag));
	must(seal_barrier_rekey_open(vault.barrier, &wish, 3, again, &diag));
	assert_string_not_equal(nonce, again);
	assert_int_equal(sessions_of(&vault), 1);
	assert_int_equal(rekey_give(&vault, wish.plan, plain[2], 3), SEAL_OK);
	assert_int_equal(rekey_give(&vault, wish.plan, plain[1], 3), SEAL_OK);
	assert_int_equal(rekey_give(&vault, wish.plan, plain[1], 3), SEAL_E_EXISTS);
	open_pending(&fresh, &vault);
	assert_int_equal(status_of(&vault).plain, 1);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rekey_prove(&vault, i), i == 2);
	assert_int_equal(status_of(&vault).plain, 0);
	vault_reopen(&vault);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(give(&vault, plain[i], 1), SEAL_E_MISMATCH);
	opens_with(&vault, &fresh, NULL);
	for (size_t i = 0; i < 3; i++)
		seal_secret_free(plain[i]);
	seal_secret_free(wrong);
	vault_close(&vault);
	room_done(&fresh);
}

/* One token lost: the same people, one card changed; and then the next year. */
static void again_and_again(void **state)
{
	struct vault vault = {0};
	struct room rooms[2];
	struct seal_set_policy policy = policy_of(3);
	struct rows rows;
	size_t count = 0;

	(void)state;
	vault_and_room(&vault, &rooms[0], &rooms[1], 5);
	for (unsigned year = 0; year < 4; year++) {
		struct room *old = &rooms[year % 2];
		struct room *fresh = &rooms[1 - year % 2];
		struct seal_barrier_rekey_wish wish =
			wish_for(fresh, &policy, rooms[0].signer, (char)('1' + year));

		make_pending(&vault, old, fresh, &wish);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(rekey_prove(&vault, i), i == 4);
		assert_int_equal(status_of(&vault).epoch, year + 2);
		refuses(&vault, old, SEAL_E_MISMATCH);
		opens_with(&vault, fresh, NULL);
		vault_close(&vault);
		read_rows(&rows); /* none is left behind */
		if (year > 0)
			assert_int_equal(rows.count, count);
		count = rows.count;
		free_rows(&rows);
		vault_open(&vault);
		wake(&vault, fresh);
	}
	end_all(&vault, &rooms[0], &rooms[1]);
}

/* Who owns the store puts the record of an earlier set back, under its own key and under that
   of the set in force: nothing of it is ever pending. */
static void a_record_of_an_earlier_set_is_nothing(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;
	struct row *largest = NULL;
	struct row *now;
	struct rows rows, later;

	(void)state;
	vault_and_room(&vault, &old, &fresh, 3);
	wish = wish_for(&fresh, &policy, old.signer, 'f');
	make_pending(&vault, &old, &fresh, &wish);
	vault_close(&vault);
	read_rows(&rows);
	for (size_t i = 0; i < rows.count; i++)
		if (is_value(&rows.row[i]) && (!largest || rows.row[i].len > largest->len))
			largest = &rows.row[i];
	vault_open(&vault);
	wake(&vault, &old);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rekey_prove(&vault, i), i == 2);
	must(store_put(vault.store, largest->key, largest->parent, largest->value, largest->len,
		       &diag));
	opens_with(&vault, &fresh, NULL);
	assert_int_equal(pending_epoch(&vault), 0);
	/* The same people once more, for the row that is looked at now. */
	wish.plan[0] = '0';
	must(rekey_open(&vault, &wish, 1));
	assert_int_equal(rekey_give(&vault, wish.plan, fresh.share[0], 1), SEAL_OK);
	assert_int_equal(rekey_give(&vault, wish.plan, fresh.share[2], 1), SEAL_OK);
	assert_int_equal(pending_epoch(&vault), 3);
	vault_close(&vault);
	read_rows(&later);
	now = NULL;
	for (size_t i = 0; i < later.count; i++)
		if (is_value(&later.row[i]) && later.row[i].len > 1000 &&
		    memcmp(later.row[i].key, largest->key, SEAL_STORE_KEY) != 0)
			now = &later.row[i];
	assert_non_null(now);
	vault_open(&vault);
	must(store_put(vault.store, now->key, now->parent, largest->value, largest->len, &diag));
	assert_int_equal(give(&vault, fresh.share[0], 1), SEAL_OK);
	assert_int_equal(give(&vault, fresh.share[1], 1), SEAL_E_VERIFY);
	must(store_put(vault.store, now->key, now->parent, now->value, now->len, &diag));
	wake(&vault, &fresh);
	assert_int_equal(pending_epoch(&vault), 3);
	/* Or while it is open: what was proved is not what would be switched to. */
	must(store_delete(vault.store, now->key, &diag));
	assert_int_equal(rekey_prove(&vault, 0), SEAL_E_VERIFY);
	free_rows(&rows);
	free_rows(&later);
	end_all(&vault, &old, &fresh);
}

/* The barrier is in force, whatever is pending. */
static void init_stays_refused(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;

	(void)state;
	vault_and_room(&vault, &old, &fresh, 3);
	wish = wish_for(&fresh, &policy, old.signer, 'a');
	make_pending(&vault, &old, &fresh, &wish);
	for (unsigned round = 0; round < 2; round++) {
		seal_set_freep(&old.set);
		assert_int_equal(seal_barrier_init(vault.barrier, old.cards, 5, &policy, old.signer,
						   1, NULL, 0, &old.set, NULL),
				 SEAL_E_EXISTS);
		for (size_t i = 0; i < 3 && round == 0; i++)
			assert_int_equal(rekey_prove(&vault, i), i == 2);
		vault_reopen(&vault);
	}
	end_all(&vault, &old, &fresh);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(the_last_proof_switches), case_of(seals_and_rotations_change_nothing),
		case_of(groups_come_and_go),	  case_of(plain_shares_end),
		case_of(again_and_again),	  case_of(a_record_of_an_earlier_set_is_nothing),
		case_of(init_stays_refused),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
