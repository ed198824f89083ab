/* Share sets: every subset of persons opens and combines exactly where it is a quorum,
   and whatever is done to shares is recognised. */

#include "rooms.h"

static int open_file(const struct seal_set *set, size_t i, struct holder *holder,
		     struct seal_payload *payload, struct seal_secret **share)
{
	struct seal_secret *text = NULL;
	struct seal_mem_source from = {0};
	struct seal_mem_sink to = {0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&to);
	int error;

	from.bytes = (const uint8_t *)seal_set_file(set, i, &from.len);
	assert_int_equal(from.bytes[from.len], 0);
	assert_int_equal(seal_secret_new(SEAL_PAYLOAD_TEXT, &text, NULL), SEAL_OK);
	to = (struct seal_mem_sink){.bytes = seal_secret_data(text), .cap = SEAL_PAYLOAD_TEXT};
	error = seal_age_open(&holder->age, 1, &source, &sink, NULL);
	if (!error) {
		seal_secret_shrink(text, to.len);
		error = seal_payload_parse(text, payload, share, NULL);
	}
	seal_secret_free(text);
	return error;
}

/* Each person opens the own file, and nobody another's. */
static void room_open(struct room *room)
{
	const struct seal_manifest *manifest = seal_set_manifest(room->set);

	for (size_t i = 0; i < manifest->total; i++)
		for (size_t k = 0; k < room->count; k++) {
			struct seal_payload payload;
			struct seal_secret *share = NULL;
			size_t index = 99;
			int error = open_file(room->set, i, &room->holder[k], &payload, &share);

			if (i != k) {
				assert_int_equal(error, SEAL_E_NOIDENTITY);
				continue;
			}
			assert_int_equal(error, SEAL_OK);
			assert_int_equal(
				seal_manifest_check(manifest, &payload, share, &index, NULL),
				SEAL_OK);
			assert_int_equal(index, i);
			assert_string_equal(payload.custodian, room->cards[i].name);
			assert_string_equal(payload.group, room->cards[i].group);
			room->share[i] = share;
		}
}

/* All subsets; wanted says how far each is. */
static void every_subset(struct room *room, unsigned (*wanted)(unsigned subset, unsigned t),
			 unsigned t)
{
	const struct seal_manifest *manifest = seal_set_manifest(room->set);

	for (unsigned subset = 0; subset < 1u << manifest->total; subset++) {
		struct seal_secret *given[SEAL_MANIFEST_SHARES] = {0};
		uint8_t is_given[SEAL_MANIFEST_SHARES] = {0};
		struct seal_secret *key = NULL;
		unsigned far = wanted(subset, t);
		unsigned progress = 99;
		int error;

		for (unsigned i = 0; i < manifest->total; i++) {
			is_given[i] = subset >> i & 1;
			given[i] = is_given[i] ? room->share[i] : NULL;
		}
		assert_int_equal(seal_manifest_quorum(manifest, is_given, &progress), far == t);
		assert_int_equal(progress, far);
		error = seal_set_combine(manifest, given, &key, NULL);
		assert_int_equal(error, far == t ? SEAL_OK : SEAL_E_QUORUM);
		if (!error)
			assert_int_equal(seal_secret_equal(key, room->key), 1);
		seal_secret_free(key);
	}
}

static unsigned up_to(unsigned subset, unsigned t)
{
	unsigned given = (unsigned)__builtin_popcount(subset);

	return given < t ? given : t;
}

static void every_flat_set(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 5; n++)
		for (unsigned t = 1; t <= n; t++) {
			struct seal_set_policy policy = policy_of(t);
			struct room room;

			policy.allow_no_spare = t == n;
			policy.allow_single = t == 1;
			room_init(&room, n, NULL);
			assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
			room_open(&room);
			every_subset(&room, up_to, t);
			room_done(&room);
		}
}

static unsigned two_and_one(unsigned subset, unsigned t)
{
	assert_int_equal(t, 3);
	return up_to(subset & 7, 2) + up_to(subset >> 3, 1);
}

static void groups_need_each_other(void **state)
{
	struct seal_set_policy policy = policy_groups();
	struct seal_secret *given[SEAL_MANIFEST_SHARES] = {0};
	struct seal_secret *key = NULL;
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	struct room room;

	(void)state;
	room_init(&room, 5, room_groups);
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	assert_int_equal(seal_set_manifest(room.set)->threshold, 3);
	room_open(&room);
	every_subset(&room, two_and_one, 3);
	for (size_t i = 0; i < 3; i++)
		given[i] = room.share[i];
	assert_int_equal(seal_set_combine(seal_set_manifest(room.set), given, &key, &diag),
			 SEAL_E_QUORUM);
	seal_diag_line(&diag, line, sizeof line);
	assert_string_equal(line, "0 of the 1 that group security must give");
	room_done(&room);
}

/* Main and spare token of one person: one share, and either opens it. */
static void one_person_one_share(void **state)
{
	struct seal_set_policy policy = policy_of(2);
	struct room room;
	struct seal_payload payload;
	struct seal_secret *share = NULL;

	(void)state;
	room_init(&room, 4, NULL);
	memcpy(room.cards[3].name, "alice", 6);
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	assert_int_equal(seal_set_manifest(room.set)->total, 3);
	assert_int_equal(seal_set_manifest(room.set)->shares[0].card_count, 2);
	assert_int_equal(open_file(room.set, 0, &room.holder[0], &payload, &share), SEAL_OK);
	seal_secret_freep(&share);
	assert_int_equal(open_file(room.set, 0, &room.holder[3], &payload, &share), SEAL_OK);
	seal_secret_freep(&share);
	assert_int_equal(open_file(room.set, 0, &room.holder[1], &payload, &share),
			 SEAL_E_NOIDENTITY);
	room_done(&room);
}

static void wrong_old_and_swapped(void **state)
{
	struct seal_set_policy policy = policy_of(2);
	const struct seal_manifest *manifest;
	struct seal_manifest later;
	struct seal_payload payload;
	struct seal_payload other;
	struct room room;
	struct room second;
	struct seal_secret *share = NULL;
	struct seal_secret *foreign = NULL;
	size_t index = 99;

	(void)state;
	room_init(&room, 3, NULL);
	room_init(&second, 3, NULL);
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	assert_int_equal(room_make(&second, &policy, NULL), SEAL_OK);
	room_open(&room);
	manifest = seal_set_manifest(room.set);
	assert_int_equal(open_file(room.set, 0, &room.holder[0], &payload, &share), SEAL_OK);
	assert_int_equal(open_file(second.set, 0, &second.holder[0], &other, &foreign), SEAL_OK);

	/* Another set, of the same time or older. */
	assert_int_equal(seal_manifest_check(manifest, &other, foreign, &index, NULL),
			 SEAL_E_MISMATCH);
	later = *manifest;
	later.epoch = 2;
	assert_int_equal(seal_manifest_check(&later, &other, foreign, &index, NULL), SEAL_E_OLD);
	/* A manifest with all that is public, and another daemon's key. */
	later = *manifest;
	later.signer[0] ^= 1;
	assert_int_equal(seal_manifest_check(&later, &payload, share, &index, NULL), SEAL_E_VERIFY);
	/* A share of another set under the words of this one. */
	assert_int_equal(seal_manifest_check(manifest, &payload, foreign, &index, NULL),
			 SEAL_E_MISMATCH);
	/* bruno's share in a file that says alice. */
	assert_int_equal(seal_manifest_check(manifest, &payload, room.share[1], &index, NULL),
			 SEAL_E_MISMATCH);
	payload.index = 2;
	assert_int_equal(seal_manifest_check(manifest, &payload, share, &index, NULL),
			 SEAL_E_MISMATCH);
	payload.index = 1;
	assert_int_equal(seal_manifest_check(manifest, &payload, share, &index, NULL), SEAL_OK);
	assert_int_equal(index, 0);
	/* Any byte of a share changed, its x too. */
	for (size_t i = 0; i < seal_secret_len(share); i++) {
		seal_secret_data(share)[i] ^= 0x40;
		assert_int_equal(seal_manifest_recognise(manifest, share, &index, NULL),
				 SEAL_E_MISMATCH);
		seal_secret_data(share)[i] ^= 0x40;
	}
	seal_secret_free(share);
	seal_secret_free(foreign);
	room_done(&room);
	room_done(&second);
}

static void combine_takes_no_wrong_share(void **state)
{
	struct seal_set_policy policy = policy_of(2);
	struct seal_secret *given[SEAL_MANIFEST_SHARES] = {0};
	struct seal_secret *key = NULL;
	struct room room;

	(void)state;
	room_init(&room, 3, NULL);
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	room_open(&room);
	given[0] = room.share[1];
	given[1] = room.share[0];
	assert_int_equal(seal_set_combine(seal_set_manifest(room.set), given, &key, NULL),
			 SEAL_E_MISMATCH);
	given[0] = room.share[0];
	given[1] = room.share[1];
	given[2] = room.share[2];
	/* One more than needed is looked at as well. */
	seal_secret_data(given[2])[0] ^= 1;
	assert_int_equal(seal_set_combine(seal_set_manifest(room.set), given, &key, NULL),
			 SEAL_E_MISMATCH);
	assert_null(key);
	seal_secret_data(given[2])[0] ^= 1;
	assert_int_equal(seal_set_combine(seal_set_manifest(room.set), given, &key, NULL), SEAL_OK);
	seal_secret_free(key);
	room_done(&room);
}

/* A sealed file is for its holder's card and no other; and must be one. */
static void files_from_elsewhere(void **state)
{
	const struct seal_set_policy policy = {.threshold = 2, .epoch = 1, .purpose = "p"};
	const struct seal_card *cards[2];
	struct room room;
	const char *file;
	size_t len = 0;

	(void)state;
	room_init(&room, 3, NULL);
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	cards[0] = &room.cards[0];
	cards[1] = &room.cards[1];
	file = seal_set_file(room.set, 0, &len);
	assert_int_equal(seal_set_check_file(file, len, cards, 1, NULL), SEAL_OK);
	assert_int_equal(seal_set_check_file(file, len, cards, 2, NULL), SEAL_E_VERIFY);
	assert_int_not_equal(seal_set_check_file(file, len / 4, cards, 1, NULL), SEAL_OK);
	assert_int_not_equal(seal_set_check_file("junk", 4, cards, 1, NULL), SEAL_OK);
	room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flat_set),
		cmocka_unit_test(groups_need_each_other),
		cmocka_unit_test(one_person_one_share),
		cmocka_unit_test(files_from_elsewhere),
		cmocka_unit_test(wrong_old_and_swapped),
		cmocka_unit_test(combine_takes_no_wrong_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
