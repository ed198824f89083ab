/* Every allocation of reading and writing a card fails in turn, those of jansson too: an
   error, and no card or text that passes for whole. The lexer of jansson 2.14 goes on past a
   failed one, beyond its buffer; lib/base ends it there. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "base/json.h"
#include "faults.h"
#include "share/card.h"

static const char *const paths[] = {"tests/vectors/card/piv.card", "tests/vectors/card/fido2.card",
				    "tests/vectors/card/passphrase.card"};
static const char *path;
static struct seal_card card;
static char *written;

static int read_card(void)
{
	int error;

	card.kind = 77;
	error = seal_card_read(path, &card, NULL);
	assert_int_equal(card.kind == 77, error != SEAL_OK);
	return error;
}

static int write_card(void)
{
	uint8_t print[SEAL_CARD_FINGERPRINT];
	int error;

	written = NULL;
	error = seal_card_text(&card, &written, NULL);
	assert_int_equal(written == NULL, error != SEAL_OK);
	return error ? error : seal_card_fingerprint(&card, print, NULL);
}

static void free_text(int error)
{
	(void)error;
	free(written);
}

static void reading(void **state)
{
	(void)state;
	seal_json_setup();
	for (size_t i = 0; i < 3; i++) {
		path = paths[i];
		fault_each(read_card, NULL);
	}
}

static void writing(void **state)
{
	(void)state;
	/* Wrapped here by the linker, and so for jansson. */
	json_set_alloc_funcs(malloc, free);
	for (size_t i = 0; i < 3; i++) {
		path = paths[i];
		assert_int_equal(read_card(), SEAL_OK);
		fault_each(write_card, free_text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
