/* Cards: each kind there and back, names, times, words, limits. The example of the word
   list is that of its published description; the recorded cards are checked without this
   library by tests/cli/card-format.sh. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/file.h"
#include "cards.h"
#include "token/attest.h"

static const enum seal_card_kind kinds[] = {SEAL_CARD_PIV, SEAL_CARD_FIDO2, SEAL_CARD_PASSPHRASE};

static char *text_of(const struct seal_card *card)
{
	char *text = NULL;

	assert_int_equal(seal_card_text(card, &text, NULL), SEAL_OK);
	return text;
}

/* card to text, back, and to the same text. */
static void goes_round(const struct seal_card *card)
{
	uint8_t print[2][SEAL_CARD_FINGERPRINT];
	struct seal_diag diag = {0};
	struct seal_card back;
	char *text = text_of(card);
	char *again;

	if (seal_card_parse(text, strlen(text), &back, &diag) != SEAL_OK)
		fail_msg("%s\n%s", diag.cause[diag.causes - 1], text);
	again = text_of(&back);
	assert_string_equal(text, again);
	assert_int_equal(back.kind, card->kind);
	assert_string_equal(back.recipient, card->recipient);
	assert_memory_equal(back.signing, card->signing, 65);
	assert_memory_equal(&back.piv, &card->piv, sizeof back.piv);
	assert_memory_equal(&back.fido2, &card->fido2, sizeof back.fido2);
	assert_int_equal(seal_card_fingerprint(card, print[0], NULL), SEAL_OK);
	assert_int_equal(seal_card_fingerprint(&back, print[1], NULL), SEAL_OK);
	assert_memory_equal(print[0], print[1], SEAL_CARD_FINGERPRINT);
	free(text);
	free(again);
}

static void full_cards(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made_card made;

		make_card(&made, kinds[i], "bruno");
		goes_round(&made.card);
		made.card.is_virtual = 1;
		made_sign(&made);
		goes_round(&made.card);
		made_done(&made);
	}
}

/* Without all that may be left out. */
static void bare_cards(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made_card made;
		struct seal_card *card = &made.card;
		char *text;

		make_card(&made, kinds[i], "bruno");
		card->group[0] = '\0';
		card->is_attested = 0;
		card->piv.has_serial = 0;
		card->piv.serial = 0;
		put_der(&card->piv.unwrap, 0, 40);
		card->piv.unwrap.len = 0;
		put_der(&card->fido2.device, 0, 44);
		card->fido2.device.len = 0;
		card->fido2.unwrap = (struct seal_card_statement){0};
		card->fido2.sign = (struct seal_card_statement){0};
		for (size_t k = 0; k < sizeof card->piv.identity; k++)
			card->piv.identity[k] = '\0';
		made_sign(&made);
		goes_round(card);
		text = text_of(card);
		assert_null(strstr(text, "group"));
		assert_null(strstr(text, "serial"));
		assert_null(strstr(text, "\"unwrap\""));
		assert_null(strstr(text, "device\": \"BQ"));
		free(text);
		made_done(&made);
	}
}

/* The numbers in the card are those of attestations. */
static void policies(void **state)
{
	static const struct {
		uint8_t pin, touch;
		const char *pin_text, *touch_text;
	} rows[] = {
		{SEAL_ATTEST_PIN_NEVER, SEAL_ATTEST_TOUCH_NEVER, "\"pin\": \"never\"",
		 "\"touch\": \"never\""},
		{SEAL_ATTEST_PIN_ONCE, SEAL_ATTEST_TOUCH_CACHED, "\"pin\": \"once\"",
		 "\"touch\": \"cached\""},
		{SEAL_ATTEST_PIN_ALWAYS, SEAL_ATTEST_TOUCH_ALWAYS, "\"pin\": \"always\"",
		 "\"touch\": \"always\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct made_card made;
		char *text;

		make_card(&made, SEAL_CARD_PIV, "bruno");
		made.card.piv.pin = rows[i].pin;
		made.card.piv.touch = rows[i].touch;
		made_sign(&made);
		goes_round(&made.card);
		text = text_of(&made.card);
		assert_non_null(strstr(text, rows[i].pin_text));
		assert_non_null(strstr(text, rows[i].touch_text));
		free(text);
		made_done(&made);
	}
}

/* The files in tests/vectors are what is written today, byte for byte. */
static void recorded(void **state)
{
	static const char *files[] = {"piv", "fido2", "passphrase", "allowed"};
	uint8_t *list = NULL;
	size_t list_len = 0;

	(void)state;
	assert_int_equal(
		seal_file_read("tests/vectors/card/fingerprints", 4096, &list, &list_len, NULL),
		SEAL_OK);
	for (size_t i = 0; i < 4; i++) {
		uint8_t print[SEAL_CARD_FINGERPRINT];
		char path[64], hex[65], words[SEAL_CARD_WORDS], line[320];
		struct seal_card card;
		uint8_t *bytes = NULL;
		size_t len = 0;
		char *text;

		(void)snprintf(path, sizeof path, "tests/vectors/card/%s.card", files[i]);
		assert_int_equal(seal_card_read(path, &card, NULL), SEAL_OK);
		assert_int_equal(seal_file_read(path, SEAL_CARD_TEXT, &bytes, &len, NULL), SEAL_OK);
		text = text_of(&card);
		assert_string_equal(text, (char *)bytes);
		assert_int_equal(seal_card_fingerprint(&card, print, NULL), SEAL_OK);
		seal_hex(print, sizeof print, hex);
		seal_card_words(print, words);
		(void)snprintf(line, sizeof line, "%s.card %s %s\n", files[i], hex, words);
		assert_non_null(strstr((char *)list, line));
		free(text);
		free(bytes);
	}
	free(list);
}

static void reading(void **state)
{
	struct seal_card card = {.kind = 77};
	struct seal_diag diag = {0};

	(void)state;
	assert_int_equal(seal_card_read("tests/vectors/card/none", &card, &diag), SEAL_E_NOTFOUND);
	assert_int_equal(seal_card_read("tests/unit/test_card.c", &card, &diag), SEAL_E_FORMAT);
	assert_string_equal(diag.cause[0], "tests/unit/test_card.c");
	assert_int_equal(card.kind, 77);
}

static const char *good_names[] = {
	"b",
	"bruno",
	"Chlo\xc3\xa9",
	"a.b-c_d@example",
	"\xe6\x9d\x8e",
	"0123456789012345678901234567890123456789012345678901234567890123"};
static const char *bad_names[] = {
	"",
	"01234567890123456789012345678901234567890123456789012345678901234",
	".",
	"..",
	".hidden",
	"-o",
	"a b",
	"a\tb",
	"a\nb",
	"a/b",
	"a+b",
	"a\x7f",
	"a\xc2\x85",
	"a\xc2\xa0"
	"b",
	"a\xc2\xad"
	"b",
	"a\xe2\x80\x8b"
	"b",
	"a\xe2\x80\xae"
	"b",
	"a\xe2\x81\xa6"
	"b",
	"\xef\xbb\xbf"
	"a",
	"a\xe3\x80\x80",
	"chloe\xcc\x81",
	"a\xe3\x85\xa4",
	"a\xef\xbe\xa0",
	"a\xf3\xa0\x81\xa1",
	"\xc0\xaf",
	"a\xff",
	"a\xc3",
	"a\xed\xa0\x80",
};
static void names(void **state)
{
	struct made_card made;

	(void)state;
	for (size_t i = 0; i < sizeof good_names / sizeof good_names[0]; i++)
		assert_int_equal(seal_card_check_name(good_names[i], NULL), SEAL_OK);
	make_card(&made, SEAL_CARD_PASSPHRASE, "bruno");
	for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++) {
		struct seal_diag diag = {0};
		char *text = NULL;

		if (seal_card_check_name(bad_names[i], &diag) != SEAL_E_FORMAT)
			fail_msg("row %zu", i);
		assert_true(strncmp(diag.cause[0], "a name ", 7) == 0);
		if (strlen(bad_names[i]) > SEAL_CARD_NAME)
			continue;
		put_text(made.card.name, sizeof made.card.name, bad_names[i]);
		assert_int_equal(seal_card_signed_text(&made.card, &text, NULL), SEAL_E_FORMAT);
		put_text(made.card.name, sizeof made.card.name, "bruno");
		put_text(made.card.group, sizeof made.card.group, bad_names[i]);
		assert_int_equal(seal_card_signed_text(&made.card, &text, NULL),
				 bad_names[i][0] ? SEAL_E_FORMAT : SEAL_OK);
		put_text(made.card.group, sizeof made.card.group, "ops");
		free(text);
	}
	made_done(&made);
}

static void times(void **state)
{
	static const char *good[] = {"2000-01-01T00:00:00Z", "2024-02-29T23:59:59Z",
				     "2026-12-31T10:00:00Z", "9999-10-30T00:00:00Z",
				     "2400-02-29T00:00:00Z"};
	static const char *bad[] = {
		"",
		"2026-11-24",
		"2026-11-24T10:00:00",
		"2026-11-24T10:00:00z",
		"2026-11-24 10:00:00Z",
		"2026-11-24T10:00:60Z",
		"2026-11-24T10:60:00Z",
		"2026-11-24T24:00:00Z",
		"2026-11-31T10:00:00Z",
		"2026-13-01T10:00:00Z",
		"2026-00-01T10:00:00Z",
		"2026-01-00T10:00:00Z",
		"2025-02-29T10:00:00Z",
		"2100-02-29T10:00:00Z",
		"1999-12-31T10:00:00Z",
		"2O26-11-24T10:00:00Z",
		"2026-11-24T1:00:000Z",
	};
	struct made_card made;

	(void)state;
	make_card(&made, SEAL_CARD_PASSPHRASE, "bruno");
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		put_text(made.card.created, sizeof made.card.created, good[i]);
		made_sign(&made);
		goes_round(&made.card);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char *text = NULL;

		put_text(made.card.created, sizeof made.card.created, bad[i]);
		if (seal_card_signed_text(&made.card, &text, NULL) != SEAL_E_FORMAT)
			fail_msg("%s", bad[i]);
		assert_null(text);
	}
	made_done(&made);
}

/* The digest is of the list as Debian's magic-wormhole 0.12.0 has it, a line for each
   byte: even word, space, odd word. */
static void words(void **state)
{
	static const char want[] =
		"topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish "
		"Medusa afflict bravado chatter revolver Dupont midsummer stopwatch whimsical "
		"cowbell bottomless";
	uint8_t bytes[8 + SEAL_CARD_FINGERPRINT] = {0};
	uint8_t all[SEAL_CARD_FINGERPRINT];
	crypto_hash_sha256_state state_of_all;
	char hex[65];
	char said[SEAL_CARD_WORDS];
	size_t len = 0;

	(void)state;
	assert_int_equal(seal_unhex("E58294F2E9A227486E8B061B31CC528FD7FA3F19", 40, bytes,
				    sizeof bytes, &len, NULL),
			 SEAL_OK);
	seal_card_words(bytes, said);
	assert_true(strncmp(want, said, strlen(said)) == 0);
	assert_int_equal(want[strlen(said)], ' ');
	seal_card_words(bytes + 8, said);
	assert_string_equal(strstr(want, "goldfish"), said);
	(void)crypto_hash_sha256_init(&state_of_all);
	for (unsigned byte = 0; byte < 256; byte++) {
		for (size_t i = 0; i < sizeof all; i++)
			all[i] = (uint8_t)byte;
		seal_card_words(all, said);
		assert_true(strlen(said) < SEAL_CARD_WORDS);
		len = (size_t)(strchr(strchr(said, ' ') + 1, ' ') - said);
		(void)crypto_hash_sha256_update(&state_of_all, (uint8_t *)said, len);
		(void)crypto_hash_sha256_update(&state_of_all, (const uint8_t *)"\n", 1);
	}
	(void)crypto_hash_sha256_final(&state_of_all, all);
	seal_hex(all, sizeof all, hex);
	assert_string_equal(hex,
			    "f816e91d6148165fc67361aa1886eb71ad6b19c9d65673ca40fa96e160f02f5a");
	assert_string_equal(said, "Zulu Yucatan Zulu Yucatan Zulu Yucatan Zulu Yucatan Zulu "
				  "Yucatan Zulu Yucatan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_cards), cmocka_unit_test(bare_cards),
		cmocka_unit_test(policies),   cmocka_unit_test(recorded),
		cmocka_unit_test(reading),    cmocka_unit_test(names),
		cmocka_unit_test(times),      cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
