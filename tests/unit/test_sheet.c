/* Run sheets: every kind of ceremony, in both languages, as text and as HTML. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "ceremony/sheet.h"
#include "cards.h"

#define HOSTILE "a <script>alert(\"1\")</script> & b"

static struct made_card made[3];
static struct seal_plan_file file;

static void add(enum seal_plan_part part, const char *name)
{
	struct seal_plan_person *one = &file.plan.people[file.plan.people_count++];

	one->part = part;
	put_text(one->name, sizeof one->name, name);
}

/* For alice, who has a spare card, and bruno; whatever the kind is. */
static int setup(void **state)
{
	struct seal_plan *plan = &file.plan;

	(void)state;
	file = (struct seal_plan_file){0};
	make_card(&made[0], SEAL_CARD_PIV, "alice");
	make_card(&made[1], SEAL_CARD_FIDO2, "alice");
	make_card(&made[2], SEAL_CARD_PASSPHRASE, "bruno");
	file.cards.list = calloc(3, sizeof *file.cards.list);
	assert_non_null(file.cards.list);
	file.cards.count = 3;
	for (size_t i = 0; i < 3; i++)
		file.cards.list[i] = made[i].card;
	put_text(plan->purpose, sizeof plan->purpose, HOSTILE);
	put_text(plan->created, sizeof plan->created, "2026-11-24T10:00:00Z");
	put_text(plan->address, sizeof plan->address, "https://vault.example:8200");
	put_text(plan->reason, sizeof plan->reason,
		 "\xc3\xa9"
		 "preuve");
	plan->core[0] = 1;
	plan->expires = 5400;
	add(SEAL_PLAN_INVITED, "alice");
	add(SEAL_PLAN_INVITED, "bruno");
	add(SEAL_PLAN_ADMINISTRATOR, "zoe");
	add(SEAL_PLAN_WITNESS, "walt");
	add(SEAL_PLAN_AUDITOR, "anna");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		made_done(&made[i]);
	free(file.cards.list);
	return 0;
}

static void plan_of(enum seal_plan_kind kind)
{
	struct seal_plan *plan = &file.plan;
	int makes = kind == SEAL_PLAN_INIT || kind == SEAL_PLAN_REKEY;

	plan->kind = kind;
	put_text(plan->set, sizeof plan->set,
		 kind == SEAL_PLAN_INIT ? "" : "00112233445566778899aabbccddeeff");
	plan->epoch = kind != SEAL_PLAN_INIT;
	plan->total = plan->threshold = makes ? 2 : 0;
	plan->allow_no_spare = (unsigned)makes;
	for (size_t i = 0; i < plan->total; i++) {
		struct seal_plan_custodian *one = &plan->custodians[i];

		*one = (struct seal_plan_custodian){.group = -1, .card_count = i ? 1 : 2};
		put_text(one->name, sizeof one->name, i ? "bruno" : "alice");
		for (size_t k = 0; k < one->card_count; k++)
			assert_int_equal(
				seal_card_fingerprint(&made[i * 2 + k].card, one->cards[k], NULL),
				SEAL_OK);
	}
}

static char *sheet(enum seal_language language, enum seal_sheet_form form)
{
	struct seal_steps steps;
	struct seal_diag diag = {0};
	char *text = NULL;

	if (seal_steps_new(&file, &steps, &diag) != SEAL_OK ||
	    seal_sheet(&steps, language, form, &text, &diag) != SEAL_OK)
		fail_msg("%s", diag.cause[0]);
	seal_steps_done(&steps);
	return text;
}

static size_t times(const char *text, const char *what)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		count++;
	return count;
}

static size_t longest(const char *text)
{
	size_t most = 0;

	while (*text) {
		size_t len = strcspn(text, "\n"), width = 0;

		for (size_t at = 0; at < len; width++)
			assert_true(seal_utf8_next(text, len, &at) >= 0);
		most = width > most ? width : most;
		text += len + (text[len] == '\n');
	}
	return most;
}

/* Each step is a row of each sheet, and no placeholder is left. */
static void each_kind(void **state)
{
	(void)state;
	for (enum seal_plan_kind kind = SEAL_PLAN_INIT; kind <= SEAL_PLAN_SEAL; kind++)
		for (enum seal_language language = 0; language < SEAL_LANGUAGES; language++) {
			struct seal_steps steps;
			char *text, *html;

			plan_of(kind);
			assert_int_equal(seal_steps_new(&file, &steps, NULL), SEAL_OK);
			text = sheet(language, SEAL_SHEET_TEXT);
			html = sheet(language, SEAL_SHEET_HTML);
			assert_int_equal(times(text, " [ ] "), steps.count);
			assert_int_equal(times(html, "<tr id=\"step-"), steps.count);
			assert_null(strchr(text, '{'));
			assert_null(strchr(strstr(html, "<body>"), '{'));
			assert_true(longest(text) <= 80);
			assert_int_equal(times(html, "<li>") >= 20, 1);
			seal_steps_done(&steps);
			free(text);
			free(html);
		}
}

/* Who does what: in the order in which it must be done. */
static void rows_of_a_rekey(void **state)
{
	static const char *const wanted[] = {
		"open zoe",   "clock walt", "material ",      "software zoe", "plan ",
		"daemon zoe", "card alice", "card alice",     "card bruno",   "begin zoe",
		"give alice", "give bruno", "pending zoe",    "prove alice",  "prove bruno",
		"switch zoe", "destroy ",   "deviations zoe", "back ",	      "close zoe",
		"sign "};
	struct seal_steps steps;
	char who[SEAL_STEP_TEXT], what[SEAL_STEP_TEXT], see[SEAL_STEP_TEXT];
	char words[SEAL_CARD_WORDS];

	(void)state;
	plan_of(SEAL_PLAN_REKEY);
	assert_int_equal(seal_steps_new(&file, &steps, NULL), SEAL_OK);
	assert_int_equal(steps.count, sizeof wanted / sizeof wanted[0]);
	for (size_t i = 0; i < steps.count; i++) {
		char row[128];

		(void)snprintf(row, sizeof row, "%s %s", steps.list[i].id, steps.list[i].person);
		assert_string_equal(row, wanted[i]);
	}
	/* Each of the holder's cards is read aloud, by its own words. */
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(seal_step_texts(&steps, 6 + i, SEAL_ENGLISH, who, what, see, NULL),
				 SEAL_OK);
		seal_card_words(file.plan.custodians[0].cards[i], words);
		assert_string_equal(see, words);
	}
	assert_int_equal(seal_step_texts(&steps, 4, SEAL_FRENCH, who, what, see, NULL), SEAL_OK);
	assert_string_equal(who, "tous");
	assert_string_equal(see, steps.words);
	seal_steps_done(&steps);
}

/* Whatever a plan says stands there as text. */
static void nothing_from_elsewhere(void **state)
{
	static const char *const never[] = {"<script", "<img", "<link", "url(",
					    "@import", "src=", "href=", "http://"};

	(void)state;
	for (enum seal_plan_kind kind = SEAL_PLAN_INIT; kind <= SEAL_PLAN_SEAL; kind++) {
		char *html;

		plan_of(kind);
		html = sheet(SEAL_FRENCH, SEAL_SHEET_HTML);
		for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
			if (strstr(html, never[i]))
				fail_msg("%s", never[i]);
		assert_non_null(strstr(html, "a &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; "
					     "&amp; b"));
		assert_non_null(strstr(html, "<html lang=\"fr\">"));
		free(html);
	}
}

static void rehearsals_say_so(void **state)
{
	char *earnest, *text;

	(void)state;
	plan_of(SEAL_PLAN_UNSEAL);
	earnest = sheet(SEAL_ENGLISH, SEAL_SHEET_HTML);
	assert_null(strstr(earnest, "REHEARSAL"));
	free(earnest);
	file.plan.rehearsal = 1;
	for (enum seal_sheet_form form = SEAL_SHEET_TEXT; form <= SEAL_SHEET_HTML; form++) {
		text = sheet(SEAL_ENGLISH, form);
		assert_non_null(strstr(text, "REHEARSAL"));
		free(text);
		text = sheet(SEAL_FRENCH, form);
		assert_non_null(strstr(text, "R\xc3\x89P\xc3\x89TITION"));
		free(text);
	}
	file.plan.rehearsal = 0;
}

/* What cannot be broken at a blank is broken at the edge. */
static void long_words(void **state)
{
	char *text;

	(void)state;
	plan_of(SEAL_PLAN_SEAL);
	for (size_t i = 8; i < SEAL_PLAN_ADDRESS; i++)
		file.plan.address[i] = 'x';
	for (size_t i = 0; i < SEAL_PURPOSE; i += 2)
		memcpy(file.plan.reason + i, "\xc3\xa9", 3);
	text = sheet(SEAL_ENGLISH, SEAL_SHEET_TEXT);
	assert_true(longest(text) <= 80);
	assert_int_equal(times(text, "\xc3\xa9"), SEAL_PURPOSE / 2);
	free(text);
}

static void incidents(void **state)
{
	size_t count = 0;

	(void)state;
	plan_of(SEAL_PLAN_UNSEAL);
	for (enum seal_language language = 0; language < SEAL_LANGUAGES; language++) {
		char *text = sheet(language, SEAL_SHEET_TEXT);

		for (const struct seal_incident *one = seal_incidents; one->id; one++, count++) {
			size_t lines = 0;

			assert_int_equal(times(text, one->title[language]), 1);
			while (one->lines[language][lines])
				lines++;
			assert_true(lines >= 3 && lines < 6);
			for (size_t i = 0; i < lines; i++)
				assert_non_null(one->lines[1 - language][i]);
		}
		free(text);
	}
	assert_int_equal(count, 16);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind),	 TEST(rows_of_a_rekey), TEST(nothing_from_elsewhere),
		TEST(rehearsals_say_so), TEST(long_words),	TEST(incidents),
	};

	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
