/* Forking while another thread makes and frees secrets: the child must be able to
   make its own, and not wait for a lock whose holder it does not have. */

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/secret.h"

static atomic_int stop;

static void *churn(void *arg)
{
	while (!atomic_load(&stop)) {
		struct seal_secret *secret = NULL;

		if (seal_secret_new(64, &secret, NULL) != SEAL_OK)
			return arg;
		seal_secret_free(secret);
	}
	return NULL;
}

static void children_do_not_hang(void **state)
{
	int bad = 0;
	void *failed = NULL;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, churn, &bad), 0);
	for (int i = 0; i < 300 && !bad; i++) {
		int status = 0;
		pid_t child = fork();

		if (child == 0) {
			struct seal_secret *own = NULL;

			/* A hang is what is looked for; the alarm turns it into a failure. */
			(void)signal(SIGALRM, SIG_DFL);
			(void)alarm(20);
			_exit(seal_secret_new(64, &own, NULL) == SEAL_OK ? 0 : 1);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		bad = status;
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
