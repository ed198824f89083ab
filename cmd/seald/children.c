/* The lives of gates and core. */

#include "supervisor_internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#include "base/banned.h"

#define HEALTHY_MS 10000u /* who lived so long starts again at once */
#define FIRST_WAIT_MS 100u
#define LONGEST_WAIT_MS 5000u
#define GATES_END_MS 6500 /* a gate's own limit is 5 s */
#define CORE_END_MS 5000

uint64_t seald_now(void)
{
	struct timespec at = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

static int send_credentials(const struct seald *seald, struct seald_gate *gate,
			    struct seal_diag *diag)
{
	char word = 'c';
	struct iovec parts[2] = {{.iov_base = &word, .iov_len = 1},
				 {.iov_base = seal_secret_data(seald->credentials),
				  .iov_len = seal_secret_len(seald->credentials)}};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

	if (sendmsg(gate->process.control, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "gate");
	gate->confirms = 1;
	return SEAL_OK;
}

int seald_gate_start(struct seald *seald, struct seald_gate *gate, struct seal_diag *diag)
{
	int pair[2];
	int error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "socketpair");
	gate->started = seald_now();
	gate->due = 0;
	error = seald_fork_gate(seald->config, &seald->user, seald->listeners, pair[0],
				&gate->process, diag);
	if (error) {
		(void)close(pair[1]);
		return error;
	}
	error = seald_hand_over(seald->core.control, 'g', pair[1], diag);
	return error ? error : send_credentials(seald, gate, diag);
}

void seald_gate_hear(struct seald_gate *gate)
{
	uint8_t packet[SEALD_PACKET] = {0};
	ssize_t got = recv(gate->process.control, packet, sizeof packet - 1, MSG_DONTWAIT);

	/* What was not asked for is not heard: a gate that was taken over writes no log. */
	if (got <= 0 || !gate->confirms)
		return;
	gate->confirms = 0;
	if (packet[0] == 'x')
		seald_log("a gate refused the certificate: %s", (const char *)packet + 1);
	else if (packet[0] == 'e' && got > 2)
		seald_log("a gate did not start: %s", (const char *)packet + 2);
}

void seald_gates_reload(struct seald *seald)
{
	for (unsigned i = 0; i < seald->config->gates; i++) {
		struct seald_gate *gate = &seald->gates[i];

		/* One that does not even read its socket is of no use. */
		if (gate->process.pid && send_credentials(seald, gate, NULL))
			(void)kill(gate->process.pid, SIGKILL);
	}
}

static void log_end(const struct seald *seald, const char *who, int status)
{
	int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (seald->ending && !number)
		return;
	if (number == SIGSYS)
		seald_log("%s made a system call that it has no right to, and was killed", who);
	else if (number)
		seald_log("%s was killed by signal %d", who, number);
	else
		seald_log("%s ended with exit status %d", who, WEXITSTATUS(status));
}

static void gate_ended(const struct seald *seald, struct seald_gate *gate, int status)
{
	uint64_t now = seald_now();
	unsigned wait = 0;

	seald_gate_hear(gate);
	log_end(seald, "a gate", status);
	(void)close(gate->process.control);
	gate->process = (struct seald_process){0};
	gate->confirms = 0;
	gate->failures = now - gate->started >= HEALTHY_MS ? 0 : gate->failures + 1;
	if (gate->failures > 1) {
		wait = FIRST_WAIT_MS << (gate->failures < 8 ? gate->failures - 2 : 6);
		wait = wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
	}
	gate->due = now + wait;
}

void seald_reap(struct seald *seald)
{
	int status = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == seald->core.pid) {
			log_end(seald, "the core", status);
			seald->core.pid = 0;
		}
		for (unsigned i = 0; i < seald->config->gates; i++)
			if (pid == seald->gates[i].process.pid)
				gate_ended(seald, &seald->gates[i], status);
	}
}

int seald_gates_due(struct seald *seald)
{
	uint64_t next = UINT64_MAX;
	uint64_t now = seald_now();

	for (unsigned i = 0; i < seald->config->gates; i++) {
		struct seald_gate *gate = &seald->gates[i];
		struct seal_diag diag = {0};
		char line[SEALD_PACKET];

		if (gate->due && gate->due <= now && seald_gate_start(seald, gate, &diag)) {
			seal_diag_line(&diag, line, sizeof line);
			seald_log("a gate did not start: %s", line);
			gate->due = gate->process.pid ? 0 : now + LONGEST_WAIT_MS;
		}
		if (gate->due && gate->due < next)
			next = gate->due;
	}
	if (next == UINT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 0;
}

static int gates_live(const struct seald *seald)
{
	for (unsigned i = 0; i < seald->config->gates; i++)
		if (seald->gates[i].process.pid)
			return 1;
	return 0;
}

/* Until none of them lives or time is over. */
static void await(struct seald *seald, int core, int ms)
{
	uint64_t end = seald_now() + (uint64_t)ms;
	uint64_t now;

	seald_reap(seald);
	while ((core ? seald->core.pid != 0 : gates_live(seald)) && (now = seald_now()) < end) {
		struct pollfd wait = {.fd = seald->signals, .events = POLLIN};
		char told[512];

		(void)poll(&wait, 1, (int)(end - now));
		while (read(seald->signals, told, sizeof told) > 0) {
		}
		seald_reap(seald);
	}
}

static void kill_gates(const struct seald *seald)
{
	for (unsigned i = 0; i < seald->config->gates; i++)
		if (seald->gates[i].process.pid)
			(void)kill(seald->gates[i].process.pid, SIGKILL);
}

void seald_end(struct seald *seald, int graceful)
{
	seald->ending = 1;
	if (graceful && seald->core.pid) {
		for (unsigned i = 0; i < seald->config->gates; i++)
			if (seald->gates[i].process.pid)
				(void)send(seald->gates[i].process.control, "s", 1,
					   MSG_NOSIGNAL | MSG_DONTWAIT);
		await(seald, 0, GATES_END_MS);
	}
	kill_gates(seald);
	await(seald, 0, CORE_END_MS);
	/* The core ends in order in either case: it seals. */
	if (seald->core.pid) {
		(void)send(seald->core.control, "s", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
		await(seald, 1, CORE_END_MS);
	}
	if (seald->core.pid)
		(void)kill(seald->core.pid, SIGKILL);
	await(seald, 1, CORE_END_MS);
}
