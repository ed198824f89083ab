#ifndef SEALKIT_TESTS_KILL_LAYER_H
#define SEALKIT_TESTS_KILL_LAYER_H

/* A file layer under SQLite that kills the process, as kill -9 does, at the write, sync
   or truncation that kill_in counts down to; a write is then only half done. With
   spare_life the call fails instead, as on a full or broken disk. */

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>

/* The file layer: the default one with three calls replaced. */
static sqlite3_vfs layer;
static sqlite3_vfs *under;
/* SQLite has one table of calls for the database and one for logs. */
static sqlite3_io_methods calls[2];
static const sqlite3_io_methods *calls_under[2];
static unsigned kill_in; /* 0: never */
static int spare_life;
static unsigned syncs;

static inline int is_last(void)
{
	return kill_in && --kill_in == 0;
}

static inline int die(int code)
{
	if (!spare_life)
		(void)raise(SIGKILL);
	return code;
}

/* A file shows whose it is by its table. */
static inline const sqlite3_io_methods *real(const sqlite3_file *f)
{
	return calls_under[f->pMethods == &calls[1]];
}

static inline int layer_write(sqlite3_file *f, const void *bytes, int len, sqlite3_int64 at)
{
	if (is_last()) {
		(void)real(f)->xWrite(f, bytes, len / 2, at);
		return die(SQLITE_FULL);
	}
	return real(f)->xWrite(f, bytes, len, at);
}

static inline int layer_sync(sqlite3_file *f, int flags)
{
	if (is_last())
		return die(SQLITE_IOERR_FSYNC);
	syncs++;
	return real(f)->xSync(f, flags);
}

static inline int layer_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	if (is_last())
		return die(SQLITE_IOERR_TRUNCATE);
	return real(f)->xTruncate(f, size);
}

static inline int layer_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags,
			     int *out_flags)
{
	int code = under->xOpen(under, name, f, flags, out_flags);

	(void)vfs;
	if (code != SQLITE_OK || !f->pMethods)
		return code;
	for (size_t i = 0; i < 2; i++) {
		if (!calls_under[i]) {
			calls_under[i] = f->pMethods;
			calls[i] = *f->pMethods;
			calls[i].xWrite = layer_write;
			calls[i].xSync = layer_sync;
			calls[i].xTruncate = layer_truncate;
		}
		if (f->pMethods == calls_under[i]) {
			f->pMethods = &calls[i];
			return code;
		}
	}
	abort(); /* a third table: this test must learn it */
}

/* Takes the place of the default layer. */
static inline int kill_layer_init(void)
{
	under = sqlite3_vfs_find(NULL);
	if (!under)
		return -1;
	layer = *under;
	layer.zName = "killing";
	layer.xOpen = layer_open;
	return sqlite3_vfs_register(&layer, 1) == SQLITE_OK ? 0 : -1;
}

/* SEAL_SEED and SEAL_KILLS. */
static inline unsigned long kill_setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

#endif
