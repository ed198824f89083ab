#ifndef SEALKIT_CMD_SEAL_CEREMONY_PAPER_H
#define SEALKIT_CMD_SEAL_CEREMONY_PAPER_H

#include <stddef.h>

#include "base/options.h"
#include "ceremony/sheet.h"

struct paper_values {
	const char *language, *format, *output;
	int json;
};

#define PAPER_ROWS(type, field)                                                         \
	{"language",	 'l', SEAL_OPTION_TEXT, offsetof(type, field.language), "LANG", \
	 "en or fr (en)"},                                                              \
		{"format",	   'f',                                                 \
		 SEAL_OPTION_TEXT, offsetof(type, field.format),                        \
		 "FORM",	   "html or text (text)"},                              \
		{"output",	   'o',                                                 \
		 SEAL_OPTION_TEXT, offsetof(type, field.output),                        \
		 "FILE",	   "a new file, instead of stdout"},                    \
	{                                                                               \
		"json", 0, SEAL_OPTION_FLAG, offsetof(type, field.json), NULL,          \
			"one JSON object on stdout; needs --output"                     \
	}

SEAL_MUST_CHECK int paper_check(const struct paper_values *values, struct seal_diag *diag);
/* Of values that were checked. */
enum seal_language paper_language(const struct paper_values *values);
enum seal_sheet_form paper_form(const struct paper_values *values);
SEAL_MUST_CHECK int paper_write(const struct paper_values *values, const char *text,
				struct seal_diag *diag);

#endif
