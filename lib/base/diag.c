/* Causes of a failure, for people. Fixed storage, so that reporting a failure
   cannot itself fail. */

#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

static void SEAL_PRINTF(2, 0) put(struct seal_diag *diag, const char *fmt, va_list args)
{
	if (vsnprintf(diag->cause[0], sizeof diag->cause[0], fmt, args) < 0)
		diag->cause[0][0] = '\0';
}

int(seal_fail)(struct seal_diag *diag, int error, const char *fmt, ...)
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

int(seal_fail_errno)(struct seal_diag *diag, int error, const char *fmt, ...)
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

int(seal_because)(struct seal_diag *diag, int error, const char *fmt, ...)
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

void seal_advise(struct seal_diag *diag, const char *advice)
{
	char *last;
	size_t used;

	if (!diag || diag->causes == 0)
		return;
	last = diag->cause[diag->causes - 1];
	used = strlen(last);
	(void)snprintf(last + used, SEAL_DIAG_TEXT - used, "; %s", advice);
}

/* Appends text; whole code points only. C1 controls drive terminals as well as C0
   ones do, and so do U+202A to U+202E and U+2066 to U+2069, which turn text about. */
static void add_safe(const char *text, char *out, unsigned long cap, unsigned long *at)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len;) {
		size_t from = i;
		int32_t point = seal_utf8_next(text, len, &i);
		int bad = point < 0x20 || (point >= 0x7f && point < 0xa0) ||
			  (point >= 0x202a && point <= 0x202e) ||
			  (point >= 0x2066 && point <= 0x2069);
		size_t size;

		if (point < 0)
			i = from + 1;
		size = bad ? 1 : i - from;
		if (*at + size >= cap)
			return;
		memcpy(out + *at, bad ? "?" : text + from, size);
		*at += size;
	}
}

void seal_diag_line(const struct seal_diag *diag, char *out, unsigned long cap)
{
	unsigned long at = 0;

	if (cap == 0)
		return;
	for (unsigned i = 0; diag && i < diag->causes && i < SEAL_DIAG_CAUSES; i++) {
		if (i > 0)
			add_safe(": ", out, cap, &at);
		add_safe(diag->cause[i], out, cap, &at);
	}
	out[at] = '\0';
}
