/* Findings by rule, for people and as JSON. */

#include "lint_lines.h"

#include <jansson.h>
#include <stdio.h>

#include "base/banned.h"

static const char *const levels[] = {
	[SEAL_LINT_FINE] = "ok", [SEAL_LINT_NOTE] = "note", [SEAL_LINT_WRONG] = "wrong"};

void lint_lines_show(const struct seal_lint *lint)
{
	for (size_t i = 0; i < lint->count; i++)
		(void)printf("%-6s%-9s %s\n", levels[lint->list[i].level], lint->list[i].rule,
			     lint->list[i].text);
}

struct json_t *lint_lines_json(const struct seal_lint *lint)
{
	json_t *list = json_array();

	for (size_t i = 0; i < lint->count; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s,s:s,s:s}", "level", levels[lint->list[i].level],
					"rule", lint->list[i].rule, "text", lint->list[i].text));
	return list;
}

int lint_lines_end(const struct seal_lint *lint, struct seal_diag *diag)
{
	return lint->wrong ? seal_fail(diag, SEAL_E_POLICY, "%zu %s wrong", lint->wrong,
				       lint->wrong == 1 ? "thing is" : "things are")
			   : SEAL_OK;
}
