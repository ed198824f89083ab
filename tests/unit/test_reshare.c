/* Minutes of a reshare: a quorum of the former set makes them, nobody else, and each bit and
   each line of them counts. */

#include "rooms.h"

#include <stdlib.h>

#include "share/reshare.h"

static struct room former, fresh;
static struct seal_reshare minutes; /* opened by alice, bruno and david: a quorum */
static char *note;
static size_t note_len;

static void begin(struct seal_reshare *reshare, struct room *from, struct room *to)
{
	size_t from_len = 0;
	size_t to_len = 0;
	const char *from_note = seal_set_note(from->set, &from_len);
	const char *to_note = seal_set_note(to->set, &to_len);

	seal_reshare_init(reshare, seal_set_manifest(from->set), from_note, from_len,
			  seal_set_manifest(to->set), to_note, to_len);
}

static void open_by(struct seal_reshare *reshare, size_t i)
{
	reshare->opened[i].is_opened = 1;
	memcpy(reshare->opened[i].card, reshare->former->shares[i].cards[0], SEAL_CARD_FINGERPRINT);
}

/* What is read is untouched unless all of it holds. */
static int verify(const char *text, size_t len)
{
	struct seal_reshare read = {0};
	struct seal_diag diag = {0};
	int error;

	begin(&read, &former, &fresh);
	error = seal_reshare_verify(&read, text, len, &diag);
	assert_int_equal(diag.error, error);
	for (size_t i = 0; i < SEAL_MANIFEST_SHARES; i++)
		assert_int_equal(read.opened[i].is_opened, !error && minutes.opened[i].is_opened);
	return error;
}

static int setup(void **state)
{
	struct seal_set_policy policy = policy_groups();
	struct seal_set_policy next = policy_of(2);

	(void)state;
	room_init(&former, 5, room_groups);
	room_init(&fresh, 3, NULL);
	next.epoch = 2;
	if (room_make(&former, &policy, NULL) || room_make(&fresh, &next, NULL))
		return -1;
	for (size_t i = 0; i < 5; i++)
		former.share[i] = room_share(&former, i);
	for (size_t i = 0; i < 3; i++)
		fresh.share[i] = room_share(&fresh, i);
	begin(&minutes, &former, &fresh);
	open_by(&minutes, 0);
	open_by(&minutes, 1);
	open_by(&minutes, 3);
	return seal_reshare_sign(&minutes, former.share, &note, &note_len, NULL);
}

static int teardown(void **state)
{
	(void)state;
	free(note);
	room_done(&former);
	room_done(&fresh);
	return 0;
}

static void a_quorum_makes_them(void **state)
{
	struct seal_reshare read;

	(void)state;
	begin(&read, &former, &fresh);
	assert_int_equal(seal_reshare_verify(&read, note, note_len, NULL), SEAL_OK);
	assert_memory_equal(read.opened, minutes.opened, sizeof read.opened);
	assert_non_null(strstr(note, "\nopened: alice card="));
	assert_null(strstr(note, "\nopened: chloe card="));
}

static void fewer_do_not(void **state)
{
	struct seal_reshare few = minutes;
	char *out = NULL;
	size_t len = 0;

	(void)state;
	few.opened[3].is_opened = 0;
	assert_int_equal(seal_reshare_sign(&few, former.share, &out, &len, NULL), SEAL_E_QUORUM);
	open_by(&few, 2); /* three of ops do not stand in for security */
	assert_int_equal(seal_reshare_sign(&few, former.share, &out, &len, NULL), SEAL_E_QUORUM);
	assert_null(out);
}

static void other_shares_do_not(void **state)
{
	struct seal_secret *shares[SEAL_MANIFEST_SHARES] = {former.share[0], fresh.share[1], NULL,
							    former.share[3]};
	char *out = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_reshare_sign(&minutes, shares, &out, &len, NULL), SEAL_E_VERIFY);
	assert_null(out);
}

static void another_card(void **state)
{
	struct seal_reshare wrong = minutes;
	char *out = NULL;
	size_t len = 0;

	(void)state;
	memcpy(wrong.opened[1].card, minutes.opened[0].card, SEAL_CARD_FINGERPRINT);
	assert_int_equal(seal_reshare_sign(&wrong, former.share, &out, &len, NULL), SEAL_OK);
	assert_int_equal(verify(out, len), SEAL_E_VERIFY);
	free(out);
}

static void other_sets(void **state)
{
	struct seal_reshare read;

	(void)state;
	begin(&read, &fresh, &former);
	assert_int_equal(seal_reshare_verify(&read, note, note_len, NULL), SEAL_E_MISMATCH);
	begin(&read, &former, &former);
	assert_int_equal(seal_reshare_verify(&read, note, note_len, NULL), SEAL_E_MISMATCH);
	/* The same sets, and a manifest that one byte was added to. */
	begin(&read, &former, &fresh);
	read.fresh_digest[0] ^= 1;
	assert_int_equal(seal_reshare_verify(&read, note, note_len, NULL), SEAL_E_MISMATCH);
}

static void every_bit(void **state)
{
	char *copy = malloc(note_len);

	(void)state;
	assert_non_null(copy);
	memcpy(copy, note, note_len);
	for (size_t bit = 0; bit < 8 * note_len; bit++) {
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		assert_int_not_equal(verify(copy, note_len), SEAL_OK);
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t len = 0; len < note_len; len++)
		assert_int_not_equal(verify(copy, len), SEAL_OK);
	assert_int_equal(verify(copy, note_len), SEAL_OK);
	free(copy);
}

/* Each line taken out, and given twice; the order of signatures alone does not matter. */
static void every_line(void **state)
{
	char *copy = malloc(2 * note_len);
	size_t tried = 0;

	(void)state;
	assert_non_null(copy);
	for (size_t at = 0; at < note_len;) {
		const char *end = memchr(note + at, '\n', note_len - at);
		size_t next = (size_t)(end - note) + 1;
		size_t rest = note_len - next;

		memcpy(copy, note, at);
		memcpy(copy + at, note + next, rest);
		assert_int_not_equal(verify(copy, at + rest), SEAL_OK);
		memcpy(copy, note, next);
		memcpy(copy + next, note + at, note_len - at);
		if (strncmp(note + at, "\u2014 ", 4) != 0)
			assert_int_not_equal(verify(copy, next + note_len - at), SEAL_OK);
		at = next;
		tried++;
	}
	assert_int_equal(tried, 1 + 2 + 5 + 5 + 3 + 1 + 1 + 3);
	free(copy);
}

/* Signed, but not as it is written. */
static void other_spelling(void **state)
{
	static const char *const texts[] = {"sealkit-reshare/2\n", "sealkit-reshares\n",
					    "sealkit-reshare/1\npurpose: a test\n"};
	static const int wanted[] = {SEAL_E_VERSION, SEAL_E_FORMAT, SEAL_E_MISMATCH};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t len = 0;
		char *signed_text = sign_text(former.signer, texts[i], "alice", &len);

		assert_int_equal(verify(signed_text, len), wanted[i]);
		free(signed_text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quorum_makes_them), cmocka_unit_test(fewer_do_not),
		cmocka_unit_test(other_shares_do_not), cmocka_unit_test(another_card),
		cmocka_unit_test(other_sets),	       cmocka_unit_test(every_bit),
		cmocka_unit_test(every_line),	       cmocka_unit_test(other_spelling),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
