/* Reading the JSON of a card. Each field must be there once, in one spelling, and no
   other may be: two readers must not take one card for two. */

#include "share/card_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"

#include "base/banned.h"

#define FAMILY "sealkit-card/"

/* One field as it is read. */
struct place {
	const struct seal_card_field *field;
	const char *prefix;
	struct seal_card *card;
	struct seal_diag *diag;
};

static int bad(const struct place *in, const char *why)
{
	return seal_fail(in->diag, SEAL_E_FORMAT, "%s%s: %s", in->prefix, in->field->name, why);
}

static uint8_t *member_of(const struct place *in)
{
	return (uint8_t *)in->card + in->field->at;
}

static int take_text(const json_t *value, const struct place *in)
{
	size_t len = json_string_length(value);

	if (!json_is_string(value))
		return bad(in, "not a string");
	if (len == 0)
		return bad(in, "empty");
	if (len >= in->field->cap)
		return bad(in, "too long");
	memcpy(member_of(in), json_string_value(value), len + 1);
	return SEAL_OK;
}

static int take_bytes(const json_t *value, const struct place *in)
{
	size_t len = 0;
	int error;

	if (!json_is_string(value))
		return bad(in, "not a string");
	error = seal_unbase64(SEAL_BASE64_PADDED, json_string_value(value),
			      json_string_length(value), member_of(in), in->field->cap, &len, NULL);
	if (error)
		return bad(in, error == SEAL_E_TOOLONG ? "too long" : "not base64");
	if (len == 0)
		return bad(in, "empty");
	memcpy((uint8_t *)in->card + in->field->len_at, &len, sizeof len);
	return SEAL_OK;
}

static int take_hex(const json_t *value, const struct place *in)
{
	size_t len = json_string_length(value);
	size_t got = 0;

	if (!json_is_string(value) || len != in->field->cap * 2 ||
	    strspn(json_string_value(value), "0123456789abcdef") != len)
		return bad(in, "not the hex digits of its length, in lower case");
	return seal_unhex(json_string_value(value), len, member_of(in), in->field->cap, &got,
			  in->diag);
}

static int take_choice(const json_t *value, const struct place *in)
{
	const struct seal_card_choice *choice = in->field->choices;

	if (!json_is_string(value))
		return bad(in, "not a string");
	while (choice->name && strcmp(choice->name, json_string_value(value)) != 0)
		choice++;
	if (!choice->name)
		return bad(in, "unknown value");
	if (in->field->cap == sizeof choice->value)
		memcpy(member_of(in), &choice->value, sizeof choice->value);
	else
		*member_of(in) = (uint8_t)choice->value;
	return SEAL_OK;
}

static int take_serial(const json_t *value, const struct place *in)
{
	json_int_t serial = json_integer_value(value);

	if (!json_is_integer(value) || serial < 1 || serial > UINT32_MAX)
		return bad(in, "not a serial number");
	in->card->piv.has_serial = 1;
	in->card->piv.serial = (uint32_t)serial;
	return SEAL_OK;
}

/* Three numbers below 256; written again they must be the same text. */
static int take_firmware(const json_t *value, const struct place *in)
{
	const char *text = json_string_value(value);
	unsigned part[3] = {0};
	size_t n = 0;
	char again[16];

	for (const char *at = text; at && *at && n < 3; at++) {
		if (*at == '.')
			n++;
		else if (*at < '0' || *at > '9' || part[n] > 25)
			return bad(in, "not a version such as 5.7.1");
		else
			part[n] = part[n] * 10 + (unsigned)(*at - '0');
	}
	(void)snprintf(again, sizeof again, "%u.%u.%u", part[0], part[1], part[2]);
	if (!text || strcmp(text, again) != 0 || part[0] > 255 || part[1] > 255 || part[2] > 255)
		return bad(in, "not a version such as 5.7.1");
	for (size_t i = 0; i < 3; i++)
		member_of(in)[i] = (uint8_t)part[i];
	return SEAL_OK;
}

static int take_flag(const json_t *value, const struct place *in)
{
	int flag = json_is_true(value);

	if (!json_is_boolean(value))
		return bad(in, "not true or false");
	if (in->field->optional && !flag)
		return bad(in, "left out where it is false");
	memcpy(member_of(in), &flag, sizeof flag);
	return SEAL_OK;
}

static int take(const json_t *value, const struct place *in)
{
	switch (in->field->form) {
	case SEAL_CARD_TEXT_FORM:
		return take_text(value, in);
	case SEAL_CARD_BYTES_FORM:
		return take_bytes(value, in);
	case SEAL_CARD_HEX_FORM:
		return take_hex(value, in);
	case SEAL_CARD_FLAG_FORM:
		return take_flag(value, in);
	case SEAL_CARD_CHOICE_FORM:
		return take_choice(value, in);
	case SEAL_CARD_SERIAL_FORM:
		return take_serial(value, in);
	case SEAL_CARD_FIRMWARE_FORM:
		return take_firmware(value, in);
	case SEAL_CARD_OBJECT_FORM:
		return json_is_object(value) ? SEAL_OK : bad(in, "not an object");
	}
	return bad(in, "of no form");
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
static int take_all(json_t *object, const struct seal_card_field *fields, const char *prefix,
		    struct seal_card *card, struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
		if (!is_known(json_object_iter_key(at), fields))
			return seal_fail(diag, SEAL_E_FORMAT, "unknown field %s%s", prefix,
					 json_object_iter_key(at));
	for (const struct seal_card_field *field = fields; !error && field->name; field++) {
		struct place in = {field, prefix, card, diag};
		json_t *value = json_object_get(object, field->name);

		if (value && !seal_card_has(card, field))
			return bad(&in, "not a field of this kind of card");
		if (!value && (field->optional || !seal_card_has(card, field)))
			continue;
		if (!value)
			return bad(&in, "missing");
		error = take(value, &in);
		if (!error && field->fields)
			error = take_all(value, field->fields, field->prefix, card, diag);
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
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_card card = {0};
	struct seal_json_where where;
	int error;

	if (len > SEAL_CARD_TEXT)
		return seal_fail(diag, SEAL_E_TOOLONG, "card of %zu bytes", len);
	error = seal_json_load(bytes, len, JSON_REJECT_DUPLICATES, &json, &where, diag);
	if (error == SEAL_E_FORMAT)
		return seal_fail(diag, SEAL_E_FORMAT, "not a card: line %d: %s", where.line,
				 where.text);
	if (error)
		return error;
	error = check_type(json, diag);
	if (!error)
		error = take_all(json, seal_card_fields, "", &card, diag);
	if (error)
		return error;
	*out_card = card;
	return SEAL_OK;
}
