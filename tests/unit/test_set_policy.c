/* What no share set is made of: refused, each by name. */

#include "rooms.h"

static void refuse(struct room *room, const struct seal_set_policy *policy, int wanted,
		   const char *says)
{
	struct seal_diag diag = {0};
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	int error = room_make(room, policy, &diag);

	seal_diag_line(&diag, line, sizeof line);
	if (error != wanted || !strstr(line, says))
		print_error("%s: '%s' does not say '%s'\n", seal_error_name(error), line, says);
	assert_int_equal(error, wanted);
	assert_non_null(strstr(line, says));
	assert_null(room->set);
}

static void refused_by_policy(void **state)
{
	struct seal_set_policy policy = policy_of(3);
	struct room room;

	(void)state;
	room_init(&room, 3, NULL);
	refuse(&room, &policy, SEAL_E_POLICY, "3 of 3");
	policy.threshold = 4;
	refuse(&room, &policy, SEAL_E_POLICY, "4 is above the 3 persons");
	policy.allow_no_spare = policy.allow_single = 1;
	refuse(&room, &policy, SEAL_E_POLICY, "4 is above the 3 persons");
	policy = policy_of(1);
	refuse(&room, &policy, SEAL_E_POLICY, "a threshold of 1");
	policy = policy_of(0);
	refuse(&room, &policy, SEAL_E_POLICY, "threshold: 0 is none");
	policy = policy_of(2);
	room.cards[1].is_virtual = 1;
	refuse(&room, &policy, SEAL_E_POLICY, "card of bruno: a virtual token");
	policy.allow_virtual = 1;
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	seal_set_freep(&room.set);
	policy.purpose[0] = '\0';
	refuse(&room, &policy, SEAL_E_FORMAT, "purpose");
	policy = policy_of(2);
	room.count = 0;
	refuse(&room, &policy, SEAL_E_POLICY, "0 cards");
	room_done(&room);
}

static void refused_groups(void **state)
{
	struct seal_set_policy policy = policy_groups();
	struct room room;

	(void)state;
	room_init(&room, 5, room_groups);
	policy.groups[0].threshold = 3;
	refuse(&room, &policy, SEAL_E_POLICY, "3 of 3 of group ops");
	policy.groups[0].threshold = 4;
	refuse(&room, &policy, SEAL_E_POLICY, "of group ops: 4 is above the 3 persons");
	policy = policy_groups();
	policy.threshold = 2;
	refuse(&room, &policy, SEAL_E_POLICY, "those of the groups make 3");
	policy = policy_groups();
	room.cards[4].group[0] = 'x';
	refuse(&room, &policy, SEAL_E_POLICY, "card of emma: its group xecurity is not");
	room.cards[4].group[0] = '\0';
	refuse(&room, &policy, SEAL_E_POLICY, "card of emma: it names no group");
	memcpy(room.cards[4].name, "bruno", 6);
	memcpy(room.cards[4].group, "security", 9);
	refuse(&room, &policy, SEAL_E_MISMATCH, "cards of bruno: one is of group");
	room_done(&room);
}

static void one_token_counts_once(void **state)
{
	struct seal_set_policy policy = policy_of(2);
	struct room room;

	(void)state;
	room_init(&room, 4, NULL);
	room.cards[3] = room.cards[1];
	refuse(&room, &policy, SEAL_E_DUPLICATE, "cards of bruno and bruno: the same card");
	memcpy(room.cards[3].name, "david", 6);
	refuse(&room, &policy, SEAL_E_DUPLICATE, "cards of bruno and david: the same recipient");
	room.cards[3] = room.holder[3].card;
	memcpy(room.cards[3].signing, room.cards[1].signing, 65);
	refuse(&room, &policy, SEAL_E_DUPLICATE, "the same signing key");
	room.cards[3] = room.holder[3].card;
	room.cards[3].piv.serial = room.cards[1].piv.serial;
	refuse(&room, &policy, SEAL_E_DUPLICATE, "the same YubiKey");
	room.cards[3].piv.has_serial = room.cards[1].piv.has_serial = 0;
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	room_done(&room);
}

/* The same private key answers for a point and for its mirror. */
static void mirrored_recipient(void **state)
{
	static const uint8_t field[32] = {0xff, 0xff, 0xff, 0xff, 0,	0,    0,    1,
					  0,	0,    0,    0,	  0,	0,    0,    0,
					  0,	0,    0,    0,	  0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct seal_set_policy policy = policy_of(2);
	struct room room;
	uint8_t point[65];
	int borrow = 0;

	(void)state;
	room_init(&room, 4, NULL);
	memcpy(point, room.holder[1].p256.point, sizeof point);
	for (int i = 31; i >= 0; i--) {
		int digit = field[i] - point[33 + i] - borrow;

		borrow = digit < 0;
		point[33 + i] = (uint8_t)(digit & 0xff);
	}
	assert_int_equal(seal_p256_text(SEAL_P256_TAG, point, room.cards[3].recipient, NULL),
			 SEAL_OK);
	refuse(&room, &policy, SEAL_E_DUPLICATE, "the same recipient");
	room_done(&room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused_by_policy),
		cmocka_unit_test(refused_groups),
		cmocka_unit_test(one_token_counts_once),
		cmocka_unit_test(mirrored_recipient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
