/* The file of the store: who may read it, whose it is, and whether it is whole. */

#include "store/sqlite_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

#include "base/banned.h"

/* Its limit is 512, "-journal" and a zero byte behind the name included. */
#define SQLITE_PATH 500u

#define APPLICATION 0x5345414c /* "SEAL" */
#define SCHEMA 1

#define TABLE_SQL                                                                     \
	"CREATE TABLE entry (key BLOB PRIMARY KEY NOT NULL CHECK (length(key) = 32)," \
	" parent BLOB NOT NULL CHECK (length(parent) = 32), value BLOB NOT NULL) STRICT"
#define INDEX_SQL "CREATE INDEX entry_parent ON entry (parent, key)"

/* Exclusive keeps others out and needs no file for shared memory. */
static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA secure_delete = ON;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA synchronous = FULL;";

int seal_store_fail(struct seal_store *store, int code, const char *what, struct seal_diag *diag)
{
	const char *text = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);
	int error = SEAL_E_IO;

	switch (code & 0xff) {
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_FORMAT:
		store->damaged = 1;
		error = SEAL_E_VERIFY;
		break;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		error = SEAL_E_EXISTS;
		text = "in use by another process";
		break;
	case SQLITE_NOMEM:
		error = SEAL_E_NOMEM;
		break;
	case SQLITE_TOOBIG:
		error = SEAL_E_TOOLONG;
		break;
	default:
		break;
	}
	return seal_fail(diag, error, "store: %s: %s", what, text);
}

static int check_owner(int fd, mode_t kind, const char *path, struct seal_diag *diag)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	if ((st.st_mode & S_IFMT) != kind)
		return seal_fail(diag, SEAL_E_POLICY, "%s: not what the store needs here", path);
	if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return seal_fail(diag, SEAL_E_POLICY, "%s: others own it or can read it", path);
	return SEAL_OK;
}

/* SQLite gives its -wal the mode of the file, so that is made first. */
static int prepare_files(const char *folder, const char *path, struct seal_diag *diag)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int dir;
	int file;
	int error;

	dir = open(folder, flags);
	/* Made only where it is missing: the daemon's core has no right to make folders. */
	if (dir < 0 && errno == ENOENT && mkdir(folder, 0700) == 0)
		dir = open(folder, flags);
	if (dir < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", folder);
	error = check_owner(dir, S_IFDIR, folder, diag);
	file = error ? -1
		     : openat(dir, SEAL_STORE_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			      0600);
	if (!error && file < 0)
		error = seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	if (!error)
		error = check_owner(file, S_IFREG, path, diag);
	if (!error && fsync(dir) != 0)
		error = seal_fail_errno(diag, SEAL_E_IO, "%s: fsync", folder);
	/* Closed before SQLite opens it: a close drops all POSIX locks of a file. */
	if (file >= 0)
		(void)close(file);
	(void)close(dir);
	return error;
}

static int run(struct seal_store *store, const char *sql, const char *what, struct seal_diag *diag)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? SEAL_OK : seal_store_fail(store, code, what, diag);
}

/* The first column of the first row as text; "" if there is none. */
static int ask(struct seal_store *store, const char *sql, char *out, size_t cap,
	       struct seal_diag *diag)
{
	sqlite3_stmt *statement = NULL;
	const unsigned char *text = NULL;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
	int error = SEAL_OK;

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		text = sqlite3_column_text(statement, 0);
	else if (code != SQLITE_DONE)
		error = seal_store_fail(store, code, "reading the file", diag);
	if (!error)
		(void)snprintf(out, cap, "%s", text ? (const char *)text : "");
	(void)sqlite3_finalize(statement);
	return error;
}

static int ask_number(struct seal_store *store, const char *sql, long *out, struct seal_diag *diag)
{
	char text[32];
	int error = ask(store, sql, text, sizeof text, diag);

	if (!error)
		*out = strtol(text, NULL, 10);
	return error;
}

static int make_schema(struct seal_store *store, struct seal_diag *diag)
{
	char sql[512];

	(void)snprintf(sql, sizeof sql,
		       "BEGIN IMMEDIATE; %s; %s; PRAGMA application_id = %d;"
		       "PRAGMA user_version = %d; COMMIT;",
		       TABLE_SQL, INDEX_SQL, APPLICATION, SCHEMA);
	return run(store, sql, "making the schema", diag);
}

/* The schema must be ours to the letter: a view or trigger more is not. */
static int check_schema(struct seal_store *store, struct seal_diag *diag)
{
	static const char query[] = "SELECT group_concat(sql, ';') FROM "
				    "(SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
				    "ORDER BY type DESC, name)";
	char text[512];
	char verdict[128];
	int error = ask(store, query, text, sizeof text, diag);

	if (!error && strcmp(text, TABLE_SQL ";" INDEX_SQL) != 0)
		error = seal_fail(diag, SEAL_E_VERIFY, "store: its schema was changed");
	if (!error)
		error = ask(store, "PRAGMA integrity_check(1)", verdict, sizeof verdict, diag);
	if (!error && strcmp(verdict, "ok") != 0)
		error = seal_fail(diag, SEAL_E_VERIFY, "store: damaged: %s", verdict);
	return error;
}

static int check_version(struct seal_store *store, struct seal_diag *diag)
{
	long application = 0;
	long version = 0;
	long objects = 0;
	int error = ask_number(store, "PRAGMA application_id", &application, diag);

	if (!error)
		error = ask_number(store, "PRAGMA user_version", &version, diag);
	if (!error)
		error = ask_number(store, "SELECT count(*) FROM sqlite_schema", &objects, diag);
	if (error)
		return error;
	if (application == 0 && version == 0 && objects == 0)
		return make_schema(store, diag);
	if (application != APPLICATION)
		return seal_fail(diag, SEAL_E_VERSION, "store: the file of another program");
	if (version != SCHEMA)
		return seal_fail(diag, SEAL_E_VERSION, "store: schema %ld, this version reads %d",
				 version, SCHEMA);
	return SEAL_OK;
}

int seal_store_open_file(struct seal_store *store, const char *folder, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	char mode[16];
	int code;
	int error = seal_path_join(folder, SEAL_STORE_FILE, "", path, diag);

	if (!error && strlen(path) > SQLITE_PATH)
		error = seal_fail(diag, SEAL_E_IO,
				  "%s: over %u bytes, the most that SQLite takes; name a shorter "
				  "folder",
				  path, SQLITE_PATH);
	if (!error)
		error = prepare_files(folder, path, diag);
	if (error)
		return error;
	code = sqlite3_open_v2(path, &store->db,
			       SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX |
				       SQLITE_OPEN_EXRESCODE,
			       NULL);
	if (code != SQLITE_OK)
		return seal_store_fail(store, code, path, diag);
	(void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, (int)SEAL_STORE_VALUE_MAX + 1024);
	error = run(store, settings, "settings", diag);
	/* Whose file it is comes before the first write to it. */
	if (!error)
		error = check_version(store, diag);
	if (!error)
		error = ask(store, "PRAGMA journal_mode = WAL", mode, sizeof mode, diag);
	if (!error && strcmp(mode, "wal") != 0)
		error = seal_fail(diag, SEAL_E_IO, "store: no write-ahead log here");
	return error ? error : check_schema(store, diag);
}
