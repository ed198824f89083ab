/* Rosters: there and back, their lines, forged in every byte, and every line wrong in turn. */

#include "rosters.h"

static struct staff staff;
static struct seal_roster *good;
static char *good_text;

static int setup(void **state)
{
	(void)state;
	staff_init(&staff);
	good = roster_of(&staff);
	assert_int_equal(seal_roster_text(good, &good_text, NULL), SEAL_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(good_text);
	seal_roster_free(good);
	staff_done(&staff);
	return 0;
}

static void there_and_back(void **state)
{
	struct seal_roster *again = NULL;
	char *text = NULL;
	uint8_t digest[32], want[32];

	(void)state;
	assert_int_equal(seal_roster_parse_text(good_text, strlen(good_text), &again, NULL),
			 SEAL_OK);
	assert_memory_equal(again, good, sizeof *again);
	seal_roster_free(again);
	again = SIGNED(&staff, roster_of(&staff), BEN);
	assert_non_null(again->note);
	assert_int_equal(seal_roster_text(again, &text, NULL), SEAL_OK);
	assert_int_equal(seal_roster_digest(again, digest, NULL), SEAL_OK);
	(void)crypto_hash_sha256(want, (const uint8_t *)text, strlen(text));
	assert_memory_equal(digest, want, 32);
	free(text);
	seal_roster_free(again);
}

static void later_versions(void **state)
{
	struct seal_roster *next = roster_after(good);
	struct seal_roster *again = NULL;
	char *text = NULL;

	(void)state;
	assert_int_equal(seal_roster_text(next, &text, NULL), SEAL_OK);
	assert_non_null(strstr(text, "\nversion: 2\nprevious: "));
	assert_int_equal(seal_roster_parse_text(text, strlen(text), &again, NULL), SEAL_OK);
	assert_memory_equal(again, next, sizeof *again);
	seal_roster_free(again);
	seal_roster_free(next);
	free(text);
}

static void its_lines(void **state)
{
	static const char *const lines[] = {
		"sealkit-roster/1\norganisation: Banque d'\xc3\x89pargne SA\nversion: 1\n"
		"created: 2026-11-30T20:00:00Z\nreview: 2027-05-31\nchanges: 1\nduty: 1 0102030405",
		"1f20\nperson: id=ada department=security roles=administrator start=2026-11-01\n"
		"person: id=ben department=ops roles=administrator start=2026-11-01 name=Ben H. "
		"Renard\n"
		"person: id=cat department=security roles=custodian start=2026-11-01 "
		"end=2027-11-01 name=Cat\n"
		"person: id=dan department=ops roles=custodian start=2026-11-01 end=2026-11-30\n",
		"person: id=fay department=ops roles=auditor,witness start=2026-11-01\n"
		"person: id=gil department=security roles=auditor start=2026-11-01\n"
		"card: person=ada use=main fingerprint=",
		" key=p256:B",
		"\ncard: person=ada use=spare fingerprint=",
		" key=assertion:sign.sealkit.invalid:B",
		"card: person=cat use=main fingerprint=",
		" key=ed25519:",
		"\naccepted: person=cat duty=1 time=2026-11-30T19:00:00Z card=",
		" signature=",
		"\naccepted: person=dan duty=1 time=2026-11-30T20:00:00Z card=",
		"\naccepted: person=eva duty=1 time=",
	};
	const char *at = good_text;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		const char *found = strstr(at, lines[i]);

		if (!found)
			fail_msg("not there, or not in order: %s", lines[i]);
		at = found;
	}
	assert_ptr_equal(strstr(good_text, lines[0]), good_text);
}

/* A change in any byte of what is signed, or of a signature, is found. */
static void forged_in_every_byte(void **state)
{
	size_t who[] = {ADA};
	size_t len = 0;
	char *note = sign_as(&staff, good_text, who, 1, &len);
	struct seal_roster *out = NULL;

	(void)state;
	assert_int_equal(seal_roster_parse(note, len, &out, NULL), SEAL_OK);
	assert_int_equal(seal_roster_verify_first(out, NULL), SEAL_OK);
	seal_roster_freep(&out);
	for (size_t i = 0; i < len; i++) {
		note[i] = (char)(note[i] ^ (1 << i % 8));
		if (seal_roster_parse(note, len, &out, NULL) == SEAL_OK &&
		    seal_roster_verify_first(out, NULL) == SEAL_OK)
			fail_msg("byte %zu: taken", i);
		seal_roster_freep(&out);
		note[i] = (char)(note[i] ^ (1 << i % 8));
	}
	for (size_t cut = 0; cut < len; cut += cut < len - 300 ? 37 : 1)
		if (seal_roster_parse(note, cut, &out, NULL) == SEAL_OK)
			fail_msg("cut at %zu: taken", cut);
	free(note);
}

static int parse(const char *text)
{
	struct seal_roster *out = NULL;
	struct seal_diag diag = {0};
	int error = seal_roster_parse_text(text, strlen(text), &out, &diag);

	assert_int_equal(diag.error, error);
	assert_int_equal(out != NULL, error == SEAL_OK);
	seal_roster_free(out);
	return error;
}

/* A line doubled, or put before its neighbour, makes another text or none; taken away too, but
   for what may be missing. */
static void lines_moved(void **state)
{
	(void)state;
	for (char *line = good_text; *line;) {
		char *end = strchr(line, '\n') + 1;
		char *next = *end ? strchr(end, '\n') + 1 : end;
		char *other = NULL;
		int accepted = strncmp(line, "accepted:", 9) == 0;
		int optional = accepted || strncmp(line, "card: person=fay", 16) == 0 ||
			       strncmp(line, "card: person=ada use=spare", 26) == 0 ||
			       strncmp(line, "card: person=cat use=spare", 26) == 0 ||
			       strncmp(line, "person: id=gil", 14) == 0;

		assert_true(asprintf(&other, "%.*s%.*s%s", (int)(end - good_text), good_text,
				     (int)(end - line), line, end) > 0);
		assert_int_not_equal(parse(other), SEAL_OK);
		free(other);
		assert_true(asprintf(&other, "%.*s%s", (int)(line - good_text), good_text, end) >
			    0);
		if (strncmp(line, "card: person=cat use=spare", 26) == 0)
			assert_int_equal(parse(other), SEAL_E_MISMATCH); /* accepted with it */
		else if ((parse(other) == SEAL_OK) != optional)
			fail_msg("taken away: %.*s", (int)(end - line), line);
		free(other);
		if (next > end) {
			assert_true(asprintf(&other, "%.*s%.*s%.*s%s", (int)(line - good_text),
					     good_text, (int)(next - end), end, (int)(end - line),
					     line, next) > 0);
			if (parse(other) == SEAL_OK)
				fail_msg("moved: %.*s", (int)(end - line), line);
			free(other);
		}
		line = end;
	}
}

/* The form: what replaces the first `from`. */
static const struct {
	const char *from, *to;
	int error;
} forms[] = {
	{"roster/1", "roster/2", SEAL_E_VERSION},
	{"sealkit-roster/1", "sealkit-manifest/1", SEAL_E_FORMAT},
	{"organisation: ", "organisation:  ", SEAL_E_FORMAT},
	{"organisation: ", "organization: ", SEAL_E_FORMAT},
	{" SA\n", " SA \n", SEAL_E_FORMAT},
	{"pargne", "par\x01gne", SEAL_E_FORMAT},
	{"pargne", "par\xe2\x80\xaegne", SEAL_E_FORMAT},
	{"pargne", "par\xffgne", SEAL_E_FORMAT},
	{"version: 1", "version: 0", SEAL_E_FORMAT},
	{"version: 1", "version: 01", SEAL_E_FORMAT},
	{"version: 1", "version: 2", SEAL_E_FORMAT},
	{"version: 1\n", "version: 1\nprevious: 00\n", SEAL_E_FORMAT},
	{"version: 1", "version: 1000000000", SEAL_E_FORMAT},
	{"created: 2026-11-30T20:00:00Z", "created: 2026-11-31T20:00:00Z", SEAL_E_FORMAT},
	{"created: 2026-11-30T20:00:00Z", "created: 2026-11-30T24:00:00Z", SEAL_E_FORMAT},
	{"created: 2026-11-30T20:00:00Z", "created: 2026-11-30", SEAL_E_FORMAT},
	{"review: 2027-05-31", "review: 2027-02-29", SEAL_E_FORMAT},
	{"review: 2027-05-31", "review: 2027-5-31", SEAL_E_FORMAT},
	{"review: 2027-05-31", "review: 2027-05-31T00:00:00Z", SEAL_E_FORMAT},
	{"changes: 1", "changes: 0", SEAL_E_FORMAT},
	{"changes: 1", "changes: +1", SEAL_E_FORMAT},
	{"changes: 1", "changes: 129", SEAL_E_FORMAT},
	{"duty: 1 ", "duty: 0 ", SEAL_E_FORMAT},
	{"duty: 1 01", "duty: 1 0A", SEAL_E_FORMAT},
	{"duty: 1 01", "duty: 1 1", SEAL_E_FORMAT},
	{"duty: 1 01", "duty: 1  1", SEAL_E_FORMAT},
	{"id=ada ", "id= ", SEAL_E_FORMAT},
	{"id=ada ", "id=-ada ", SEAL_E_FORMAT},
	{"id=ada ", "id=a/da ", SEAL_E_FORMAT},
	{"id=ada ", "id=zoe ", SEAL_E_FORMAT},
	{"department=ops", "department=", SEAL_E_FORMAT},
	{" department=ops", "", SEAL_E_FORMAT},
	{"roles=custodian", "roles=", SEAL_E_FORMAT},
	{"roles=custodian", "roles=custodian,", SEAL_E_FORMAT},
	{"roles=custodian", "roles=custodian,custodian", SEAL_E_FORMAT},
	{"roles=custodian", "roles=custodians", SEAL_E_FORMAT},
	{"roles=custodian", "roles=custod", SEAL_E_FORMAT},
	{"roles=auditor,witness", "roles=witness,auditor", SEAL_E_FORMAT},
	{"start=2026-11-01\n", "start=2026-11-01 \n", SEAL_E_FORMAT},
	{"start=2026-11-01\n", "start=2026-11-31\n", SEAL_E_FORMAT},
	{"start=2026-11-01\n", "\n", SEAL_E_FORMAT},
	{"start=2026-11-01\n", "start=2026-11-01 end=\n", SEAL_E_FORMAT},
	{"start=2026-11-01\n", "start=2026-11-01 name=\n", SEAL_E_FORMAT},
	{"start=2026-11-01\n", "start=2026-11-01 alias=x\n", SEAL_E_FORMAT},
	{" end=2027-11-01 name=Cat", " name=Cat end=2027-11-01", SEAL_OK}, /* a strange name */
	{"end=2027-11-01", "end=2027-11-00", SEAL_E_FORMAT},
	{"name=Cat", "name= Cat", SEAL_E_FORMAT},
	{"name=Cat",
	 "name=C\x7f"
	 "at",
	 SEAL_E_FORMAT},
	{"card: person=ada use=main", "card: person=ada use=spare", SEAL_E_FORMAT},
	{"card: person=ada use=spare", "card: person=ada use=main", SEAL_E_FORMAT},
	{"card: person=ada use=main", "card: person=ada use=first", SEAL_E_FORMAT},
	{"card: person=ada use=main", "card: person=ava use=main", SEAL_E_FORMAT},
	{"card: person=fay use=main", "card: person=dan use=spare", SEAL_E_FORMAT},
	{"fingerprint=", "fingerprint=0", SEAL_E_FORMAT},
	{" key=p256:", " p256:", SEAL_E_FORMAT},
	{"key=p256:B", "key=p256:C", SEAL_E_FORMAT},
	{"key=p256:B", "key=P256:B", SEAL_E_FORMAT},
	{"key=p256:B", "key=rsa:B", SEAL_E_FORMAT},
	{"key=p256:B", "key=ed25519:B", SEAL_E_FORMAT},
	{"key=p256:B", "key=assertion:B", SEAL_E_FORMAT},
	{"key=p256:B", "key=assertion:x.example:B", SEAL_OK},
	{"key=assertion:sign.", "key=assertion:Sign.", SEAL_E_FORMAT},
	{"key=assertion:sign.", "key=assertion:.sign.", SEAL_E_FORMAT},
	{"key=assertion:sign.sealkit.invalid:", "key=assertion::", SEAL_E_FORMAT},
	{"\naccepted: person=cat", "\n\naccepted: person=cat", SEAL_E_FORMAT},
	{"accepted: person=cat duty=1", "accepted: person=cat duty=2", SEAL_E_FORMAT},
	{"accepted: person=cat duty=1", "accepted: person=zoe duty=1", SEAL_E_FORMAT},
	{"T19:00:00Z card=", "T25:00:00Z card=", SEAL_E_FORMAT},
	{"Z card=", "Z card=0", SEAL_E_FORMAT},
	{" signature=", " signature= ", SEAL_E_FORMAT},
	{" signature=", " signature", SEAL_E_FORMAT},
	{" signature=", " signature=A", SEAL_E_FORMAT},
};

static void forms_are_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		const char *at = strstr(good_text, forms[i].from);
		char *changed = NULL;
		int error;

		if (!at)
			fail_msg("not there: %s", forms[i].from);
		assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - good_text), good_text,
				     forms[i].to, at + strlen(forms[i].from)) > 0);
		error = parse(changed);
		if (error != forms[i].error)
			fail_msg("%s -> %s: %s", forms[i].from, forms[i].to,
				 seal_error_name(error));
		free(changed);
	}
}

/* An order that anybody may shuffle would give one roster many digests. */
static void spares_in_order(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_roster_person *cat = &roster->people[CAT];
	struct seal_roster_card swapped;
	struct made_card third;
	char one[65], two[65];
	char *text = NULL;
	int before;

	(void)state;
	make_card(&third, SEAL_CARD_PASSPHRASE, "cat");
	give_card(cat, &third);
	seal_hex(cat->cards[1].fingerprint, 32, one);
	seal_hex(cat->cards[2].fingerprint, 32, two);
	before = strcmp(one, two) < 0;
	assert_int_equal(seal_roster_text(roster, &text, NULL), before ? SEAL_OK : SEAL_E_FORMAT);
	free(text);
	text = NULL;
	swapped = cat->cards[1];
	cat->cards[1] = cat->cards[2];
	cat->cards[2] = swapped;
	assert_int_equal(seal_roster_text(roster, &text, NULL), before ? SEAL_E_FORMAT : SEAL_OK);
	free(text);
	made_done(&third);
	seal_roster_free(roster);
}

/* Points that are on no curve, and those of Ed25519 under which anything verifies. */
static void keys_are_points(void **state)
{
	static const uint8_t low[][32] = {{0}, {1}};

	(void)state;
	for (size_t i = 0; i < sizeof low / sizeof low[0]; i++) {
		struct seal_roster *roster = roster_of(&staff);
		char *text = NULL;

		roster->people[CAT].accepted.time[0] = '\0';
		assert_int_equal(roster->people[CAT].cards[0].kind, SEAL_CARD_ED25519);
		memcpy(roster->people[CAT].cards[0].key, low[i], 32);
		assert_int_equal(seal_roster_write(roster, &text, NULL), SEAL_OK);
		assert_int_equal(parse(text), SEAL_E_FORMAT);
		free(text);
		seal_roster_free(roster);
		roster = roster_of(&staff);
		roster->people[i ? ADA : BEN].cards[0].key[64] ^= 1;
		assert_int_equal(seal_roster_write(roster, &text, NULL), SEAL_OK);
		assert_int_equal(parse(text), SEAL_E_FORMAT);
		free(text);
		seal_roster_free(roster);
	}
}

static void too_much(void **state)
{
	struct seal_roster *roster = roster_of(&staff);
	struct seal_roster *out = NULL;
	char *text = NULL;
	char *many = NULL;

	(void)state;
	while (roster->count < SEAL_ROSTER_PEOPLE) {
		struct seal_roster_person *person = &roster->people[roster->count];

		*person = roster->people[GIL];
		(void)snprintf(person->id, sizeof person->id, "p%03zu", roster->count++);
	}
	assert_int_equal(seal_roster_text(roster, &text, NULL), SEAL_OK);
	assert_true(asprintf(&many,
			     "%.*sperson: id=zoe department=ops roles=auditor "
			     "start=2026-11-01\n%s",
			     (int)(strstr(text, "card: ") - text), text,
			     strstr(text, "card: ")) > 0);
	assert_int_equal(seal_roster_parse_text(many, strlen(many), &out, NULL), SEAL_E_TOOLONG);
	assert_null(out);
	free(many);
	free(text);
	roster->count = 0;
	assert_int_equal(seal_roster_text(roster, &text, NULL), SEAL_E_TRUNCATED);
	seal_roster_free(roster);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),  cmocka_unit_test(later_versions),
		cmocka_unit_test(its_lines),	   cmocka_unit_test(forged_in_every_byte),
		cmocka_unit_test(lines_moved),	   cmocka_unit_test(forms_are_kept),
		cmocka_unit_test(spares_in_order), cmocka_unit_test(keys_are_points),
		cmocka_unit_test(too_much),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
