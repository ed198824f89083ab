#ifndef SEALKIT_TESTS_BARRIER_ROWS_H
#define SEALKIT_TESTS_BARRIER_ROWS_H

/* The rows of a barrier's store as its owner sees and changes them. */

#include "barriers.h"

#include <sqlite3.h>

#include "barrier/barrier_internal.h"

#define ROWS 40u

struct row {
	uint8_t key[SEAL_STORE_KEY], parent[SEAL_STORE_KEY];
	uint8_t *value;
	size_t len;
};

struct rows {
	struct row row[ROWS];
	size_t count;
};

/* The store must be closed: it lets nobody else read. */
static inline void read_rows(struct rows *rows)
{
	static const char query[] = "SELECT key, parent, value FROM entry ORDER BY key";
	sqlite3 *db = NULL;
	sqlite3_stmt *statement = NULL;

	*rows = (struct rows){0};
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		struct row *row = &rows->row[rows->count++];

		assert_true(rows->count <= ROWS);
		memcpy(row->key, sqlite3_column_blob(statement, 0), SEAL_STORE_KEY);
		memcpy(row->parent, sqlite3_column_blob(statement, 1), SEAL_STORE_KEY);
		row->len = (size_t)sqlite3_column_bytes(statement, 2);
		row->value = malloc(row->len);
		assert_non_null(row->value);
		memcpy(row->value, sqlite3_column_blob(statement, 2), row->len);
	}
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline void free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->row[i].value);
}

static inline struct row *row_of(struct rows *rows, unsigned which)
{
	uint8_t key[SEAL_STORE_KEY];

	seal_barrier_outside_key(which, key);
	for (size_t i = 0; i < rows->count; i++)
		if (memcmp(rows->row[i].key, key, sizeof key) == 0)
			return &rows->row[i];
	fail_msg("row %u is not there", which);
	return NULL;
}

static inline int is_value(const struct row *row)
{
	return memcmp(row->parent, row->key, SEAL_STORE_KEY) == 0;
}

#endif
