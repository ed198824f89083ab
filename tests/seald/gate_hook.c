/* What an attacker would try who runs code in a gate: one attempt for each target
   /hook/NAME?PID, PID being the core's. Only in build/tests/seald-hooked. Each that comes back
   is answered with 501 by the gate, so a test sees the difference. */

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int seal_test_gate_hook(const char *target, int core);

static pid_t core_pid;
static int core_fd;

static void none(void)
{
}

static void open_file(void)
{
	(void)syscall(SYS_open, "/etc/passwd", O_RDONLY);
}

static void openat_file(void)
{
	(void)syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static void openat2_file(void)
{
	(void)syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, 0);
}

static void core_memory(void)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%d/mem", core_pid);
	(void)open(path, O_RDONLY);
}

static void vm_read(void)
{
	char here[16];
	struct iovec local = {here, sizeof here};
	struct iovec remote = {here, sizeof here};

	(void)process_vm_readv(core_pid, &local, 1, &remote, 1, 0);
}

static void attach(void)
{
	(void)ptrace(PTRACE_ATTACH, core_pid, NULL, NULL);
}

static void get_fd(void)
{
	(void)syscall(SYS_pidfd_open, core_pid, 0);
}

static void connect_out(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(80)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)connect(fd, (struct sockaddr *)&to, sizeof to);
}

/* Over a descriptor that it has: the call itself is what is forbidden. */
static void connect_held(void)
{
	struct sockaddr_in to = {.sin_family = AF_UNSPEC};

	(void)connect(core_fd, (struct sockaddr *)&to, sizeof to);
}

static void run_program(void)
{
	char *const argv[] = {NULL};

	(void)execve("/bin/true", argv, argv);
}

static void fork_off(void)
{
	if (fork() == 0)
		_exit(0);
}

static void kill_core(void)
{
	(void)kill(core_pid, SIGKILL);
}

static void make_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		   0);
}

static void change_code(void)
{
	static char page[8192] __attribute__((aligned(4096)));

	(void)mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static void uring(void)
{
	char params[256] = {0};

	(void)syscall(SYS_io_uring_setup, 4, params);
}

static void become_dumpable(void)
{
	(void)syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0);
}

static void pass_fd(void)
{
	struct msghdr message = {0};

	(void)sendmsg(core_fd, &message, 0);
}

/* What it can write to is no log. */
static void forge_log(void)
{
	static const char line[] = "seald: forged by a gate\n";

	for (int fd = 0; fd < 3; fd++)
		if (write(fd, line, sizeof line - 1) < 0)
			continue;
}

/* Not a forbidden call but a lie: the core must cut this gate off. */
static void lie(void)
{
	static const unsigned char head[16] = {0xff, 0xff, 0xff, 0xff, 0, 1};

	(void)send(core_fd, head, sizeof head, MSG_NOSIGNAL);
}

static void claim_answer(void)
{
	static const unsigned char head[16] = {0, 0, 0, 0, 0, 2};

	(void)send(core_fd, head, sizeof head, MSG_NOSIGNAL);
}

/* A request longer than it says its body is. */
static void garbage(void)
{
	static unsigned char frame[16 + 64] = {0, 0, 0, 64, 0, 1};

	for (size_t i = 16; i < sizeof frame; i++)
		frame[i] = (unsigned char)(i * 37);
	(void)send(core_fd, frame, sizeof frame, MSG_NOSIGNAL);
}

static const struct {
	const char *name;
	void (*run)(void);
} attempts[] = {
	{"none", none},
	{"open", open_file},
	{"openat", openat_file},
	{"openat2", openat2_file},
	{"core-memory", core_memory},
	{"vm-read", vm_read},
	{"ptrace", attach},
	{"pidfd", get_fd},
	{"connect", connect_out},
	{"connect-held", connect_held},
	{"exec", run_program},
	{"fork", fork_off},
	{"kill", kill_core},
	{"mmap-exec", make_code},
	{"mprotect-exec", change_code},
	{"io-uring", uring},
	{"dumpable", become_dumpable},
	{"sendmsg", pass_fd},
	{"lie", lie},
	{"claim-answer", claim_answer},
	{"garbage", garbage},
	{"log", forge_log},
};

int seal_test_gate_hook(const char *target, int core)
{
	const char *arg = strchr(target, '?');
	size_t len;

	if (strncmp(target, "/hook/", 6) != 0)
		return 0;
	target += 6;
	len = arg ? (size_t)(arg - target) : strlen(target);
	core_pid = arg ? (pid_t)strtol(arg + 1, NULL, 10) : 0;
	core_fd = core;
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
		if (strlen(attempts[i].name) == len && strncmp(target, attempts[i].name, len) == 0)
			attempts[i].run();
	return 1;
}
