/* Who owns the whole store: flips bytes, moves rows, lowers the threshold, puts a manifest
   of their own there. All of it is found, and nothing wrong is ever handed out. */

#include "barrier_rows.h"
#include "store_one.h"

static const char *const names[] = {"a", "b", "folder/a", "folder/b", "core/root"};
#define NAMES (sizeof names / sizeof names[0])

/* An error of one step: the damage was found there. Any other than VERIFY is none of it. */
static int is_found(int error)
{
	if (error && error != SEAL_E_VERIFY)
		fail_msg("%s", seal_error_name(error));
	return error != SEAL_OK;
}

/* Everything that reads, with a barrier made anew from the store. */
static int notices(struct seal_store *store, struct room *room)
{
	struct vault vault = {.store = store};
	struct joined joined = {{0}};
	int found = is_found(seal_barrier_new(store, &vault.barrier, NULL));

	for (unsigned i = 0; !found && i < 3; i++)
		found = is_found(give(&vault, room->share[i], 1));
	for (size_t i = 0; !found && i < NAMES; i++)
		found = is_found(get_says(&vault, names[i],
					  strcmp(names[i], "core/root") == 0 ? "token" : names[i]));
	if (!found)
		found = is_found(seal_barrier_list(vault.barrier, "", join_name, &joined, NULL)) ||
			is_found(seal_barrier_list(vault.barrier, "folder/", join_name, &joined,
						   NULL)) ||
			is_found(seal_barrier_list(vault.barrier, "core/", join_name, &joined,
						   NULL));
	if (!found)
		assert_string_equal(joined.text, "a b core/ folder/ a b root ");
	seal_barrier_free(vault.barrier);
	return found;
}

/* Two terms, entries of both, some shares proved. */
static void populate(struct vault *vault, struct room *room, struct rows *out_rows)
{
	vault_with_cards(vault, room);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(give(vault, room->share[i], 1), SEAL_OK);
	put(vault, "a", "a");
	put(vault, "folder/a", "folder/a");
	must(seal_barrier_rotate(vault->barrier, &diag));
	put(vault, "b", "b");
	put(vault, "folder/b", "folder/b");
	vault_close(vault);
	read_rows(out_rows);
	must(seal_store_open(folder, &vault->store, &diag));
	assert_int_equal(notices(vault->store, room), 0);
}

static void put_row(struct vault *vault, const struct row *row, const uint8_t *value, size_t len)
{
	must(store_put(vault->store, row->key, row->parent, value, len, &diag));
}

static void end(struct vault *vault, struct room *room, struct rows *rows)
{
	vault_close(vault);
	room_done(room);
	free_rows(rows);
}

/* Each byte of short rows; of sealed shares and manifest every third, from another
   start in each row, so that the test stays short. */
static void a_flipped_byte_is_found(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct rows rows;
	size_t flips = 0;

	(void)state;
	populate(&vault, &room, &rows);
	for (size_t r = 0; r < rows.count; r++) {
		struct row *row = &rows.row[r];
		size_t step = row->len < 200 ? 1 : 3;

		for (size_t at = r % step; at < row->len; at += step, flips++) {
			row->value[at] ^= (uint8_t)(1u << (at + r) % 8);
			put_row(&vault, row, row->value, row->len);
			row->value[at] ^= (uint8_t)(1u << (at + r) % 8);
			if (!notices(vault.store, &room))
				fail_msg("row %zu, byte %zu of %zu", r, at, row->len);
		}
		put_row(&vault, row, row->value, row->len);
	}
	assert_true(flips > 2000);
	assert_int_equal(notices(vault.store, &room), 0);
	end(&vault, &room, &rows);
}

static void another_length_is_found(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct rows rows;

	(void)state;
	populate(&vault, &room, &rows);
	for (size_t r = 0; r < rows.count; r++) {
		struct row *row = &rows.row[r];
		uint8_t *longer = calloc(1, row->len + 1);
		const size_t lens[] = {0, 1, row->len / 2, row->len - 1, row->len + 1};

		assert_non_null(longer);
		memcpy(longer, row->value, row->len);
		for (size_t i = 0; i < 5; i++) {
			put_row(&vault, row, longer, lens[i]);
			if (!notices(vault.store, &room))
				fail_msg("row %zu, length %zu of %zu", r, lens[i], row->len);
		}
		put_row(&vault, row, row->value, row->len);
		free(longer);
	}
	end(&vault, &room, &rows);
}

/* Each row's ciphertext under each other row key. */
static void a_moved_row_is_found(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct rows rows;

	(void)state;
	populate(&vault, &room, &rows);
	for (size_t to = 0; to < rows.count; to++) {
		for (size_t from = 0; from < rows.count; from++) {
			const struct row *moved = &rows.row[from];

			if (from == to)
				continue;
			put_row(&vault, &rows.row[to], moved->value, moved->len);
			if (!notices(vault.store, &room))
				fail_msg("row %zu under the key of %zu", from, to);
		}
		put_row(&vault, &rows.row[to], rows.row[to].value, rows.row[to].len);
	}
	end(&vault, &room, &rows);
}

/* A name listed under another folder than its own; a value taken away; a configuration
   taken away, so that an init would write over the rest. */
static void moved_names_and_missing_rows(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct rows rows;
	size_t found = 0;

	(void)state;
	populate(&vault, &room, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		struct row row = rows.row[i];

		for (size_t k = 0; k < rows.count; k++) {
			if (memcmp(rows.row[k].parent, row.parent, SEAL_STORE_KEY) == 0)
				continue;
			/* Names only: the parent of a value, the counter and what is outside
			   is nobody's folder. */
			memcpy(row.parent, rows.row[k].parent, SEAL_STORE_KEY);
			put_row(&vault, &row, row.value, row.len);
			if (!is_value(&rows.row[i]) && !is_value(&rows.row[k]) &&
			    memcmp(rows.row[i].parent, seal_barrier_outside_parent, 32) != 0 &&
			    memcmp(rows.row[k].parent, seal_barrier_outside_parent, 32) != 0) {
				assert_int_equal(notices(vault.store, &room), 1);
				found++;
			}
			put_row(&vault, &rows.row[i], row.value, row.len);
			row = rows.row[i];
		}
	}
	assert_true(found > 10);
	for (size_t i = 0; i < rows.count; i++)
		if (is_value(&rows.row[i]) && rows.row[i].len != 8 + SEAL_BARRIER_ROW) {
			must(store_delete(vault.store, rows.row[i].key, &diag));
			assert_int_equal(notices(vault.store, &room), 1);
			put_row(&vault, &rows.row[i], rows.row[i].value, rows.row[i].len);
		}
	for (unsigned which = SEAL_OUTSIDE_CONFIG; which < SEAL_OUTSIDE_SHARE + 5; which++) {
		const struct row *row = row_of(&rows, which);

		must(store_delete(vault.store, row->key, &diag));
		assert_int_equal(notices(vault.store, &room), 1);
		put_row(&vault, row, row->value, row->len);
	}
	end(&vault, &room, &rows);
}

/* Consistent lies: what is claimed is shown, and at the unseal it does not open. */
static void lie(struct vault *vault, struct room *room, struct rows *rows,
		const struct seal_manifest *manifest, unsigned give_up_to)
{
	struct row *config_row = row_of(rows, SEAL_OUTSIDE_CONFIG);
	struct seal_barrier_config config;
	struct seal_barrier_state lied = {.in_force = 1};
	struct seal_secret *signer = NULL;
	struct seal_manifest own = *manifest;
	char *text = NULL;
	char *note = NULL;
	size_t len = 0;
	int error = SEAL_OK;

	must(seal_secret_new(64, &signer, &diag));
	assert_int_equal(crypto_sign_keypair(own.signer, seal_secret_data(signer)), 0);
	must(seal_manifest_sign(&own, signer, &note, &len, &diag));
	put_row(vault, row_of(rows, SEAL_OUTSIDE_MANIFEST), (uint8_t *)note, len);
	must(seal_barrier_config_parse((char *)config_row->value, config_row->len, &config, &diag));
	seal_barrier_digest("manifest", note, len, config.manifest);
	config.threshold = own.threshold;
	memcpy(config.set, own.set, sizeof config.set);
	must(seal_barrier_config_text(&config, &text, &len, &diag));
	put_row(vault, config_row, (uint8_t *)text, len);
	free(text);
	must(seal_barrier_state_text(&lied, &config, &text, &len, &diag));
	put_row(vault, row_of(rows, SEAL_OUTSIDE_STATE), (uint8_t *)text, len);
	must(seal_barrier_new(vault->store, &vault->barrier, &diag));
	assert_int_equal(status_of(vault).t, own.threshold);
	for (unsigned i = 0; !error && i < give_up_to; i++)
		error = give(vault, room->share[i], 1);
	assert_int_equal(error, SEAL_E_VERIFY);
	assert_int_equal(status_of(vault).progress, 0);
	assert_int_equal(status_of(vault).sealed, 1);
	free(text);
	free(note);
	seal_secret_free(signer);
	seal_barrier_freep(&vault->barrier);
}

static void a_changed_configuration_is_found(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct rows rows;
	struct seal_manifest own;

	(void)state;
	populate(&vault, &room, &rows);
	own = *seal_set_manifest(room.set);
	lie(&vault, &room, &rows, &own, 3); /* another signer, no more */
	own.threshold = 2;
	lie(&vault, &room, &rows, &own, 2);
	own = *seal_set_manifest(room.set);
	own.threshold = 4;
	lie(&vault, &room, &rows, &own, 4);
	own = *seal_set_manifest(room.set);
	own.set[0] = own.set[0] == '0' ? '1' : '0';
	for (unsigned i = 0; i < 5; i++) {
		struct seal_proof *proof = NULL;

		/* Only who has the shares could. */
		must(seal_proof_new(room.share[i], own.set, &proof, &diag));
		seal_proof_public(proof, own.shares[i].proof);
		seal_proof_free(proof);
	}
	lie(&vault, &room, &rows, &own, 3);
	for (size_t i = 0; i < rows.count; i++)
		put_row(&vault, &rows.row[i], rows.row[i].value, rows.row[i].len);
	assert_int_equal(notices(vault.store, &room), 0);
	end(&vault, &room, &rows);
}

/* A configuration that does not agree with its own manifest is not even shown. */
static void a_contradiction_is_found(void **state)
{
	struct vault vault = {0};
	struct room room;
	struct rows rows;
	struct row *row;

	(void)state;
	populate(&vault, &room, &rows);
	row = row_of(&rows, SEAL_OUTSIDE_CONFIG);
	for (unsigned field = 0; field < 4; field++) {
		struct seal_barrier_config config;
		char *text = NULL;
		size_t len = 0;

		must(seal_barrier_config_parse((char *)row->value, row->len, &config, &diag));
		config.threshold -= field == 0;
		config.total -= field == 1;
		config.epoch += field == 2;
		config.plain = field == 3;
		must(seal_barrier_config_text(&config, &text, &len, &diag));
		put_row(&vault, row, (uint8_t *)text, len);
		free(text);
		if (field < 3)
			assert_int_equal(seal_barrier_new(vault.store, &vault.barrier, NULL),
					 SEAL_E_VERIFY);
		else
			assert_int_equal(notices(vault.store, &room), 1);
	}
	end(&vault, &room, &rows);
}

/* Without a manifest the text alone is enough to claim another threshold. */
static void a_lowered_plain_threshold_is_found(void **state)
{
	struct vault vault = {0};
	struct rows rows;
	struct seal_secret *share[5] = {0};
	struct row *row;
	uint8_t *digit;

	(void)state;
	vault_open(&vault);
	must(seal_barrier_init_plain(vault.barrier, 3, 5, NULL, 0, share, &diag));
	vault_close(&vault);
	read_rows(&rows);
	row = row_of(&rows, SEAL_OUTSIDE_CONFIG);
	digit = memmem(row->value, row->len, "threshold: 3", 12);
	assert_non_null(digit);
	digit[11] = '2';
	must(seal_store_open(folder, &vault.store, &diag));
	put_row(&vault, row, row->value, row->len);
	must(seal_barrier_new(vault.store, &vault.barrier, &diag));
	assert_int_equal(status_of(&vault).t, 2);
	assert_int_equal(status_of(&vault).n, 5);
	assert_int_equal(give(&vault, share[0], 1), SEAL_OK);
	assert_int_equal(give(&vault, share[1], 1), SEAL_E_VERIFY);
	assert_int_equal(status_of(&vault).progress, 0);
	for (size_t i = 0; i < 5; i++)
		seal_secret_free(share[i]);
	vault_close(&vault);
	free_rows(&rows);
}

static int by_nonce(const void *a, const void *b)
{
	return memcmp(a, b, SEAL_XAES_NONCE);
}

/* The same values at the same paths, again and again: no nonce twice, no ciphertext twice. */
static void nonces_are_unique(void **state)
{
	static uint8_t seen[2000][SEAL_XAES_NONCE];
	struct vault vault = {0};
	struct room room;
	struct rows rows;
	size_t count = 0;

	(void)state;
	populate(&vault, &room, &rows);
	for (unsigned round = 0; round < 50; round++) {
		must(seal_barrier_new(vault.store, &vault.barrier, &diag));
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(give(&vault, room.share[i], 1), SEAL_OK);
		put(&vault, "a", "a");
		put(&vault, "b", "a");
		vault_close(&vault);
		free_rows(&rows);
		read_rows(&rows);
		for (size_t i = 0; i < rows.count; i++)
			if (is_value(&rows.row[i]) &&
			    rows.row[i].len == 1 + SEAL_BARRIER_ROW) /* the two just written */
				memcpy(seen[count++], rows.row[i].value + 5, SEAL_XAES_NONCE);
		must(seal_store_open(folder, &vault.store, &diag));
	}
	assert_int_equal(count, 100);
	qsort(seen, count, SEAL_XAES_NONCE, by_nonce);
	for (size_t i = 1; i < count; i++)
		assert_int_not_equal(by_nonce(seen[i - 1], seen[i]), 0);
	end(&vault, &room, &rows);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(a_flipped_byte_is_found),
		case_of(another_length_is_found),
		case_of(a_moved_row_is_found),
		case_of(moved_names_and_missing_rows),
		case_of(a_changed_configuration_is_found),
		case_of(a_contradiction_is_found),
		case_of(a_lowered_plain_threshold_is_found),
		case_of(nonces_are_unique),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
