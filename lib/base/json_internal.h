#ifndef SEALKIT_BASE_JSON_INTERNAL_H
#define SEALKIT_BASE_JSON_INTERNAL_H

#include "json.h"

/* Walks over a text without judging its grammar: limits depth and count, refuses NUL
   in strings, and writes it anew with every number that is not a plain integer as a
   string behind a NUL. No other string can begin so. */
SEAL_MUST_CHECK int seal_json_scan(const char *text, size_t len, unsigned max,
				   struct seal_json_text *out_text, struct seal_diag *diag);
/* Wipes all of a malloc'd block and frees it; NULL is nothing. */
void seal_json_wipe(void *block);

#endif
