/* Sealing 1 GiB to one X25519 recipient against Debian's age, whole processes, in
   one run and alternating; medians of 5. SEAL_BENCH_MIB makes it shorter. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/age_seal.h"

#define ROUNDS 5
/* A recipient made for benches and tests; nobody keeps a secret under it. */
#define RECIPIENT "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"

static double now_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int seal(void)
{
	struct seal_age_recipient to;
	int in = STDIN_FILENO;
	int out = STDOUT_FILENO;
	struct seal_source source = seal_source_fd(&in);
	struct seal_sink sink = seal_sink_fd(&out);

	return seal_age_recipient_parse(RECIPIENT, &to, NULL) ||
	       seal_age_seal(&to, 1, &source, &sink, NULL);
}

/* From path to /dev/null, in a child; ends the bench on failure. */
static double run(const char *path, int ours, long *out_kib)
{
	double start = now_ms();
	struct rusage used;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int in = open(path, O_RDONLY | O_CLOEXEC);
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		(void)dup2(in, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		if (ours)
			_exit(seal() ? 1 : 0);
		(void)execlp("age", "age", "-r", RECIPIENT, (char *)NULL);
		_exit(127);
	}
	if (wait4(child, &status, 0, &used) != child || status != 0) {
		(void)fprintf(stderr, "bench_age_seal: %s failed\n", ours ? "sealkit" : "age");
		exit(3);
	}
	*out_kib = used.ru_maxrss;
	return now_ms() - start;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(void)
{
	char path[] = "/tmp/sealkit-bench-XXXXXX";
	const char *mib = getenv("SEAL_BENCH_MIB");
	double ours[ROUNDS];
	double theirs[ROUNDS];
	long kib = 0;
	long peer_kib = 0;
	int fd = mkstemp(path);

	if (fd < 0 || ftruncate(fd, strtol(mib ? mib : "1024", NULL, 10) << 20) != 0)
		return 3;
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = run(path, 1, &kib);
		theirs[i] = run(path, 0, &peer_kib);
	}
	(void)close(fd);
	(void)unlink(path);
	qsort(ours, ROUNDS, sizeof ours[0], by_value);
	qsort(theirs, ROUNDS, sizeof theirs[0], by_value);
	(void)printf("bench age_seal_1g ours=%.0f unit=ms peer=age peer_value=%.0f ratio=%.2f "
		     "rss_kib=%ld\n",
		     ours[ROUNDS / 2], theirs[ROUNDS / 2], ours[ROUNDS / 2] / theirs[ROUNDS / 2],
		     kib);
	return 0;
}
