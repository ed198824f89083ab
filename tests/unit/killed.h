#ifndef SEALKIT_TESTS_KILLED_H
#define SEALKIT_TESTS_KILLED_H

/* A child that works on a barrier until the file layer kills it, and a parent that looks at a
   copy of what it left. Secret memory does not come over a fork: shares and private keys are
   bytes here. */

#include "barriers.h"

#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <valgrind/valgrind.h>

#include "kill_layer.h"

#define PEOPLE_IN 5u

static struct room people;
static uint8_t private_keys[PEOPLE_IN][32];
static char original[64];
static unsigned current; /* seed, for messages */
#define check(what)                                                                 \
	do {                                                                        \
		if (!(what))                                                        \
			fail_msg("seed %u: line %d: %s", current, __LINE__, #what); \
	} while (0)

/* Takes the C library's place: row keys, and with them the order of writes, come from the
   seed. */
static uint64_t random_state = 1;

ssize_t getrandom(void *out, size_t len, unsigned flags)
{
	uint8_t *bytes = out;

	(void)flags;
	for (size_t i = 0; i < len; i++) {
		random_state = random_state * 6364136223846793005u + 1442695040888963407u;
		bytes[i] = (uint8_t)(random_state >> 56);
	}
	return (ssize_t)len;
}

static inline unsigned roll(unsigned *dice, unsigned sides)
{
	return (unsigned)rand_r(dice) % sides;
}

/* In the child as in the parent: own secrets. */
static inline int make_people(struct room *room)
{
	int error = seal_secret_new(64, &room->signer, NULL);
	uint8_t public_key[32];

	if (!error)
		error = crypto_sign_keypair(public_key, seal_secret_data(room->signer));
	for (size_t i = 0; i < PEOPLE_IN && !error; i++) {
		error = seal_secret_copy(private_keys[i], 32, &room->holder[i].key, NULL);
		if (!error)
			room->holder[i].age = seal_age_x25519_identity(room->holder[i].key);
	}
	return error;
}

/* A share by its bytes. */
static inline struct seal_secret *share_of(const uint8_t bytes[33])
{
	struct seal_secret *share = NULL;

	assert_int_equal(seal_secret_copy(bytes, 33, &share, NULL), SEAL_OK);
	return share;
}

static inline void copy_file(const char *name)
{
	static uint8_t bytes[1u << 20];
	char path[128];
	FILE *in;
	FILE *out;
	size_t got;

	(void)snprintf(path, sizeof path, "%s/%s", original, name);
	in = fopen(path, "r");
	if (!in)
		return;
	got = fread(bytes, 1, sizeof bytes, in);
	assert_true(got < sizeof bytes);
	(void)fclose(in);
	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, got, out), got);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* Opens a copy, so that looking changes nothing. */
static inline void copy_open(struct vault *vault)
{
	struct seal_diag diag = {0};

	memcpy(original, folder, sizeof original);
	(void)snprintf(folder, sizeof folder, "%s/copy", base);
	assert_int_equal(mkdir(folder, 0700), 0);
	copy_file("sealkit.db");
	copy_file("sealkit.db-wal");
	copy_file("sealkit.db-journal");
	if (vault_try(vault, &diag))
		fail_msg("seed %u: %s", current, diag.cause[0]);
}

static inline void copy_close(struct vault *vault)
{
	vault_close(vault);
	drop_folder();
	memcpy(folder, original, sizeof original);
}

/* Runs life in a child until it is killed. What it reports (len bytes) is in known then, from the
   last report that came whole. */
static inline void live(void (*life)(const void *known, int to), void *known, size_t len)
{
	uint8_t word[4096];
	int pipes[2];
	int status = 0;
	pid_t pid;

	assert_true(len <= sizeof word);
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(pipes[0]);
		life(known, pipes[1]);
		_exit(9);
	}
	(void)close(pipes[1]);
	while (read(pipes[0], word, len) == (ssize_t)len)
		memcpy(known, word, len);
	(void)close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("seed %u: child ended with %d", current, status);
}

static inline void report(int to, const void *known, size_t len)
{
	if (write(to, known, len) != (ssize_t)len)
		_exit(3);
}

static inline int people_up(void **state)
{
	static const char *const person[] = {"alice", "bruno", "chloe", "david", "emma"};

	people.count = PEOPLE_IN;
	for (size_t i = 0; i < PEOPLE_IN; i++) {
		holder_x25519(&people.holder[i], person[i], "");
		people.cards[i] = people.holder[i].card;
		memcpy(private_keys[i], seal_secret_bytes(people.holder[i].key), 32);
	}
	return make_base(state) ? -1 : kill_layer_init();
}

static inline int people_down(void **state)
{
	room_done(&people);
	return drop_base(state);
}

#endif
