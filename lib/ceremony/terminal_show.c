/* What comes onto a terminal: texts in lines that fit, and pages. */

#include "ceremony/terminal_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/banned.h"

#define PIECE 240u /* of text, shown at a time */
#define WIDTH SEAL_TERMINAL_WIDTH
#define NARROW 20u
#define CLOCK 23u /* "2026-11-24 10:00:00 UTC" */

void seal_terminal_put(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t did = write(fd, text, len);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return;
		text += did;
		len -= (size_t)did;
	}
}

void seal_terminal_text(int fd, const char *text)
{
	seal_terminal_put(fd, text, strlen(text));
}

static size_t columns(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

size_t seal_terminal_width(int fd)
{
	struct winsize size = {0};

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col > WIDTH)
		return WIDTH;
	return size.ws_col < NARROW ? NARROW : size.ws_col;
}

/* Breaks at spaces, one column before the edge: the cursor has its place there. What goes
   on is indented as its line is. */
static void show_wrapped(int fd, size_t width, const char *text, struct seal_terminal_place *at)
{
	while (*text) {
		size_t spaces = strspn(text, " ");
		size_t word = strcspn(text + spaces, " ");
		size_t wide = columns(text + spaces, word);

		if (at->column == 0)
			at->indent = spaces;
		if (word > 0 && at->column > at->indent && at->column + spaces + wide >= width) {
			seal_terminal_text(fd, "\n");
			for (size_t i = 0; i < at->indent; i++)
				seal_terminal_text(fd, " ");
			at->lines++;
			at->column = at->indent + wide;
			seal_terminal_put(fd, text + spaces, word);
		} else {
			at->column += spaces + wide;
			seal_terminal_put(fd, text, spaces + word);
		}
		text += spaces + word;
	}
}

/* How much of text is one piece: up to a newline, or PIECE bytes that end with a character. */
static size_t piece_of(const char *text)
{
	size_t len = strcspn(text, "\n");

	if (len > PIECE)
		for (len = PIECE; len > 1 && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
			continue;
	return len;
}

/* Names of readers and paths come from outside: no controls but newlines reach the
   terminal. */
struct seal_terminal_place seal_terminal_show(int fd, const char *text)
{
	struct seal_terminal_place at = {0, 0, 0};
	size_t width = seal_terminal_width(fd);

	while (*text) {
		struct seal_diag clean = {0};
		char line[SEAL_DIAG_TEXT * 2];
		size_t len = piece_of(text);

		(void)seal_fail(&clean, SEAL_E_USAGE, "%.*s", (int)len, text);
		seal_diag_line(&clean, line, sizeof line);
		show_wrapped(fd, width, line, &at);
		text += len;
		if (*text != '\n')
			continue;
		seal_terminal_text(fd, "\n");
		at.column = 0;
		at.lines++;
		text++;
	}
	return at;
}

static const char *terminal_kind(void)
{
	const char *term = getenv("TERM");

	return term && term[0] ? term : "dumb";
}

/* A terminal that knows no escapes gets none, and one page below the other. */
int seal_terminal_is_dumb(void)
{
	return strcmp(terminal_kind(), "dumb") == 0;
}

static int has_bold(void)
{
	const char *no = getenv("NO_COLOR");

	return !seal_terminal_is_dumb() && !(no && no[0]);
}

static void clock_text(char out[static CLOCK + 1])
{
	time_t now = time(NULL);
	struct tm parts;

	out[0] = '\0';
	if (gmtime_r(&now, &parts))
		(void)strftime(out, CLOCK + 1, "%Y-%m-%d %H:%M:%S UTC", &parts);
}

void seal_terminal_tick(int fd)
{
	char time[CLOCK + 1], line[CLOCK + 32];
	size_t width = seal_terminal_width(fd);

	if (width <= CLOCK)
		return;
	clock_text(time);
	(void)snprintf(line, sizeof line, "\0337\033[1;%zuH%s\0338", width - CLOCK, time);
	seal_terminal_text(fd, line);
}

/* The title is cut where the clock begins. */
static void show_title(int fd, const char *title)
{
	size_t width = seal_terminal_width(fd);
	char cut[4 * WIDTH + 1], time[CLOCK + 1], line[sizeof cut + WIDTH + sizeof time];
	size_t room = width > CLOCK + 2 ? width - CLOCK - 2 : 0, len = 0, wide = 0;

	for (; len < sizeof cut - 4 && title[len]; len++) {
		wide += ((unsigned char)title[len] & 0xc0) != 0x80;
		if (wide > room)
			break;
	}
	(void)snprintf(cut, sizeof cut, "%.*s", (int)len, title);
	wide = columns(cut, strlen(cut));
	clock_text(time);
	(void)snprintf(line, sizeof line, "%s%*s%s\n", cut,
		       width > CLOCK + wide ? (int)(width - CLOCK - wide) - 1 : 0, "", time);
	(void)seal_terminal_show(fd, line);
}

int seal_terminal_draw(int fd, const struct seal_terminal_page *page)
{
	struct winsize size = {0};
	int bold = has_bold();
	size_t lines = 2; /* title and question */

	seal_terminal_text(fd, seal_terminal_is_dumb() ? "\n\n" : "\033[H\033[2J");
	show_title(fd, page->title);
	lines += seal_terminal_show(fd, page->head).lines;
	seal_terminal_text(fd, bold ? "\033[1m" : "");
	lines += seal_terminal_show(fd, page->large).lines;
	seal_terminal_text(fd, bold ? "\033[0m" : "");
	lines += seal_terminal_show(fd, page->rest).lines;
	return !seal_terminal_is_dumb() && ioctl(fd, TIOCGWINSZ, &size) == 0 &&
	       lines <= size.ws_row;
}
