#ifndef SEALKIT_CEREMONY_SHEET_H
#define SEALKIT_CEREMONY_SHEET_H

#include "base/diag.h"
#include "ceremony/steps.h"

/* The run sheet of a ceremony (R12, R17, R25): header, people, steps with boxes to tick,
   deviations, signatures, and what to do where something goes wrong; for paper. The same plan
   gives the same bytes everywhere, so that a sheet can be compared with one made elsewhere. */

enum seal_sheet_form { SEAL_SHEET_TEXT = 1, SEAL_SHEET_HTML };

/* *out_text is malloc'd, NUL-terminated and the caller's. HTML has all within: no script, no
   style or image from elsewhere; whatever stands in a plan is escaped. Text is UTF-8 of at most
   80 columns. */
SEAL_MUST_CHECK int seal_sheet(const struct seal_steps *steps, enum seal_language language,
			       enum seal_sheet_form form, char **out_text, struct seal_diag *diag);

/* "Rekey", "Renouvellement des parts". */
const char *seal_sheet_kind(enum seal_plan_kind kind, enum seal_language language);

#endif
