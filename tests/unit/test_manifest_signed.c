/* Who signed a manifest: its signer, under its name, and others beside it. */

#include "rooms.h"

#include <stdlib.h>

static struct room room;

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

static void who_signed(void **state)
{
	uint8_t other[32] = {1};
	struct seal_manifest out;
	struct seal_diag diag = {0};
	char *text = NULL;
	char *note = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_manifest_text(seal_set_manifest(room.set), &text, NULL), SEAL_OK);
	note = sign_text(room.signer, text, "sealkit/manifest", &len);
	assert_int_equal(
		seal_manifest_parse(note, len, seal_set_manifest(room.set)->signer, &out, NULL),
		SEAL_OK);
	assert_int_equal(seal_manifest_parse(note, len, other, &out, &diag), SEAL_E_MISMATCH);
	free(note);
	/* The right key under a holder's name signs for that holder only. */
	note = sign_text(room.signer, text, "alice", &len);
	assert_int_equal(
		seal_manifest_parse(note, len, seal_set_manifest(room.set)->signer, &out, NULL),
		SEAL_E_VERIFY);
	free(note);
	/* Another signer in the text than the key that signed. */
	memcpy(strstr(text, "signer: ") + 8, "AAAA", 4);
	note = sign_text(room.signer, text, "sealkit/manifest", &len);
	assert_int_equal(seal_manifest_parse(note, len, NULL, &out, NULL), SEAL_E_VERIFY);
	free(note);
	free(text);
	out = *seal_set_manifest(room.set);
	out.signer[0] ^= 1;
	assert_int_equal(seal_manifest_sign(&out, room.signer, &note, &len, NULL), SEAL_E_ARGUMENT);
}

/* Holders sign it as well, later: it stays the same manifest. */
static void countersigned(void **state)
{
	struct seal_manifest out;
	char *first = NULL;
	char *second = NULL;
	char *both = NULL;
	char *text = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_manifest_text(seal_set_manifest(room.set), &text, NULL), SEAL_OK);
	first = sign_text(room.signer, text, "sealkit/manifest", &len);
	second = sign_text(room.signer, text, "alice", &len);
	assert_true(asprintf(&both, "%s%s", first, second + strlen(text) + 1) > 0);
	assert_int_equal(seal_manifest_parse(both, strlen(both),
					     seal_set_manifest(room.set)->signer, &out, NULL),
			 SEAL_OK);
	assert_memory_equal(&out, seal_set_manifest(room.set), sizeof out);
	free(both);
	free(second);
	free(first);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_signed),
		cmocka_unit_test(countersigned),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
