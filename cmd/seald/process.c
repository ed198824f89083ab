/* Forks, and what a child does first. */

#include "process.h"

#include <errno.h>
#include <poll.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/core.h"
#include "gate/gate.h"
#include "log.h"

#include "base/banned.h"

#define START_MS 30000
#define RESERVED 64u /* descriptors of a gate that are no clients */

static void close_pair(int pair[2])
{
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static int control_pair(int out_pair[2], struct seal_diag *diag)
{
	int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int room = 1 << 17; /* credentials are one packet */

	if (socketpair(AF_UNIX, type, 0, out_pair) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "socketpair");
	(void)setsockopt(out_pair[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	return SEAL_OK;
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* All descriptors but 0 to 2 and these, which are sorted. */
static void close_others(int *keep, size_t count)
{
	unsigned from = 3;

	qsort(keep, count, sizeof *keep, by_number);
	for (size_t i = 0; i < count; i++) {
		if ((unsigned)keep[i] > from)
			(void)close_range(from, (unsigned)keep[i] - 1, 0);
		from = (unsigned)keep[i] + 1;
	}
	(void)close_range(from, ~0u, 0);
}

/* The supervisor alone hears the terminal and the service manager; a child goes by its
   control socket. */
static void settle(const char *name)
{
	static const int deaf[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP};
	sigset_t none;

	for (size_t i = 0; i < sizeof deaf / sizeof *deaf; i++)
		(void)signal(deaf[i], SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
}

/* A gate that was taken over must not write the log, neither forged lines nor a disk full of them.
   What sanitizers find goes there, too, so their builds keep it. */
static void silence(void)
{
#ifndef SEAL_SANITIZED
	if (dup2(STDIN_FILENO, STDERR_FILENO) < 0)
		_exit(3);
#endif
}

static _Noreturn void give_up(int control, int error, const struct seal_diag *diag)
{
	char packet[SEALD_PACKET] = "e";
	size_t len = 2;

	packet[1] = (char)-error;
	seal_diag_line(diag, packet + len, sizeof packet - len);
	(void)send(control, packet, len + strlen(packet + len), MSG_NOSIGNAL);
	_exit(seal_error_exit(error));
}

static int is_told_to_go(int control)
{
	struct pollfd wait = {.fd = control, .events = POLLIN};
	char word = 0;

	return poll(&wait, 1, -1) == 1 && recv(control, &word, 1, 0) == 1 && word == 'o';
}

/* systemd's DynamicUser makes the state folder a link. Whoever set the path chose where it leads;
   the store follows no link, so it is told the place itself, found once. */
static int find_state(const char *path, char out_place[static PATH_MAX], struct seal_diag *diag)
{
	return realpath(path, out_place) ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "%s", path);
}

static _Noreturn void core_main(const struct seald_config *config, const struct seald_user *user,
				int audit, int control)
{
	char place[PATH_MAX];
	struct seal_core_config wanted = {.state = place,
					  .audit_fd = audit,
					  .plain_shares = config->plain_shares,
					  .rehearsal = config->rehearsal,
					  .half_open = config->half_open};
	struct seal_core *core = NULL;
	struct seal_diag diag = {0};
	char line[SEALD_PACKET];
	uint8_t packet[33] = {'i'};
	int keep[] = {audit, control};
	int error;

	close_others(keep, 2);
	settle("seald-core");
	/* The end of the supervisor's own start; where that fails, this one never was. */
	if (!is_told_to_go(control))
		_exit(0);
	error = find_state(config->state, place, &diag);
	if (!error)
		error = seald_sandbox_core(user, place, &wanted.sandbox, &diag);
	if (!error)
		error = seal_core_new(&wanted, &core, &diag);
	if (error)
		give_up(control, error, &diag);
	if (wanted.sandbox)
		seald_log("the core has no %s on this kernel", wanted.sandbox);
	seal_core_identity(core, packet + 1);
	(void)send(control, packet, sizeof packet, MSG_NOSIGNAL);
	error = seal_core_run(core, control, &diag);
	if (error) {
		seal_diag_line(&diag, line, sizeof line);
		seald_log("core: %s", line);
	}
	seal_core_free(core);
	_exit(error ? 3 : 0);
}

unsigned seald_clients(unsigned wanted)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted + RESERVED)
		return wanted;
	return files.rlim_cur > 2 * RESERVED ? (unsigned)files.rlim_cur - RESERVED : RESERVED;
}

static _Noreturn void gate_main(const struct seald_config *config, const struct seald_user *user,
				const int *listeners, int core, int control)
{
	struct seal_gate_config wanted = {.listeners = listeners,
					  .listener_count = config->listen_count,
					  .core = core,
					  .control = control,
					  .limits = seal_gate_limits_default()};
	struct seal_gate *gate = NULL;
	struct seal_diag diag = {0};
	const char *missing = NULL;
	int keep[SEALD_LISTENS + 2] = {core, control};
	int error;

	for (size_t i = 0; i < config->listen_count; i++)
		keep[2 + i] = listeners[i];
	close_others(keep, 2 + config->listen_count);
	settle("seald-gate");
	silence();
	wanted.limits.connections = seald_clients(wanted.limits.connections);
	error = seal_gate_new(&wanted, &gate, &diag);
	if (!error)
		error = seald_sandbox_gate(user, &missing, &diag);
	if (error)
		give_up(control, error, &diag);
	/* What it ended of is for no log: these could be the words of who took it over. That
	   landlock is missing the core says, which is on the same kernel. */
	error = seal_gate_run(gate, NULL);
	seal_gate_free(gate);
	_exit(error ? 3 : 0);
}

int seald_fork_core(const struct seald_config *config, const struct seald_user *user, int audit,
		    struct seald_process *out_core, struct seal_diag *diag)
{
	int pair[2];
	pid_t pid;
	int error = control_pair(pair, diag);

	if (error)
		return error;
	pid = fork();
	if (pid == 0)
		core_main(config, user, audit, pair[1]);
	if (pid < 0) {
		close_pair(pair);
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "fork");
	}
	(void)close(pair[1]);
	*out_core = (struct seald_process){.pid = pid, .control = pair[0]};
	return SEAL_OK;
}

int seald_fork_gate(const struct seald_config *config, const struct seald_user *user,
		    const int *listeners, int core, struct seald_process *out_gate,
		    struct seal_diag *diag)
{
	int pair[2];
	pid_t pid = -1;
	int error = control_pair(pair, diag);

	if (!error) {
		pid = fork();
		if (pid == 0)
			gate_main(config, user, listeners, core, pair[1]);
		if (pid < 0) {
			error = seal_fail_errno(diag, SEAL_E_SYSTEM, "fork");
			close_pair(pair);
		}
	}
	(void)close(core);
	if (error)
		return error;
	(void)close(pair[1]);
	*out_gate = (struct seald_process){.pid = pid, .control = pair[0]};
	return SEAL_OK;
}

int seald_hand_over(int core_control, char word, int fd, struct seal_diag *diag)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} room = {0};
	struct iovec part = {.iov_base = &word, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = room.bytes,
				 .msg_controllen = sizeof room.bytes};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	ssize_t put;

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(head), &fd, sizeof fd);
	put = sendmsg(core_control, &message, MSG_NOSIGNAL);
	(void)close(fd);
	return put == 1 ? SEAL_OK : seal_fail_errno(diag, SEAL_E_SYSTEM, "core");
}

static int report(const char *who, const uint8_t *packet, size_t len, struct seal_diag *diag)
{
	if (len < 2 || packet[0] != 'e')
		return seal_fail(diag, SEAL_E_SYSTEM, "%s did not start", who);
	return seal_fail(diag, -(int)packet[1], "%.*s", (int)(len - 2), (const char *)packet + 2);
}

int seald_first_word(const struct seald_process *process, const char *who, char word, uint8_t *out,
		     size_t want, struct seal_diag *diag)
{
	struct pollfd wait = {.fd = process->control, .events = POLLIN};
	uint8_t packet[SEALD_PACKET] = {0};
	ssize_t got;
	int ready;

	do
		ready = poll(&wait, 1, START_MS);
	while (ready < 0 && errno == EINTR);
	got = ready > 0 ? recv(process->control, packet, sizeof packet - 1, MSG_DONTWAIT) : 0;
	if (got <= 0 || packet[0] != (uint8_t)word || (size_t)got - 1 != want)
		return report(who, packet, got > 0 ? (size_t)got : 0, diag);
	if (want)
		memcpy(out, packet + 1, want);
	return SEAL_OK;
}
