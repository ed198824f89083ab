/* Cards as JSON: the text that is signed, and the file. */

#include "share/card_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/json.h"

#include "base/banned.h"

#define TYPE "sealkit-card/1"
#define SIGNED_HEAD TYPE "\n"

static size_t len_of(const struct seal_card *card, const struct seal_card_field *field)
{
	size_t len;

	memcpy(&len, (const uint8_t *)card + field->len_at, sizeof len);
	return len;
}

static int is_there(const struct seal_card *card, const struct seal_card_field *field)
{
	if (!seal_card_has(card, field))
		return 0;
	if (!field->optional)
		return 1;
	if (field->form == SEAL_CARD_SERIAL_FORM)
		return card->piv.has_serial;
	if (field->form == SEAL_CARD_BYTES_FORM)
		return len_of(card, field) > 0;
	return ((const uint8_t *)card)[field->at] != 0;
}

static json_t *bytes_value(const uint8_t *bytes, size_t len, enum seal_card_form form)
{
	char text[SEAL_BASE64_LEN(SEAL_CARD_CERTIFICATE)];

	if (form == SEAL_CARD_BYTES_FORM)
		seal_base64(SEAL_BASE64_PADDED, bytes, len, text);
	else
		seal_hex(bytes, len, text);
	return json_string(text);
}

static json_t *choice_value(const uint8_t *member, const struct seal_card_field *field)
{
	unsigned value = *member;

	if (field->cap == sizeof value)
		memcpy(&value, member, sizeof value);
	for (const struct seal_card_choice *choice = field->choices; choice->name; choice++)
		if (choice->value == value)
			return json_string(choice->name);
	return NULL;
}

/* A new value, or NULL; of objects an empty one. */
static json_t *value_of(const struct seal_card *card, const struct seal_card_field *field)
{
	const uint8_t *member = (const uint8_t *)card + field->at;
	char text[16];
	int flag;

	switch (field->form) {
	case SEAL_CARD_TEXT_FORM:
		return json_string((const char *)member);
	case SEAL_CARD_BYTES_FORM:
		return bytes_value(member, len_of(card, field), field->form);
	case SEAL_CARD_HEX_FORM:
		return bytes_value(member, field->cap, field->form);
	case SEAL_CARD_FLAG_FORM:
		memcpy(&flag, member, sizeof flag);
		return json_boolean(flag);
	case SEAL_CARD_CHOICE_FORM:
		return choice_value(member, field);
	case SEAL_CARD_SERIAL_FORM:
		return json_integer(card->piv.serial);
	case SEAL_CARD_FIRMWARE_FORM:
		(void)snprintf(text, sizeof text, "%u.%u.%u", member[0], member[1], member[2]);
		return json_string(text);
	case SEAL_CARD_OBJECT_FORM:
		return json_object();
	}
	return NULL;
}

/* As deep as the tables are, whatever the card says. */
static int put(const struct seal_card *card, const struct seal_card_field *fields, json_t *object,
	       struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (const struct seal_card_field *field = fields; !error && field->name; field++) {
		json_t *value;

		if (!is_there(card, field))
			continue;
		if (field->form == SEAL_CARD_BYTES_FORM && len_of(card, field) > field->cap)
			return seal_fail(diag, SEAL_E_ARGUMENT, "%s: too long", field->name);
		value = value_of(card, field);
		if (json_object_set_new(object, field->name, value) != 0)
			return seal_fail(diag, SEAL_E_NOMEM, "card as JSON");
		if (field->fields)
			error = put(card, field->fields, value, diag);
	}
	return error;
}

static int build(const struct seal_card *card, json_t **out_json, struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	int error = seal_card_check(card, diag);

	if (error)
		return error;
	json = json_object();
	if (json_object_set_new(json, "type", json_string(TYPE)) != 0)
		return seal_fail(diag, SEAL_E_NOMEM, "card as JSON");
	error = put(card, seal_card_fields, json, diag);
	if (error)
		return error;
	*out_json = seal_steal(&json);
	return SEAL_OK;
}

/* head, the JSON, a newline. */
static int dump(const char *head, const json_t *json, size_t flags, char **out_text,
		struct seal_diag *diag)
{
	size_t before = strlen(head);
	size_t len = json_dumpb(json, NULL, 0, flags);
	char *text = len > 0 ? malloc(before + len + 2) : NULL;

	if (!text)
		return seal_fail(diag, SEAL_E_NOMEM, "text of a card");
	memcpy(text, head, before);
	if (json_dumpb(json, text + before, len, flags) != len) {
		free(text);
		return seal_fail(diag, SEAL_E_NOMEM, "text of a card");
	}
	text[before + len] = '\n';
	text[before + len + 1] = '\0';
	*out_text = text;
	return SEAL_OK;
}

int seal_card_signed_text(const struct seal_card *card, char **out_text, struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	int error = build(card, &json, diag);

	if (error)
		return error;
	(void)json_object_del(json, "signature");
	return dump(SIGNED_HEAD, json, JSON_SORT_KEYS | JSON_COMPACT, out_text, diag);
}

int seal_card_text(const struct seal_card *card, char **out_text, struct seal_diag *diag)
{
	json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	int error = build(card, &json, diag);

	if (!error && card->signature_len == 0)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "card of %s is not signed", card->name);
	return error ? error : dump("", json, JSON_INDENT(2), out_text, diag);
}
