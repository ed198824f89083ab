/* The terminal. Threats: a PIN on the screen or in a scroll-back, a terminal left without
   echo, a signal that comes between a check and the wait. So the signals are blocked but
   in ppoll, and every way out goes through leave(). */

#include "ceremony/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"
#include "ceremony/busy.h"

#include "base/banned.h"

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT};
#define PIECE 240u /* of text, shown at a time */
#define WATCHED (sizeof watched / sizeof watched[0])
#define WIDTH 80u /* columns; fewer where the terminal has fewer */
#define NARROW 20u

static volatile sig_atomic_t ended, stopped, continued;

struct terminal {
	int fd;
	struct termios before;
	struct sigaction action[WATCHED];
	sigset_t mask; /* as it was */
};

static void note_signal(int number)
{
	if (number == SIGTSTP)
		stopped = 1;
	else if (number == SIGCONT)
		continued = 1;
	else
		ended = 1;
}

static void put(int fd, const char *text, size_t len)
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

static void show(int fd, const char *text)
{
	put(fd, text, strlen(text));
}

/* Where the next character comes to stand, and how many lines there are before it. */
struct place {
	size_t column, indent, lines;
};

static size_t columns(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static size_t width_of(int fd)
{
	struct winsize size = {0};

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_col > WIDTH)
		return WIDTH;
	return size.ws_col < NARROW ? NARROW : size.ws_col;
}

/* Breaks at spaces, one column before the edge: the cursor has its place there. What goes
   on is indented as its line is. */
static void show_wrapped(int fd, size_t width, const char *text, struct place *at)
{
	while (*text) {
		size_t spaces = strspn(text, " ");
		size_t word = strcspn(text + spaces, " ");
		size_t wide = columns(text + spaces, word);

		if (at->column == 0)
			at->indent = spaces;
		if (word > 0 && at->column > at->indent && at->column + spaces + wide >= width) {
			show(fd, "\n");
			for (size_t i = 0; i < at->indent; i++)
				show(fd, " ");
			at->lines++;
			at->column = at->indent + wide;
			put(fd, text + spaces, word);
		} else {
			at->column += spaces + wide;
			put(fd, text, spaces + word);
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
static struct place show_clean(int fd, const char *text)
{
	struct place at = {0, 0, 0};
	size_t width = width_of(fd);

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
		show(fd, "\n");
		at.column = 0;
		at.lines++;
		text++;
	}
	return at;
}

static int set(int fd, int when, const struct termios *settings)
{
	int result;

	do {
		result = tcsetattr(fd, when, settings);
	} while (result != 0 && errno == EINTR && !ended);
	return result;
}

static void leave(struct terminal *terminal)
{
	/* A hang-up leaves nothing to restore; else nothing but the restored state counts. */
	while (tcsetattr(terminal->fd, TCSADRAIN, &terminal->before) != 0 && errno == EINTR)
		continue;
	for (size_t i = 0; i < WATCHED; i++)
		(void)sigaction(watched[i], &terminal->action[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &terminal->mask, NULL);
}

/* What was ignored before (nohup) stays so. */
static void watch(struct terminal *terminal)
{
	struct sigaction action = {0};
	sigset_t block;

	action.sa_handler = note_signal;
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&block);
	ended = stopped = continued = 0;
	for (size_t i = 0; i < WATCHED; i++)
		(void)sigaddset(&block, watched[i]);
	(void)sigprocmask(SIG_BLOCK, &block, &terminal->mask);
	for (size_t i = 0; i < WATCHED; i++) {
		(void)sigaction(watched[i], NULL, &terminal->action[i]);
		if (terminal->action[i].sa_handler != SIG_IGN)
			(void)sigaction(watched[i], &action, NULL);
	}
}

static int enter(struct terminal *terminal, int echo, struct seal_diag *diag)
{
	struct termios settings;

	if (tcgetattr(terminal->fd, &terminal->before) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "/dev/tty");
	settings = terminal->before;
	settings.c_iflag |= ICRNL;
	settings.c_lflag |= ICANON | ISIG;
	if (echo)
		settings.c_lflag |= ECHO | ECHOE;
	else
		settings.c_lflag &= (tcflag_t) ~(ECHO | ECHOE | ECHOK | ECHONL);
	watch(terminal);
	/* What was typed before the question is no answer to it. */
	if (set(terminal->fd, TCSAFLUSH, &settings) != 0) {
		int error =
			seal_fail_errno(diag, ended ? SEAL_E_INTERRUPTED : SEAL_E_IO, "/dev/tty");

		leave(terminal);
		return error;
	}
	return SEAL_OK;
}

/* 1: a line, 0: given up, -1: stopped or continued, ask again. */
static int read_line(struct terminal *terminal, uint8_t *buf, size_t cap, size_t *len)
{
	*len = 0;
	for (;;) {
		struct pollfd wait = {terminal->fd, POLLIN, 0};
		uint8_t spare = 0;
		uint8_t *to = *len < cap ? buf + *len : &spare;
		ssize_t got;

		if (ppoll(&wait, 1, NULL, &terminal->mask) < 0 && errno != EINTR)
			return 0;
		if (ended)
			return 0;
		if (stopped || continued)
			return -1;
		if (!wait.revents)
			continue;
		got = read(terminal->fd, to, 1);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got != 1)
			return 0;
		if (*to == '\n') {
			*to = 0;
			return 1;
		}
		*len = *len < cap ? *len + 1 : cap + 1;
		seal_wipe(&spare, sizeof spare);
	}
}

static void close_terminal(struct terminal *terminal)
{
	if (terminal->fd >= 0)
		(void)close(terminal->fd);
}

int seal_terminal_ask(const char *text, int echo, uint8_t *buf, size_t cap, size_t *out_len,
		      struct seal_diag *diag)
{
	struct terminal terminal SEAL_CLEANUP(close_terminal) = {
		.fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
	size_t len = 0;
	int state = -1;

	if (terminal.fd < 0)
		return seal_fail(diag, SEAL_E_USAGE, "there is no terminal to ask on (/dev/tty)");
	seal_busy(NULL);
	while (state < 0) {
		int error = enter(&terminal, echo, diag);
		int stop;

		if (error)
			return error;
		(void)show_clean(terminal.fd, text);
		state = read_line(&terminal, buf, cap, &len);
		if (!echo || state <= 0)
			show(terminal.fd, "\n");
		stop = stopped && !ended;
		if (state != 1)
			seal_wipe(buf, cap);
		leave(&terminal);
		if (stop)
			(void)raise(SIGTSTP);
	}
	if (state == 0)
		return seal_fail(diag, SEAL_E_INTERRUPTED, "stopped at a question");
	*out_len = len;
	return SEAL_OK;
}

static void say(const char *text, const char *before, const char *after)
{
	int fd = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return;
	seal_busy(NULL);
	show(fd, before);
	(void)show_clean(fd, text);
	show(fd, after);
	if (!text[0] || text[strlen(text) - 1] != '\n')
		show(fd, "\n");
	(void)close(fd);
}

void seal_terminal_write(int fd, const char *text)
{
	if (isatty(fd))
		(void)show_clean(fd, text);
	else
		show(fd, text);
}

void seal_terminal_say(const char *text)
{
	say(text, "", "");
}

void seal_terminal_warn(const char *text)
{
	say(text, "\033[1;31m", "\033[0m");
}

size_t seal_terminal_hold(const char *text)
{
	int fd = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
	struct place at;

	if (fd < 0)
		return 0;
	seal_busy(NULL);
	at = show_clean(fd, text);
	(void)close(fd);
	seal_line_is_open(1);
	return at.lines + 1;
}

/* Without escapes where one line is all, so that any terminal can. */
void seal_terminal_release(size_t lines)
{
	const char *term = getenv("TERM");
	int fd = lines ? open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY) : -1;
	char blank[WIDTH + 2];
	size_t width;

	if (fd < 0)
		return;
	width = width_of(fd) - 1;
	(void)snprintf(blank, sizeof blank, "\r%*s\r", (int)width, "");
	show(fd, blank);
	for (; lines > 1 && term && strcmp(term, "dumb") != 0; lines--) {
		show(fd, "\033[A");
		show(fd, blank);
	}
	(void)close(fd);
	seal_line_is_open(0);
}
