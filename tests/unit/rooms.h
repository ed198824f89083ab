#ifndef SEALKIT_TESTS_ROOMS_H
#define SEALKIT_TESTS_ROOMS_H

/* The people and the keys of a share set that is made in a test. */

#include "crypto/note.h"
#include "holders.h"
#include "share/set.h"

#define PEOPLE 6u

struct room {
	struct holder holder[PEOPLE];
	struct seal_card cards[PEOPLE];
	size_t count;
	struct seal_secret *key, *signer;
	struct seal_set *set;
	struct seal_secret *share[SEAL_MANIFEST_SHARES]; /* opened from the files */
};

static inline void room_done(struct room *room)
{
	for (size_t i = 0; i < PEOPLE; i++)
		holder_done(&room->holder[i]);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		seal_secret_freep(&room->share[i]);
	seal_set_freep(&room->set);
	seal_secret_freep(&room->key);
	seal_secret_freep(&room->signer);
}

/* Holders of X25519 and P-256 keys in turn; groups may be NULL. */
static inline void room_init(struct room *room, size_t count, const char *const *groups)
{
	static const char *const names[PEOPLE] = {"alice", "bruno", "chloe",
						  "david", "emma",  "farid"};
	uint8_t public_key[32];

	*room = (struct room){.count = count};
	for (size_t i = 0; i < count; i++) {
		const char *group = groups ? groups[i] : "";

		if (i % 2)
			holder_piv(&room->holder[i], names[i], group, 1000 + (uint32_t)i);
		else
			holder_x25519(&room->holder[i], names[i], group);
		room->cards[i] = room->holder[i].card;
	}
	assert_int_equal(seal_secret_random(32, &room->key, NULL), SEAL_OK);
	assert_int_equal(seal_secret_new(64, &room->signer, NULL), SEAL_OK);
	assert_int_equal(crypto_sign_keypair(public_key, seal_secret_data(room->signer)), 0);
}

static inline struct seal_set_policy policy_of(unsigned threshold)
{
	return (struct seal_set_policy){.threshold = threshold, .epoch = 1, .purpose = "a test"};
}

static inline int room_make(struct room *room, const struct seal_set_policy *policy,
			    struct seal_diag *diag)
{
	return seal_set_new(room->key, room->cards, room->count, policy, room->signer, &room->set,
			    diag);
}

/* alice, bruno, chloe are ops; david, emma security: 2 of ops and 1 of security. */
static const char *const room_groups[] = {"ops", "ops", "ops", "security", "security"};

static inline struct seal_set_policy policy_groups(void)
{
	struct seal_set_policy policy = policy_of(0);

	policy.group_count = 2;
	policy.groups[0] = (struct seal_manifest_group){"ops", 2, 0};
	policy.groups[1] = (struct seal_manifest_group){"security", 1, 0};
	return policy;
}

/* Signed as a manifest is, whatever the text says. */
static inline char *sign_text(struct seal_secret *signer, const char *text, const char *name,
			      size_t *out_len)
{
	struct seal_note_key key;
	struct seal_note_signer by;
	char *note = NULL;

	assert_int_equal(seal_note_key_ed25519(name, seal_secret_bytes(signer) + 32, &key, NULL),
			 SEAL_OK);
	by = seal_note_signer_ed25519(&key, signer);
	assert_int_equal(seal_note_sign(text, strlen(text), &by, 1, &note, out_len, NULL), SEAL_OK);
	return note;
}

/* The share of person i, from the sealed file; the caller's. */
static inline struct seal_secret *room_share(struct room *room, size_t i)
{
	struct seal_secret *text = NULL;
	struct seal_secret *share = NULL;
	struct seal_payload payload;
	struct seal_mem_source from = {0};
	struct seal_mem_sink to = {.cap = SEAL_PAYLOAD_TEXT};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&to);

	from.bytes = (const uint8_t *)seal_set_file(room->set, i, &from.len);
	assert_int_equal(seal_secret_new(SEAL_PAYLOAD_TEXT, &text, NULL), SEAL_OK);
	to.bytes = seal_secret_data(text);
	assert_int_equal(seal_age_open(&room->holder[i].age, 1, &source, &sink, NULL), SEAL_OK);
	seal_secret_shrink(text, to.len);
	assert_int_equal(seal_payload_parse(text, &payload, &share, NULL), SEAL_OK);
	seal_secret_free(text);
	return share;
}

#endif
