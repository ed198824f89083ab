/* Opening 1 GiB with seal-open --raw against Debian's age, whole processes, in
   one run and alternating; medians of 5. SEAL_BENCH_MIB makes it shorter. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 5

static double now_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

/* Runs argv with stdout thrown away; ends the bench where it fails. */
static double run(char *const *argv, long *out_kib)
{
	double start = now_ms();
	struct rusage used;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		(void)dup2(null, STDOUT_FILENO);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	if (wait4(child, &status, 0, &used) != child || status != 0) {
		(void)fprintf(stderr, "bench_age: %s failed\n", argv[0]);
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

static char *joined(const char *dir, const char *name)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		exit(3);
	return path;
}

static void prepare(const char *dir, const char *mib)
{
	static const char script[] =
		"cd \"$1\" && age-keygen -o id 2>/dev/null && head -c \"$2\"M /dev/zero | "
		"age -r \"$(age-keygen -y id)\" -o sealed";
	char *argv[] = {strdup("sh"), strdup("-c"), strdup(script), strdup("sh"), strdup(dir),
			strdup(mib),  NULL};
	long kib = 0;

	(void)run(argv, &kib);
	for (int i = 0; argv[i]; i++)
		free(argv[i]);
}

int main(void)
{
	char dir[] = "/tmp/sealkit-bench-XXXXXX";
	const char *mib = getenv("SEAL_BENCH_MIB");
	const char *build = getenv("BUILD");
	double ours[ROUNDS];
	double theirs[ROUNDS];
	long kib = 0;
	long peer_kib = 0;

	if (!mkdtemp(dir))
		return 3;
	prepare(dir, mib ? mib : "1024");
	{
		char *id = joined(dir, "id");
		char *sealed = joined(dir, "sealed");
		char *tool = joined(build ? build : "build", "bin/seal-open");
		char raw[] = "--raw";
		char in[] = "-i";
		char age[] = "age";
		char open_[] = "-d";
		char *a[] = {tool, raw, in, id, sealed, NULL};
		char *b[] = {age, open_, in, id, sealed, NULL};

		for (int i = 0; i < ROUNDS; i++) {
			ours[i] = run(a, &kib);
			theirs[i] = run(b, &peer_kib);
		}
		(void)unlink(id);
		(void)unlink(sealed);
		(void)rmdir(dir);
		free(id);
		free(sealed);
		free(tool);
	}
	qsort(ours, ROUNDS, sizeof ours[0], by_value);
	qsort(theirs, ROUNDS, sizeof theirs[0], by_value);
	(void)printf("bench age_open_1g ours=%.0f unit=ms peer=age peer_value=%.0f ratio=%.2f "
		     "rss_kib=%ld\n",
		     ours[ROUNDS / 2], theirs[ROUNDS / 2], ours[ROUNDS / 2] / theirs[ROUNDS / 2],
		     kib);
	return 0;
}
