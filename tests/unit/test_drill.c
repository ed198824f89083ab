/* Statements of drills: their one text, and every line of one that is wrong. */

#include "drills.h"

static struct drills drills;

static struct seal_drill_world world_of(int with_roster)
{
	struct seal_drill_world world = {.manifest = &drills.manifest, .latest = DRILL_NOW};

	if (with_roster)
		world.roster = drills.roster;
	world.cards = with_roster ? NULL : drills.cards;
	world.card_count = with_roster ? 0 : CARDS;
	return world;
}

/* What is wrong, as "LINE text; LINE text". */
static const char *wrong(const struct seal_drill_world *world, const char *note, size_t len)
{
	static char out[2048];
	struct seal_drill_findings found;
	struct seal_drill drill;
	size_t at = 0;

	out[0] = '\0';
	assert_int_equal(seal_drill_look(world, note, len, &drill, &found, NULL), SEAL_OK);
	for (size_t i = 0; i < found.count; i++) {
		assert_true(found.list[i].error < 0);
		at += (size_t)snprintf(out + at, sizeof out - at, "%s%u %s", i ? "; " : "",
				       found.list[i].line, found.list[i].text);
	}
	return out;
}

static const char *wrong_of(const struct seal_drill_world *world, const struct seal_drill *drill,
			    unsigned by, size_t card)
{
	char *note = drill_note(&drills, drill, by, card);
	const char *is = wrong(world, note, strlen(note));

	free(note);
	return is;
}

static void one_text(void **state)
{
	static const char wanted[] =
		"sealkit-drill/1\nset: 00112233445566778899aabbccddeeff\nepoch: 7\nmanifest: "
		"0101010101010101010101010101010101010101010101010101010101010101\nshare: 3\ncard: "
		"0202020202020202020202020202020202020202020202020202020202020202\nchallenge: "
		"none\n"
		"time: 2026-12-01T09:00:00Z\nversion: 0.1.0\n";
	struct seal_drill drill = {.set = "00112233445566778899aabbccddeeff",
				   .epoch = 7,
				   .share = 3,
				   .time = "2026-12-01T09:00:00Z",
				   .version = "0.1.0"};
	struct seal_drill again;
	char text[SEAL_DRILL_TEXT];
	unsigned line = 0;

	(void)state;
	memset(drill.manifest, 1, sizeof drill.manifest);
	memset(drill.card, 2, sizeof drill.card);
	assert_int_equal(seal_drill_text(&drill, text, NULL), SEAL_OK);
	assert_string_equal(text, wanted);
	memset(drill.challenge, 'c', SEAL_DRILL_CHALLENGE);
	drill.rehearsal = 1;
	assert_int_equal(seal_drill_text(&drill, text, NULL), SEAL_OK);
	assert_non_null(strstr(text, "\nchallenge: cccc"));
	assert_string_equal(text + strlen(text) - 16, "\nrehearsal: yes\n");
	assert_int_equal(seal_drill_parse(text, strlen(text), &again, &line, NULL), SEAL_OK);
	assert_memory_equal(&again, &drill, sizeof drill);
	drill.challenge[3] = 'C';
	assert_int_equal(seal_drill_text(&drill, text, NULL), SEAL_E_FORMAT);
}

/* Each text is wanted with `from` replaced by `to`. */
static void no_other_text(void **state)
{
	static const struct {
		const char *from, *to;
		unsigned line;
		int error;
	} cases[] = {
		{"drill/1", "drill/2", 1, SEAL_E_VERSION},
		{"sealkit-drill", "sealkit-proof", 1, SEAL_E_FORMAT},
		{"set: 00", "set: 0", 2, SEAL_E_FORMAT},
		{"set: 00", "Set: 00", 2, SEAL_E_FORMAT},
		{"epoch: 2", "epoch: 02", 3, SEAL_E_FORMAT},
		{"epoch: 2", "epoch: 0", 3, SEAL_E_FORMAT},
		{"manifest: ", "manifest: 00", 4, SEAL_E_FORMAT},
		{"share: 1", "share: 65", 5, SEAL_E_FORMAT},
		{"card: ", "card:", 6, SEAL_E_FORMAT},
		{"none", "None", 7, SEAL_E_FORMAT},
		{"none", "nonesuch", 7, SEAL_E_FORMAT},
		{"T09:", "T24:", 8, SEAL_E_FORMAT},
		{"0.1.0", "0.1.0 x", 9, SEAL_E_FORMAT},
		{"0.1.0", "012345678901234567890123456789012", 9, SEAL_E_FORMAT},
		{"0.1.0\n", "0.1.0\nrehearsal: no\n", 10, SEAL_E_FORMAT},
		{"0.1.0\n", "0.1.0\nrehearsal: yes\nmore: x\n", 10, SEAL_E_FORMAT},
		{"0.1.0\n", "0.1.0", 9, SEAL_E_TRUNCATED},
	};
	const struct seal_drill drill = drill_of(&drills, 0, CAT, "2026-12-01T09:00:00Z");
	char text[SEAL_DRILL_TEXT];

	(void)state;
	assert_int_equal(seal_drill_text(&drill, text, NULL), SEAL_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct seal_drill out = {.epoch = 77};
		char *changed = NULL;
		unsigned line = 0;
		const char *at = strstr(text, cases[i].from);

		assert_non_null(at);
		assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, cases[i].to,
				     at + strlen(cases[i].from)) > 0);
		assert_int_equal(seal_drill_parse(changed, strlen(changed), &out, &line, NULL),
				 cases[i].error);
		assert_int_equal(line, cases[i].line);
		assert_int_equal(out.epoch, 77);
		free(changed);
	}
}

static void good_ones(void **state)
{
	static const size_t card[] = {CAT, CAT_SPARE, DAN, EVA};
	static const unsigned share[] = {0, 0, 1, 2};

	(void)state;
	for (int with_roster = 0; with_roster < 2; with_roster++)
		for (size_t i = 0; i < 4; i++) {
			const struct seal_drill_world world = world_of(with_roster);
			const struct seal_drill drill =
				drill_of(&drills, share[i], card[i], "2026-11-30T09:00:00Z");

			assert_string_equal(wrong_of(&world, &drill, share[i], card[i]), "");
		}
}

static void each_wrong_line_is_named(void **state)
{
	struct seal_drill_world world = world_of(0);
	const struct seal_drill good = drill_of(&drills, 0, CAT, "2026-12-01T09:00:00Z");
	struct seal_drill drill = good;

	(void)state;
	drill.set[0] = 'f';
	assert_string_equal(wrong_of(&world, &drill, 0, CAT),
			    "2 set: f0112233, and the manifest is of 00112233: of another set");
	drill.epoch = 1;
	drill.manifest[5] ^= 1;
	assert_string_equal(wrong_of(&world, &drill, 0, CAT),
			    "2 set: f0112233, and the manifest is of 00112233: of an older set; "
			    "3 epoch: 1, and the manifest's is 2; "
			    "4 manifest: its holder saw another one");
	drill = good;
	drill.share = 4;
	assert_string_equal(wrong_of(&world, &drill, 0, CAT), "5 share: 4 of 3");
	drill.share = 2;
	assert_string_equal(wrong_of(&world, &drill, 1, CAT), "6 card: none of dan's in this set");
	drill = drill_of(&drills, 0, CAT, "2026-11-10T09:59:59Z");
	assert_string_equal(wrong_of(&world, &drill, 0, CAT),
			    "8 time: 2026-11-10T09:59:59Z, before the set was made "
			    "(2026-11-10T10:00:00Z)");
	drill = drill_of(&drills, 0, CAT, "2026-12-01T10:00:01Z");
	assert_string_equal(wrong_of(&world, &drill, 0, CAT),
			    "8 time: 2026-12-01T10:00:01Z is in the future");
	world.card_count = CAT;
	assert_string_equal(wrong_of(&world, &good, 0, CAT),
			    "6 card: the one of cat with this fingerprint is not here");
}

static void challenges(void **state)
{
	struct seal_drill_world world = world_of(1);
	struct seal_drill drill = drill_of(&drills, 2, EVA, "2026-12-01T09:00:00Z");
	char asked[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

	(void)state;
	world.challenge = asked;
	assert_string_equal(wrong_of(&world, &drill, 2, EVA),
			    "7 challenge: none, and one was asked with");
	memcpy(drill.challenge, asked, sizeof asked);
	assert_string_equal(wrong_of(&world, &drill, 2, EVA), "");
	asked[63] = '0';
	assert_string_equal(wrong_of(&world, &drill, 2, EVA),
			    "7 challenge: another than was asked with");
	world.challenge = NULL;
	assert_string_equal(wrong_of(&world, &drill, 2, EVA), "");
	assert_int_equal(seal_drill_challenge_check(asked, NULL), SEAL_OK);
	asked[63] = 'A';
	assert_int_equal(seal_drill_challenge_check(asked, NULL), SEAL_E_FORMAT);
	asked[63] = '\0';
	assert_int_equal(seal_drill_challenge_check(asked, NULL), SEAL_E_FORMAT);
}

static void signatures(void **state)
{
	const struct seal_drill_world world = world_of(1);
	const struct seal_drill drill = drill_of(&drills, 0, CAT, "2026-12-01T09:00:00Z");
	char text[SEAL_DRILL_TEXT];
	char *note = NULL;
	size_t len = 0;
	FILE *out;

	(void)state;
	/* A key has the right name and id, and did not sign this. */
	assert_string_equal(wrong_of(&world, &drill, 1, CAT),
			    "11 signature: by another key than the share's proof key");
	assert_string_equal(wrong_of(&world, &drill, 0, DAN),
			    "12 signature: by another key than the card's token");
	assert_string_equal(wrong_of(&world, &drill, 0, CAT_SPARE),
			    "12 signature: by another key than the card's token");
	assert_int_equal(seal_drill_text(&drill, text, NULL), SEAL_OK);
	for (unsigned parts = 0; parts < 3; parts++) {
		out = open_memstream(&note, &len);
		assert_non_null(out);
		(void)fprintf(out, "%s\n", text);
		if (parts > 0)
			put_token(out, &drills, CAT, text);
		put_proof(out, &drills, 0, text);
		if (parts > 1)
			put_token(out, &drills, CAT, text);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(wrong(&world, note, len),
				    parts == 1 ? "11 signature: by another key than the share's "
						 "proof key; 12 signature: by another key than the "
						 "card's token"
				    : parts    ? "11 signatures: 3, and two are due: of the share "
						 "and of the token"
					       : "11 signatures: 1, and two are due: of the share "
						 "and of the token");
		free(note);
	}
	text[strlen(text) - 2]++;
	out = open_memstream(&note, &len);
	assert_non_null(out);
	(void)fprintf(out, "%s\n", text);
	text[strlen(text) - 2]--;
	put_proof(out, &drills, 0, text);
	put_token(out, &drills, CAT, text);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(wrong(&world, note, len),
			    "11 signature: does not verify as of the share's proof key; 12 "
			    "signature: does not verify as of the card's token");
	free(note);
}

static void any_flipped_bit_is_found(void **state)
{
	const struct seal_drill_world world = world_of(0);
	const struct seal_drill drill = drill_of(&drills, 0, CAT, "2026-12-01T09:00:00Z");
	char *note = drill_note(&drills, &drill, 0, CAT);
	size_t len = strlen(note);

	(void)state;
	assert_string_equal(wrong(&world, note, len), "");
	for (size_t bit = 0; bit < 8 * len; bit++) {
		note[bit / 8] = (char)(note[bit / 8] ^ 1 << bit % 8);
		assert_string_not_equal(wrong(&world, note, len), "");
		note[bit / 8] = (char)(note[bit / 8] ^ 1 << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_string_not_equal(wrong(&world, note, cut), "");
	free(note);
}

static void rehearsals(void **state)
{
	struct seal_drill_world world = world_of(0);
	struct seal_drill drill = drill_of(&drills, 0, CAT, "2026-12-01T09:00:00Z");

	(void)state;
	world.rehearsal = 1;
	assert_string_equal(wrong_of(&world, &drill, 0, CAT),
			    "9 version: no rehearsal's statement, and this is one");
	drill.rehearsal = 1;
	assert_string_equal(wrong_of(&world, &drill, 0, CAT), "");
	world.rehearsal = 0;
	assert_string_equal(wrong_of(&world, &drill, 0, CAT),
			    "10 rehearsal: counts in a rehearsal only");
	/* One bit of a card of the manifest: the same fingerprint, but said to be virtual. */
	drills.staff.made[CAT].card.is_virtual = 1;
	made_sign(&drills.staff.made[CAT]);
	drills.cards[CAT] = drills.staff.made[CAT].card;
	assert_int_equal(
		seal_card_fingerprint(&drills.cards[CAT], drills.manifest.shares[0].cards[0], NULL),
		SEAL_OK);
	drill = drill_of(&drills, 0, CAT, "2026-12-01T09:00:00Z");
	assert_string_equal(wrong_of(&world, &drill, 0, CAT),
			    "6 card: of a virtual token, and this is no rehearsal");
	drill.rehearsal = world.rehearsal = 1;
	assert_string_equal(wrong_of(&world, &drill, 0, CAT), "");
}

static void people(void **state)
{
	struct seal_roster *roster = drills.roster;
	const struct seal_drill_world world = world_of(1);
	struct seal_drill drill = drill_of(&drills, 1, DAN, "2026-12-01T09:00:00Z");

	(void)state;
	assert_string_equal(wrong_of(&world, &drill, 1, DAN),
			    "8 time: dan was not in office: 2026-11-01 to 2026-11-30");
	drill = drill_of(&drills, 2, EVA, "2026-12-01T09:00:00Z");
	roster->people[EVA].roles = SEAL_ROLE_WITNESS;
	assert_string_equal(wrong_of(&world, &drill, 2, EVA),
			    "6 card: eva is no custodian in the roster");
	roster->people[EVA].roles = SEAL_ROLE_CUSTODIAN;
	roster->people[EVA].card_count = 0;
	assert_string_equal(wrong_of(&world, &drill, 2, EVA),
			    "6 card: in the roster it is nobody's, not eva's");
	roster->people[FAY].cards[0] = roster->people[EVA].cards[0];
	assert_string_equal(wrong_of(&world, &drill, 2, EVA),
			    "6 card: in the roster it is fay's, not eva's");
}

static int begin(void **state)
{
	(void)state;
	drills_init(&drills);
	return 0;
}

static int end(void **state)
{
	(void)state;
	drills_done(&drills);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_text),
		TEST(no_other_text),
		TEST(good_ones),
		TEST(each_wrong_line_is_named),
		TEST(challenges),
		TEST(signatures),
		TEST(any_flipped_bit_is_found),
		TEST(rehearsals),
		TEST(people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
