/* What a card may say: each rule broken alone, in the struct that a token fills and in the
   JSON that a stranger sends; refused before any signature is looked at. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "cards.h"

struct row {
	enum seal_card_kind kind;
	const char *part; /* object, or NULL for the card itself */
	const char *name;
	const char *value; /* JSON; "-" leaves the field out */
	const char *says;
};

#define X25519 "\"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj\""
#define TAGGED "\"age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e\""
#define P SEAL_CARD_PIV
#define F SEAL_CARD_FIDO2
#define S SEAL_CARD_PASSPHRASE

static const struct row rows[] = {
	{P, NULL, "kind", "\"fido2\"", "piv: not a field of this kind"},
	{P, NULL, "kind", "\"passphrase\"", "piv: not a field of this kind"},
	{F, NULL, "kind", "\"piv\"", "missing"},
	{S, NULL, "kind", "\"PIV\"", "kind: unknown value"},
	{S, NULL, "piv", "{}", "piv: not a field of this kind"},
	{S, NULL, "fido2", "{}", "fido2: not a field of this kind"},
	{S, NULL, "name", "\"bru\\u0000no\"", "not a card"},
	{S, NULL, "name", "\"bruno \"", "spaces"},
	{S, NULL, "group", "\"../ops\"", "begin with"},
	{S, NULL, "created", "\"2026-11-24\"", "created"},
	{S, NULL, "virtual", "\"false\"", "virtual: not true or false"},
	{S, NULL, "attested", "true", "attested: a passphrase"},
	{S, NULL, "firmware_leaks", "true", "firmware_leaks: a passphrase has none"},
	{F, NULL, "firmware_leaks", "false", "firmware_leaks: left out where it is false"},
	{S, NULL, "recipient", TAGGED, "recipient: not of the card's kind"},
	{F, NULL, "recipient", TAGGED, "recipient: not of the card's kind"},
	{P, NULL, "recipient", X25519, "recipient: not of the card's kind"},
	{S, NULL, "recipient", "\"age1zvkyg\"", "recipient"},
	{S, NULL, "recipient", "\"AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ\"",
	 "lower case"},
	{S, NULL, "signing_kind", "\"p256\"", "signing_kind"},
	{P, NULL, "signing_kind", "\"ed25519\"", "signing_kind"},
	{F, NULL, "signing_kind", "\"p256\"", "signing_kind"},
	{S, NULL, "signing", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"", "signing"},
	{S, NULL, "signing", "\"AAAA\"", "signing"},
	{P, NULL, "signing", "\"AAAA\"", "signing"},
	{P, NULL, "signing",
	 "\"BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	 "AAAAAAA=\"",
	 "signing"},
	{F, NULL, "signing", "\"AAAA\"", "signing"},
	{S, NULL, "signature", "\"AAA\"", "signature: not base64"},
	{S, NULL, "signature", "\"AAAB-A==\"", "signature: not base64"},
	{S, NULL, "signature", "\"AAAAAR==\"", "signature: not base64"},
	{P, "piv", "puk_unknown", "false", "puk_unknown: left out where it is false"},
	{P, "piv", "puk_unknown", "\"no\"", "puk_unknown: not true or false"},
	{P, "piv", "serial", "0", "piv.serial"},
	{P, "piv", "serial", "-1", "piv.serial"},
	{P, "piv", "serial", "4294967296", "piv.serial"},
	{P, "piv", "serial", "99999999999999999999", "not a card"},
	{P, "piv", "serial", "12345678.0", "piv.serial"},
	{P, "piv", "serial", "-", "serial: missing"},
	{P, "piv", "serial", "12345679", "of another serial, slot or recipient"},
	{P, "piv", "firmware", "\"5.7\"", "piv.firmware"},
	{P, "piv", "firmware", "\"5.7.1.0\"", "piv.firmware"},
	{P, "piv", "firmware", "\"5.07.1\"", "piv.firmware"},
	{P, "piv", "firmware", "\"5..1\"", "piv.firmware"},
	{P, "piv", "firmware", "\"5.7.256\"", "piv.firmware"},
	{P, "piv", "firmware", "\"5.7.4294967297\"", "piv.firmware"},
	{P, "piv", "firmware", "\"5.7.1 \"", "piv.firmware"},
	{P, "piv", "firmware", "\"\"", "piv.firmware"},
	{P, "piv", "slot", "\"9c\"", "slot"},
	{P, "piv", "slot", "\"96\"", "slot"},
	{P, "piv", "slot", "\"81\"", "slot"},
	{P, "piv", "slot", "\"9D\"", "piv.slot"},
	{P, "piv", "slot", "\"082\"", "piv.slot"},
	{P, "piv", "slot", "\"83\"", "of another serial, slot or recipient"},
	{P, "piv", "pin", "\"default\"", "piv.pin: unknown value"},
	{P, "piv", "touch", "\"Always\"", "piv.touch: unknown value"},
	{P, "piv", "identity", "\"AGE-PLUGIN-YUBIKEY-1QQQQ\"", "identity"},
	{P, "piv", "attestation", "{}", "attested, and"},
	{P, "piv", "attestation", "[]", "piv.attestation: not an object"},
	{F, "fido2", "aaguid", "\"2f30\"", "fido2.aaguid"},
	{F, "fido2", "rp_id", "\"Sealkit.invalid\"", "rp_id"},
	{F, "fido2", "rp_id", "\"a b\"", "rp_id"},
	{F, "fido2", "rp_id", "\".invalid\"", "rp_id"},
	{F, "fido2", "rp_id", "\"https://a\"", "rp_id"},
	{F, "fido2", "rp_id", "\"sign.sealkit.invalid\"", "are one"},
	{F, "fido2", "signing_rp_id", "\"sign.\"", "signing_rp_id"},
	{F, "fido2", "identity", "\"AGE-PLUGIN-YUBIKEY-1FESMCQYZNPU78QS7YWD4T\"", "identity"},
	{F, "fido2", "rp_id", "\"other.invalid\"", "identity: of another rp id"},
	{F, "fido2", "unwrap_public", "\"04\"", "fido2.unwrap_public"},
	{F, "fido2", "wrapped", "\"age-encryption.org/v1\\n\"", "wrapped"},
	{F, "fido2", "wrapped",
	 "\"-----BEGIN AGE ENCRYPTED FILE-----\\nAA==\\n-----END AGE ENCRYPTED FILE-----\"",
	 "wrapped"},
	{F, "fido2", "wrapped",
	 "\"-----BEGIN AGE ENCRYPTED FILE-----\\n<script>\\n-----END AGE ENCRYPTED "
	 "FILE-----\\n\"",
	 "wrapped"},
	{F, "fido2", "credential", "\"AAA=AAA=\"", "credential"},
	{F, "fido2", "attestation", "{}", "attested, and"},
	{F, "fido2", "attestation", "{\"unwrap\": \"AAAA\", \"device\": \"AAAA\"}",
	 "attested, and"},
};

static void in_json(void **state)
{
	struct made_card made[3];

	(void)state;
	make_card(&made[0], P, "bruno");
	make_card(&made[1], F, "bruno");
	make_card(&made[2], S, "bruno");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		struct seal_card *card = &made[row->kind - 1].card;
		struct seal_diag diag = {0};
		char line[1024];
		char *text = NULL;
		json_t *json, *object, *value;
		int error;

		assert_int_equal(seal_card_text(card, &text, NULL), SEAL_OK);
		json = json_loads(text, 0, NULL);
		free(text);
		object = row->part ? json_object_get(json, row->part) : json;
		value = json_loads(row->value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		json_object_del(object, row->name);
		if (value)
			json_object_set(object, row->name, value);
		else if (strcmp(row->value, "-") != 0)
			json_object_set_new(object, row->name, json_string("PLACE"));
		json_decref(value);
		text = json_dumps(json, 0);
		/* What jansson does not read by itself is put in as text. */
		if (strstr(text, "\"PLACE\"")) {
			char *at = strstr(text, "\"PLACE\"");
			char whole[8192];

			(void)snprintf(whole, sizeof whole, "%.*s%s%s", (int)(at - text), text,
				       row->value, at + 7);
			free(text);
			text = strdup(whole);
		}
		error = seal_card_parse(text, strlen(text), card, &diag);
		seal_diag_line(&diag, line, sizeof line);
		if (error != SEAL_E_FORMAT || !strstr(line, row->says))
			fail_msg("%s %s: %s: %s", row->name, row->value, seal_error_name(error),
				 line);
		free(text);
		json_decref(json);
	}
	for (size_t i = 0; i < 3; i++)
		made_done(&made[i]);
}

static void says(const struct seal_card *card, const char *why)
{
	struct seal_diag diag = {0};
	char line[1024];
	char *text = NULL;

	assert_int_equal(seal_card_signed_text(card, &text, &diag), SEAL_E_FORMAT);
	seal_diag_line(&diag, line, sizeof line);
	if (!strstr(line, why))
		fail_msg("%s: %s", why, line);
	assert_null(text);
}

/* Points that give everybody the same secret, or are one point in two spellings. */
static void points_of_x25519(void **state)
{
	static const char *bad[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"0900000000000000000000000000000000000000000000000000000000000080",
	};
	struct made_card made;

	(void)state;
	make_card(&made, S, "bruno");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t point[32];
		size_t len = 0;

		assert_int_equal(seal_unhex(bad[i], 64, point, 32, &len, NULL), SEAL_OK);
		assert_int_equal(seal_bech32("age", point, 32, 0, made.card.recipient,
					     sizeof made.card.recipient, NULL),
				 SEAL_OK);
		says(&made.card, "recipient: not a point of X25519");
	}
	made_done(&made);
}

static void one_key_for_both(void **state)
{
	struct made_card made;

	(void)state;
	make_card(&made, F, "bruno");
	memcpy(made.card.fido2.unwrap_public, made.card.signing, 65);
	says(&made.card, "one key");
	made.card.fido2.unwrap_public[64] ^= 1;
	says(&made.card, "unwrap_public: not a point");
	made_done(&made);
	make_card(&made, P, "bruno");
	assert_int_equal(
		seal_p256_text(SEAL_P256_TAG, made.card.signing, made.card.recipient, NULL),
		SEAL_OK);
	says(&made.card, "one key");
	made_done(&made);
}

static void slots(void **state)
{
	struct made_card made;

	(void)state;
	make_card(&made, P, "bruno");
	made.card.piv.identity[0] = '\0';
	for (unsigned slot = 0; slot < 256; slot++) {
		made.card.piv.slot = (uint8_t)slot;
		if ((slot >= 0x82 && slot <= 0x95) || slot == 0x9d)
			made_sign(&made);
		else
			says(&made.card, "slot");
	}
	made_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_json),
		cmocka_unit_test(points_of_x25519),
		cmocka_unit_test(one_key_for_both),
		cmocka_unit_test(slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
