#ifndef SEALKIT_CEREMONY_TERMINAL_H
#define SEALKIT_CEREMONY_TERMINAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* One question on /dev/tty, for prompt.c. Handlers of signals and the terminal's
   settings are changed while it is asked only. One at a time: not for threads. */

/* Shows text and reads a line, without its newline, into buf. *out_len may be cap + 1: the
   line was longer, what is in buf is its beginning. SEAL_E_INTERRUPTED: Ctrl-C, Ctrl-D,
   a signal that ends programs, or the terminal went away. Ctrl-Z stops the
   program; after it goes on the question is asked again, from nothing. */
SEAL_MUST_CHECK int seal_terminal_ask(const char *text, int echo, uint8_t *buf, size_t cap,
				      size_t *out_len, struct seal_diag *diag);
/* A page of the terminal, alone on it: title, with the UTC time at the right end of its line, which
   goes on; then texts of lines, of which large stands out where the terminal can do so. Without
   escapes where TERM is dumb or not set: then the pages follow one another. */
struct seal_terminal_page {
	const char *title, *head, *large, *rest;
};
/* As ask, echoed, below the page; it is drawn anew after Ctrl-Z and when the terminal's size
   changes. */
SEAL_MUST_CHECK int seal_terminal_ask_below(const struct seal_terminal_page *page, const char *text,
					    uint8_t *buf, size_t cap, size_t *out_len,
					    struct seal_diag *diag);
/* A line, or several, with a newline at the end; nothing happens where there is no terminal.
   In all texts controls other than newlines become '?', and lines are broken at spaces
   so that none is wider than the terminal, or than 80 columns. */
void seal_terminal_say(const char *text);
/* The same to any descriptor; what is no terminal gets it unbroken. */
void seal_terminal_write(int fd, const char *text);
/* As say, in red. */
void seal_terminal_warn(const char *text);
/* The same without a newline, for as long as something lasts. Gives the number of lines to
   hand to release, which takes the text off the screen again. */
size_t seal_terminal_hold(const char *text);
void seal_terminal_release(size_t lines);

#endif
