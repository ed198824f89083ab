/* The barrier with shares sealed to cards: recognition, quorums, init and its repetition,
   who has proved. */

#include "barriers.h"

#include <sqlite3.h>

static void wake(struct vault *vault, struct room *room)
{
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(give(vault, room->share[i], 1), SEAL_OK);
	assert_int_equal(status_of(vault).sealed, 0);
}

static void end(struct vault *vault, struct room *room)
{
	vault_close(vault);
	room_done(room);
}

/* Every subset of five, each time from the store alone. */
static void every_quorum_opens(void **state)
{
	struct vault vault = {0};
	struct room room;
	unsigned opened = 0;

	(void)state;
	vault_with_cards(&vault, &room);
	for (unsigned subset = 0; subset < 32; subset++) {
		vault_reopen(&vault);
		for (unsigned i = 0; i < 5; i++)
			if (subset & 1u << i && status_of(&vault).sealed)
				assert_int_equal(give(&vault, room.share[i], 1), SEAL_OK);
		assert_int_equal(status_of(&vault).sealed, __builtin_popcount(subset) < 3);
		if (!status_of(&vault).sealed)
			opened++;
		assert_int_equal(get_says(&vault, "core/root", "token"),
				 status_of(&vault).sealed ? SEAL_E_SEALED : SEAL_OK);
	}
	assert_int_equal(opened, 16);
	end(&vault, &room);
}

static void status_tells(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct seal_barrier_status status;
	size_t len = 0;
	size_t note_len = 0;
	const char *note;

	(void)state;
	vault_with_cards(&vault, &room);
	note = seal_set_note(room.set, &note_len);
	for (unsigned round = 0; round < 2; round++) {
		status = status_of(&vault);
		assert_int_equal(status.initialized, 1);
		assert_int_equal(status.sealed, 1);
		assert_int_equal(status.plain, 0);
		assert_int_equal(status.t, 3);
		assert_int_equal(status.n, 5);
		assert_int_equal(status.epoch, 1);
		assert_int_equal(status.term, 0);
		assert_string_equal(status.set, seal_set_manifest(room.set)->set);
		assert_string_equal(seal_barrier_manifest(vault.barrier)->shares[4].custodian,
				    "emma");
		assert_string_equal(seal_barrier_note(vault.barrier, &len), note);
		assert_int_equal(len, note_len);
		assert_int_equal(seal_barrier_in_force(vault.barrier), 0);
		assert_null(seal_barrier_file(vault.barrier, 5, &len));
		vault_reopen(&vault);
	}
	assert_int_equal(give(&vault, room.share[4], 1), SEAL_OK);
	assert_int_equal(give(&vault, room.share[1], 1), SEAL_OK);
	status = status_of(&vault);
	assert_int_equal(status.progress, 2);
	assert_int_equal(status.given[0] + status.given[2] + status.given[3], 0);
	assert_int_equal(status.given[1] + status.given[4], 2);
	end(&vault, &room);
}

/* A refused share moves neither progress nor nonce nor clock. */
static void wrong_shares_change_nothing(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct seal_secret *wrong = NULL;
	char nonce[37];
	size_t index = 77;

	(void)state;
	vault_with_cards(&vault, &room);
	must(seal_secret_copy(seal_secret_bytes(room.share[0]), 33, &wrong, &diag));
	for (size_t i = 0; i < 33; i++) {
		seal_secret_data(wrong)[i] ^= 0x10;
		assert_int_equal(give(&vault, wrong, 1), SEAL_E_MISMATCH);
		seal_secret_data(wrong)[i] ^= 0x10;
	}
	assert_string_equal(status_of(&vault).nonce, "");
	/* One person's values with another's x. */
	seal_secret_data(wrong)[32] = seal_secret_bytes(room.share[1])[32];
	assert_int_equal(give(&vault, room.share[2], 100), SEAL_OK);
	assert_int_equal(seal_barrier_share(vault.barrier, wrong, 150, &index, NULL),
			 SEAL_E_MISMATCH);
	seal_secret_shrink(wrong, 32);
	assert_int_equal(give(&vault, wrong, 150), SEAL_E_MISMATCH);
	assert_int_equal(index, 77);
	/* The same again is no error, and says whose it is. */
	must(seal_barrier_begin(vault.barrier, 155, nonce, &diag));
	must(seal_barrier_share(vault.barrier, room.share[2], 160, &index, &diag));
	assert_int_equal(index, 2);
	assert_int_equal(status_of(&vault).progress, 1);
	assert_string_equal(status_of(&vault).nonce, nonce);
	seal_barrier_expire(vault.barrier, 199, 100);
	assert_int_equal(status_of(&vault).progress, 1);
	seal_barrier_expire(vault.barrier, 200, 100);
	assert_int_equal(status_of(&vault).progress, 0);
	seal_secret_free(wrong);
	end(&vault, &room);
}

static void nonces_and_clocks(void **state)
{
	struct vault vault = {0};
	struct room room;
	char nonce[37];
	char again[37];

	(void)state;
	vault_open(&vault);
	assert_int_equal(seal_barrier_begin(vault.barrier, 1, nonce, NULL), SEAL_E_NOTFOUND);
	vault_close(&vault);
	vault_with_cards(&vault, &room);
	must(seal_barrier_begin(vault.barrier, 1000, nonce, &diag));
	assert_int_equal(strlen(nonce), 36);
	assert_int_equal(nonce[14], '4');
	/* Nobody gave yet: asking keeps it alive, and it ends when nobody asks. */
	must(seal_barrier_begin(vault.barrier, 1090, again, &diag));
	assert_string_equal(nonce, again);
	seal_barrier_expire(vault.barrier, 1100, 100);
	assert_string_equal(status_of(&vault).nonce, nonce);
	seal_barrier_expire(vault.barrier, 500, 100); /* a clock that goes back */
	assert_string_equal(status_of(&vault).nonce, nonce);
	assert_int_equal(give(&vault, room.share[0], 1150), SEAL_OK);
	assert_int_equal(give(&vault, room.share[1], 1240), SEAL_OK);
	must(seal_barrier_begin(vault.barrier, 1240, again, &diag));
	assert_string_equal(nonce, again);
	seal_barrier_expire(vault.barrier, 1250, 100);
	assert_string_equal(status_of(&vault).nonce, "");
	must(seal_barrier_begin(vault.barrier, 1251, again, &diag));
	assert_string_not_equal(nonce, again);
	assert_int_equal(give(&vault, room.share[0], 1252), SEAL_OK);
	seal_barrier_reset(vault.barrier);
	assert_int_equal(status_of(&vault).progress, 0);
	assert_string_equal(status_of(&vault).nonce, "");
	wake(&vault, &room);
	assert_int_equal(seal_barrier_begin(vault.barrier, 1, nonce, NULL), SEAL_E_EXISTS);
	end(&vault, &room);
}

static int init_again(struct vault *vault, struct room *room, int again)
{
	const struct seal_barrier_entry entry = {"core/root", (const uint8_t *)"second", 6};
	struct seal_set_policy policy = policy_of(3);

	policy.epoch = 2;
	seal_set_freep(&room->set);
	return seal_barrier_init(vault->barrier, room->cards, room->count, &policy, room->signer,
				 again, &entry, 1, &room->set, NULL);
}

static unsigned rows_in_store(void)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;
	int rows;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM entry", -1, &statement, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	rows = sqlite3_column_int(statement, 0);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return (unsigned)rows;
}

/* Until the first quorum init may be repeated; the older set's shares are then refused, and
   nothing of it stays in the store. */
static void init_may_be_repeated_until_in_force(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct seal_secret *old[5] = {0};
	unsigned rows;

	(void)state;
	vault_with_cards(&vault, &room);
	for (unsigned i = 0; i < 5; i++)
		old[i] = seal_steal(&room.share[i]);
	vault_close(&vault);
	rows = rows_in_store();
	vault_open(&vault);
	assert_int_equal(give(&vault, old[0], 1), SEAL_OK);
	assert_int_equal(init_again(&vault, &room, 0), SEAL_E_EXISTS);
	assert_int_equal(status_of(&vault).progress, 1);
	assert_int_equal(init_again(&vault, &room, 1), SEAL_OK);
	assert_int_equal(status_of(&vault).progress, 0);
	assert_int_equal(status_of(&vault).epoch, 2);
	open_shares(&room, &vault);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(give(&vault, old[i], 1), SEAL_E_MISMATCH);
	room.count = 4;
	assert_int_equal(init_again(&vault, &room, 1), SEAL_OK);
	vault_close(&vault);
	assert_int_equal(rows_in_store(), rows - 1); /* one sealed share less */
	vault_open(&vault);
	open_shares(&room, &vault);
	wake(&vault, &room);
	assert_int_equal(get_says(&vault, "core/root", "second"), SEAL_OK);
	lists(&vault, "", "core/ ");
	assert_int_equal(init_again(&vault, &room, 1), SEAL_E_EXISTS);
	vault_reopen(&vault);
	assert_int_equal(init_again(&vault, &room, 1), SEAL_E_EXISTS);
	assert_int_equal(seal_barrier_in_force(vault.barrier), 1);
	for (unsigned i = 0; i < 5; i++)
		seal_secret_free(old[i]);
	end(&vault, &room);
}

/* The same from a set without cards to one with. */
static void cards_after_plain_shares(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct seal_secret *old[3] = {0};

	(void)state;
	room_init(&room, 5, NULL);
	vault_open(&vault);
	must(seal_barrier_init_plain(vault.barrier, 2, 3, NULL, 0, old, &diag));
	assert_int_equal(seal_barrier_prove(vault.barrier, 0, NULL), SEAL_E_NOTFOUND);
	assert_int_equal(give(&vault, old[0], 1), SEAL_OK);
	assert_int_equal(init_again(&vault, &room, 1), SEAL_OK);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(give(&vault, old[i], 1), SEAL_E_MISMATCH);
		seal_secret_free(old[i]);
	}
	vault_reopen(&vault);
	open_shares(&room, &vault);
	wake(&vault, &room);
	end(&vault, &room);
}

static void refused_inits_leave_nothing(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct seal_set_policy policy = policy_of(6);
	const struct seal_barrier_entry bad = {"//", (const uint8_t *)"v", 1};

	(void)state;
	room_init(&room, 5, NULL);
	vault_open(&vault);
	assert_int_equal(seal_barrier_init(vault.barrier, room.cards, 5, &policy, room.signer, 0,
					   NULL, 0, &room.set, NULL),
			 SEAL_E_POLICY);
	policy.threshold = 3;
	assert_int_equal(seal_barrier_init(vault.barrier, room.cards, 5, &policy, room.signer, 0,
					   &bad, 1, &room.set, NULL),
			 SEAL_E_FORMAT);
	assert_null(room.set);
	assert_int_equal(status_of(&vault).initialized, 0);
	assert_int_equal(give(&vault, room.key, 1), SEAL_E_NOTFOUND);
	vault_close(&vault);
	assert_int_equal(rows_in_store(), 0);
	room_done(&room);
}

static void proved_is(const struct vault *vault, const char *want)
{
	uint8_t proved[SEAL_MANIFEST_SHARES];

	seal_barrier_proved(vault->barrier, proved);
	for (size_t i = 0; want[i]; i++)
		assert_int_equal(proved[i], want[i] == '1');
}

/* Who was in a quorum has proved; when all have, the sealed shares go. */
static void proofs_let_sealed_shares_go(void **state)
{
	struct vault vault = {0};
	struct room room;
	size_t len = 0;

	(void)state;
	vault_with_cards(&vault, &room);
	must(seal_barrier_prove(vault.barrier, 3, &diag));
	proved_is(&vault, "00010");
	vault_reopen(&vault);
	proved_is(&vault, "00010");
	assert_int_equal(seal_barrier_prove(vault.barrier, 5, NULL), SEAL_E_ARGUMENT);
	assert_int_equal(give(&vault, room.share[4], 1), SEAL_OK);
	proved_is(&vault, "00010"); /* given is not yet opened */
	seal_barrier_reset(vault.barrier);
	wake(&vault, &room);
	proved_is(&vault, "11110");
	must(seal_barrier_prove(vault.barrier, 3, &diag));
	assert_non_null(seal_barrier_file(vault.barrier, 4, &len));
	vault_reopen(&vault);
	proved_is(&vault, "11110");
	assert_non_null(seal_barrier_file(vault.barrier, 0, &len));
	must(seal_barrier_prove(vault.barrier, 4, &diag));
	for (unsigned round = 0; round < 2; round++) {
		proved_is(&vault, "11111");
		for (size_t i = 0; i < 5; i++)
			assert_null(seal_barrier_file(vault.barrier, i, &len));
		vault_reopen(&vault);
	}
	wake(&vault, &room);
	assert_int_equal(get_says(&vault, "core/root", "token"), SEAL_OK);
	end(&vault, &room);
}

/* The old term's counter goes, as the keyring has it from then on. */
static void rotation_leaves_no_row(void **state)
{
	struct vault vault = {0};
	struct room room;
	unsigned rows;

	(void)state;
	vault_with_cards(&vault, &room);
	wake(&vault, &room);
	put(&vault, "a", "1");
	vault_close(&vault);
	rows = rows_in_store();
	for (unsigned i = 0; i < 3; i++) {
		vault_open(&vault);
		wake(&vault, &room);
		must(seal_barrier_rotate(vault.barrier, &diag));
		put(&vault, "a", "1");
		vault_close(&vault);
		assert_int_equal(rows_in_store(), rows);
	}
	end(&vault, &room);
}

/* 2 of ops and 1 of security. */
static void groups(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct seal_set_policy policy = policy_groups();

	(void)state;
	policy.allow_no_spare = 1;
	room_init(&room, 5, room_groups);
	vault_open(&vault);
	must(seal_barrier_init(vault.barrier, room.cards, 5, &policy, room.signer, 0, NULL, 0,
			       &room.set, &diag));
	open_shares(&room, &vault);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(give(&vault, room.share[i], 1), SEAL_OK);
	assert_int_equal(status_of(&vault).sealed, 1);
	assert_int_equal(status_of(&vault).t, 3);
	assert_int_equal(status_of(&vault).progress, 2);
	assert_int_equal(give(&vault, room.share[4], 1), SEAL_OK);
	assert_int_equal(status_of(&vault).sealed, 0);
	lists(&vault, "", "");
	end(&vault, &room);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(every_quorum_opens),
		case_of(status_tells),
		case_of(wrong_shares_change_nothing),
		case_of(nonces_and_clocks),
		case_of(init_may_be_repeated_until_in_force),
		case_of(cards_after_plain_shares),
		case_of(refused_inits_leave_nothing),
		case_of(proofs_let_sealed_shares_go),
		case_of(rotation_leaves_no_row),
		case_of(groups),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
