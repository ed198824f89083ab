/* Manifests: there and back, forged in every line and every bit, and numbers that
   do not agree though they are signed. */

#include "rooms.h"

#include <stdlib.h>

static struct seal_secret *signer;
static struct seal_manifest good, grouped;

static int setup(void **state)
{
	struct seal_set_policy policy = policy_of(2);
	struct room room;

	(void)state;
	room_init(&room, 4, NULL);
	memcpy(room.cards[3].name, "alice", 6);
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	good = *seal_set_manifest(room.set);
	signer = seal_steal(&room.signer);
	room_done(&room);
	policy = policy_groups();
	room_init(&room, 5, room_groups);
	seal_secret_free(room.signer);
	room.signer = signer;
	assert_int_equal(room_make(&room, &policy, NULL), SEAL_OK);
	grouped = *seal_set_manifest(room.set);
	room.signer = NULL;
	room_done(&room);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	seal_secret_freep(&signer);
	return 0;
}

static void back(const struct seal_manifest *manifest)
{
	struct seal_manifest again;
	char *note = NULL;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(seal_manifest_sign(manifest, signer, &note, &len, NULL), SEAL_OK);
	assert_int_equal(seal_manifest_parse(note, len, manifest->signer, &again, NULL), SEAL_OK);
	assert_memory_equal(&again, manifest, sizeof again);
	assert_int_equal(seal_manifest_text(&again, &text, NULL), SEAL_OK);
	assert_memory_equal(note, text, strlen(text));
	assert_int_equal(note[strlen(text)], '\n');
	free(text);
	free(note);
}

static void there_and_back(void **state)
{
	(void)state;
	back(&good);
	back(&grouped);
}

static void its_lines(void **state)
{
	char *text = NULL;
	char *at;

	(void)state;
	assert_int_equal(seal_manifest_text(&grouped, &text, NULL), SEAL_OK);
	assert_ptr_equal(strstr(text, "sealkit-manifest/1\npurpose: a test\nset: "), text);
	assert_non_null(strstr(text, "\nthreshold: 3 of 5\ngroup: ops 2 of 3\n"
				     "group: security 1 of 2\nshare: 1 x="));
	at = strstr(text, "\nshare: 4 x=");
	assert_non_null(at);
	assert_non_null(strstr(at, " group=security custodian=david proof="));
	free(text);
}

/* Who holds a root token from the first day is in the signed words; where there is no line, nobody.
 */
static void root_token_card(void **state)
{
	static const struct {
		const char *from, *to;
	} wrongs[] = {
		{"root-token-card: ", "root-token-card: 0"},
		{"root-token-card: 0101", "root-token-card: 01"},
		{"root-token-card: 0101", "root-token-card: 0A01"},
		{"root-token-card: 0101", "root-token-card:  101"},
		{"\nthreshold: ", "\nroot-token-card: 01\nthreshold: "},
		{"root-token-card: 0101", "threshold: 3 of 5\nroot-token-card: 0101"},
	};
	struct seal_manifest with = grouped, out;
	char *text = NULL;

	(void)state;
	with.has_root_card = 1;
	for (size_t i = 0; i < sizeof with.root_card; i++)
		with.root_card[i] = 1;
	back(&with);
	assert_int_equal(seal_manifest_text(&with, &text, NULL), SEAL_OK);
	assert_non_null(strstr(text, "=\nroot-token-card: 0101"));
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		const char *at = strstr(text, wrongs[i].from);
		char *changed = NULL, *note;
		size_t len = 0;

		assert_non_null(at);
		assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, wrongs[i].to,
				     at + strlen(wrongs[i].from)) > 0);
		note = sign_text(signer, changed, "sealkit/manifest", &len);
		if (seal_manifest_parse(note, len, NULL, &out, NULL) == SEAL_OK)
			fail_msg("taken: %s", wrongs[i].to);
		free(note);
		free(changed);
	}
	free(text);
}

/* Every bit of text and signature. */
static void forged_in_every_bit(void **state)
{
	struct seal_manifest out;
	char *note = NULL;
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_manifest_sign(&grouped, signer, &note, &len, NULL), SEAL_OK);
	for (size_t i = 0; i < len; i++)
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			note[i] = (char)(note[i] ^ (char)flip);
			assert_int_not_equal(seal_manifest_parse(note, len, NULL, &out, NULL),
					     SEAL_OK);
			note[i] = (char)(note[i] ^ (char)flip);
		}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(seal_manifest_parse(note, cut, NULL, &out, NULL), SEAL_OK);
	free(note);
}

/* A line taken away, doubled, or moved: signed or not, it is no manifest. */
static void lines_moved(void **state)
{
	char *text = NULL;
	struct seal_manifest out;

	(void)state;
	assert_int_equal(seal_manifest_text(&grouped, &text, NULL), SEAL_OK);
	for (char *line = text; *line;) {
		char *end = strchr(line, '\n') + 1;
		size_t before = (size_t)(line - text);
		size_t line_len = (size_t)(end - line);
		char *other = calloc(1, 2 * strlen(text) + 1);
		char *note;
		size_t len = 0;

		assert_non_null(other);
		memcpy(other, text, before);
		memcpy(other + before, end, strlen(end));
		note = sign_text(signer, other, "sealkit/manifest", &len);
		assert_int_not_equal(seal_manifest_parse(note, len, NULL, &out, NULL), SEAL_OK);
		free(note);
		memcpy(other, text, before + line_len);
		memcpy(other + before + line_len, line, strlen(line) + 1);
		note = sign_text(signer, other, "sealkit/manifest", &len);
		assert_int_not_equal(seal_manifest_parse(note, len, NULL, &out, NULL), SEAL_OK);
		free(note);
		free(other);
		line = end;
	}
	free(text);
}

/* A change by which a manifest contradicts itself. */
struct wrong {
	const char *what;
	int error;
	void (*change)(struct seal_manifest *manifest);
};

static void total_of_lines(struct seal_manifest *m)
{
	m->total = 4;
}
static void threshold_above(struct seal_manifest *m)
{
	m->threshold = 6;
}
static void threshold_of_groups(struct seal_manifest *m)
{
	m->threshold = 4;
}
static void group_total(struct seal_manifest *m)
{
	m->groups[0].total = 4;
}
static void group_threshold(struct seal_manifest *m)
{
	m->groups[1].threshold = 3;
}
static void group_twice(struct seal_manifest *m)
{
	memcpy(m->groups[1].name, "ops", 4);
}
static void group_missing(struct seal_manifest *m)
{
	m->shares[2].group = -1;
}
static void group_unknown(struct seal_manifest *m)
{
	m->shares[2].group = 2;
}
static void x_zero(struct seal_manifest *m)
{
	m->shares[3].x = 0;
}
static void x_twice(struct seal_manifest *m)
{
	m->shares[3].x = m->shares[1].x;
}
static void custodian_twice(struct seal_manifest *m)
{
	memcpy(m->shares[4].custodian, "alice", 6);
}
static void proof_twice(struct seal_manifest *m)
{
	memcpy(m->shares[4].proof, m->shares[0].proof, SEAL_PROOF_PUBLIC);
}
static void card_twice(struct seal_manifest *m)
{
	memcpy(m->shares[4].cards[0], m->shares[0].cards[0], SEAL_CARD_FINGERPRINT);
}
static void card_twice_of_one(struct seal_manifest *m)
{
	memcpy(m->shares[4].cards[1], m->shares[4].cards[0], SEAL_CARD_FINGERPRINT);
	m->shares[4].card_count = 2;
}
static void no_card(struct seal_manifest *m)
{
	m->shares[4].card_count = 0;
}
static void bad_set(struct seal_manifest *m)
{
	m->set[0] = 'g';
}
static void bad_time(struct seal_manifest *m)
{
	m->created[10] = ' ';
}
static void bad_purpose(struct seal_manifest *m)
{
	m->purpose[1] = '\n';
}
static void bad_name(struct seal_manifest *m)
{
	m->shares[0].custodian[2] = ' ';
}
static void epoch_zero(struct seal_manifest *m)
{
	m->epoch = 0;
}

static const struct wrong wrongs[] = {
	{"total", SEAL_E_FORMAT, total_of_lines},
	{"threshold above total", SEAL_E_FORMAT, threshold_above},
	{"threshold of groups", SEAL_E_FORMAT, threshold_of_groups},
	{"total of a group", SEAL_E_FORMAT, group_total},
	{"threshold of a group", SEAL_E_FORMAT, group_threshold},
	{"group twice", SEAL_E_DUPLICATE, group_twice},
	{"group missing", SEAL_E_FORMAT, group_missing},
	{"group unknown", SEAL_E_FORMAT, group_unknown},
	{"x of 0", SEAL_E_FORMAT, x_zero},
	{"x twice", SEAL_E_DUPLICATE, x_twice},
	{"custodian twice", SEAL_E_DUPLICATE, custodian_twice},
	{"proof key twice", SEAL_E_DUPLICATE, proof_twice},
	{"card twice", SEAL_E_DUPLICATE, card_twice},
	{"card twice of one", SEAL_E_DUPLICATE, card_twice_of_one},
	{"no card", SEAL_E_FORMAT, no_card},
	{"set", SEAL_E_FORMAT, bad_set},
	{"time", SEAL_E_FORMAT, bad_time},
	{"purpose", SEAL_E_FORMAT, bad_purpose},
	{"name", SEAL_E_FORMAT, bad_name},
	{"epoch", SEAL_E_FORMAT, epoch_zero},
};

static void contradictions_are_not_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
		struct seal_manifest manifest = grouped;
		char *text = NULL;
		int error;

		wrongs[i].change(&manifest);
		error = seal_manifest_text(&manifest, &text, NULL);
		if (error != wrongs[i].error)
			print_error("%s\n", wrongs[i].what);
		assert_int_equal(error, wrongs[i].error);
		assert_null(text);
	}
}

/* The same as text, well signed: what replaces the first `from` contradicts the rest. */
static void contradictions_are_not_read(void **state)
{
	static const struct {
		const char *from, *to;
		int error;
	} cases[] = {
		{"threshold: 3 of 5", "threshold: 3 of 6", SEAL_E_TRUNCATED},
		{"threshold: 3 of 5", "threshold: 3 of 4", SEAL_E_FORMAT},
		{"threshold: 3 of 5", "threshold: 2 of 5", SEAL_E_FORMAT},
		{"threshold: 3 of 5", "threshold: 03 of 5", SEAL_E_FORMAT},
		{"ops 2 of 3", "ops 1 of 3", SEAL_E_FORMAT},
		{"ops 2 of 3", "ops 2 of 2", SEAL_E_FORMAT},
		{"group: ops", "group: security", SEAL_E_FORMAT},
		{"group=ops", "group=sec", SEAL_E_FORMAT},
		{"group=ops ", "", SEAL_E_FORMAT},
		{"share: 2 ", "share: 3 ", SEAL_E_FORMAT},
		{"custodian=emma", "custodian=alice", SEAL_E_DUPLICATE},
		{"custodian=emma", "custodian=", SEAL_E_FORMAT},
		{" x=", " x=0", SEAL_E_FORMAT},
		{" x=", " y=", SEAL_E_FORMAT},
		{" cards=", "  cards=", SEAL_E_FORMAT},
		{" cards=", " cards=,", SEAL_E_FORMAT},
		{"\nshare: 2", ",\nshare: 2", SEAL_E_FORMAT},
		{"\nshare: 2", " \nshare: 2", SEAL_E_FORMAT},
		{"purpose: ", "purpose:  ", SEAL_E_FORMAT},
		{"epoch: 1", "epoch: 0", SEAL_E_FORMAT},
		{"created: 2", "created: 1", SEAL_E_FORMAT},
		{"epoch: 1", "epoch: 1000000000", SEAL_E_FORMAT},
		{"manifest/1", "manifest/2", SEAL_E_VERSION},
	};
	char *text = NULL;

	(void)state;
	assert_int_equal(seal_manifest_text(&grouped, &text, NULL), SEAL_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *at = strstr(text, cases[i].from);
		struct seal_manifest out;
		char *changed = NULL;
		char *note;
		size_t len = 0;
		int error;

		assert_non_null(at);
		assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, cases[i].to,
				     at + strlen(cases[i].from)) > 0);
		note = sign_text(signer, changed, "sealkit/manifest", &len);
		error = seal_manifest_parse(note, len, grouped.signer, &out, NULL);
		if (error != cases[i].error)
			print_error("%s -> %s: %s\n", cases[i].from, cases[i].to,
				    seal_error_name(error));
		assert_int_equal(error, cases[i].error);
		free(note);
		free(changed);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(its_lines),
		cmocka_unit_test(root_token_card),
		cmocka_unit_test(forged_in_every_bit),
		cmocka_unit_test(lines_moved),
		cmocka_unit_test(contradictions_are_not_written),
		cmocka_unit_test(contradictions_are_not_read),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
