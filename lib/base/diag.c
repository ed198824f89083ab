/* Causes of a failure, for people. Fixed storage, so that reporting a failure
   cannot itself fail. */

#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/banned.h"

static void SEAL_PRINTF(2, 0) put(struct seal_diag *diag, const char *fmt, va_list args)
{
	if (vsnprintf(diag->cause[0], sizeof diag->cause[0], fmt, args) < 0)
		diag->cause[0][0] = '\0';
}

int seal_fail(struct seal_diag *diag, int error, const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return error;
	diag->error = error;
	diag->causes = 1;
	va_start(args, fmt);
	put(diag, fmt, args);
	va_end(args);
	return error;
}

int seal_fail_errno(struct seal_diag *diag, int error, const char *fmt, ...)
{
	int saved = errno;
	char why[96];
	size_t used;
	va_list args;

	if (!diag)
		return error;
	diag->error = error;
	diag->causes = 1;
	va_start(args, fmt);
	put(diag, fmt, args);
	va_end(args);
	used = strlen(diag->cause[0]);
	(void)snprintf(diag->cause[0] + used, sizeof diag->cause[0] - used, ": %s",
		       strerror_r(saved, why, sizeof why));
	return error;
}

int seal_because(struct seal_diag *diag, int error, const char *fmt, ...)
{
	va_list args;
	unsigned last;

	if (!diag)
		return error;
	last = diag->causes < SEAL_DIAG_CAUSES ? diag->causes : SEAL_DIAG_CAUSES - 1;
	/* The innermost cause says most: where places run out it takes the last one. */
	if (last > 0 && diag->causes == SEAL_DIAG_CAUSES)
		memmove(diag->cause[1], diag->cause[0], (last - 1) * sizeof diag->cause[0]);
	else
		memmove(diag->cause[1], diag->cause[0], last * sizeof diag->cause[0]);
	diag->causes = last + 1;
	diag->error = error;
	va_start(args, fmt);
	put(diag, fmt, args);
	va_end(args);
	return error;
}

void seal_diag_line(const struct seal_diag *diag, char *out, unsigned long cap)
{
	unsigned long at = 0;

	if (cap == 0)
		return;
	for (unsigned i = 0; diag && i < diag->causes && i < SEAL_DIAG_CAUSES; i++) {
		const char *text = diag->cause[i];

		if (i > 0 && at + 2 < cap) {
			out[at++] = ':';
			out[at++] = ' ';
		}
		for (; *text && at + 1 < cap; text++) {
			unsigned char c = (unsigned char)*text;

			out[at++] = (c < 0x20 || c == 0x7f) ? '?' : *text;
		}
	}
	out[at] = '\0';
}
