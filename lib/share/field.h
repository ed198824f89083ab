#ifndef SEALKIT_SHARE_FIELD_H
#define SEALKIT_SHARE_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* Lines `name: value` of payloads and manifests, read strictly: one spelling of each
   text, so that what was signed and what was read cannot differ. Errors never quote a
   value, which may be a share; callers name the line. Internal to lib/share. */

struct seal_field_reader {
	const char *at;
	size_t left;
	unsigned line; /* of the one taken last; starts at 0 */
};

struct seal_field {
	const char *text; /* not terminated; the reader's */
	size_t len;
};

/* The line must be exactly text and a newline. SEAL_E_VERSION where it only begins
   with stem ("sealkit-share/"), else SEAL_E_FORMAT. */
SEAL_MUST_CHECK int seal_field_magic(struct seal_field_reader *reader, const char *stem,
				     const char *text, struct seal_diag *diag);
/* Whether the next line is of this name. */
int seal_field_is(const struct seal_field_reader *reader, const char *name);
/* Takes one line; a value is not empty. */
SEAL_MUST_CHECK int seal_field_take(struct seal_field_reader *reader, const char *name,
				    struct seal_field *out, struct seal_diag *diag);
/* Takes what is before the next `stop` (or all) from a value. */
void seal_field_word(struct seal_field *rest, char stop, struct seal_field *out);
/* Takes prefix off; 0 where the value does not begin so. */
int seal_field_prefix(struct seal_field *value, const char *prefix);

/* Decimal, no leading zero, 1 to max. */
SEAL_MUST_CHECK int seal_field_number(struct seal_field value, unsigned max, unsigned *out,
				      struct seal_diag *diag);
/* "A of B", A <= B <= max. */
SEAL_MUST_CHECK int seal_field_of(struct seal_field value, unsigned max, unsigned *out_part,
				  unsigned *out_whole, struct seal_diag *diag);
/* Copies, terminates and checks: a card's name; a purpose; a set id; a time; a date. */
SEAL_MUST_CHECK int seal_field_name(struct seal_field value, char *out, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_field_purpose(struct seal_field value, char *out, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_field_set(struct seal_field value, char *out, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_field_time(struct seal_field value, char out[static 21],
				    struct seal_diag *diag);
SEAL_MUST_CHECK int seal_field_date(struct seal_field value, char out[static 11],
				    struct seal_diag *diag);
/* As a purpose, of up to SEAL_PURPOSE bytes too; what names it in errors ("a reason"). */
SEAL_MUST_CHECK int seal_field_words(struct seal_field value, const char *what, char *out,
				     struct seal_diag *diag);
/* Padded base64, or lower-case hex, of exactly len bytes. */
SEAL_MUST_CHECK int seal_field_base64(struct seal_field value, uint8_t *out, size_t len,
				      struct seal_diag *diag);
SEAL_MUST_CHECK int seal_field_hex(struct seal_field value, uint8_t *out, size_t len,
				   struct seal_diag *diag);

/* SEAL_E_FORMAT with the rule: 1 to SEAL_PURPOSE bytes of UTF-8, no controls, no white
   space at the ends. */
SEAL_MUST_CHECK int seal_words_check(const char *words, const char *what, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_purpose_check(const char *purpose, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_set_id_check(const char *set, struct seal_diag *diag);

#endif
