#ifndef SEALKIT_CEREMONY_TERMINAL_INTERNAL_H
#define SEALKIT_CEREMONY_TERMINAL_INTERNAL_H

#include "ceremony/terminal.h"

/* Shared by terminal.c (questions) and terminal_show.c (what is shown). */

#define SEAL_TERMINAL_WIDTH 80u /* columns; fewer where the terminal has fewer */

/* Where the next character comes to stand, and how many lines there are before it. */
struct seal_terminal_place {
	size_t column, indent, lines;
};

void seal_terminal_put(int fd, const char *text, size_t len);
void seal_terminal_text(int fd, const char *text);
size_t seal_terminal_width(int fd);
/* Without controls, in lines that fit. */
struct seal_terminal_place seal_terminal_show(int fd, const char *text);
int seal_terminal_is_dumb(void);
/* 1: the whole page is on the screen, and its time can go on. */
int seal_terminal_draw(int fd, const struct seal_terminal_page *page);
/* The time on such a page again; the cursor stays. */
void seal_terminal_tick(int fd);

#endif
