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

SEAL_MUST_CHECK int seal_sheet_put_html(FILE *out, const struct seal_steps *steps,
					enum seal_language language, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_sheet_put_text(FILE *out, const struct seal_steps *steps,
					enum seal_language language, struct seal_diag *diag);

#endif
