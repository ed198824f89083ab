/* The supervisor's list of system calls: what it needs passes, what it does not ends it, and a
   child may make its own list tighter. Each attempt in a process of its own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../cmd/seald/sandbox.h"
#include "sandboxes.h"

#define PASSED 42

static char where[64];

static int run_program(void)
{
	char *const argv[] = {NULL};

	return execve("/bin/true", argv, argv);
}

static int inet(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int connect_out(void)
{
	return connect(0, &(struct sockaddr){.sa_family = AF_UNSPEC}, sizeof(struct sockaddr));
}

static int listen_more(void)
{
	return listen(0, 1);
}

static int attach(void)
{
	return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int other_memory(void)
{
	return (int)syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static int code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static int new_space(void)
{
	return (int)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
}

static int overwrite(void)
{
	return open(where, O_WRONLY | O_CLOEXEC);
}

static int cut(void)
{
	return open(where, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static int make_folder(void)
{
	return mkdir("/tmp/sealkit-never", 0700);
}

static int remove_file(void)
{
	return unlink(where);
}

static int change_mode(void)
{
	return chmod(where, 0644);
}

static int dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int other_limit(void)
{
	struct rlimit got;

	return prlimit(getppid(), RLIMIT_CORE, NULL, &got);
}

static int mount_it(void)
{
	return (int)syscall(SYS_mount, NULL, "/", NULL, 0, NULL);
}

static int read_file(void)
{
	char byte;
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, &byte, 1) == 1 ? 0 : -1;
}

static int append(void)
{
	int fd = open(where, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

	return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 ? 0 : -1;
}

static int notify(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

static int status_of(int (*act)(void), int (*first)(void));

static int sandbox(void)
{
	return seald_sandbox_supervisor(NULL);
}

static int gate(void)
{
	static const struct seald_user stays;
	const char *missing = NULL;

	return seald_sandbox_gate(&stays, &missing, NULL);
}

static int serve(void)
{
	return write(STDERR_FILENO, "", 0) == 0 ? 0 : -1;
}

/* A gate that is started again, then at work, then taken over. */
static int start_gate(void)
{
	int works = status_of(serve, gate);
	int opens = status_of(read_file, gate);
	int forks = status_of(notify, gate);

	return WIFEXITED(works) && WEXITSTATUS(works) == PASSED && WIFSIGNALED(opens) &&
			       WTERMSIG(opens) == SIGSYS && WIFSIGNALED(forks)
		       ? 0
		       : -1;
}

/* What becomes of a child that does both. */
static int status_of(int (*act)(void), int (*first)(void))
{
	pid_t pid = fork_within(first, 0);

	if (pid == 0)
		_exit(act() < 0 ? 2 : PASSED);
	return status_of_child(pid);
}

struct attempt {
	const char *name;
	int (*act)(void);
};

static void ends(void **state)
{
	static const struct attempt attempts[] = {
		{"execve", run_program}, {"socket", inet},	 {"connect", connect_out},
		{"listen", listen_more}, {"ptrace", attach},	 {"process_vm", other_memory},
		{"mmap exec", code},	 {"clone", new_space},	 {"open to write", overwrite},
		{"open to cut", cut},	 {"mkdir", make_folder}, {"unlink", remove_file},
		{"chmod", change_mode},	 {"dumpable", dumpable}, {"prlimit", other_limit},
		{"mount", mount_it},
	};

	(void)state;
	skip_without_sandbox();
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		int status = status_of(attempts[i].act, sandbox);

		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
			fail_msg("%s: status %x", attempts[i].name, (unsigned)status);
	}
}

static void passes(void **state)
{
	static const struct attempt attempts[] = {
		{"read", read_file},
		{"append", append},
		{"notify", notify},
		{"a gate", start_gate},
	};

	(void)state;
	skip_without_sandbox();
	for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
		int status = status_of(attempts[i].act, sandbox);

		if (!WIFEXITED(status) || WEXITSTATUS(status) != PASSED)
			fail_msg("%s: status %x", attempts[i].name, (unsigned)status);
	}
}

static int setup(void **state)
{
	int fd;

	(void)state;
	(void)snprintf(where, sizeof where, "/tmp/sealkit-sandbox-XXXXXX");
	fd = mkstemp(where);
	return fd < 0 || close(fd) != 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(where);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends),
		cmocka_unit_test(passes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
