/* Error codes as data: names, texts, exit codes and HTTP states from errors.def. */

#include "base/error.h"

#include <stddef.h>

#include "sealkit/exit.h"

#include "base/banned.h"

struct error_row {
	const char *name;
	const char *text;
	int exit_code;
	int http;
};

static const struct error_row rows[] = {
	{"OK", "done", SEALKIT_EXIT_DONE, 200},
#define SEAL_ERROR(name, exit_code, http, text) {#name, text, exit_code, http},
#include "base/errors.def"
#undef SEAL_ERROR
};

static const struct error_row *row_of(int error)
{
	static const struct error_row unknown = {"UNKNOWN", "unknown error", 3, 500};

	if (error > 0 || error <= -(int)(sizeof rows / sizeof rows[0]))
		return &unknown;
	return &rows[-error];
}

const char *seal_error_name(int error)
{
	return row_of(error)->name;
}

const char *seal_error_text(int error)
{
	return row_of(error)->text;
}

int seal_error_exit(int error)
{
	return row_of(error)->exit_code;
}

int seal_error_http(int error)
{
	return row_of(error)->http;
}
