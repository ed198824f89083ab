/* Reading the JSON of a card. Each field must be there once, in one spelling, and no
   other may be: two readers must not take one card for two. */

#include "share/card_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define FAMILY "sealkit-card/"

static void json_done(json_t **json)
{
	json_decref(*json);
}

static int bad(struct seal_diag *diag, const struct seal_card_field *field, const char *why)
{
	return seal_fail(diag, SEAL_E_FORMAT, "%s: %s", field->name, why);
}

static int take_text(const json_t *value, const struct seal_card_field *field, uint8_t *member,
		     struct seal_diag *diag)
{
	size_t len = json_string_length(value);

	if (!json_is_string(value))
		return bad(diag, field, "not a string");
	if (len == 0)
		return bad(diag, field, "empty");
	if (len >= field->cap)
		return bad(diag, field, "too long");
	memcpy(member, json_string_value(value), len + 1);
	return SEAL_OK;
}

static int take_bytes(const json_t *value, const struct seal_card_field *field,
		      struct seal_card *card, struct seal_diag *diag)
{
	uint8_t *base = (uint8_t *)card;
	size_t len = 0;
	int error;

	if (!json_is_string(value))
		return bad(diag, field, "not a string");
	error = seal_unbase64(SEAL_BASE64_PADDED, json_string_value(value),
			      json_string_length(value), base + field->at, field->cap, &len, diag);
	if (error)
		return seal_because(diag, SEAL_E_FORMAT, "%s", field->name);
	if (len == 0)
		return bad(diag, field, "empty");
	memcpy(base + field->len_at, &len, sizeof len);
	return SEAL_OK;
}

static int take_hex(const json_t *value, const struct seal_card_field *field, uint8_t *member,
		    struct seal_diag *diag)
{
	size_t len = json_string_length(value);
	size_t got = 0;

	if (!json_is_string(value) || len != field->cap * 2 ||
	    strspn(json_string_value(value), "0123456789abcdef") != len)
		return bad(diag, field, "not the hex digits of its length, in lower case");
	return seal_unhex(json_string_value(value), len, member, field->cap, &got, diag);
}

static int take_choice(const json_t *value, const struct seal_card_field *field, uint8_t *member,
		       struct seal_diag *diag)
{
	const struct seal_card_choice *choice = field->choices;

	if (!json_is_string(value))
		return bad(diag, field, "not a string");
	while (choice->name && strcmp(choice->name, json_string_value(value)) != 0)
		choice++;
	if (!choice->name)
		return bad(diag, field, "unknown value");
	if (field->cap == sizeof choice->value)
		memcpy(member, &choice->value, sizeof choice->value);
	else
		*member = (uint8_t)choice->value;
	return SEAL_OK;
}

static int take_serial(const json_t *value, const struct seal_card_field *field,
		       struct seal_card *card, struct seal_diag *diag)
{
	json_int_t serial = json_integer_value(value);

	if (!json_is_integer(value) || serial < 1 || serial > UINT32_MAX)
		return bad(diag, field, "not a serial number");
	card->piv.has_serial = 1;
	card->piv.serial = (uint32_t)serial;
	return SEAL_OK;
}

/* Three numbers below 256; written again they must be the same text. */
static int take_firmware(const json_t *value, const struct seal_card_field *field, uint8_t *member,
			 struct seal_diag *diag)
{
	const char *text = json_string_value(value);
	unsigned part[3] = {0};
	size_t n = 0;
	char again[16];

	for (const char *at = text; at && *at && n < 3; at++) {
		if (*at == '.')
			n++;
		else if (*at < '0' || *at > '9' || part[n] > 25)
			return bad(diag, field, "not a version such as 5.7.1");
		else
			part[n] = part[n] * 10 + (unsigned)(*at - '0');
	}
	(void)snprintf(again, sizeof again, "%u.%u.%u", part[0], part[1], part[2]);
	if (!text || strcmp(text, again) != 0 || part[0] > 255 || part[1] > 255 || part[2] > 255)
		return bad(diag, field, "not a version such as 5.7.1");
	for (size_t i = 0; i < 3; i++)
		member[i] = (uint8_t)part[i];
	return SEAL_OK;
}

static int take(const json_t *value, const struct seal_card_field *field, struct seal_card *card,
		struct seal_diag *diag)
{
	uint8_t *member = (uint8_t *)card + field->at;
	int flag = json_is_true(value);

	switch (field->form) {
	case SEAL_CARD_TEXT_FORM:
		return take_text(value, field, member, diag);
	case SEAL_CARD_BYTES_FORM:
		return take_bytes(value, field, card, diag);
	case SEAL_CARD_HEX_FORM:
		return take_hex(value, field, member, diag);
	case SEAL_CARD_CHOICE_FORM:
		return take_choice(value, field, member, diag);
	case SEAL_CARD_SERIAL_FORM:
		return take_serial(value, field, card, diag);
	case SEAL_CARD_FIRMWARE_FORM:
		return take_firmware(value, field, member, diag);
	case SEAL_CARD_FLAG_FORM:
		if (!json_is_boolean(value))
			return bad(diag, field, "not true or false");
		memcpy(member, &flag, sizeof flag);
		return SEAL_OK;
	case SEAL_CARD_OBJECT_FORM:
		return json_is_object(value) ? SEAL_OK : bad(diag, field, "not an object");
	}
	return seal_fail(diag, SEAL_E_ARGUMENT, "%s", field->name);
}

static int is_known(const char *key, const struct seal_card_field *fields)
{
	if (fields == seal_card_fields && strcmp(key, "type") == 0)
		return 1;
	for (const struct seal_card_field *field = fields; field->name; field++)
		if (strcmp(field->name, key) == 0)
			return 1;
	return 0;
}

/* As deep as the tables are, whatever the input says. */
static int take_all(json_t *object, const struct seal_card_field *fields, struct seal_card *card,
		    struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
		if (!is_known(json_object_iter_key(at), fields))
			return seal_fail(diag, SEAL_E_FORMAT, "unknown field %s",
					 json_object_iter_key(at));
	for (const struct seal_card_field *field = fields; !error && field->name; field++) {
		json_t *value = json_object_get(object, field->name);

		if (value && !seal_card_has(card, field))
			return bad(diag, field, "not a field of this kind of card");
		if (!value && (field->optional || !seal_card_has(card, field)))
			continue;
		if (!value)
			return bad(diag, field, "missing");
		error = take(value, field, card, diag);
		if (!error && field->fields) {
			error = take_all(value, field->fields, card, diag);
			if (error)
				error = seal_because(diag, error, "%s", field->name);
		}
	}
	return error;
}

static int check_type(const json_t *json, struct seal_diag *diag)
{
	const char *type = json_string_value(json_object_get(json, "type"));

	if (!type || strncmp(type, FAMILY, sizeof FAMILY - 1) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "not a card: no type " FAMILY "1");
	if (strcmp(type, FAMILY "1") != 0)
		return seal_fail(diag, SEAL_E_VERSION, "card of another version: %s", type);
	return SEAL_OK;
}

int seal_card_from_json(const void *bytes, size_t len, struct seal_card *out_card,
			struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(json_done) = NULL;
	struct seal_card card = {0};
	json_error_t why;
	int error;

	if (len > SEAL_CARD_TEXT)
		return seal_fail(diag, SEAL_E_TOOLONG, "card of %zu bytes", len);
	json = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &why);
	if (!json && json_error_code(&why) == json_error_out_of_memory)
		return seal_fail(diag, SEAL_E_NOMEM, "card");
	if (!json)
		return seal_fail(diag, SEAL_E_FORMAT, "not a card: line %d: %s", why.line,
				 why.text);
	error = check_type(json, diag);
	if (!error)
		error = take_all(json, seal_card_fields, &card, diag);
	if (error)
		return error;
	*out_card = card;
	return SEAL_OK;
}
