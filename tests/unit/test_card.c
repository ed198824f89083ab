/* Cards: each kind there and back, each field forged, missing, doubled or unknown. The
   example of the word list is the one of its published description. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "cards.h"
#include "token/attest.h"

static const enum seal_card_kind kinds[] = {SEAL_CARD_PIV, SEAL_CARD_FIDO2, SEAL_CARD_PASSPHRASE};

static int parse(const char *text, struct seal_card *out_card, struct seal_diag *diag)
{
	return seal_card_parse(text, strlen(text), out_card, diag);
}

static char *text_of(const struct seal_card *card)
{
	char *text = NULL;

	assert_int_equal(seal_card_text(card, &text, NULL), SEAL_OK);
	return text;
}

static void there_and_back(void **state)
{
	struct made_card made;
	struct seal_card back;
	struct seal_note_key key;
	uint8_t print[2][SEAL_CARD_FINGERPRINT];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *text;
		char *again;

		make_card(&made, kinds[i], "bruno");
		text = text_of(&made.card);
		assert_int_equal(parse(text, &back, NULL), SEAL_OK);
		again = text_of(&back);
		assert_string_equal(text, again);
		assert_int_equal(back.kind, kinds[i]);
		assert_string_equal(back.recipient, made.card.recipient);
		assert_memory_equal(back.signing, made.card.signing, 65);
		assert_memory_equal(&back.piv, &made.card.piv, sizeof back.piv);
		assert_memory_equal(&back.fido2, &made.card.fido2, sizeof back.fido2);
		assert_int_equal(seal_card_fingerprint(&made.card, print[0], NULL), SEAL_OK);
		assert_int_equal(seal_card_fingerprint(&back, print[1], NULL), SEAL_OK);
		assert_memory_equal(print[0], print[1], SEAL_CARD_FINGERPRINT);
		assert_int_equal(seal_card_note_key(&back, &key, NULL), SEAL_OK);
		assert_string_equal(key.name, "bruno");
		free(text);
		free(again);
		made_done(&made);
	}
}

static void words(void **state)
{
	static const char want[] =
		"topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish "
		"Medusa afflict bravado chatter revolver Dupont midsummer stopwatch whimsical "
		"cowbell bottomless";
	uint8_t bytes[8 + SEAL_CARD_FINGERPRINT] = {0};
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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
