/* Every allocation, lock, random byte and write to disk fails in turn while the barrier
   initialises, opens, reads, writes and rotates: an error is reported, the store is as
   before, and without the fault the same barrier goes on. */

#include "barriers.h"

#include "disk_faults.h"

static struct vault vault;
static struct room room;
static struct seal_secret *plain[3];
static char value[8]; /* of entry "dir/old" */

static void plain_free(void)
{
	for (size_t i = 0; i < 3; i++)
		seal_secret_freep(&plain[i]);
}

static int init_cards(void)
{
	static const struct seal_barrier_entry entry = {"dir/old", (const uint8_t *)"0", 1};
	struct seal_set_policy policy = policy_of(3);

	return seal_barrier_init(vault.barrier, room.cards, 5, &policy, room.signer, 0, &entry, 1,
				 &room.set, NULL);
}

static int init_plain(void)
{
	static const struct seal_barrier_entry entry = {"dir/old", (const uint8_t *)"0", 1};

	return seal_barrier_init_plain(vault.barrier, 2, 3, &entry, 1, plain, NULL);
}

/* Nothing is there, in memory or on disk, unless it was handed out. */
static void initialised_only_if_told(int error)
{
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(status_of(&vault).initialized, error == SEAL_OK);
		assert_int_equal(room.set || plain[2], error == SEAL_OK);
		vault_reopen(&vault);
	}
	seal_set_freep(&room.set);
	plain_free();
	if (!error) {
		vault_close(&vault);
		drop_folder();
		vault_open(&vault);
	}
}

static void each(int (*act)(void), void (*after)(int error))
{
	fault_each(act, after);
	disk_each(act, after, 0);
}

static void inits(void **state)
{
	(void)state;
	room_init(&room, 5, NULL);
	vault_open(&vault);
	each(init_cards, initialised_only_if_told);
	each(init_plain, initialised_only_if_told);
	vault_close(&vault);
	room_done(&room);
}

static int open_barrier(void)
{
	return seal_barrier_new(vault.store, &vault.barrier, NULL);
}

static void drop_barrier(int error)
{
	assert_int_equal(vault.barrier == NULL, error != SEAL_OK);
	seal_barrier_freep(&vault.barrier);
}

static unsigned taken;

static int give_three(void)
{
	for (taken = 0; taken < 3; taken++) {
		int error = give(&vault, room.share[taken], 1);

		if (error)
			return error;
	}
	return SEAL_OK;
}

/* What was given before stays, what failed can be given again; that it was the first quorum
   is not lost. */
static void opens_after_all(int error)
{
	uint8_t proved[SEAL_MANIFEST_SHARES];

	assert_int_equal(status_of(&vault).sealed, error != SEAL_OK);
	if (error) {
		assert_int_equal(status_of(&vault).progress, taken);
		assert_int_equal(seal_barrier_in_force(vault.barrier), 0);
		for (; taken < 3; taken++)
			assert_int_equal(give(&vault, room.share[taken], 1), SEAL_OK);
	}
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(seal_barrier_in_force(vault.barrier), 1);
		seal_barrier_proved(vault.barrier, proved);
		assert_int_equal(proved[0] + proved[1] + proved[2] + proved[3], 3);
		vault_reopen(&vault);
	}
	/* From the start, for the next. */
	vault_close(&vault);
	drop_folder();
	room_done(&room);
	vault_with_cards(&vault, &room);
}

static void unseals(void **state)
{
	(void)state;
	vault_with_cards(&vault, &room);
	seal_barrier_freep(&vault.barrier);
	fault_each(open_barrier, drop_barrier);
	must(open_barrier() ? SEAL_E_ARGUMENT : SEAL_OK);
	each(give_three, opens_after_all);
	vault_close(&vault);
	room_done(&room);
}

static int give_two_plain(void)
{
	int error = give(&vault, plain[0], 1);

	return error ? error : give(&vault, plain[1], 1);
}

static void opens_plain_after_all(int error)
{
	assert_int_equal(status_of(&vault).sealed, error != SEAL_OK);
	while (status_of(&vault).sealed)
		assert_int_equal(give_two_plain(), SEAL_OK);
	seal_barrier_seal(vault.barrier);
}

static void plain_unseals(void **state)
{
	(void)state;
	vault_open(&vault);
	must(init_plain());
	fault_each(give_two_plain, opens_plain_after_all);
	plain_free();
	vault_close(&vault);
}

static int change(void)
{
	const char next[2] = {(char)('0' + (value[0] + 1 - '0') % 10), 0};
	const struct seal_barrier_entry entries[] = {
		{"dir/old", (const uint8_t *)next, 1},
		{"dir/sub/new", value[0] % 2 ? NULL : (const uint8_t *)next, 1},
	};

	return seal_barrier_apply(vault.barrier, entries, 2, NULL);
}

static void changed_only_if_told(int error)
{
	if (!error)
		value[0] = (char)('0' + (value[0] + 1 - '0') % 10);
	assert_int_equal(get_says(&vault, "dir/old", value), SEAL_OK);
	lists(&vault, "dir/", value[0] % 2 ? "old sub/ " : "old ");
}

static int read_one(void)
{
	struct seal_secret *got = NULL;
	int error = seal_barrier_get(vault.barrier, "dir/old", &got, NULL);

	seal_secret_free(got);
	return error;
}

static int read_names(void)
{
	struct joined joined = {{0}};

	return seal_barrier_list(vault.barrier, "dir/", join_name, &joined, NULL);
}

static unsigned term;

static int rotate(void)
{
	return seal_barrier_rotate(vault.barrier, NULL);
}

static void rotated_only_if_told(int error)
{
	term += !error;
	assert_int_equal(status_of(&vault).term, term);
	assert_int_equal(get_says(&vault, "dir/old", value), SEAL_OK);
}

static void entries_and_terms(void **state)
{
	(void)state;
	vault_with_cards(&vault, &room);
	assert_int_equal(give_three(), SEAL_OK);
	put(&vault, "dir/old", "0");
	(void)snprintf(value, sizeof value, "0");
	term = 1;
	each(change, changed_only_if_told);
	fault_each(read_one, NULL);
	fault_each(read_names, NULL);
	each(rotate, rotated_only_if_told);
	vault_reopen(&vault);
	assert_int_equal(give_three(), SEAL_OK);
	rotated_only_if_told(SEAL_E_IO);
	changed_only_if_told(SEAL_E_IO);
	vault_close(&vault);
	room_done(&room);
}

static int prove(void)
{
	for (size_t i = 0; i < 5; i++) {
		int error = seal_barrier_prove(vault.barrier, i, NULL);

		if (error)
			return error;
	}
	return SEAL_OK;
}

/* Sealed shares are there until the last proof is, in memory and on disk. */
static void kept_until_proved(int error)
{
	uint8_t proved[SEAL_MANIFEST_SHARES];
	size_t len = 0;

	for (unsigned round = 0; round < 2; round++) {
		seal_barrier_proved(vault.barrier, proved);
		assert_int_equal(proved[4], error == SEAL_OK);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(seal_barrier_file(vault.barrier, i, &len) == NULL,
					 error == SEAL_OK);
		vault_reopen(&vault);
	}
	vault_close(&vault);
	drop_folder();
	room_done(&room);
	vault_with_cards(&vault, &room);
}

static void proofs(void **state)
{
	(void)state;
	vault_with_cards(&vault, &room);
	each(prove, kept_until_proved);
	vault_close(&vault);
	room_done(&room);
}

static int set_up(void **state)
{
	return make_base(state) ? -1 : kill_layer_init();
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(inits),		case_of(unseals),
		case_of(plain_unseals), case_of(entries_and_terms),
		case_of(proofs),
	};

	return cmocka_run_group_tests(tests, set_up, drop_base);
}
