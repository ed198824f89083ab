/* Over TLS: from sending the third share to the first answer of the KV mount, with 1,000 entries
   stored. The goal is the peer. Medians of 7. */

#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 7
#define ENTRIES 1000
#define GOAL_MS 5.0
#define ANSWER (1u << 16)

static char folder[] = "/tmp/seald-bench-XXXXXX";
static char url[64];
static char answer[ANSWER];
static size_t answer_len;
static struct curl_slist *headers;
static CURL *curl;

static void fail(const char *what)
{
	(void)fprintf(stderr, "bench_quorum: %s: %s\n", what, answer);
	exit(3);
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

static size_t take(char *bytes, size_t size, size_t count, void *ctx)
{
	size_t len = size * count;

	(void)ctx;
	if (len >= ANSWER - answer_len)
		return 0;
	(void)memcpy(answer + answer_len, bytes, len);
	answer_len += len;
	answer[answer_len] = '\0';
	return len;
}

static void call(const char *method, const char *path, const char *body)
{
	char target[256];
	long status = 0;

	(void)snprintf(target, sizeof target, "%s/v1/%s", url, path);
	answer_len = 0;
	answer[0] = '\0';
	(void)curl_easy_setopt(curl, CURLOPT_URL, target);
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body ? body : "");
	if (curl_easy_perform(curl) != CURLE_OK ||
	    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status >= 300)
		fail(path);
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
	if (pid < 0 || got <= 0 || sscanf(line, "ready %50s", answer) != 1)
		fail("seald does not start");
	(void)snprintf(url, sizeof url, "https://%.50s", answer);
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
		    "listen = \"127.0.0.1:0\"; gates = 2; plain_shares = \"allow\";\n"
		    "state = \"%s/state\"; audit = \"%s/audit\";\n",
		    folder, folder) < 0 ||
	    fclose(file) != 0)
		fail(path);
}

static void connect_curl(void)
{
	curl = curl_easy_init();
	if (!curl)
		fail("libcurl");
	headers = curl_slist_append(headers, "Expect:");
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
}

static void use_token(const char *token)
{
	char line[128];

	(void)snprintf(line, sizeof line, "X-Vault-Token: %s", token);
	headers = curl_slist_append(headers, line);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
}

static void fill(void)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		char path[64];

		(void)snprintf(path, sizeof path, "secret/entry-%04u", i);
		call("PUT", path, "{\"value\":\"of a client's document\"}");
	}
}

int main(void)
{
	char share[3][128];
	double times[ROUNDS];
	struct rusage usage;
	json_t *made;
	pid_t pid;

	configure();
	connect_curl();
	pid = start();
	call("PUT", "sys/init", "{\"secret_shares\":5,\"secret_threshold\":3}");
	made = json_loads(answer, 0, NULL);
	for (size_t i = 0; i < 3; i++)
		(void)snprintf(share[i], sizeof share[i], "{\"key\":\"%s\"}",
			       json_string_value(json_array_get(json_object_get(made, "keys"), i)));
	use_token(json_string_value(json_object_get(made, "root_token")));
	json_decref(made);
	for (unsigned i = 0; i < 3; i++)
		call("PUT", "sys/unseal", share[i]);
	fill();
	for (unsigned round = 0; round < ROUNDS; round++) {
		call("PUT", "sys/seal", NULL);
		call("PUT", "sys/unseal", share[0]);
		call("PUT", "sys/unseal", share[1]);
		times[round] = now_ms();
		call("PUT", "sys/unseal", share[2]);
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
