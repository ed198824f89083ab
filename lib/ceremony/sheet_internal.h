#ifndef SEALKIT_CEREMONY_SHEET_INTERNAL_H
#define SEALKIT_CEREMONY_SHEET_INTERNAL_H

#include <stdio.h>

#include "ceremony/sheet.h"

/* Shared by sheet.c (what stands on a sheet), sheet_html.c and sheet_text.c (how). */

enum seal_label {
	SEAL_LABEL_TITLE, /* and so on: sheet.c's table */
	SEAL_LABEL_REHEARSAL,
	SEAL_LABEL_DIGEST,
	SEAL_LABEL_WORDS,
	SEAL_LABEL_PEOPLE,
	SEAL_LABEL_PART,
	SEAL_LABEL_NAME,
	SEAL_LABEL_SIGNATURE,
	SEAL_LABEL_NEW_SET,
	SEAL_LABEL_CARDS,
	SEAL_LABEL_STEPS,
	SEAL_LABEL_WHO,
	SEAL_LABEL_WHAT,
	SEAL_LABEL_SEE,
	SEAL_LABEL_DONE,
	SEAL_LABEL_INITIALS,
	SEAL_LABEL_TIME,
	SEAL_LABEL_DEVIATIONS,
	SEAL_LABEL_EXPECTED,
	SEAL_LABEL_HAPPENED,
	SEAL_LABEL_DECIDED,
	SEAL_LABEL_BY,
	SEAL_LABEL_SIGNATURES,
	SEAL_LABEL_ORGANISATION,
	SEAL_LABEL_DATE,
	SEAL_LABEL_INCIDENTS,
	SEAL_LABEL_MINUTES,
	SEAL_LABEL_SESSION,
	SEAL_LABEL_BEGUN,
	SEAL_LABEL_ENDED,
	SEAL_LABEL_ABORTED,
	SEAL_LABEL_UNFINISHED,
	SEAL_LABEL_HEAD,
	SEAL_LABEL_HEAD_WORDS,
	SEAL_LABEL_RESULT,
	SEAL_LABEL_EVENT,
	SEAL_LABEL_SAID,
	SEAL_LABELS
};
const char *seal_sheet_label(enum seal_label label, enum seal_language language);
const char *seal_sheet_part(enum seal_plan_part part, enum seal_language language);

/* Rows of the header, name and value; the last has no name. */
struct seal_sheet_row {
	const char *name;
	char value[SEAL_STEP_TEXT];
};
#define SEAL_SHEET_ROWS 12u
void seal_sheet_head(const struct seal_steps *steps, enum seal_language language,
		     struct seal_sheet_row rows[static SEAL_SHEET_ROWS]);

/* Pieces that other papers have too (minutes.c). A table: its title, names of its columns, rows of
   as many cells, and its end. */
void seal_sheet_html_begin(FILE *out, const struct seal_steps *steps, enum seal_label title,
			   enum seal_language language);
void seal_sheet_html_named(FILE *out, const char *name, const char *value);
void seal_sheet_html_table(FILE *out, enum seal_language language, enum seal_label title,
			   const enum seal_label *columns, size_t count);
void seal_sheet_html_row(FILE *out, const char *const *cells, size_t count, int has_room);
void seal_sheet_html_close(FILE *out);
void seal_sheet_html_set(FILE *out, const struct seal_steps *steps, enum seal_language language);
void seal_sheet_html_end(FILE *out, const struct seal_steps *steps);
void seal_sheet_text_begin(FILE *out, const struct seal_steps *steps, enum seal_label title,
			   enum seal_language language);
void seal_sheet_text_named(FILE *out, const char *name, const char *value);
void seal_sheet_text_title(FILE *out, const char *title);
void seal_sheet_text_set(FILE *out, const struct seal_steps *steps, enum seal_language language);

SEAL_MUST_CHECK int seal_sheet_put_html(FILE *out, const struct seal_steps *steps,
					enum seal_language language, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_sheet_put_text(FILE *out, const struct seal_steps *steps,
					enum seal_language language, struct seal_diag *diag);

#endif
