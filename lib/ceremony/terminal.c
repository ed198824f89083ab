/* The terminal. Threats: a PIN on the screen or in a scroll-back, a terminal left without
   echo, a signal that comes between a check and the wait. So the signals are blocked but
   in ppoll, and every way out goes through leave(). */

#include "ceremony/terminal_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/secret.h"
#include "ceremony/busy.h"

#include "base/banned.h"

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
#define WATCHED (sizeof watched / sizeof watched[0])

static volatile sig_atomic_t ended, stopped, continued, resized;

struct terminal {
	int fd;
	struct termios before;
	struct sigaction action[WATCHED];
	sigset_t mask; /* as it was */
	int has_page, ticks;
};

static void note_signal(int number)
{
	if (number == SIGTSTP)
		stopped = 1;
	else if (number == SIGCONT)
		continued = 1;
	else if (number == SIGWINCH)
		resized = 1;
	else
		ended = 1;
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
	ended = stopped = continued = resized = 0;
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

/* 1: a line, 0: given up, -1: stopped, continued, or another size of the page: ask again. */
static int read_line(struct terminal *terminal, uint8_t *buf, size_t cap, size_t *len)
{
	const struct timespec second = {1, 0};

	*len = 0;
	for (;;) {
		struct pollfd wait = {terminal->fd, POLLIN, 0};
		uint8_t spare = 0;
		uint8_t *to = *len < cap ? buf + *len : &spare;
		ssize_t got;

		int ready = ppoll(&wait, 1, terminal->ticks ? &second : NULL, &terminal->mask);

		if (ready < 0 && errno != EINTR)
			return 0;
		if (ended)
			return 0;
		if (stopped || continued || (resized && terminal->has_page))
			return -1;
		if (ready == 0)
			seal_terminal_tick(terminal->fd);
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

static int ask(const struct seal_terminal_page *page, const char *text, int echo, uint8_t *buf,
	       size_t cap, size_t *out_len, struct seal_diag *diag)
{
	struct terminal terminal SEAL_CLEANUP(close_terminal) = {
		.fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), .has_page = page != NULL};
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
		if (page)
			terminal.ticks = seal_terminal_draw(terminal.fd, page);
		(void)seal_terminal_show(terminal.fd, text);
		state = read_line(&terminal, buf, cap, &len);
		if (!echo || state <= 0)
			seal_terminal_text(terminal.fd, "\n");
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

int seal_terminal_ask(const char *text, int echo, uint8_t *buf, size_t cap, size_t *out_len,
		      struct seal_diag *diag)
{
	return ask(NULL, text, echo, buf, cap, out_len, diag);
}

int seal_terminal_ask_below(const struct seal_terminal_page *page, const char *text, uint8_t *buf,
			    size_t cap, size_t *out_len, struct seal_diag *diag)
{
	return ask(page, text, 1, buf, cap, out_len, diag);
}

static void say(const char *text, const char *before, const char *after)
{
	int fd = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return;
	seal_busy(NULL);
	seal_terminal_text(fd, before);
	(void)seal_terminal_show(fd, text);
	seal_terminal_text(fd, after);
	if (!text[0] || text[strlen(text) - 1] != '\n')
		seal_terminal_text(fd, "\n");
	(void)close(fd);
}

void seal_terminal_write(int fd, const char *text)
{
	if (isatty(fd))
		(void)seal_terminal_show(fd, text);
	else
		seal_terminal_text(fd, text);
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
	struct seal_terminal_place at;

	if (fd < 0)
		return 0;
	seal_busy(NULL);
	at = seal_terminal_show(fd, text);
	(void)close(fd);
	seal_line_is_open(1);
	return at.lines + 1;
}

/* Without escapes where one line is all, so that any terminal can. */
void seal_terminal_release(size_t lines)
{
	int fd = lines ? open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY) : -1;
	char blank[SEAL_TERMINAL_WIDTH + 2];
	size_t width;

	if (fd < 0)
		return;
	width = seal_terminal_width(fd) - 1;
	(void)snprintf(blank, sizeof blank, "\r%*s\r", (int)width, "");
	seal_terminal_text(fd, blank);
	for (; lines > 1 && !seal_terminal_is_dumb(); lines--) {
		seal_terminal_text(fd, "\033[A");
		seal_terminal_text(fd, blank);
	}
	(void)close(fd);
	seal_line_is_open(0);
}
