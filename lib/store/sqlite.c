/* Entries in SQLite: prepared statements, one transaction for what belongs
   together. */

#include "store/sqlite_internal.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static const char *const sql[SEAL_STORE_STATEMENTS] = {
	[SEAL_STORE_GET] = "SELECT value FROM entry WHERE key = ?1",
	[SEAL_STORE_PUT] = ("INSERT INTO entry (key, parent, value) VALUES (?1, ?2, ?3) "
			    "ON CONFLICT (key) DO UPDATE SET parent = ?2, value = ?3"),
	[SEAL_STORE_DELETE] = "DELETE FROM entry WHERE key = ?1",
	[SEAL_STORE_LIST] = "SELECT key, value FROM entry WHERE parent = ?1 ORDER BY key",
	[SEAL_STORE_BEGIN] = "BEGIN IMMEDIATE",
	[SEAL_STORE_COMMIT] = "COMMIT",
	[SEAL_STORE_ROLLBACK] = "ROLLBACK",
};

int seal_store_open(const char *folder, struct seal_store **out_store, struct seal_diag *diag)
{
	struct seal_store *store SEAL_CLEANUP(seal_store_freep) = calloc(1, sizeof *store);
	int error;

	if (!store)
		return seal_fail(diag, SEAL_E_NOMEM, "store");
	error = seal_store_open_file(store, folder, diag);
	if (error)
		return error;
	for (size_t i = 0; i < SEAL_STORE_STATEMENTS; i++) {
		int code = sqlite3_prepare_v3(store->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
					      &store->statements[i], NULL);

		if (code != SQLITE_OK)
			return seal_store_fail(store, code, "preparing", diag);
	}
	*out_store = seal_steal(&store);
	return SEAL_OK;
}

void seal_store_free(struct seal_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < SEAL_STORE_STATEMENTS; i++)
		(void)sqlite3_finalize(store->statements[i]);
	(void)sqlite3_close(store->db);
	free(store);
}

void seal_store_freep(struct seal_store **store)
{
	seal_store_free(*store);
	*store = NULL;
}

static int refuse_damaged(const struct seal_store *store, struct seal_diag *diag)
{
	return store->damaged ? seal_fail(diag, SEAL_E_VERIFY, "store: damage was found before")
			      : SEAL_OK;
}

static void reset(sqlite3_stmt *statement)
{
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
}

/* A statement that gives no row. */
static int step(struct seal_store *store, enum seal_store_statement which, const char *what,
		struct seal_diag *diag)
{
	int code = sqlite3_step(store->statements[which]);
	int error = code == SQLITE_DONE ? SEAL_OK : seal_store_fail(store, code, what, diag);

	reset(store->statements[which]);
	return error;
}

static int copy_value(struct seal_store *store, sqlite3_stmt *statement, uint8_t **out_value,
		      size_t *out_len, struct seal_diag *diag)
{
	const void *bytes = sqlite3_column_blob(statement, 0);
	int len = sqlite3_column_bytes(statement, 0);
	uint8_t *value;

	/* NULL stands for an empty value, but also for a read that failed. */
	if (!bytes && sqlite3_errcode(store->db) != SQLITE_ROW)
		return seal_store_fail(store, sqlite3_errcode(store->db), "get", diag);
	value = malloc((size_t)len + 1);
	if (!value)
		return seal_fail(diag, SEAL_E_NOMEM, "value of a store entry");
	if (bytes && len > 0)
		memcpy(value, bytes, (size_t)len);
	*out_value = value;
	*out_len = (size_t)len;
	return SEAL_OK;
}

int seal_store_get(struct seal_store *store, const uint8_t key[SEAL_STORE_KEY], uint8_t **out_value,
		   size_t *out_len, struct seal_diag *diag)
{
	sqlite3_stmt *statement = store->statements[SEAL_STORE_GET];
	int error = refuse_damaged(store, diag);
	int code;

	if (error)
		return error;
	(void)sqlite3_bind_blob(statement, 1, key, SEAL_STORE_KEY, SQLITE_STATIC);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		error = copy_value(store, statement, out_value, out_len, diag);
	else if (code == SQLITE_DONE)
		error = seal_fail(diag, SEAL_E_NOTFOUND, "store entry");
	else
		error = seal_store_fail(store, code, "get", diag);
	reset(statement);
	return error;
}

static int change(struct seal_store *store, const struct seal_store_change *one,
		  struct seal_diag *diag)
{
	sqlite3_stmt *statement =
		store->statements[one->value ? SEAL_STORE_PUT : SEAL_STORE_DELETE];

	(void)sqlite3_bind_blob(statement, 1, one->key, SEAL_STORE_KEY, SQLITE_STATIC);
	if (!one->value)
		return step(store, SEAL_STORE_DELETE, "delete", diag);
	(void)sqlite3_bind_blob(statement, 2, one->parent, SEAL_STORE_KEY, SQLITE_STATIC);
	(void)sqlite3_bind_blob64(statement, 3, one->value, one->len, SQLITE_STATIC);
	return step(store, SEAL_STORE_PUT, "put", diag);
}

int seal_store_apply(struct seal_store *store, const struct seal_store_change *changes,
		     size_t count, struct seal_diag *diag)
{
	int error = refuse_damaged(store, diag);

	if (error)
		return error;
	if (count == 0 || count > SEAL_STORE_CHANGES_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "count of store changes");
	for (size_t i = 0; i < count; i++)
		if (changes[i].value && changes[i].len > SEAL_STORE_VALUE_MAX)
			return seal_fail(diag, SEAL_E_TOOLONG, "value of a store entry");
	error = step(store, SEAL_STORE_BEGIN, "begin", diag);
	for (size_t i = 0; i < count && !error; i++)
		error = change(store, &changes[i], diag);
	if (!error)
		error = step(store, SEAL_STORE_COMMIT, "commit", diag);
	/* Some errors have rolled back already; then there is nothing to undo. */
	if (error && !sqlite3_get_autocommit(store->db) &&
	    step(store, SEAL_STORE_ROLLBACK, "rollback", NULL) != SEAL_OK)
		store->damaged = 1;
	return error;
}

void seal_store_forget(struct seal_store *store)
{
	if (!store->damaged)
		(void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
						NULL);
}

int seal_store_list(struct seal_store *store, const uint8_t parent[SEAL_STORE_KEY],
		    int (*each)(void *ctx, const uint8_t *key, const uint8_t *value, size_t len,
				struct seal_diag *diag),
		    void *ctx, struct seal_diag *diag)
{
	sqlite3_stmt *statement = store->statements[SEAL_STORE_LIST];
	int error = refuse_damaged(store, diag);
	int code = SQLITE_DONE;

	if (error)
		return error;
	(void)sqlite3_bind_blob(statement, 1, parent, SEAL_STORE_KEY, SQLITE_STATIC);
	while (!error && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		const void *key = sqlite3_column_blob(statement, 0);
		const void *value = sqlite3_column_blob(statement, 1);
		int len = sqlite3_column_bytes(statement, 1);

		if (!key || sqlite3_column_bytes(statement, 0) != SEAL_STORE_KEY ||
		    (!value && sqlite3_errcode(store->db) != SQLITE_ROW))
			error = seal_store_fail(store, SQLITE_CORRUPT, "list", diag);
		else
			error = each(ctx, key, value, (size_t)len, diag);
	}
	if (!error && code != SQLITE_DONE)
		error = seal_store_fail(store, code, "list", diag);
	reset(statement);
	return error;
}
