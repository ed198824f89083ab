/* Cards that lie: every field missing, doubled, unknown, of another form or changed, bits
   flipped, signatures of others. No card of another may pass, and none may be read in
   two ways. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "cards.h"

static const enum seal_card_kind kinds[] = {SEAL_CARD_PIV, SEAL_CARD_FIDO2, SEAL_CARD_PASSPHRASE};

/* The error, with all causes in *said. Nothing may be handed out on failure. */
static int parse(const char *text, size_t len, char said[1024])
{
	static struct seal_card card;
	struct seal_diag diag = {0};
	int error;

	card.kind = 77;
	error = seal_card_parse(text, len, &card, &diag);
	assert_int_equal(diag.error, error);
	if (error)
		assert_int_equal(card.kind, 77);
	seal_diag_line(&diag, said, 1024);
	return error;
}

static int parse_json(const json_t *json, char said[1024])
{
	char *text = json_dumps(json, 0);
	int error = parse(text, strlen(text), said);

	free(text);
	return error;
}

static char *text_of(const struct seal_card *card)
{
	char *text = NULL;

	assert_int_equal(seal_card_text(card, &text, NULL), SEAL_OK);
	return text;
}

static json_t *json_of(const struct seal_card *card)
{
	char *text = text_of(card);
	json_t *json = json_loads(text, 0, NULL);

	assert_non_null(json);
	free(text);
	return json;
}

static int is_optional(const char *name)
{
	static const char *names[] = {"group",	       "serial", "identity", "unwrap",
				      "sign",	       "device", "between",  "unwrap_signature",
				      "sign_signature"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return 1;
	return 0;
}

static void refused(const json_t *card, const char *name, const char *why)
{
	char said[1024];
	int error = parse_json(card, said);

	if (error != SEAL_E_FORMAT || !strstr(said, name) || !strstr(said, why))
		fail_msg("%s (%s): %s: %s", name, why, seal_error_name(error), said);
}

/* One field of object, which is card or a part of it. */
static void one_field(json_t *card, json_t *object, const char *name)
{
	json_t *value = json_incref(json_object_get(object, name));
	json_t *others[] = {json_null(),	 json_integer(5), json_string(""),
			    json_string("\x01"), json_array(),	  json_real(1.5)};
	char said[1024];

	json_object_del(object, name);
	if (!is_optional(name))
		refused(card, strcmp(name, "type") == 0 ? "no type" : name,
			strcmp(name, "type") == 0 ? "" : "missing");
	else
		assert_int_not_equal(parse_json(card, said), SEAL_OK);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		json_object_set_new(object, name, others[i]);
		/* 5 is a serial; a card of other content is not signed. */
		if (json_is_integer(others[i]) && strcmp(name, "serial") == 0)
			assert_int_not_equal(parse_json(card, said), SEAL_OK);
		else
			refused(card, name, "");
	}
	json_object_set_new(object, name, value);
	json_object_set_new(object, "more", json_true());
	refused(card, "unknown field", "more");
	json_object_del(object, "more");
	assert_int_equal(parse_json(card, said), SEAL_OK);
}

static void all_fields(json_t *card, json_t *object)
{
	json_t *copy = json_copy(object);
	const char *name;
	json_t *value;

	json_object_foreach(copy, name, value)
	{
		if (json_is_object(value))
			all_fields(card, value);
		one_field(card, object, name);
	}
	json_decref(copy);
}

static void fields_missing_and_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made_card made;
		json_t *card;

		make_card(&made, kinds[i], "bruno");
		card = json_of(&made.card);
		all_fields(card, card);
		json_decref(card);
		made_done(&made);
	}
}

/* The line at `at`, of len characters, said twice. */
static void line_twice(const char *text, size_t at, size_t len)
{
	char twice[8192], said[1024];
	int n = snprintf(twice, sizeof twice, "%.*s%.*s,\n%s", (int)at, text, (int)len, text + at,
			 text + at);

	assert_true(n > 0 && (size_t)n < sizeof twice);
	assert_int_equal(parse(twice, (size_t)n, said), SEAL_E_FORMAT);
	if (!strstr(said, "duplicate"))
		fail_msg("%s", said);
}

static void fields_doubled(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made_card made;
		unsigned doubled = 0;
		size_t len = 0;
		char *text;

		make_card(&made, kinds[i], "bruno");
		text = text_of(&made.card);
		for (size_t at = 0; text[at]; at += len + 1) {
			len = strcspn(text + at, "\n");
			if (!memmem(text + at, len, "\": ", 3) || text[at + len - 1] == '{')
				continue;
			line_twice(text, at, len - (text[at + len - 1] == ','));
			doubled++;
		}
		assert_int_equal(doubled, kinds[i] == SEAL_CARD_PIV	? 21
					  : kinds[i] == SEAL_CARD_FIDO2 ? 23
									: 11);
		free(text);
		made_done(&made);
	}
}

/* One bit of each character of the file, all bits of the signature, all lengths. */
static void damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made_card made;
		char said[1024];
		char *text;
		size_t len;

		make_card(&made, kinds[i], "bruno");
		text = text_of(&made.card);
		len = strlen(text);
		for (size_t at = 0; at < len; at++) {
			char was = text[at];

			text[at] = (char)((unsigned char)was ^ 1u << at % 8);
			if (parse(text, len, said) == SEAL_OK)
				fail_msg("kind %d, bit %zu of character %zu", (int)kinds[i], at % 8,
					 at);
			text[at] = was;
		}
		for (size_t cut = 0; cut + 1 < len; cut++)
			assert_int_equal(parse(text, cut, said), SEAL_E_FORMAT);
		free(text);
		for (size_t bit = 0; bit < made.card.signature_len * 8; bit++) {
			made.card.signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
			text = text_of(&made.card);
			assert_int_equal(parse(text, strlen(text), said), SEAL_E_VERIFY);
			assert_non_null(strstr(said, "bruno"));
			made.card.signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
			free(text);
		}
		made_done(&made);
	}
}

/* What a thief of a card would try. */
static void of_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct made_card bruno;
		struct made_card mallory;
		struct seal_card forged;
		uint8_t print[2][SEAL_CARD_FINGERPRINT];
		char said[1024];
		char *text;

		make_card(&bruno, kinds[i], "bruno");
		make_card(&mallory, kinds[i], "mallory");
		forged = bruno.card; /* bruno's card, mallory's key for shares */
		memcpy(forged.recipient, mallory.card.recipient, sizeof forged.recipient);
		forged.piv = mallory.card.piv;
		text = text_of(&forged);
		assert_int_equal(parse(text, strlen(text), said), SEAL_E_VERIFY);
		free(text);
		forged = bruno.card; /* bruno's key, signed by mallory */
		memcpy(forged.signature, mallory.card.signature, sizeof forged.signature);
		forged.signature_len = mallory.card.signature_len;
		text = text_of(&forged);
		assert_int_equal(parse(text, strlen(text), said), SEAL_E_VERIFY);
		free(text);
		/* All of mallory's, under bruno's name: a true card, so people compare words. */
		put_text(mallory.card.name, sizeof mallory.card.name, "bruno");
		made_sign(&mallory);
		text = text_of(&mallory.card);
		assert_int_equal(parse(text, strlen(text), said), SEAL_OK);
		assert_int_equal(seal_card_fingerprint(&bruno.card, print[0], NULL), SEAL_OK);
		assert_int_equal(seal_card_fingerprint(&mallory.card, print[1], NULL), SEAL_OK);
		assert_memory_not_equal(print[0], print[1], 12);
		free(text);
		made_done(&bruno);
		made_done(&mallory);
	}
}

/* An assertion without touch or PIN, or made for sealing's rp id, signs no card. */
static void weak_assertions(void **state)
{
	struct made_card made;
	char said[1024];
	char *signed_text = NULL;

	(void)state;
	make_card(&made, SEAL_CARD_FIDO2, "bruno");
	assert_int_equal(seal_card_signed_text(&made.card, &signed_text, NULL), SEAL_OK);
	for (unsigned flags = 0; flags < 6; flags++) {
		struct seal_card *card = &made.card;
		const char *rp_id = flags == 4 ? card->fido2.rp_id : card->fido2.signing_rp_id;
		char *text;

		card->signature_len = sign_assertion(made.p256, rp_id, flags == 4 ? 5 : flags,
						     signed_text, strlen(signed_text),
						     card->signature, sizeof card->signature);
		text = text_of(card);
		assert_int_equal(parse(text, strlen(text), said),
				 flags == 5 ? SEAL_OK : SEAL_E_VERIFY);
		free(text);
	}
	free(signed_text);
	made_done(&made);
}

static void versions_and_limits(void **state)
{
	static char big[SEAL_CARD_TEXT + 2];
	struct made_card made;
	char said[1024];
	char *text;
	json_t *card;
	size_t len;

	(void)state;
	make_card(&made, SEAL_CARD_PIV, "bruno");
	card = json_of(&made.card);
	json_object_set_new(card, "type", json_string("sealkit-card/2"));
	assert_int_equal(parse_json(card, said), SEAL_E_VERSION);
	json_object_set_new(card, "type", json_string("sealkit-card/1 "));
	assert_int_equal(parse_json(card, said), SEAL_E_VERSION);
	json_object_set_new(card, "type", json_string("sealkit-roster/1"));
	assert_int_equal(parse_json(card, said), SEAL_E_FORMAT);
	json_decref(card);
	text = text_of(&made.card);
	len = strlen(text);
	memcpy(big, text, len);
	for (size_t i = len; i < sizeof big; i++)
		big[i] = ' ';
	assert_int_equal(parse(big, SEAL_CARD_TEXT, said), SEAL_OK);
	assert_int_equal(parse(big, SEAL_CARD_TEXT + 1, said), SEAL_E_TOOLONG);
	big[len] = '{';
	assert_int_equal(parse(big, len + 1, said), SEAL_E_FORMAT);
	big[len] = '\0';
	assert_int_equal(parse(big, len + 1, said), SEAL_E_FORMAT);
	for (size_t i = 0; i < SEAL_CARD_TEXT; i++)
		big[i] = '[';
	assert_int_equal(parse(big, SEAL_CARD_TEXT, said), SEAL_E_FORMAT);
	assert_int_equal(parse("[]", 2, said), SEAL_E_FORMAT);
	assert_int_equal(parse("\xef\xbb\xbf{}", 5, said), SEAL_E_FORMAT);
	free(text);
	made_done(&made);
}

static void unsigned_and_overlong(void **state)
{
	struct made_card made;
	char *text = NULL;

	(void)state;
	make_card(&made, SEAL_CARD_PIV, "bruno");
	made.card.signature_len = 0;
	assert_int_equal(seal_card_text(&made.card, &text, NULL), SEAL_E_ARGUMENT);
	made.card.signature_len = SEAL_CARD_SIGNATURE + 1;
	assert_int_equal(seal_card_text(&made.card, &text, NULL), SEAL_E_ARGUMENT);
	made.card.piv.device.len = SEAL_CARD_CERTIFICATE + 1;
	assert_int_equal(seal_card_signed_text(&made.card, &text, NULL), SEAL_E_ARGUMENT);
	made.card.signing_kind = 0;
	assert_int_equal(seal_card_signed_text(&made.card, &text, NULL), SEAL_E_FORMAT);
	made.card.kind = 0;
	assert_int_equal(seal_card_signed_text(&made.card, &text, NULL), SEAL_E_FORMAT);
	assert_null(text);
	made_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_missing_and_wrong),
		cmocka_unit_test(fields_doubled),
		cmocka_unit_test(damage),
		cmocka_unit_test(of_another),
		cmocka_unit_test(weak_assertions),
		cmocka_unit_test(versions_and_limits),
		cmocka_unit_test(unsigned_and_overlong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
