/* The pending record of a rekey by sealkit-barrier(5) alone: found, opened and read from SQLite's
   file and three shares, and after the switch what it said is what is there. And who changes
   it in the store is found. */

#include "barrier_page.h"
#include "rekeys.h"
#include "store_one.h"

static uint8_t record[65536];
static uint8_t raw[65536]; /* the row */
static uint8_t raw_key[32];
static size_t record_len, raw_len;

static void open_keys(struct seal_secret *const *share)
{
	const uint8_t *parts[] = {seal_secret_bytes(share[0]), seal_secret_bytes(share[1]),
				  seal_secret_bytes(share[2])};
	uint8_t unseal_key[32], root[32], config[4096], box[1024], ring[1024];
	size_t config_len = outside(0, config, sizeof config);
	size_t len = outside(2, box, sizeof box);

	must(seal_shamir_combine(parts, 33, 3, unseal_key, &diag));
	assert_int_equal(
		unbox(unseal_key, "sealkit/barrier-root/1", config, config_len, box, len, root),
		32);
	len = outside(3, box, sizeof box);
	assert_int_equal(unbox(root, "sealkit/barrier-keyring/1", box, 0, box, len, ring), 85);
	memcpy(path_key, ring + 5, 32);
	memcpy(term_key[1], ring + 37 + 16, 32);
}

static void open_record(const char *set)
{
	uint8_t more[128] = {'r', 0, 0, 0, 1};
	uint8_t parent[32];

	inner_key('r', set, raw_key);
	memcpy(more + 5, raw_key, 32);
	more[40] = (uint8_t)strlen(set);
	memcpy(more + 41, set, strlen(set));
	assert_int_equal(get_row(raw_key, "parent", parent, 32), 32);
	assert_memory_equal(parent, raw_key, 32);
	raw_len = get_row(raw_key, "value", raw, sizeof raw);
	record_len = unbox(term_key[1], "sealkit/barrier-row/1", more, 41 + strlen(set), raw + 5,
			   raw_len - 5, record);
}

static size_t number(const uint8_t *at, unsigned bytes)
{
	size_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

/* The text behind its length, which is moved past. */
static const uint8_t *next_text(const uint8_t **at, size_t *out_len)
{
	const uint8_t *text = *at + 4;

	*out_len = number(*at, 4);
	*at = text + *out_len;
	return text;
}

/* Of three, two proved: the second has not. */
static void make(struct vault *vault, struct room *old, struct room *fresh,
		 struct seal_barrier_rekey_status *out_status)
{
	struct seal_set_policy policy = policy_of(2);
	struct seal_barrier_rekey_wish wish;

	vault_and_room(vault, old, fresh, 3);
	wish = wish_for(fresh, &policy, old->signer, 'a');
	wish.plan[0] = '0';
	wish.prove_within = 1000;
	wish.text = "the plan\n";
	wish.text_len = 9;
	make_pending(vault, old, fresh, &wish);
	assert_int_equal(rekey_prove(vault, 0), 0);
	assert_int_equal(rekey_prove(vault, 2), 0);
	assert_int_equal(seal_barrier_rekey_pending(vault->barrier, out_status), 1);
}

/* What stands before the configuration; its place. */
static const uint8_t *read_head(uint64_t until)
{
	const uint8_t *at = record + 149;
	const uint8_t *text;
	size_t len;

	assert_int_equal(record[0], 1);
	assert_memory_equal(record + 1, "\x0a\xaa\xaa\xaa", 4);
	assert_int_equal(number(record + 33, 8), until);
	assert_int_equal(record[145], 3);
	assert_memory_equal(record + 146, "\1\0\1", 3);
	text = next_text(&at, &len);
	assert_int_equal(len, 9);
	assert_memory_equal(text, "the plan\n", 9);
	return at;
}

static void the_page_opens_the_record(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_barrier_rekey_status status;
	const uint8_t *at;
	const uint8_t *config, *note, *text;
	uint8_t got[16384], root[32];
	size_t config_len, note_len, len, want_len;
	char set[SEAL_SET_ID + 1];

	(void)state;
	make(&vault, &old, &fresh, &status);
	memcpy(set, status_of(&vault).set, sizeof set);
	vault_close(&vault);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	open_keys(old.share);
	open_record(set);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	db = NULL;
	at = read_head(status.until);
	config = next_text(&at, &config_len);
	note = next_text(&at, &note_len);
	assert_memory_equal(config, "sealkit-barrier/1\nplain: no\nset: ", 33);
	assert_memory_equal(config + 33, status.set, 32);
	assert_memory_equal(config + 65, "\nepoch: 2\nthreshold: 2 of 3\n", 28);
	vault_open(&vault);
	wake(&vault, &old);
	assert_string_equal(seal_barrier_rekey_text(vault.barrier, &len), "the plan\n");
	assert_int_equal(len, 9);
	for (size_t i = 0; i < 3; i++) {
		const char *want = seal_barrier_rekey_file(vault.barrier, i, &want_len);

		text = next_text(&at, &len);
		assert_int_equal(len, want_len);
		assert_memory_equal(text, want, len);
	}
	assert_int_equal(at - record, record_len);
	assert_int_equal(rekey_prove(&vault, 1), 1);
	vault_close(&vault);
	/* What is there now, and that the root key in it opens the keyring. */
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(outside(0, got, sizeof got), config_len);
	assert_memory_equal(got, config, config_len);
	assert_int_equal(outside(2, got, sizeof got), 72);
	assert_memory_equal(got, record + 41, 72);
	memcpy(root, record + 113, 32);
	assert_int_equal(outside(4, got, sizeof got), note_len);
	assert_memory_equal(got, note, note_len);
	len = outside(1, got, sizeof got);
	assert_non_null(memmem(got, len, "\nin-force: yes\nproved: 111\nsum: ", 32));
	len = outside(3, got, sizeof got);
	assert_int_equal(unbox(root, "sealkit/barrier-keyring/1", got, 0, got, len, record), 85);
	assert_memory_equal(record + 5, path_key, 32);
	assert_memory_equal(record + 37 + 16, term_key[1], 32);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	db = NULL;
	room_done(&old);
	room_done(&fresh);
}

static int wake_error(struct vault *vault, struct room *old)
{
	int error = SEAL_OK;

	for (unsigned i = 0; i < 3 && !error; i++)
		error = give(vault, old->share[i], 1);
	return error;
}

/* Each tenth byte, and other lengths: found at the next unseal, or at the next proof. */
static void a_changed_record_is_found(void **state)
{
	struct vault vault = {0};
	struct room old, fresh;
	struct seal_barrier_rekey_status status;
	char set[SEAL_SET_ID + 1];
	const size_t lens[] = {0, 1, 45, 46, 100, 4000};

	(void)state;
	make(&vault, &old, &fresh, &status);
	memcpy(set, status_of(&vault).set, sizeof set);
	vault_close(&vault);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	open_keys(old.share);
	open_record(set);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	db = NULL;
	vault_open(&vault);
	wake(&vault, &old);
	for (size_t at = 0; at < raw_len + 50; at += at < 50 ? 1 : 10) {
		int cut = at >= raw_len;
		size_t len = cut ? lens[at % 6] : raw_len;

		if (!cut)
			raw[at] ^= (uint8_t)(1u << at % 8);
		must(store_put(vault.store, raw_key, raw_key, raw, len, &diag));
		assert_int_equal(rekey_prove(&vault, 1), SEAL_E_VERIFY);
		seal_barrier_seal(vault.barrier);
		assert_int_equal(wake_error(&vault, &old), SEAL_E_VERIFY);
		if (!cut)
			raw[at] ^= (uint8_t)(1u << at % 8);
		must(store_put(vault.store, raw_key, raw_key, raw, raw_len, &diag));
		wake(&vault, &old);
	}
	assert_int_equal(rekey_prove(&vault, 1), 1);
	end_all(&vault, &old, &fresh);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(the_page_opens_the_record),
		case_of(a_changed_record_is_found),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
