/* The largest share set there may be: 64 persons of 4 cards each, 16 groups. */

#include "rooms.h"

#include <stdlib.h>

#define PERSONS SEAL_MANIFEST_SHARES
#define CARDS (PERSONS * SEAL_MANIFEST_CARDS)
#define EACH (PERSONS / SEAL_MANIFEST_GROUPS)

static struct holder holders[CARDS + 1];
static struct seal_card cards[CARDS + 1];
static struct seal_secret *key, *signer;

/* Card i is of person i mod 64; the last of each is X25519, so that stanzas are mixed. */
static int setup(void **state)
{
	uint8_t public_key[32];

	(void)state;
	for (size_t i = 0; i < CARDS + 1; i++) {
		char name[SEAL_CARD_NAME + 1];
		char group[SEAL_CARD_NAME + 1];

		(void)snprintf(name, sizeof name, "a-name-of-sixty-four-bytes-%037zu", i % PERSONS);
		(void)snprintf(group, sizeof group, "a-group-of-sixty-four-bytes-%036zu",
			       i % PERSONS / EACH);
		if (i < CARDS - PERSONS)
			holder_piv(&holders[i], name, group, 1 + (uint32_t)i);
		else
			holder_x25519(&holders[i], name, group);
		cards[i] = holders[i].card;
	}
	assert_int_equal(seal_secret_new(64, &signer, NULL), SEAL_OK);
	assert_int_equal(crypto_sign_keypair(public_key, seal_secret_data(signer)), 0);
	return seal_secret_random(32, &key, NULL);
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < CARDS + 1; i++)
		holder_done(&holders[i]);
	seal_secret_freep(&signer);
	seal_secret_freep(&key);
	return 0;
}

static struct seal_secret *open_share(const struct seal_set *set, size_t i, struct holder *holder)
{
	struct seal_secret *text = NULL;
	struct seal_secret *share = NULL;
	struct seal_payload payload;
	struct seal_mem_source from = {0};
	struct seal_mem_sink to = {.cap = SEAL_PAYLOAD_TEXT};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&to);
	size_t index = 99;

	from.bytes = (const uint8_t *)seal_set_file(set, i, &from.len);
	assert_int_equal(seal_secret_new(SEAL_PAYLOAD_TEXT, &text, NULL), SEAL_OK);
	to.bytes = seal_secret_data(text);
	assert_int_equal(seal_age_open(&holder->age, 1, &source, &sink, NULL), SEAL_OK);
	seal_secret_shrink(text, to.len);
	assert_int_equal(seal_payload_parse(text, &payload, &share, NULL), SEAL_OK);
	seal_secret_free(text);
	assert_int_equal(seal_manifest_check(seal_set_manifest(set), &payload, share, &index, NULL),
			 SEAL_OK);
	assert_int_equal(index, i);
	return share;
}

/* Each person with another of the four cards; 3 of 4 in every group. */
static void whole(const struct seal_set *set)
{
	struct seal_secret *given[SEAL_MANIFEST_SHARES] = {0};
	struct seal_secret *back = NULL;

	for (size_t i = 0; i < PERSONS; i++)
		if (i % EACH != EACH - 1)
			given[i] = open_share(set, i, &holders[i + PERSONS * (i % 4)]);
	assert_int_equal(seal_set_combine(seal_set_manifest(set), given, &back, NULL), SEAL_OK);
	assert_int_equal(seal_secret_equal(back, key), 1);
	seal_secret_free(back);
	for (size_t i = 0; i < PERSONS; i++)
		seal_secret_free(given[i]);
}

static void the_largest(void **state)
{
	struct seal_set_policy policy = {.epoch = 999999999, .group_count = SEAL_MANIFEST_GROUPS};
	struct seal_set *set = NULL;
	struct seal_diag diag = {0};

	(void)state;
	for (size_t i = 0; i < SEAL_PURPOSE; i++)
		policy.purpose[i] = 'p';
	for (size_t i = 0; i < SEAL_MANIFEST_GROUPS; i++) {
		memcpy(policy.groups[i].name, cards[i * EACH].group, SEAL_CARD_NAME + 1);
		policy.groups[i].threshold = 3;
	}
	assert_int_equal(seal_set_new(key, cards, CARDS, &policy, signer, &set, &diag), SEAL_OK);
	assert_int_equal(seal_set_manifest(set)->total, PERSONS);
	assert_int_equal(seal_set_manifest(set)->threshold, 48);
	whole(set);
	seal_set_free(set);
}

static void one_card_more(void **state)
{
	struct seal_set_policy policy = policy_of(2);
	struct seal_set *set = NULL;

	(void)state;
	/* A fifth of one person, and a 65th person. */
	assert_int_equal(seal_set_new(key, cards, CARDS + 1, &policy, signer, &set, NULL),
			 SEAL_E_POLICY);
	cards[4] = cards[CARDS];
	memcpy(cards[4].name, cards[0].name, sizeof cards[0].name);
	memcpy(cards[4].group, cards[0].group, sizeof cards[0].group);
	assert_int_equal(seal_set_new(key, cards, CARDS, &policy, signer, &set, NULL),
			 SEAL_E_POLICY);
	(void)snprintf(cards[4].name, sizeof cards[4].name, "one-more");
	cards[4 + PERSONS] = holders[4].card;
	assert_int_equal(seal_set_new(key, cards, CARDS, &policy, signer, &set, NULL),
			 SEAL_E_POLICY);
	assert_null(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_largest),
		cmocka_unit_test(one_card_more),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
