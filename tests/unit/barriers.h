#ifndef SEALKIT_TESTS_BARRIERS_H
#define SEALKIT_TESTS_BARRIERS_H

/* A store in a folder of its own, a barrier in it, and what tests do with both. */

#include <stdlib.h>
#include <unistd.h>

#include "rooms.h"
#include "barrier/barrier.h"

static char base[48];
static char folder[64];
static char file[96];

struct vault {
	struct seal_store *store;
	struct seal_barrier *barrier;
};

static inline void vault_close(struct vault *vault)
{
	seal_barrier_freep(&vault->barrier);
	seal_store_freep(&vault->store);
}

static inline int vault_try(struct vault *vault, struct seal_diag *diag)
{
	int error = seal_store_open(folder, &vault->store, diag);

	return error ? error : seal_barrier_new(vault->store, &vault->barrier, diag);
}

#define must(call)                                                       \
	do {                                                             \
		struct seal_diag diag = {0};                             \
		char line[1100];                                         \
		if ((call) != SEAL_OK) {                                 \
			seal_diag_line(&diag, line, sizeof line);        \
			fail_msg("%s:%d: %s", __FILE__, __LINE__, line); \
		}                                                        \
	} while (0)

static inline void vault_open(struct vault *vault)
{
	must(vault_try(vault, &diag));
}

static inline void vault_reopen(struct vault *vault)
{
	vault_close(vault);
	vault_open(vault);
}

static inline int make_base(void **state)
{
	/* Thousands of commits: in memory where that can be had. */
	static const char *const places[] = {"/dev/shm", "/tmp"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(base, sizeof base, "%s/sealkit-barrier-XXXXXX", places[i]);
		if (mkdtemp(base))
			return 0;
	}
	return -1;
}

static inline int drop_base(void **state)
{
	(void)state;
	return rmdir(base);
}

static inline void drop_folder(void)
{
	static const char *const names[] = {"sealkit.db", "sealkit.db-wal", "sealkit.db-journal"};
	char name[96];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof name, "%s/%s", folder, names[i]);
		(void)unlink(name);
	}
	(void)rmdir(folder);
}

static inline int fresh_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "%s/s", base);
	return snprintf(file, sizeof file, "%s/sealkit.db", folder) < 0;
}

static inline int end_folder(void **state)
{
	(void)state;
	drop_folder();
	return 0;
}

static inline struct seal_barrier_status status_of(const struct vault *vault)
{
	struct seal_barrier_status status;

	seal_barrier_status(vault->barrier, &status);
	return status;
}

static inline int give(struct vault *vault, const struct seal_secret *share, uint64_t now)
{
	size_t index;

	return seal_barrier_share(vault->barrier, share, now, &index, NULL);
}

static inline void put(struct vault *vault, const char *path, const char *value)
{
	struct seal_barrier_entry entry = {path, (const uint8_t *)value, value ? strlen(value) : 0};

	must(seal_barrier_apply(vault->barrier, &entry, 1, &diag));
}

static inline int get_says(struct vault *vault, const char *path, const char *want)
{
	struct seal_secret *value = NULL;
	int error = seal_barrier_get(vault->barrier, path, &value, NULL);

	if (!error) {
		assert_int_equal(seal_secret_len(value), strlen(want));
		assert_memory_equal(seal_secret_bytes(value), want, strlen(want));
	}
	seal_secret_free(value);
	return error;
}

struct joined {
	char text[4096];
};

static inline int join_name(void *ctx, const char *name, struct seal_diag *diag)
{
	struct joined *joined = ctx;
	size_t used = strlen(joined->text);

	(void)diag;
	return snprintf(joined->text + used, sizeof joined->text - used, "%s ", name) < 0;
}

static inline void lists(struct vault *vault, const char *in, const char *want)
{
	struct joined joined = {{0}};

	must(seal_barrier_list(vault->barrier, in, join_name, &joined, &diag));
	assert_string_equal(joined.text, want);
}

/* The holder opens what the barrier has for share i. */
static inline void open_share(struct room *room, const char *text, size_t len, size_t i)
{
	struct seal_secret *plain = NULL;
	struct seal_mem_source from = {.bytes = (const uint8_t *)text, .len = len};
	struct seal_source source = seal_source_mem(&from);
	struct seal_mem_sink to = {0};
	struct seal_sink sink = seal_sink_mem(&to);
	struct seal_payload payload;

	must(seal_secret_new(SEAL_PAYLOAD_TEXT, &plain, &diag));
	to = (struct seal_mem_sink){.bytes = seal_secret_data(plain), .cap = SEAL_PAYLOAD_TEXT};
	must(seal_age_open(&room->holder[i].age, 1, &source, &sink, &diag));
	seal_secret_shrink(plain, to.len);
	seal_secret_freep(&room->share[i]);
	must(seal_payload_parse(plain, &payload, &room->share[i], &diag));
	seal_secret_free(plain);
}

static inline void open_shares(struct room *room, const struct vault *vault)
{
	for (size_t i = 0; i < room->count; i++) {
		size_t len = 0;
		const char *text = seal_barrier_file(vault->barrier, i, &len);

		assert_non_null(text);
		open_share(room, text, len, i);
	}
}

/* Five persons, three needed; shares opened; one entry from init. */
static inline void vault_with_cards(struct vault *vault, struct room *room)
{
	static const struct seal_barrier_entry entry = {"core/root", (const uint8_t *)"token", 5};
	struct seal_set_policy policy = policy_of(3);

	room_init(room, 5, NULL);
	vault_open(vault);
	must(seal_barrier_init(vault->barrier, room->cards, 5, &policy, room->signer, 0, &entry, 1,
			       &room->set, &diag));
	open_shares(room, vault);
}

#endif
