/* seal-audit verify on a log of 1 GiB (SEAL_BENCH_MIB makes it shorter or longer), whole processes,
   against `openssl speed sha256` on as many CPUs, in one run and alternating: MB of log a
   second, medians of 3. ratio is ours to the peer's; the goal is 0.8 or more. With --strict
   each line is parsed as JSON, too. */

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "audit/checkpoint.h"
#include "base/encode.h"

#define ROUNDS 3
#define ORIGIN "vault.example/log"
#define HMAC "hmac-sha256:5d41402abc4b2a76b9719d911017c592ae2d5d41402abc4b2a76b9719d911017"

static char dir[] = "/tmp/sealkit-bench-XXXXXX";
static char log_path[64], head_path[80], key_path[64];

static double now_s(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
	(void)fprintf(stderr, "bench_audit: %s failed\n", what);
	exit(3);
}

static FILE *open_new(const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		give_up(path);
	return out;
}

static void sign_head(const struct seal_merkle *tree)
{
	struct seal_checkpoint head = {.origin = ORIGIN, .size = tree->size};
	struct seal_secret *secret = NULL;
	struct seal_note_signer signer;
	struct seal_note_key key;
	uint8_t bytes[33] = {1};
	char id[9], base64[SEAL_BASE64_LEN(sizeof bytes)];
	char *note = NULL;
	size_t len = 0;
	FILE *out;

	seal_merkle_root(tree, head.root);
	if (seal_secret_new(64, &secret, NULL))
		give_up("secret");
	(void)crypto_sign_keypair(bytes + 1, seal_secret_data(secret));
	if (seal_note_key_ed25519(ORIGIN, bytes + 1, &key, NULL))
		give_up("key");
	signer = seal_note_signer_ed25519(&key, secret);
	if (seal_checkpoint_sign(&head, &signer, 1, &note, &len, NULL))
		give_up("checkpoint");
	out = open_new(head_path);
	(void)fputs(note, out);
	(void)fclose(out);
	seal_hex(key.id, 4, id);
	seal_base64(SEAL_BASE64_PADDED, bytes, sizeof bytes, base64);
	out = open_new(key_path);
	(void)fprintf(out, "%s+%s+%s\n", ORIGIN, id, base64);
	(void)fclose(out);
	free(note);
	seal_secret_free(secret);
}

/* Lines as seald writes them for a read with a token. */
static size_t make_log(unsigned long mib)
{
	struct seal_merkle tree = {0};
	FILE *out = open_new(log_path);
	size_t bytes = 0;

	while (bytes < mib << 20) {
		unsigned long long seq = tree.size + 1;
		uint8_t leaf[SEAL_MERKLE_HASH];
		char line[2048];
		int len = snprintf(
			line, sizeof line,
			"{\"time\":\"2026-11-24T%02llu:%02llu:%02llu.123456789Z\",\"type\":"
			"\"%s\",\"seq\":%llu,\"auth\":{\"client_token\":\"" HMAC "\","
			"\"accessor\":\"" HMAC
			"\",\"display_name\":\"root\",\"policies\":[\"root\"],"
			"\"token_policies\":[\"root\"],\"token_type\":\"service\",\"token_issue_"
			"time\":"
			"\"2026-11-24T10:00:00Z\"},\"request\":{\"id\":\"%08llx-2222-4333-8444-"
			"555555555555\",\"operation\":\"read\",\"mount_type\":\"kv\",\"client_"
			"token\":"
			"\"" HMAC "\",\"client_token_accessor\":\"" HMAC "\",\"namespace\":{\"id\":"
			"\"root\"},\"path\":\"secret/clients/"
			"%llu\",\"remote_address\":\"192.0.2.7\","
			"\"remote_port\":40712}}\n",
			seq / 3600000 % 24, seq / 60000 % 60, seq / 1000 % 60,
			seq % 2 ? "request" : "response", seq, seq * 2654435761u % 4294967296u,
			seq % 5000);

		if (fwrite(line, 1, (size_t)len, out) != (size_t)len)
			give_up(log_path);
		seal_merkle_leaf(line, (size_t)len - 1, leaf);
		if (seal_merkle_add(&tree, 0, leaf, NULL))
			give_up("tree");
		bytes += (size_t)len;
	}
	if (fclose(out) != 0)
		give_up(log_path);
	sign_head(&tree);
	return bytes;
}

static double ours(const char *tool, int strict, size_t bytes, long *out_kib)
{
	double start = now_s();
	struct rusage used;
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		(void)dup2(null, STDOUT_FILENO);
		(void)execl(tool, tool, "verify", "--key", key_path, strict ? "--strict" : log_path,
			    strict ? log_path : NULL, NULL);
		_exit(127);
	}
	if (wait4(child, &status, 0, &used) != child || status != 0)
		give_up("seal-audit");
	*out_kib = used.ru_maxrss;
	return (double)bytes / 1e6 / (now_s() - start);
}

/* What its lines "+F:22:sha256:527200000.00" say, in bytes a second. */
static double theirs(void)
{
	char command[128], line[256];
	double best = 0;
	FILE *in;

	(void)snprintf(command, sizeof command,
		       "openssl speed -mr -seconds 2 -bytes 16384 -multi %ld sha256 2>/dev/null",
		       sysconf(_SC_NPROCESSORS_ONLN));
	in = popen(command, "r");
	while (in && fgets(line, sizeof line, in)) {
		const char *at = strstr(line, ":sha256:");

		if (strncmp(line, "+F:", 3) == 0 && at)
			best = strtod(at + 8, NULL) / 1e6;
	}
	if (!in || pclose(in) != 0 || best <= 0)
		give_up("openssl speed");
	return best;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static void pair(const char *name, double *our, const double *peer, long kib)
{
	qsort(our, ROUNDS, sizeof *our, by_value);
	(void)printf("bench %s ours=%.0f unit=MBps peer=openssl peer_value=%.0f ratio=%.2f "
		     "rss_kib=%ld\n",
		     name, our[ROUNDS / 2], peer[ROUNDS / 2], our[ROUNDS / 2] / peer[ROUNDS / 2],
		     kib);
}

int main(void)
{
	const char *mib = getenv("SEAL_BENCH_MIB");
	const char *build = getenv("BUILD");
	double plain[ROUNDS], strict[ROUNDS], peer[ROUNDS];
	char tool[512];
	long kib = 0, strict_kib = 0;
	size_t bytes;

	if (!mkdtemp(dir) || sodium_init() < 0)
		return 3;
	(void)snprintf(log_path, sizeof log_path, "%s/log", dir);
	(void)snprintf(head_path, sizeof head_path, "%s.checkpoint", log_path);
	(void)snprintf(key_path, sizeof key_path, "%s/key", dir);
	(void)snprintf(tool, sizeof tool, "%s/bin/seal-audit", build ? build : "build");
	bytes = make_log(mib ? strtoul(mib, NULL, 10) : 1024);
	for (int i = 0; i < ROUNDS; i++) {
		plain[i] = ours(tool, 0, bytes, &kib);
		peer[i] = theirs();
		strict[i] = ours(tool, 1, bytes, &strict_kib);
	}
	(void)unlink(log_path);
	(void)unlink(head_path);
	(void)unlink(key_path);
	(void)rmdir(dir);
	qsort(peer, ROUNDS, sizeof *peer, by_value);
	pair("audit_verify_gb", plain, peer, kib);
	pair("audit_verify_strict", strict, peer, strict_kib);
	return 0;
}
