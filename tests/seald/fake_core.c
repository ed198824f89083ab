/* A core for tests of the processes around it: it does on request what a core
   should not do. Under /v1/fake/: echo, big, slow, status, die, file, escape-*. All else is
   answered with what arrived. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/secret.h"
#include "core/core.h"

struct seal_core {
	char state[4096];
	char sandbox[64];
	int audit_fd;
	struct seal_secret *identity;
	unsigned long requests;
};

int seal_core_new(const struct seal_core_config *config, struct seal_core **out_core,
		  struct seal_diag *diag)
{
	struct seal_core *core = calloc(1, sizeof *core);
	int error;

	if (!core)
		return seal_fail(diag, SEAL_E_NOMEM, "core");
	(void)snprintf(core->state, sizeof core->state, "%s", config->state);
	(void)snprintf(core->sandbox, sizeof core->sandbox, "%s",
		       config->sandbox ? config->sandbox : "");
	core->audit_fd = config->audit_fd;
	error = seal_secret_random(32, &core->identity, diag);
	if (error) {
		free(core);
		return error;
	}
	*out_core = core;
	return SEAL_OK;
}

void seal_core_free(struct seal_core *core)
{
	if (core)
		seal_secret_free(core->identity);
	free(core);
}

void seal_core_freep(struct seal_core **core)
{
	seal_core_free(*core);
	*core = NULL;
}

static int has(const struct seal_request_message *request, const char *name)
{
	return strncmp(request->target, "/v1/fake/", 9) == 0 &&
	       strncmp(request->target + 9, name, strlen(name)) == 0;
}

static void nap(long ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (nanosleep(&left, &left) != 0) {
	}
}

/* Writes a file in the state folder, as the real core does. */
static const char *write_file(const struct seal_core *core)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	char path[5000];
	static struct seal_diag diag;
	static char line[1200];

	(void)snprintf(path, sizeof path, "%s/written", core->state);
	if (seal_file_new(path, SEAL_FILE_PRIVATE, &file, &diag) ||
	    seal_file_write(file, "x", 1, &diag) || seal_file_commit(file, &diag)) {
		seal_diag_line(&diag, line, sizeof line);
		return line;
	}
	return "ok";
}

/* What a core that was taken over would try; what comes back is told. */
static const char *escape(const struct seal_request_message *request)
{
	char *const argv[] = {NULL};
	const struct rlimit none = {0, 0};
	struct rlimit got;
	int failed = 0;

	errno = 0;
	if (has(request, "escape-read"))
		failed = open("/etc/passwd", O_RDONLY) < 0;
	else if (has(request, "escape-write"))
		failed = open("/tmp/seald-escaped", O_WRONLY | O_CREAT, 0600) < 0;
	else if (has(request, "escape-list"))
		failed = open("/", O_RDONLY | O_DIRECTORY) < 0;
	else if (has(request, "escape-socket"))
		failed = socket(AF_INET, SOCK_STREAM, 0) < 0;
	else if (has(request, "escape-exec"))
		failed = execve("/bin/true", argv, argv) < 0;
	else if (has(request, "escape-fork"))
		failed = fork() < 0;
	else if (has(request, "escape-kill"))
		failed = kill(getppid(), SIGKILL) < 0;
	else if (has(request, "escape-ptrace"))
		failed = ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0;
	else if (has(request, "escape-mkdir"))
		failed = mkdirat(AT_FDCWD, "seald-escaped", 0700) < 0;
	else if (has(request, "escape-owner"))
		failed = fcntl(STDERR_FILENO, F_SETOWN, getpid()) < 0;
	else if (has(request, "escape-flags"))
		failed = fcntl(STDERR_FILENO, F_SETFL, O_APPEND) < 0;
	else if (has(request, "escape-limit"))
		failed = prlimit(0, RLIMIT_CORE, &none, NULL) < 0;
	else if (has(request, "escape-other-limit"))
		failed = prlimit(getppid(), RLIMIT_CORE, NULL, &got) < 0;
	else if (has(request, "escape-chown"))
		failed = fchown(STDERR_FILENO, 1, 1) < 0;
	else if (has(request, "escape-own-limit"))
		failed = prlimit(0, RLIMIT_CORE, NULL, &got) < 0;
	else
		return "";
	return failed ? strerror(errno) : "done";
}

/* Of the request that is answered: every token that begins so is good here. */
static const char *verdict;

static const char *verdict_of(const struct seal_request_message *request)
{
	const char *token = request->fields[SEAL_FIELD_TOKEN];
	const char *bearer = request->fields[SEAL_FIELD_AUTHORIZATION];

	if (!token && bearer && strncmp(bearer, "Bearer ", 7) == 0)
		token = bearer + 7;
	if (!token)
		return NULL;
	return strncmp(token, "good", 4) == 0 ? SEAL_TOKEN_GOOD : SEAL_TOKEN_BAD;
}

static int give(unsigned status, const void *body, size_t len, struct seal_buffer *out,
		struct seal_diag *diag)
{
	struct seal_response_message message = {.status = status, .body = body, .body_len = len};

	message.fields[SEAL_FIELD_VERDICT] = verdict;
	if (status == 307)
		message.fields[SEAL_FIELD_LOCATION] = "/v1/elsewhere";
	return seal_response_encode(&message, out, diag);
}

static int give_big(size_t len, struct seal_buffer *out, struct seal_diag *diag)
{
	char *body = malloc(len);
	int error;

	if (!body)
		return seal_fail(diag, SEAL_E_NOMEM, "body");
	for (size_t i = 0; i < len; i++)
		body[i] = (char)('a' + i % 26);
	error = give(200, body, len, out, diag);
	free(body);
	return error;
}

int seal_core_answer(struct seal_core *core, const struct seal_request_message *request,
		     struct seal_buffer *out_payload, struct seal_diag *diag)
{
	const char *token = request->fields[SEAL_FIELD_TOKEN];
	const char *arg = strchr(request->target, '?');
	long number = arg ? strtol(arg + 1, NULL, 10) : 0;
	char body[12000];
	int len;

	verdict = verdict_of(request);
	core->requests++;
	if (write(core->audit_fd, "line\n", 5) != 5)
		return give(500, "", 0, out_payload, diag);
	if (has(request, "die"))
		(void)raise(SIGKILL);
	if (has(request, "slow"))
		nap(number);
	if (has(request, "big"))
		return give_big((size_t)number, out_payload, diag);
	if (has(request, "status"))
		return give((unsigned)number, "", 0, out_payload, diag);
	if (has(request, "echo"))
		return give(200, request->body, request->body_len, out_payload, diag);
	len = snprintf(
		body, sizeof body,
		"{\"method\":\"%s\",\"target\":\"%s\",\"peer\":\"%s\",\"token\":\"%s\","
		"\"body\":%zu,\"requests\":%lu,\"sandbox\":\"%s\",\"file\":\"%s\",\"pid\":%d}\n",
		request->method, request->target, request->peer, token ? token : "",
		request->body_len, core->requests, core->sandbox,
		has(request, "file") ? write_file(core) : escape(request), (int)getpid());
	return give(200, body, (size_t)len, out_payload, diag);
}

int seal_core_reopen_audit(struct seal_core *core, int fd, int *out_same, struct seal_diag *diag)
{
	(void)diag;
	(void)close(core->audit_fd);
	core->audit_fd = fd;
	*out_same = 0;
	return SEAL_OK;
}

void seal_core_tick(struct seal_core *core)
{
	(void)core;
}

void seal_core_seal(struct seal_core *core)
{
	(void)core;
}

void seal_core_identity(const struct seal_core *core, uint8_t out[static 32])
{
	for (size_t i = 0; i < 32; i++)
		out[i] = seal_secret_bytes(core->identity)[i];
}
