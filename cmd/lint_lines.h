#ifndef SEALKIT_CMD_LINT_LINES_H
#define SEALKIT_CMD_LINT_LINES_H

#include "ceremony/lint.h"

struct json_t;

/* Findings by rule (ceremony/lint.h), as tools tell them. */

/* A line each on stdout: level, rule, text. */
void lint_lines_show(const struct seal_lint *lint);
/* A list of objects with level, rule and text; the caller's. */
struct json_t *lint_lines_json(const struct seal_lint *lint);
/* SEAL_E_POLICY, saying how many things are wrong; SEAL_OK: none is. */
SEAL_MUST_CHECK int lint_lines_end(const struct seal_lint *lint, struct seal_diag *diag);

#endif
