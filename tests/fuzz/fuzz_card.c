/* Cards come by mail. What is read without its signature must come out in one text, which
   reads as the same card; what parses must be signed, and its words must fit. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "share/card_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int holds)
{
	if (!holds)
		abort();
}

/* The text of card reads as a card of the same text. */
static void round_trip(const struct seal_card *card)
{
	struct seal_card again;
	char *text = NULL;
	char *second = NULL;

	must(seal_card_text(card, &text, NULL) == 0);
	must(seal_card_from_json(text, strlen(text), &again, NULL) == 0);
	must(seal_card_text(&again, &second, NULL) == 0);
	must(strcmp(text, second) == 0);
	free(text);
	free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_card card;
	struct seal_note_key key;
	struct seal_diag diag = {0};
	uint8_t print[SEAL_CARD_FINGERPRINT];
	char words[SEAL_CARD_WORDS];
	int error = seal_card_parse(data, size, &card, &diag);

	must(diag.error == error);
	if (seal_card_from_json(data, size, &card, NULL) != 0) {
		must(error != 0);
		return 0;
	}
	must(error != 0 || seal_card_check(&card, NULL) == 0);
	if (seal_card_check(&card, NULL) != 0)
		return 0;
	must(seal_card_note_key(&card, &key, NULL) == 0);
	must(seal_card_fingerprint(&card, print, NULL) == 0);
	seal_card_words(print, words);
	must(strlen(words) < sizeof words);
	round_trip(&card);
	return 0;
}
