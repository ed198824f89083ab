#ifndef SEALKIT_SHARE_CARD_INTERNAL_H
#define SEALKIT_SHARE_CARD_INTERNAL_H

#include "share/card.h"

/* A card as tables: one line a JSON field, by which it is written and read. What a
   field may hold beyond its form is in card_check.c. */

enum seal_card_form {
	SEAL_CARD_TEXT_FORM = 1, /* char[cap], never empty */
	SEAL_CARD_BYTES_FORM,	 /* base64; uint8_t[cap], its length at len_at */
	SEAL_CARD_HEX_FORM,	 /* lower case; uint8_t[cap] */
	SEAL_CARD_FLAG_FORM,	 /* true or false; int */
	SEAL_CARD_CHOICE_FORM,	 /* a name; uint8_t or an enum, as cap says */
	SEAL_CARD_SERIAL_FORM,	 /* a number; piv.serial and piv.has_serial */
	SEAL_CARD_FIRMWARE_FORM, /* "5.7.1"; uint8_t[3] */
	SEAL_CARD_OBJECT_FORM,	 /* fields of its own */
};

struct seal_card_choice {
	const char *name;
	unsigned value;
};

struct seal_card_field {
	const char *name; /* NULL ends a table */
	enum seal_card_form form;
	int optional; /* left out where there is nothing; never there and empty */
	size_t at, cap, len_at;
	const struct seal_card_choice *choices;
	const struct seal_card_field *fields;
	const char *prefix;	  /* of an object: what its fields' names begin with in errors */
	enum seal_card_kind kind; /* 0: of all cards; else of this kind, and no other */
};

extern const struct seal_card_field seal_card_fields[];

/* Whether the field belongs in this card, so far as the card's kind says. */
int seal_card_has(const struct seal_card *card, const struct seal_card_field *field);

/* All rules but the signature's. SEAL_E_FORMAT. */
SEAL_MUST_CHECK int seal_card_check(const struct seal_card *card, struct seal_diag *diag);

/* Letters, digits, '-' and '.', the latter at neither end; not empty. */
int seal_card_is_rp_id(const char *text);

/* The JSON alone: all forms, no rule, no signature looked at. */
SEAL_MUST_CHECK int seal_card_from_json(const void *bytes, size_t len, struct seal_card *out_card,
					struct seal_diag *diag);

#endif
