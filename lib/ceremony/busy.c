/* A thread that shows, after a second, what is waited for. No timer signal: it would break
   into the reads of libfido2 and pcsclite. */

#include "ceremony/busy.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"

#include "base/banned.h"

#define WIDTH 79 /* columns, so that one line is all that must be erased */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char line[SEAL_DIAG_TEXT * 2]; /* empty: none */
	struct timespec from;	       /* when it is shown */
	int started, shown;
} busy = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static volatile sig_atomic_t line_open;

static void put(const char *text, size_t len)
{
	while (len > 0) {
		ssize_t did = write(STDERR_FILENO, text, len);

		if (did <= 0)
			return;
		text += did;
		len -= (size_t)did;
	}
}

void seal_line_is_open(int open)
{
	line_open = open;
}

void seal_line_end(void)
{
	if (line_open)
		put("\n", 1);
	line_open = 0;
}

static void *show(void *ctx SEAL_UNUSED)
{
	(void)pthread_mutex_lock(&busy.lock);
	for (;;) {
		if (!busy.line[0] || busy.shown) {
			(void)pthread_cond_wait(&busy.changed, &busy.lock);
		} else if (pthread_cond_timedwait(&busy.changed, &busy.lock, &busy.from) != 0 &&
			   busy.line[0]) {
			put(busy.line, strlen(busy.line));
			busy.shown = 1;
			seal_line_is_open(1);
		}
	}
	return NULL;
}

/* Signals are for the thread that reads and writes, and blocks them where it must. */
static int start(void)
{
	pthread_t thread;
	sigset_t all;
	sigset_t before;
	int failed;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, show, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		(void)pthread_detach(thread);
	return !failed;
}

static void erase(void)
{
	char blank[WIDTH + 3];

	if (!busy.shown)
		return;
	(void)snprintf(blank, sizeof blank, "\r%*s\r", WIDTH, "");
	put(blank, sizeof blank - 1);
	busy.shown = 0;
	seal_line_is_open(0);
}

/* Paths are in it: no controls. Cut to one line, at a character's end. */
static void compose(const char *text)
{
	struct seal_diag clean = {0};
	size_t columns = 0;
	size_t len = 0;

	(void)seal_fail(&clean, SEAL_E_USAGE, "waiting for %s", text);
	seal_diag_line(&clean, busy.line, sizeof busy.line);
	for (; busy.line[len]; len++) {
		columns += ((unsigned char)busy.line[len] & 0xc0) != 0x80;
		if (columns > WIDTH - 4)
			break;
	}
	(void)snprintf(busy.line + len, sizeof busy.line - len, " ...");
}

void seal_busy(const char *text)
{
	if (!isatty(STDERR_FILENO))
		return;
	(void)pthread_mutex_lock(&busy.lock);
	erase();
	busy.line[0] = '\0';
	if (text && !busy.started)
		busy.started = start();
	if (text && busy.started) {
		compose(text);
		(void)clock_gettime(CLOCK_REALTIME, &busy.from);
		busy.from.tv_sec++;
		(void)pthread_cond_signal(&busy.changed);
	}
	(void)pthread_mutex_unlock(&busy.lock);
}
