/* Forking while another thread makes and frees secrets: the child must be able to
   make its own, and not wait for a lock whose holder it does not have. */

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <valgrind/valgrind.h>

#include "base/secret.h"

static atomic_int stop;

static void *churn(void *arg)
{
	while (!atomic_load(&stop)) {
		struct seal_secret *secret = NULL;

		if (seal_secret_new(64, &secret, NULL) != SEAL_OK)
			return arg;
		seal_secret_free(secret);
		/* Valgrind runs one thread at a time, and the forks would starve. Elsewhere
		   a pause would hide what this looks for. */
		if (RUNNING_ON_VALGRIND)
			(void)sched_yield();
	}
	return NULL;
}

static void children_do_not_hang(void **state)
{
	/* Enough to meet the lock held in nearly every run, and bearable where forks are slow. */
#ifdef SEAL_SANITIZED
	const int rounds = 300;
#else
	const int rounds = RUNNING_ON_VALGRIND ? 300 : 5000;
#endif
	int bad = 0;
	void *failed = NULL;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, churn, &bad), 0);
	for (int i = 0; i < rounds && !bad; i++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			struct seal_secret *own = NULL;

			/* A hang is what is looked for; the alarm turns it into a failure. */
			(void)signal(SIGALRM, SIG_DFL);
			(void)alarm(20);
			/* What the other thread held is lost in here, and no leak of ours:
			   leaving by a signal leaves leak checkers out. */
			if (seal_secret_new(64, &own, NULL) == SEAL_OK)
				(void)raise(SIGKILL);
			_exit(1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		bad = !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	atomic_store(&stop, 1);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(children_do_not_hang)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
