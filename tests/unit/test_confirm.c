/* Cards that say they are attested: each is signed by itself, so its word alone is nobody's. Junk
   in the place of certificates, another root and none are refused by the card's name. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cards.h"
#include "ceremony/confirm.h"
#include "parties.h"

static char folder[] = "/tmp/test_confirm.XXXXXX";
static char root_path[ROOT_PATH], prints_path[64];

static int setup(void **state)
{
	struct party root = begin("root", NULL, 1);

	(void)state;
	finish(&root, NULL);
	root_folder(&root, folder, root_path);
	(void)snprintf(prints_path, sizeof prints_path, "%s/prints", folder);
	drop(&root);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	(void)unlink(root_path);
	(void)unlink(prints_path);
	return rmdir(folder);
}

/* People have read the fingerprint of each: what is left to refuse it is its attestation. */
static int confirm(struct seal_card *card, const char *roots, struct seal_diag *diag)
{
	const struct seal_cards cards = {.list = card, .count = 1};
	const struct seal_confirm how = {.fingerprints = prints_path, .roots = roots};
	uint8_t print[SEAL_CARD_FINGERPRINT];
	char hex[2 * SEAL_CARD_FINGERPRINT + 1];
	FILE *file = fopen(prints_path, "w");

	assert_non_null(file);
	assert_int_equal(seal_card_fingerprint(card, print, NULL), SEAL_OK);
	seal_hex(print, sizeof print, hex);
	assert_true(fprintf(file, "# one card\n%s %s\n", card->name, hex) > 0);
	assert_int_equal(fclose(file), 0);
	*diag = (struct seal_diag){0};
	return seal_confirm_cards(&cards, &how, diag);
}

static void refused(struct made_card *made, int error)
{
	struct seal_card again; /* as its reader gets it: well-formed and signed */
	struct seal_diag diag;
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];
	char *text = NULL;

	made_sign(made);
	assert_int_equal(seal_card_text(&made->card, &text, NULL), SEAL_OK);
	assert_int_equal(seal_card_parse(text, strlen(text), &again, NULL), SEAL_OK);
	free(text);
	assert_int_equal(confirm(&again, folder, &diag), error);
	seal_diag_line(&diag, line, sizeof line);
	assert_non_null(strstr(line, "card of alice: says it is attested, but"));
}

static void put_cert(struct seal_card_der *der, const struct party *party)
{
	der->len = party_der(party, der->bytes, sizeof der->bytes);
}

static void junk(void **state)
{
	static const enum seal_card_kind kinds[] = {SEAL_CARD_PIV, SEAL_CARD_FIDO2};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct made_card made;

		make_card(&made, kinds[i], "alice");
		refused(&made, SEAL_E_VERIFY);
		made_done(&made);
	}
}

/* A whole chain, but one that its maker thought of. */
static void own_chain(void **state)
{
	struct party root = begin("root", NULL, 1);
	struct party f9 = begin("F9", &root, 1);
	struct party leaf = begin("YubiKey PIV Attestation 82", &f9, 0);
	struct made_card made;

	(void)state;
	add_raw(leaf.cert, "1.3.6.1.4.1.41482.3.8", "\3\2", 2);
	finish(&root, NULL);
	finish(&f9, &root);
	finish(&leaf, &f9);
	make_card(&made, SEAL_CARD_PIV, "alice");
	put_cert(&made.card.piv.unwrap, &leaf);
	put_cert(&made.card.piv.sign, &leaf);
	put_cert(&made.card.piv.device, &f9);
	put_cert(&made.card.piv.between, &root);
	refused(&made, SEAL_E_VERIFY);
	made_done(&made);
	drop(&root);
	drop(&f9);
	drop(&leaf);
}

/* The same card is taken where it does not claim anything: people are told by the tool. */
static void says_nothing(void **state)
{
	struct made_card made;
	struct seal_diag diag;

	(void)state;
	make_card(&made, SEAL_CARD_PIV, "alice");
	made.card.is_attested = 0;
	made.card.piv.unwrap.len = made.card.piv.sign.len = 0;
	made.card.piv.device.len = made.card.piv.between.len = 0;
	made_sign(&made);
	assert_int_equal(confirm(&made.card, folder, &diag), SEAL_OK);
	made_done(&made);
}

/* Trouble with the roots is no card's fault. */
static void no_roots(void **state)
{
	struct made_card made;
	struct seal_diag diag;
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	(void)state;
	make_card(&made, SEAL_CARD_PIV, "alice");
	assert_int_equal(confirm(&made.card, "/nonexistent", &diag), SEAL_E_IO);
	seal_diag_line(&diag, line, sizeof line);
	assert_null(strstr(line, "alice"));
	made_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(junk), cmocka_unit_test(own_chain),
					   cmocka_unit_test(says_nothing),
					   cmocka_unit_test(no_roots)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
