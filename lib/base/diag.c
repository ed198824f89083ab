/* Causes of a failure, for people. Fixed storage, so that reporting a failure
   cannot itself fail. */

#include "base/diag.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#include "base/banned.h"

/* What names two paths of any length fits; a cause that is longer than its place loses its
   middle, as both its ends say what is wrong. */
#define WHOLE_BYTES (2 * PATH_MAX + 256)
#define GAP "..."
#define HEAD_BYTES 64u

static void shorten(const char *whole, char out[SEAL_DIAG_TEXT])
{
	size_t len = strlen(whole);

	if (len < SEAL_DIAG_TEXT) {
		memcpy(out, whole, len + 1);
		return;
	}
	memcpy(out, whole, HEAD_BYTES);
	(void)snprintf(out + HEAD_BYTES, SEAL_DIAG_TEXT - HEAD_BYTES, GAP "%s",
		       whole + len - (SEAL_DIAG_TEXT - 1 - HEAD_BYTES - strlen(GAP)));
}

/* why: NULL, or what is added after ": ". */
static void SEAL_PRINTF(2, 0)
	put(struct seal_diag *diag, const char *fmt, va_list args, const char *why)
{
	char whole[WHOLE_BYTES];
	size_t used;

	if (vsnprintf(whole, sizeof whole, fmt, args) < 0)
		whole[0] = '\0';
	used = strlen(whole);
	if (why)
		(void)snprintf(whole + used, sizeof whole - used, ": %s", why);
	shorten(whole, diag->cause[0]);
}

static void begin(struct seal_diag *diag, int error)
{
	diag->error = error;
	diag->causes = 1;
}

int(seal_fail)(struct seal_diag *diag, int error, const char *fmt, ...)
{
	va_list args;

	if (!diag)
		return error;
	begin(diag, error);
	va_start(args, fmt);
	put(diag, fmt, args, NULL);
	va_end(args);
	return error;
}

int(seal_fail_errno)(struct seal_diag *diag, int error, const char *fmt, ...)
{
	int saved = errno;
	char why[96];
	va_list args;

	if (!diag)
		return error;
	begin(diag, error);
	va_start(args, fmt);
	put(diag, fmt, args, strerror_r(saved, why, sizeof why));
	va_end(args);
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
	put(diag, fmt, args, NULL);
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

/* Appends text; whole code points only. */
static void add_safe(const char *text, char *out, unsigned long cap, unsigned long *at)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len;) {
		size_t from = i;
		int32_t point = seal_utf8_next(text, len, &i);
		int bad = point < 0 || seal_utf8_drives(point);
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
