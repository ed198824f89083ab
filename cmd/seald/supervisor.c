/* Start, and the loop that follows. */

#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/encode.h"
#include "certificate.h"
#include "gate/gate.h"
#include "listen.h"
#include "log.h"
#include "notify.h"
#include "sandbox.h"
#include "supervisor_internal.h"

#include "base/banned.h"

#define SOON (30 * 86400) /* a certificate that ends within so many seconds is told of */

static int load_credentials(struct seald *seald, struct seal_diag *diag)
{
	const struct seald_config *config = seald->config;
	struct seal_secret *fresh = NULL;
	int64_t left = 0;
	int error = seal_tls_credentials(config->certificate, config->key,
					 *config->client_ca ? config->client_ca : NULL, &fresh,
					 seald->pin, &left, diag);

	if (error)
		return seal_because(diag, error, "tls");
	seal_secret_free(seald->credentials);
	seald->credentials = fresh;
	if (left < SOON)
		seald_log("the certificate %s in %" PRId64 " days",
			  left < 0 ? "ended; days left:" : "ends", left / 86400);
	return SEAL_OK;
}

/* Signals become something to read: none interrupts, none is lost. */
static int take_signals(struct seald *seald, struct seal_diag *diag)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "signals");
	seald->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (seald->signals < 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "signals");
	return SEAL_OK;
}

/* Standard input and output are of no use to a daemon, and children shall not have a
   terminal; descriptors for clients are taken as far as allowed. */
static int settle(struct seal_diag *diag)
{
	struct rlimit files;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "/dev/null");
	(void)close(null);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "PR_SET_NO_NEW_PRIVS");
	/* Big bodies go back to the kernel, whatever was asked for before. */
	(void)mallopt(M_MMAP_THRESHOLD, 128 << 10);
	(void)mallopt(M_TRIM_THRESHOLD, 256 << 10);
	(void)mallopt(M_ARENA_MAX, 1);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	/* Once, before the forks: its tables are shared then, and need no file later. */
	if (OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "OpenSSL");
	return SEAL_OK;
}

static int open_all(struct seald *seald, struct seal_diag *diag)
{
	struct seald_config *config = seald->config;
	int error = seald_user_find(config->user, &seald->user, diag);

	if (!error)
		error = settle(diag);
	if (!error)
		error = take_signals(seald, diag);
	if (!error)
		error = seald_listen(config, seald->listeners, diag);
	return error ? error : seald_audit(config->audit, &seald->audit, diag);
}

/* What is configured is read before anything is made, so that a fault leaves no trace. */
static int prepare_tls(struct seald *seald, struct seal_diag *diag)
{
	struct seald_config *config = seald->config;
	int own = *config->certificate == '\0';
	int made = 0;
	int error = own ? SEAL_OK : load_credentials(seald, diag);

	if (!error)
		error = seald_folder(config->state, seald->user.drops ? seald->user.uid : (uid_t)-1,
				     seald->user.gid, diag);
	if (error || !own)
		return error;
	error = seald_certificate(config, &made, diag);
	if (!error)
		error = load_credentials(seald, diag);
	if (!error && made)
		seald_log("made a self-signed certificate: %s", config->certificate);
	return error;
}

/* The core is forked first: it must not inherit what is read for the gates. */
static int start_core(struct seald *seald, struct seal_diag *diag)
{
	int error = seald_fork_core(seald->config, &seald->user, seald->audit, &seald->core, diag);

	(void)close(seald->audit);
	if (!error)
		error = prepare_tls(seald, diag);
	if (!error && send(seald->core.control, "o", 1, MSG_NOSIGNAL) != 1)
		error = seal_fail_errno(diag, SEAL_E_SYSTEM, "core");
	if (!error)
		error = seald_first_word(&seald->core, "the core", 'i', seald->identity,
					 sizeof seald->identity, diag);
	return error;
}

static int start_gates(struct seald *seald, struct seal_diag *diag)
{
	int error = SEAL_OK;

	for (unsigned i = 0; i < seald->config->gates && !error; i++)
		error = seald_gate_start(seald, &seald->gates[i], diag);
	for (unsigned i = 0; i < seald->config->gates && !error; i++) {
		error = seald_first_word(&seald->gates[i].process, "a gate", 'c', NULL, 0, diag);
		seald->gates[i].confirms = 0;
	}
	return error;
}

/* What is not as the manual has it. */
static void tell_oddities(const struct seald *seald)
{
	unsigned wanted = seal_gate_limits_default().connections;
	unsigned got = seald_clients(wanted);

	if (got < wanted)
		seald_log("the limit of open files allows a gate %u connections instead of %u", got,
			  wanted);
	if (geteuid() == 0 && !seald->user.drops)
		seald_log("started as root, and no user is configured: gates and core stay root, "
			  "without any capability");
}

static void tell_ready(const struct seald *seald, int ready_fd)
{
	char identity[SEAL_BASE64_LEN(32)];
	char address[SEALD_ADDRESS];
	char line[256];
	int len;

	seal_base64(SEAL_BASE64_PADDED, seald->identity, sizeof seald->identity, identity);
	for (size_t i = 0; i < seald->config->listen_count; i++) {
		seald_address(&seald->config->listen[i], address);
		seald_log("listening on %s, pin %s, identity %s", address, seald->pin, identity);
	}
	seald_notify("READY=1");
	if (ready_fd < 0)
		return;
	seald_address(&seald->config->listen[0], address);
	len = snprintf(line, sizeof line, "ready %s %s identity %s\n", address, seald->pin,
		       identity);
	if (write(ready_fd, line, (size_t)len) != len)
		seald_log("cannot write to descriptor %d", ready_fd);
	(void)close(ready_fd);
}

/* The file may have been moved away; only here is the right to make another one. */
static void reopen_audit(struct seald *seald)
{
	struct seal_diag diag = {0};
	char line[SEALD_PACKET];
	int fd = -1;
	int error = seald_audit(seald->config->audit, &fd, &diag);

	if (!error)
		error = seald_hand_over(seald->core.control, 'a', fd, &diag);
	if (error) {
		seal_diag_line(&diag, line, sizeof line);
		seald_log("the old audit file stays: %s", line);
		return;
	}
	seald->audits++;
}

static void hear_core(struct seald *seald)
{
	char packet[SEALD_PACKET] = {0};
	ssize_t got = recv(seald->core.control, packet, sizeof packet - 1, MSG_DONTWAIT);

	if (got <= 0 || !seald->audits)
		return;
	seald->audits--;
	if (packet[0] == 'a')
		seald_log("goes on in a new audit file");
	else if (packet[0] == 'x')
		seald_log("the old audit file stays: %s", packet + 1);
}

static void reload(struct seald *seald)
{
	struct seal_diag diag = {0};
	char line[SEALD_PACKET];
	char state[64];

	(void)snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		       seald_now() * 1000);
	seald_notify(state);
	reopen_audit(seald);
	seald->reloading = 1;
	if (load_credentials(seald, &diag)) {
		seal_diag_line(&diag, line, sizeof line);
		seald_log("the old certificate stays: %s", line);
		return;
	}
	seald_gates_reload(seald);
	seald->renewed = 1;
}

static void end_reload(struct seald *seald)
{
	for (unsigned i = 0; i < seald->config->gates; i++)
		if (seald->gates[i].confirms)
			return;
	if (seald->audits)
		return;
	if (seald->renewed)
		seald_log("the certificate was read again, pin %s", seald->pin);
	seald->reloading = seald->renewed = 0;
	seald_notify("READY=1");
}

/* 1: stop. */
static int hear_signals(struct seald *seald)
{
	struct signalfd_siginfo told;
	int stop = 0;

	while (read(seald->signals, &told, sizeof told) == sizeof told) {
		if (told.ssi_signo == SIGHUP)
			reload(seald);
		else if (told.ssi_signo == SIGTERM || told.ssi_signo == SIGINT)
			stop = 1;
	}
	seald_reap(seald);
	return stop;
}

/* The core, then the gates. */
static void hear_children(struct seald *seald, const struct pollfd *polls)
{
	if (polls[0].revents & POLLIN)
		hear_core(seald);
	else if (polls[0].revents)
		(void)kill(seald->core.pid, SIGKILL);
	for (unsigned i = 0; i < seald->config->gates; i++) {
		if (polls[1 + i].revents & POLLIN)
			seald_gate_hear(&seald->gates[i]);
		/* Dead, or it closed the socket by which it is stopped. */
		else if (polls[1 + i].revents)
			(void)kill(seald->gates[i].process.pid, SIGKILL);
	}
}

static int serve(struct seald *seald, struct seal_diag *diag)
{
	struct pollfd polls[2 + SEALD_GATES];

	while (seald->core.pid) {
		int wait = seald_gates_due(seald);

		polls[0] = (struct pollfd){.fd = seald->signals, .events = POLLIN};
		polls[1] = (struct pollfd){.fd = seald->core.control, .events = POLLIN};
		for (unsigned i = 0; i < seald->config->gates; i++) {
			const struct seald_process *gate = &seald->gates[i].process;

			polls[2 + i] = (struct pollfd){.fd = gate->pid ? gate->control : -1,
						       .events = POLLIN};
		}
		if (poll(polls, 2 + seald->config->gates, wait) < 0 && errno != EINTR)
			return seal_fail_errno(diag, SEAL_E_SYSTEM, "poll");
		hear_children(seald, polls + 1);
		if (polls[0].revents && hear_signals(seald))
			return SEAL_OK;
		if (seald->reloading)
			end_reload(seald);
	}
	return seal_fail(diag, SEAL_E_SYSTEM, "the core has ended, so everything stops");
}

int seald_supervise(struct seald_config *config, int ready_fd, struct seal_diag *diag)
{
	struct seald seald = {.config = config, .audit = -1, .signals = -1};
	int error = open_all(&seald, diag);

	if (!error)
		error = start_core(&seald, diag);
	if (!error)
		error = start_gates(&seald, diag);
	if (!error)
		error = seald_sandbox_supervisor(diag);
	if (error) {
		seald_end(&seald, 0);
		seal_secret_free(seald.credentials);
		return error;
	}
	tell_oddities(&seald);
	tell_ready(&seald, ready_fd);
	error = serve(&seald, diag);
	seald_notify("STOPPING=1");
	seald_end(&seald, !error);
	if (!error && seald.core.pid == 0)
		seald_log("stopped");
	seal_secret_free(seald.credentials);
	return error;
}
