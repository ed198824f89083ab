/* Every allocation, lock and random byte of making, reading and combining a share set fails
   in turn: an error, and nothing handed out. */

#include "rooms.h"

#include <stdlib.h>

#include "faults.h"
#include "share/plan.h"
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

static struct seal_secret *open_share(size_t i)
{
	struct seal_secret *text = NULL;
	struct seal_secret *share = NULL;
	struct seal_payload payload;
	struct seal_mem_source from = {0};
	struct seal_mem_sink to = {.cap = SEAL_PAYLOAD_TEXT};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&to);

	from.bytes = (const uint8_t *)seal_set_file(room.set, i, &from.len);
	assert_int_equal(seal_secret_new(SEAL_PAYLOAD_TEXT, &text, NULL), SEAL_OK);
	to.bytes = seal_secret_data(text);
	assert_int_equal(seal_age_open(&room.holder[i].age, 1, &source, &sink, NULL), SEAL_OK);
	seal_secret_shrink(text, to.len);
	assert_int_equal(seal_payload_parse(text, &payload, &share, NULL), SEAL_OK);
	seal_secret_free(text);
	return share;
}

static void combining(void **state)
{
	(void)state;
	shares[0] = open_share(0);
	shares[1] = open_share(1);
	shares[3] = open_share(3);
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
		cmocka_unit_test(making),   cmocka_unit_test(reading), cmocka_unit_test(combining),
		cmocka_unit_test(planning), cmocka_unit_test(sealing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
