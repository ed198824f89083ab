/* What an attestation tells of its token must be in the card: a card that leaves its serial out
   could be the second one of a token that has a card already. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "cards.h"
#include "ceremony/prove.h"
#include "parties.h"

static char folder[] = "/tmp/test_prove_serial.XXXXXX";
static char root_path[ROOT_PATH];
static struct party root, f9;

static int setup(void **state)
{
	(void)state;
	root = begin("root", NULL, 1);
	f9 = begin("F9", &root, 1);
	finish(&root, NULL);
	finish(&f9, &root);
	root_folder(&root, folder, root_path);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	drop(&f9);
	drop(&root);
	(void)unlink(root_path);
	return rmdir(folder);
}

/* Attested by f9, with or without the serial 12345678. */
static void attest(struct seal_card_der *der, const char *name, int serial,
		   uint8_t point[static 65])
{
	struct party leaf = begin(name, &f9, 0);

	add_raw(leaf.cert, "1.3.6.1.4.1.41482.3.3", "\5\7\1", 3);
	if (serial)
		add_raw(leaf.cert, "1.3.6.1.4.1.41482.3.7", "\2\4\0\xbc\x61\x4e", 6);
	add_raw(leaf.cert, "1.3.6.1.4.1.41482.3.8", "\3\2", 2);
	finish(&leaf, &f9);
	der->len = party_der(&leaf, der->bytes, sizeof der->bytes);
	point_of(leaf.key, point);
	drop(&leaf);
}

static char why[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

static int proved(int serial_in_attestation, int serial_in_card)
{
	struct seal_diag diag = {0};
	struct made_card made;
	uint8_t point[65];
	int error;

	make_card(&made, SEAL_CARD_PIV, "alice");
	attest(&made.card.piv.unwrap, "YubiKey PIV Attestation 82", serial_in_attestation, point);
	assert_int_equal(seal_p256_text(SEAL_P256_TAG, point, made.card.recipient, NULL), SEAL_OK);
	attest(&made.card.piv.sign, "YubiKey PIV Attestation 9c", serial_in_attestation,
	       made.card.signing);
	made.card.piv.device.len =
		party_der(&f9, made.card.piv.device.bytes, sizeof made.card.piv.device.bytes);
	made.card.piv.between.len = 0;
	made.card.piv.has_serial = serial_in_card;
	error = seal_prove_attestation(&made.card, folder, &diag);
	seal_diag_line(&diag, why, sizeof why);
	made_done(&made);
	return error;
}

static void both(void **state)
{
	(void)state;
	assert_int_equal(proved(1, 1), SEAL_OK);
	assert_int_equal(proved(0, 0), SEAL_OK);
}

static void left_out(void **state)
{
	(void)state;
	assert_int_equal(proved(1, 0), SEAL_E_MISMATCH);
	assert_non_null(strstr(why, "12345678, which the card leaves out"));
	assert_int_equal(proved(0, 1), SEAL_E_MISMATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(both), cmocka_unit_test(left_out)};

	return cmocka_run_group_tests(tests, setup, teardown);
}
