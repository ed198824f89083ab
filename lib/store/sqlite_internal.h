#ifndef SEALKIT_STORE_SQLITE_INTERNAL_H
#define SEALKIT_STORE_SQLITE_INTERNAL_H

#include "store/store.h"

/* Shared by sqlite.c (entries) and sqlite_open.c (the file). */

struct sqlite3;
struct sqlite3_stmt;

#define SEAL_STORE_FILE "sealkit.db"

enum seal_store_statement {
	SEAL_STORE_GET,
	SEAL_STORE_PUT,
	SEAL_STORE_DELETE,
	SEAL_STORE_LIST,
	SEAL_STORE_BEGIN,
	SEAL_STORE_COMMIT,
	SEAL_STORE_ROLLBACK,
	SEAL_STORE_STATEMENTS,
};

struct seal_store {
	struct sqlite3 *db;
	struct sqlite3_stmt *statements[SEAL_STORE_STATEMENTS];
	int damaged;
};

/* The error of what SQLite said last; marks the store damaged where it is. */
int seal_store_fail(struct seal_store *store, int code, const char *what, struct seal_diag *diag);
/* Makes and checks folder, file, settings and schema, and opens store->db. */
int seal_store_open_file(struct seal_store *store, const char *folder, struct seal_diag *diag);

#endif
