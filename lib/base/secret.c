/* Secret memory. Threats: swap, core files, forked children, neighbours that
   overrun, copies left behind after free. Each secret is a block of an arena
   whose pages are locked; large secrets get pages of their own. */

#include "base/secret.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/banned.h"

#define GRAIN 64u	     /* one block of the arena, bytes */
#define BLOCKS 1024u	     /* blocks of an arena: 64 KiB */
#define SMALL (GRAIN * 128u) /* longer ones get own pages */

struct arena {
	struct arena *next;
	uint8_t *pages;
	uint8_t used[BLOCKS]; /* block i belongs to a secret */
};

struct seal_secret {
	uint8_t *bytes;
	size_t len;
	size_t room;	    /* bytes owned, a multiple of GRAIN or of a page */
	struct arena *home; /* NULL: own pages */
};

static pthread_mutex_t arena_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static struct arena *arenas;

/* A child has none of the pages, so it must start arenas of its own. The
   records of its parent's stay: secrets it inherited still point to them. */
static struct arena *volatile inherited;

/* Held over the fork: a child whose parent's other thread was allocating would find
   a lock that nobody opens. */
static void before_fork(void)
{
	(void)pthread_mutex_lock(&arena_lock);
}

static void in_parent(void)
{
	(void)pthread_mutex_unlock(&arena_lock);
}

static void in_child(void)
{
	if (arenas)
		inherited = arenas;
	arenas = NULL;
	(void)pthread_mutex_unlock(&arena_lock);
}

static void watch_forks(void)
{
	(void)pthread_atfork(before_fork, in_parent, in_child);
}

void seal_wipe(void *bytes, size_t len)
{
	if (len > 0)
		explicit_bzero(bytes, len);
}

int seal_eq_ct(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	unsigned diff = 0;

	for (size_t i = 0; i < len; i++)
		diff |= (unsigned)(x[i] ^ y[i]);
	return (int)(1u & ((diff - 1u) >> 8));
}

int seal_random(void *out_bytes, size_t len, struct seal_diag *diag)
{
	uint8_t *at = out_bytes;

	while (len > 0) {
		ssize_t got = getrandom(at, len < 256 ? len : 256, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return seal_fail_errno(diag, SEAL_E_SYSTEM, "random generator");
		at += got;
		len -= (size_t)got;
	}
	return SEAL_OK;
}

/* Maps room bytes between two guard pages, locked, undumpable, absent in
   children. Returns NULL with errno. */
static uint8_t *map_locked(size_t room)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *all = mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *mid;
	int saved;

	if (all == MAP_FAILED)
		return NULL;
	mid = all + page;
	if (mprotect(mid, room, PROT_READ | PROT_WRITE) == 0 && mlock(mid, room) == 0 &&
	    madvise(mid, room, MADV_DONTDUMP) == 0 && madvise(mid, room, MADV_DONTFORK) == 0)
		return mid;
	saved = errno;
	munmap(all, room + 2 * page);
	errno = saved;
	return NULL;
}

static void unmap_locked(uint8_t *mid, size_t room)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	seal_wipe(mid, room);
	munmap(mid - page, room + 2 * page);
}

static int lock_failed(size_t room, struct seal_diag *diag)
{
	return seal_fail_errno(diag, SEAL_E_LOCKMEM,
			       "cannot lock %zu bytes of memory; raise the limit (ulimit -l)",
			       room);
}

/* First run of `want` free blocks, or BLOCKS. */
static size_t find_run(const struct arena *arena, size_t want)
{
	size_t run = 0;

	for (size_t i = 0; i < BLOCKS; i++) {
		run = arena->used[i] ? 0 : run + 1;
		if (run == want)
			return i + 1 - want;
	}
	return BLOCKS;
}

static int take_blocks(struct seal_secret *secret, struct seal_diag *diag)
{
	size_t want = secret->room / GRAIN;
	struct arena *arena = arenas;
	size_t at = BLOCKS;

	for (; arena; arena = arena->next) {
		at = find_run(arena, want);
		if (at < BLOCKS)
			break;
	}
	if (!arena) {
		arena = calloc(1, sizeof *arena);
		if (!arena)
			return seal_fail(diag, SEAL_E_NOMEM, "secret memory");
		arena->pages = map_locked((size_t)BLOCKS * GRAIN);
		if (!arena->pages) {
			free(arena);
			return lock_failed((size_t)BLOCKS * GRAIN, diag);
		}
		arena->next = arenas;
		arenas = arena;
		at = 0;
	}
	for (size_t i = 0; i < want; i++)
		arena->used[at + i] = 1;
	secret->home = arena;
	secret->bytes = arena->pages + at * GRAIN;
	return SEAL_OK;
}

static void give_blocks(struct seal_secret *secret)
{
	size_t at = (size_t)(secret->bytes - secret->home->pages) / GRAIN;

	seal_wipe(secret->bytes, secret->room);
	for (size_t i = 0; i < secret->room / GRAIN; i++)
		secret->home->used[at + i] = 0;
}

static int take_pages(struct seal_secret *secret, struct seal_diag *diag)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	secret->room = (secret->len + page - 1) / page * page;
	secret->bytes = map_locked(secret->room);
	return secret->bytes ? SEAL_OK : lock_failed(secret->room, diag);
}

int seal_secret_new(size_t len, struct seal_secret **out_secret, struct seal_diag *diag)
{
	struct seal_secret *secret;
	int error;

	if (len == 0 || len > SEAL_SECRET_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "secret of %zu bytes", len);
	secret = calloc(1, sizeof *secret);
	if (!secret)
		return seal_fail(diag, SEAL_E_NOMEM, "secret memory");
	(void)pthread_once(&fork_once, watch_forks);
	secret->len = len;
	if (len > SMALL) {
		error = take_pages(secret, diag);
	} else {
		secret->room = (len + GRAIN - 1) / GRAIN * GRAIN;
		pthread_mutex_lock(&arena_lock);
		error = take_blocks(secret, diag);
		pthread_mutex_unlock(&arena_lock);
	}
	if (error) {
		free(secret);
		return error;
	}
	*out_secret = secret;
	return SEAL_OK;
}

int seal_secret_random(size_t len, struct seal_secret **out_secret, struct seal_diag *diag)
{
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_secret_new(len, &secret, diag);

	if (!error)
		error = seal_random(secret->bytes, len, diag);
	if (error)
		return error;
	*out_secret = seal_steal(&secret);
	return SEAL_OK;
}

int seal_secret_copy(const uint8_t *bytes, size_t len, struct seal_secret **out_secret,
		     struct seal_diag *diag)
{
	struct seal_secret *secret = NULL;
	int error = seal_secret_new(len, &secret, diag);

	if (error)
		return error;
	memcpy(secret->bytes, bytes, len);
	*out_secret = secret;
	return SEAL_OK;
}

void seal_secret_free(struct seal_secret *secret)
{
	if (!secret)
		return;
	if (secret->home) {
		pthread_mutex_lock(&arena_lock);
		give_blocks(secret);
		pthread_mutex_unlock(&arena_lock);
	} else {
		unmap_locked(secret->bytes, secret->room);
	}
	free(secret);
}

void seal_secret_freep(struct seal_secret **secret)
{
	seal_secret_free(*secret);
	*secret = NULL;
}

uint8_t *seal_secret_data(struct seal_secret *secret)
{
	return secret->bytes;
}

const uint8_t *seal_secret_bytes(const struct seal_secret *secret)
{
	return secret->bytes;
}

size_t seal_secret_len(const struct seal_secret *secret)
{
	return secret->len;
}

void seal_secret_shrink(struct seal_secret *secret, size_t len)
{
	if (len >= secret->len)
		return;
	seal_wipe(secret->bytes + len, secret->len - len);
	secret->len = len;
}

int seal_secret_equal(const struct seal_secret *a, const struct seal_secret *b)
{
	return a->len == b->len && seal_eq_ct(a->bytes, b->bytes, a->len);
}
