/* The threads: each reads a piece, hashes it, and leaves what came of it in a ring, from where it
   is given in order. One lock for reading and giving, which are short. */

#include "audit/leaves.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/leaves_internal.h"

#include "base/banned.h"

#define RING 16u

struct slot {
	int ready;
	struct seal_leaves_result result;
};

struct run {
	const struct seal_leaves *leaves;
	struct seal_leaves_reader reader;
	struct seal_leaves_buffer *buffers; /* one a thread */
	uint8_t *notes;			    /* of all slots */
	struct slot slots[RING];
	pthread_mutex_t lock;
	pthread_cond_t given;
	uint64_t taken, done; /* pieces read; given */
	int error;
	struct seal_diag diag;
};

struct worker {
	struct run *run;
	struct seal_leaves_buffer *buffer;
	pthread_t thread;
};

/* Under the lock. */
static void fail(struct run *run, int error, const struct seal_diag *diag)
{
	if (!run->error) {
		run->error = error;
		run->diag = *diag;
	}
	(void)pthread_cond_broadcast(&run->given);
}

/* Under the lock: a piece to work on; 0: there is none, or no more is wanted. */
static int get(struct run *run, struct seal_leaves_buffer *buffer, uint64_t *out_number)
{
	struct seal_diag diag = {0};
	int some = 0;
	int error;

	while (!run->error && run->taken - run->done >= RING)
		(void)pthread_cond_wait(&run->given, &run->lock);
	if (run->error)
		return 0;
	error = seal_leaves_read(&run->reader, buffer, &some, &diag);
	if (error)
		fail(run, error, &diag);
	*out_number = run->taken;
	run->taken += !error && some;
	return !error && some;
}

/* Under the lock: all that are next. */
static void give(struct run *run)
{
	const struct seal_leaves *leaves = run->leaves;
	struct seal_diag diag = {0};

	while (!run->error && run->slots[run->done % RING].ready) {
		struct slot *slot = &run->slots[run->done % RING];
		int error = leaves->take(leaves->ctx, &slot->result, &diag);

		slot->ready = 0;
		run->done++;
		if (error)
			fail(run, error, &diag);
	}
	(void)pthread_cond_broadcast(&run->given);
}

static void *work(void *arg)
{
	const struct worker *worker = arg;
	struct run *run = worker->run;
	const struct seal_leaves *leaves = run->leaves;
	uint64_t number = 0;

	(void)pthread_mutex_lock(&run->lock);
	while (get(run, worker->buffer, &number)) {
		struct slot *slot = &run->slots[number % RING];

		(void)pthread_mutex_unlock(&run->lock);
		slot->result.piece = worker->buffer->piece;
		slot->result.notes = run->notes + number % RING * leaves->notes_size;
		explicit_bzero(slot->result.notes, leaves->notes_size);
		seal_leaves_hash(worker->buffer, &slot->result);
		if (leaves->look)
			leaves->look(leaves->ctx, &slot->result.piece, slot->result.notes);
		slot->result.piece.bytes = NULL;
		slot->result.piece.ends = NULL;
		(void)pthread_mutex_lock(&run->lock);
		slot->ready = 1;
		give(run);
	}
	(void)pthread_mutex_unlock(&run->lock);
	return NULL;
}

static unsigned count_threads(const struct seal_leaves *leaves)
{
	long cpus = leaves->threads ? (long)leaves->threads : sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus < 1)
		return 1;
	return cpus > (long)SEAL_LEAVES_THREADS ? SEAL_LEAVES_THREADS : (unsigned)cpus;
}

/* This thread works too, so that it goes on where no other can be had. */
static void run_threads(struct run *run, unsigned count)
{
	struct worker workers[SEAL_LEAVES_THREADS];
	unsigned started = 1;

	workers[0] = (struct worker){.run = run, .buffer = run->buffers};
	for (; started < count; started++) {
		workers[started] = (struct worker){.run = run, .buffer = run->buffers + started};
		if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0)
			break;
	}
	(void)work(&workers[0]);
	for (unsigned i = 1; i < started; i++)
		(void)pthread_join(workers[i].thread, NULL);
}

static int measure(struct run *run, struct seal_diag *diag)
{
	for (size_t i = 0; i < run->leaves->count; i++) {
		struct stat stat;

		if (fstat(run->leaves->fds[i], &stat) != 0)
			return seal_fail_errno(diag, SEAL_E_IO, "read");
		if (!S_ISREG(stat.st_mode))
			return seal_fail(diag, SEAL_E_IO, "not a file");
		run->reader.sizes[i] = (uint64_t)stat.st_size;
		(void)posix_fadvise(run->leaves->fds[i], 0, 0, POSIX_FADV_SEQUENTIAL);
	}
	return SEAL_OK;
}

static void run_done(struct run *run)
{
	for (size_t i = 0; i < RING; i++)
		if (run->slots[i].ready && run->leaves->drop)
			run->leaves->drop(run->leaves->ctx, run->slots[i].result.notes);
	free(run->reader.sizes);
	free(run->buffers);
	free(run->notes);
	free(run);
}

static void run_donep(struct run **run)
{
	if (*run)
		run_done(*run);
}

int seal_leaves_run(const struct seal_leaves *leaves, size_t *out_file, struct seal_diag *diag)
{
	unsigned threads = count_threads(leaves);
	struct run *run SEAL_CLEANUP(run_donep) = calloc(1, sizeof *run);
	int error;

	if (!run)
		return seal_fail(diag, SEAL_E_NOMEM, "log");
	run->leaves = leaves;
	run->reader = (struct seal_leaves_reader){.leaves = leaves, .file_line = 1};
	run->reader.sizes = calloc(leaves->count + 1, sizeof *run->reader.sizes);
	run->buffers = calloc(threads, sizeof *run->buffers);
	run->notes = calloc(RING, leaves->notes_size + 1);
	if (!run->reader.sizes || !run->buffers || !run->notes)
		return seal_fail(diag, SEAL_E_NOMEM, "log");
	error = measure(run, diag);
	if (error) {
		*out_file = 0;
		return error;
	}
	(void)pthread_mutex_init(&run->lock, NULL);
	(void)pthread_cond_init(&run->given, NULL);
	run_threads(run, threads);
	(void)pthread_cond_destroy(&run->given);
	(void)pthread_mutex_destroy(&run->lock);
	if (run->error && diag)
		*diag = run->diag;
	if (run->error)
		*out_file = run->reader.file;
	return run->error;
}
