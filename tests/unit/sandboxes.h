#ifndef SEALKIT_TESTS_SANDBOXES_H
#define SEALKIT_TESTS_SANDBOXES_H

/* Children that enter a sandbox of seald and then try something. Include after cmocka.h. */

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

/* Sanitized builds have no sandbox, and valgrind's own calls are on no list. */
static void skip_without_sandbox(void)
{
#ifdef SEAL_SANITIZED
	skip();
#endif
	if (RUNNING_ON_VALGRIND)
		skip();
}

/* As fork: 0 in a child that is within. One that cannot enter ends with 1. After so many seconds
   one that came through and waits is ended by SIGALRM; 0: never, as alarm is a call too. */
static pid_t fork_within(int (*enter)(void), unsigned seconds)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (seconds)
			(void)alarm(seconds);
		if (enter())
			_exit(1);
	}
	return pid;
}

static int status_of_child(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	return status;
}

#endif
