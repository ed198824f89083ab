#ifndef SEALKIT_TESTS_REKEYS_H
#define SEALKIT_TESTS_REKEYS_H

/* Rekeys of a barrier in tests: wishes, shares of the old set, proofs of the new one. */

#include "barriers.h"
#include "barrier/rekey.h"

#define HOUR 3600u

/* For all of the room; plan is letter 64 times. The policy must outlive it. */
static inline struct seal_barrier_rekey_wish wish_for(const struct room *fresh,
						      const struct seal_set_policy *policy,
						      struct seal_secret *signer, char letter)
{
	struct seal_barrier_rekey_wish wish = {
		.cards = fresh->cards,
		.count = fresh->count,
		.policy = policy,
		.signer = signer,
		.lifetime = HOUR,
	};

	for (size_t i = 0; i < SEAL_REKEY_PLAN; i++)
		wish.plan[i] = letter;
	return wish;
}

static inline int rekey_open(struct vault *vault, const struct seal_barrier_rekey_wish *wish,
			     uint64_t now)
{
	char nonce[37];

	return seal_barrier_rekey_open(vault->barrier, wish, now, nonce, NULL);
}

static inline int rekey_give(struct vault *vault, const char *plan, const struct seal_secret *share,
			     uint64_t now)
{
	size_t index;

	return seal_barrier_rekey_share(vault->barrier, plan, share, now, &index, NULL);
}

static inline int rekey_prove(struct vault *vault, size_t i)
{
	int switched = 0;
	int error = seal_barrier_rekey_prove(vault->barrier, i, &switched, NULL);

	return error ? error : switched;
}

/* 0 where none is pending. */
static inline unsigned pending_epoch(const struct vault *vault)
{
	struct seal_barrier_rekey_status status;

	return seal_barrier_rekey_pending(vault->barrier, &status) ? status.epoch : 0;
}

static inline size_t sessions_of(const struct vault *vault)
{
	struct seal_barrier_rekey_session sessions[SEAL_REKEY_SESSIONS];

	return seal_barrier_rekey_sessions(vault->barrier, sessions);
}

static inline unsigned progress_of(const struct vault *vault, const char *plan)
{
	struct seal_barrier_rekey_session sessions[SEAL_REKEY_SESSIONS];
	size_t count = seal_barrier_rekey_sessions(vault->barrier, sessions);

	for (size_t i = 0; i < count; i++)
		if (strcmp(sessions[i].plan, plan) == 0)
			return sessions[i].progress;
	return 99;
}

/* The new holders open what is pending for them. */
static inline void open_pending(struct room *fresh, const struct vault *vault)
{
	for (size_t i = 0; i < fresh->count; i++) {
		size_t len = 0;
		const char *text = seal_barrier_rekey_file(vault->barrier, i, &len);

		assert_non_null(text);
		open_share(fresh, text, len, i);
	}
}

/* The first of them, as many as the threshold is. */
static inline void wake(struct vault *vault, const struct room *room)
{
	unsigned t = status_of(vault).t;

	for (unsigned i = 0; i < t; i++)
		assert_int_equal(give(vault, room->share[i], 1), SEAL_OK);
	assert_int_equal(status_of(vault).sealed, 0);
}

/* A rekey from three of the old room, pending, its shares opened. */
static inline void make_pending(struct vault *vault, const struct room *old, struct room *fresh,
				const struct seal_barrier_rekey_wish *wish)
{
	must(rekey_open(vault, wish, 1));
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(rekey_give(vault, wish->plan, old->share[i], 1), SEAL_OK);
	assert_true(pending_epoch(vault) > 0);
	open_pending(fresh, vault);
}

/* Five old holders, three needed, open; and a room of `count` new ones. */
static inline void vault_and_room(struct vault *vault, struct room *old, struct room *fresh,
				  size_t count)
{
	vault_with_cards(vault, old);
	wake(vault, old);
	room_init(fresh, count, NULL);
}

static inline void end_all(struct vault *vault, struct room *old, struct room *fresh)
{
	vault_close(vault);
	room_done(old);
	room_done(fresh);
}

#endif
