/* Every allocation, lock and random byte of making, reading and combining a share set fails
   in turn: an error, and nothing handed out. */

#include "rooms.h"

#include <stdlib.h>

#include "faults.h"
#include "share/plan.h"
#include "share/reshare.h"
#include "share/sealed_secret.h"

static struct room room;
static struct seal_set *made;
static struct seal_secret *back;
static struct seal_secret *shares[SEAL_MANIFEST_SHARES];

static int make(void)
{
	struct seal_set_policy policy = policy_groups();

	return seal_set_new(room.key, room.cards, room.count, &policy, room.signer, &made, NULL);
}

static void none_made(int error)
{
	assert_int_equal(made != NULL, error == SEAL_OK);
	seal_set_freep(&made);
}

static void making(void **state)
{
	(void)state;
	fault_each(make, none_made);
}

static int read_note(void)
{
	struct seal_manifest manifest;
	size_t len = 0;
	const char *note = seal_set_note(room.set, &len);

	return seal_manifest_parse(note, len, NULL, &manifest, NULL);
}

static void reading(void **state)
{
	(void)state;
	fault_each(read_note, NULL);
}

static int combine(void)
{
	return seal_set_combine(seal_set_manifest(room.set), shares, &back, NULL);
}

static void none_back(int error)
{
	assert_int_equal(back != NULL, error == SEAL_OK);
	if (back)
		assert_int_equal(seal_secret_equal(back, room.key), 1);
	seal_secret_freep(&back);
}

static void combining(void **state)
{
	(void)state;
	shares[0] = room_share(&room, 0);
	shares[1] = room_share(&room, 1);
	shares[3] = room_share(&room, 3);
	fault_each(combine, none_back);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		seal_secret_freep(&shares[i]);
}

static char *planned;

static int plan(void)
{
	static const char text[] =
		"sealkit-plan/1\nkind: unseal\npurpose: a key\ncreated: 2026-11-24T10:00:00Z\n"
		"core: 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
		"address: https://vault.example\nset: 00112233445566778899aabbccddeeff\n"
		"epoch: 1\nexpires: 3600\nreason: restart\n";
	struct seal_plan parsed;
	int error = seal_plan_parse(text, sizeof text - 1, &parsed, NULL);

	return error ? error : seal_plan_text(&parsed, &planned, NULL);
}

static void none_planned(int error)
{
	assert_int_equal(planned != NULL, error == SEAL_OK);
	free(planned);
	planned = NULL;
}

static void planning(void **state)
{
	(void)state;
	fault_each(plan, none_planned);
}

/* A set's own quorum says that it has become itself: all that is written and read is there. */
static char *minutes_note;

static struct seal_reshare minutes_of(void)
{
	struct seal_reshare minutes;
	size_t len = 0;
	const char *note = seal_set_note(room.set, &len);

	seal_reshare_init(&minutes, seal_set_manifest(room.set), note, len,
			  seal_set_manifest(room.set), note, len);
	for (size_t i = 0; i < 5; i++) {
		minutes.opened[i].is_opened = shares[i] != NULL;
		memcpy(minutes.opened[i].card, minutes.former->shares[i].cards[0],
		       SEAL_CARD_FINGERPRINT);
	}
	return minutes;
}

static int sign_minutes(void)
{
	const struct seal_reshare minutes = minutes_of();
	size_t len = 0;

	return seal_reshare_sign(&minutes, shares, &minutes_note, &len, NULL);
}

static void none_signed(int error)
{
	assert_int_equal(minutes_note != NULL, error == SEAL_OK);
	free(minutes_note);
	minutes_note = NULL;
}

static int verify_minutes(void)
{
	struct seal_reshare minutes = minutes_of();

	return seal_reshare_verify(&minutes, minutes_note, strlen(minutes_note), NULL);
}

static void resharing(void **state)
{
	(void)state;
	shares[0] = room_share(&room, 0);
	shares[1] = room_share(&room, 1);
	shares[3] = room_share(&room, 3);
	fault_each(sign_minutes, none_signed);
	assert_int_equal(sign_minutes(), SEAL_OK);
	fault_each(verify_minutes, NULL);
	none_signed(SEAL_OK);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		seal_secret_freep(&shares[i]);
}

static uint8_t *sealed;

static int seal_it(void)
{
	size_t len = 0;

	return seal_sealed_secret_make(room.key, "note", 4, room.signer, &sealed, &len, NULL);
}

static void none_sealed(int error)
{
	assert_int_equal(sealed != NULL, error == SEAL_OK);
	free(sealed);
	sealed = NULL;
}

static void sealing(void **state)
{
	(void)state;
	fault_each(seal_it, none_sealed);
}

static int setup(void **state)
{
	struct seal_set_policy policy = policy_groups();

	(void)state;
	room_init(&room, 5, room_groups);
	return room_make(&room, &policy, NULL);
}

static int teardown(void **state)
{
	(void)state;
	room_done(&room);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(making),    cmocka_unit_test(reading),
		cmocka_unit_test(combining), cmocka_unit_test(resharing),
		cmocka_unit_test(planning),  cmocka_unit_test(sealing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
