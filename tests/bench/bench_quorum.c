/* Over TLS, on the way that custodians' shares take: from the third share, sealed by HPKE to the
   core, to the first answer of the KV mount, with 1,000 entries stored under a set of 3 of 5. The
   share has been opened before; the submission key is fetched and verified, and the core's
   signed word for the share too. The goal is the peer. Medians of 7. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/secret.h"
#include "client/client.h"

#define ROUNDS 7
#define ENTRIES 1000
#define QUORUM 3
#define GOAL_MS 5.0

static char folder[] = "/tmp/seald-bench-XXXXXX";
static char url[64], pin[80], core_key[64], set[64];
static uint8_t identity[32];
static struct seal_secret *share[QUORUM], *token;
static struct seal_client *client;

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench_quorum: %s\n", what);
	exit(3);
}

static void check(int error, const struct seal_diag *diag)
{
	char line[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT];

	if (!error)
		return;
	seal_diag_line(diag, line, sizeof line);
	fail(line);
}

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

static void call(const char *method, const char *path, const char *body)
{
	struct seal_client_request request = {
		.method = method, .path = path, .body = body, .token = token};
	struct seal_diag diag = {0};
	char *answer = NULL;

	check(seal_client_call(client, &request, NULL, &answer, &diag), &diag);
	free(answer);
}

static void give(unsigned i)
{
	struct seal_client_submission submission = {
		.identity = identity, .set = set, .share = share[i], .verb = SEAL_CLIENT_GIVE};
	struct seal_client_status status;
	struct seal_diag diag = {0};

	check(seal_client_submit(client, &submission, &status, &diag), &diag);
	if (status.sealed != (i + 1 < QUORUM))
		fail("the share changed nothing");
}

static pid_t start(void)
{
	char program[512];
	char conf[128];
	char line[256] = "";
	const char *build = getenv("BUILD");
	int ends[2];
	ssize_t got;
	pid_t pid;

	(void)snprintf(program, sizeof program, "%s/bin/seald", build ? build : "build");
	(void)snprintf(conf, sizeof conf, "%s/conf", folder);
	if (pipe(ends) != 0)
		fail("pipe");
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)dup2(null, 2);
		(void)dup2(ends[1], 3);
		(void)execl(program, "seald", "--config", conf, "--ready-fd", "3", (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	got = read(ends[0], line, sizeof line - 1);
	(void)close(ends[0]);
	(void)memcpy(url, "https://", sizeof "https://");
	if (pid < 0 || got <= 0 ||
	    sscanf(line, "ready %50s %79s identity %63s", url + 8, pin, core_key) != 3)
		fail("seald does not start");
	return pid;
}

static void configure(void)
{
	char path[128];
	FILE *file;

	if (!mkdtemp(folder))
		fail("mkdtemp");
	(void)snprintf(path, sizeof path, "%s/conf", folder);
	file = fopen(path, "w");
	if (!file ||
	    fprintf(file,
		    "listen = \"127.0.0.1:0\"; gates = 2; state = \"%s/state\"; audit = "
		    "\"%s/audit\";\n",
		    folder, folder) < 0 ||
	    fclose(file) != 0)
		fail(path);
}

static void read_line(FILE *from, char *out, int size)
{
	if (!fgets(out, size, from))
		fail("quorum-set.sh");
	out[strcspn(out, "\n")] = '\0';
}

/* The set is made and opened by the tools. */
static void make_set(void)
{
	char text[512];
	struct seal_diag diag = {0};
	FILE *from;

	(void)snprintf(text, sizeof text, "tests/bench/quorum-set.sh %s %s %s %s", folder, url, pin,
		       core_key);
	from = popen(text, "r");
	if (!from)
		fail("quorum-set.sh");
	read_line(from, set, sizeof set);
	for (unsigned i = 0; i < QUORUM; i++) {
		uint8_t bytes[64];
		size_t len = 0;

		read_line(from, text, sizeof text);
		check(seal_unbase64(SEAL_BASE64_PADDED, text, strlen(text), bytes, sizeof bytes,
				    &len, &diag),
		      &diag);
		check(seal_secret_copy(bytes, len, &share[i], &diag), &diag);
	}
	read_line(from, text, sizeof text);
	check(seal_secret_copy((uint8_t *)text, strlen(text), &token, &diag), &diag);
	if (pclose(from) != 0)
		fail("quorum-set.sh");
}

static void fill(void)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		char path[64];

		(void)snprintf(path, sizeof path, "secret/entry-%04u", i);
		call("PUT", path, "{\"value\":\"of a client's document\"}");
	}
}

static void open_client(void)
{
	struct seal_client_config config = {.address = url, .pin = pin};
	struct seal_diag diag = {0};
	size_t len = 0;

	check(seal_client_new(&config, &client, &diag), &diag);
	check(seal_unbase64(SEAL_BASE64_PADDED, core_key, strlen(core_key), identity,
			    sizeof identity, &len, &diag),
	      &diag);
}

int main(void)
{
	double times[ROUNDS];
	struct rusage usage;
	pid_t pid;

	configure();
	pid = start();
	open_client();
	make_set();
	for (unsigned i = 0; i < QUORUM; i++)
		give(i);
	fill();
	for (unsigned round = 0; round < ROUNDS; round++) {
		call("PUT", "sys/seal", NULL);
		give(0);
		give(1);
		times[round] = now_ms();
		give(2);
		call("GET", "secret/entry-0500", NULL);
		times[round] = now_ms() - times[round];
	}
	(void)kill(pid, SIGTERM);
	(void)waitpid(pid, NULL, 0);
	(void)getrusage(RUSAGE_CHILDREN, &usage);
	qsort(times, ROUNDS, sizeof *times, by_value);
	(void)printf("bench quorum_to_kv ours=%.2f unit=ms peer=goal peer_value=%.0f ratio=%.2f "
		     "rss_kib=%ld\n",
		     times[ROUNDS / 2], GOAL_MS, times[ROUNDS / 2] / GOAL_MS, usage.ru_maxrss);
	if (fflush(stdout) != 0)
		return 3;
	(void)execlp("rm", "rm", "-rf", folder, (char *)NULL);
	return 3;
}
