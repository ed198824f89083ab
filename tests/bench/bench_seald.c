/* seald: exec to serving, next to a start of the openssl tool, and the memory (PSS) of all its
   processes, sealed and idle, with two gates. Medians of 7. */

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 7
#define GOAL_KIB 20480.0

static char folder[] = "/tmp/seald-bench-XXXXXX";
static char conf[64];

static double now_ms(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x1 = *(const double *)a;
	double x2 = *(const double *)b;

	return (x1 > x2) - (x1 < x2);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, by_value);
	return values[ROUNDS / 2];
}

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench_seald: %s\n", what);
	exit(3);
}

static pid_t run(const char *program, const char *const *argv, int ready)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		union {
			const char *const *in;
			char *const *out;
		} pass = {.in = argv};

		(void)dup2(null, 1);
		(void)dup2(null, 2);
		if (ready >= 0)
			(void)dup2(ready, 3);
		(void)execvp(program, pass.out);
		_exit(127);
	}
	if (pid < 0)
		fail("fork");
	return pid;
}

/* From fork to the line that says that clients are served. */
static double start_ours(pid_t *out_pid)
{
	const char *build = getenv("BUILD");
	char program[512];
	const char *const argv[] = {"seald", "--config", conf, "--ready-fd", "3", NULL};
	int ends[2];
	char line[8] = "";
	double began;

	(void)snprintf(program, sizeof program, "%s/bin/seald", build ? build : "build");
	if (pipe2(ends, O_CLOEXEC) != 0)
		fail("pipe");
	began = now_ms();
	*out_pid = run(program, argv, ends[1]);
	(void)close(ends[1]);
	if (read(ends[0], line, 5) != 5 || strcmp(line, "ready") != 0)
		fail("seald does not start");
	(void)close(ends[0]);
	return now_ms() - began;
}

static double start_theirs(void)
{
	const char *const argv[] = {"openssl", "version", NULL};
	double began = now_ms();
	pid_t pid = run("openssl", argv, -1);
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || status != 0)
		fail("openssl");
	return now_ms() - began;
}

static long number_in(const char *path, const char *name)
{
	FILE *file = fopen(path, "r");
	char line[256];
	long value = -1;

	while (file && fgets(line, sizeof line, file))
		if (strncmp(line, name, strlen(name)) == 0)
			value = strtol(line + strlen(name), NULL, 10);
	if (file)
		(void)fclose(file);
	return value;
}

/* Of the supervisor and its children. */
static double memory_of(pid_t pid)
{
	DIR *all = opendir("/proc");
	const struct dirent *one;
	long sum = 0;
	unsigned count = 0;

	while (all && (one = readdir(all))) {
		long id = strtol(one->d_name, NULL, 10);
		char path[64];

		(void)snprintf(path, sizeof path, "/proc/%ld/status", id);
		if (id <= 0 || (id != pid && number_in(path, "PPid:") != pid))
			continue;
		(void)snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", id);
		sum += number_in(path, "Pss:");
		count++;
	}
	(void)closedir(all);
	if (count != 4)
		fail("not four processes");
	return (double)sum;
}

static void stop(pid_t pid)
{
	int status = 0;

	(void)kill(pid, SIGTERM);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fail("seald does not stop");
}

static void clean(void)
{
	const char *const argv[] = {"rm", "-rf", folder, NULL};

	(void)waitpid(run("rm", argv, -1), NULL, 0);
}

int main(void)
{
	double ours[ROUNDS];
	double theirs[ROUNDS];
	double memory[ROUNDS];
	pid_t pid = 0;
	FILE *file;

	if (!mkdtemp(folder))
		fail("mkdtemp");
	(void)snprintf(conf, sizeof conf, "%s/conf", folder);
	file = fopen(conf, "w");
	if (!file ||
	    fprintf(file,
		    "listen = \"127.0.0.1:0\"; gates = 2;\n"
		    "state = \"%s/state\"; audit = \"%s/audit\";\n",
		    folder, folder) < 0 ||
	    fclose(file) != 0)
		fail(conf);
	(void)start_ours(&pid); /* the first start makes keys and store */
	stop(pid);
	for (unsigned i = 0; i < ROUNDS; i++) {
		ours[i] = start_ours(&pid);
		memory[i] = memory_of(pid);
		stop(pid);
		theirs[i] = start_theirs();
	}
	clean();
	(void)printf("bench seald_start ours=%.1f unit=ms peer=openssl_version peer_value=%.1f "
		     "ratio=%.2f rss_kib=%.0f\n",
		     median(ours), median(theirs), median(ours) / median(theirs), median(memory));
	(void)printf("bench seald_pss ours=%.0f unit=KiB peer=goal peer_value=%.0f ratio=%.2f "
		     "rss_kib=%.0f\n",
		     median(memory), GOAL_KIB, median(memory) / GOAL_KIB, median(memory));
	return 0;
}
