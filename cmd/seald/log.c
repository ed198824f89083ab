/* The one log. */

#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/banned.h"

void seald_log(const char *fmt, ...)
{
	char line[1400] = "seald: ";
	size_t len = 7;
	va_list args;
	int put;

	va_start(args, fmt);
	put = vsnprintf(line + len, sizeof line - len - 1, fmt, args);
	va_end(args);
	if (put > 0)
		len += (size_t)put < sizeof line - len - 1 ? (size_t)put : sizeof line - len - 2;
	for (size_t i = 0; i < len; i++)
		if (line[i] > 0 && (line[i] < ' ' || line[i] == 0x7f))
			line[i] = '?';
	line[len++] = '\n';
	if (write(STDERR_FILENO, line, len) < 0)
		return; /* a log that is closed stops no daemon */
}
