/* Every system call by its number, in a process with the list of a gate, of the core and of the
   supervisor: what is not named here ends it. The lists are written once more on purpose: a
   call that is added to cmd/seald/sandbox.c is added here too, or this fails. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../cmd/seald/sandbox.h"
#include "sandboxes.h"

#define CALLS 512 /* more than there are: the last of Linux 6.6 is 461 */
#define RETURNED 42
#define DENIED 43
#define SECONDS 10

/* Ends a list: no call has this number, not even one that this processor lacks. */
#define END INT_MIN
#define S(name) SCMP_SYS(name)

static const int both[] = {S(read),	     S(write),
			   S(close),	     S(munmap),
			   S(mremap),	     S(brk),
			   S(madvise),	     S(futex),
			   S(clock_gettime), S(gettimeofday),
			   S(time),	     S(getrandom),
			   S(getpid),	     S(gettid),
			   S(rt_sigreturn),  S(restart_syscall),
			   S(sched_yield),   S(exit),
			   S(exit_group),    S(recvfrom),
			   S(sendto),	     END};

static const int of_gate[] = {
	S(accept4), S(epoll_ctl), S(epoll_wait), S(shutdown), S(epoll_pwait), S(epoll_pwait2), END};

static const int of_core[] = {
	S(poll),       S(ppoll),     S(recvmsg),	 S(openat),    S(lseek),      S(fstat),
	S(newfstatat), S(statx),     S(access),		 S(faccessat), S(faccessat2), S(readlink),
	S(readlinkat), S(pread64),   S(pwrite64),	 S(ftruncate), S(fsync),      S(fdatasync),
	S(unlink),     S(unlinkat),  S(linkat),		 S(renameat2), S(geteuid),    S(mlock),
	S(munlock),    S(nanosleep), S(clock_nanosleep), S(sysinfo),   S(getdents64), END};

static const int of_supervisor[] = {S(poll),
				    S(ppoll),
				    S(wait4),
				    S(kill),
				    S(sendmsg),
				    S(socketpair),
				    S(lseek),
				    S(fstat),
				    S(newfstatat),
				    S(fsync),
				    S(mlock),
				    S(munlock),
				    S(rt_sigaction),
				    S(rt_sigprocmask),
				    S(set_robust_list),
				    S(close_range),
				    S(dup2),
				    S(dup3),
				    S(chdir),
				    S(pipe2),
				    S(eventfd2),
				    S(epoll_create1),
				    S(setsockopt),
				    S(getuid),
				    S(geteuid),
				    S(getgid),
				    S(getegid),
				    S(setgroups),
				    S(setresgid),
				    S(setresuid),
				    S(capget),
				    S(capset),
				    S(seccomp),
				    S(fcntl),
				    S(landlock_create_ruleset),
				    S(landlock_restrict_self),
				    END};

/* Calls that are allowed with some arguments: with these they are not. All others get zeros, with
   which none that came through by mistake would do harm. */
struct probe {
	int call;
	long args[4];
};
#define MEMORY                                                        \
	{S(mmap), {0, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS}}, \
	{                                                             \
		S(mprotect),                                          \
		{                                                     \
			0, 0, PROT_EXEC, 0                            \
		}                                                     \
	}

static const struct probe gate_probes[] = {
	MEMORY, {S(setsockopt), {0, SOL_SOCKET, SO_REUSEADDR, 0}}, {END, {0}}};
static const struct probe core_probes[] = {
	MEMORY, {S(prlimit64), {1, 0, 0, 0}}, {S(fcntl), {0, F_SETOWN, 0, 0}}, {END, {0}}};
static const struct probe supervisor_probes[] = {MEMORY,
						 {S(prlimit64), {1, 0, 0, 0}},
						 {S(prctl), {PR_SET_DUMPABLE, 1, 0, 0}},
						 {S(clone), {CLONE_NEWUSER | SIGCHLD, 0, 0, 0}},
						 {S(openat), {AT_FDCWD, 0, O_WRONLY, 0}},
						 {S(socket), {AF_INET, SOCK_STREAM, 0, 0}},
						 {END, {0}}};

#ifdef __x86_64__
/* uretprobe and uprobe: newer kernels pass them by every filter, as their own probes put them into
   programs. Outside a probe they are an error or the end, and do nothing. */
static int is_of_kernel(int call)
{
	return call == 335 || call == 336;
}
#else
static int is_of_kernel(int call)
{
	(void)call;
	return 0;
}
#endif

struct sandbox {
	const char *name;
	int (*enter)(void);
	const int *list, *more;
	const struct probe *probes;
	int denied; /* answered with EPERM */
};

static int enter_gate(void)
{
	static const struct seald_user stays;
	const char *missing = NULL;

	return seald_sandbox_gate(&stays, &missing, NULL);
}

static int enter_core(void)
{
	static const struct seald_user stays;
	const char *missing = NULL;

	return seald_sandbox_core(&stays, "/", &missing, NULL);
}

static int enter_supervisor(void)
{
	return seald_sandbox_supervisor(NULL);
}

static const struct sandbox gate = {"a gate", enter_gate, of_gate, NULL, gate_probes, END};
static const struct sandbox core = {"the core", enter_core, of_core, NULL, core_probes, S(fchown)};
static const struct sandbox supervisor = {"the supervisor", enter_supervisor,  of_supervisor,
					  of_gate,	    supervisor_probes, END};

static int is_in(const int *list, int call)
{
	for (; list && *list != END; list++)
		if (*list == call)
			return 1;
	return 0;
}

/* The arguments of the attempt; NULL: the call is allowed, whatever they are. */
static const long *arguments(const struct sandbox *sandbox, int call)
{
	static const long zeros[4];

	for (const struct probe *probe = sandbox->probes; probe->call != END; probe++)
		if (probe->call == call)
			return probe->args;
	if (is_in(both, call) || is_in(sandbox->list, call) || is_in(sandbox->more, call))
		return NULL;
	return zeros;
}

static int status_of(const struct sandbox *sandbox, long call, const long *args)
{
	pid_t pid = fork_within(sandbox->enter, SECONDS);

	if (pid == 0) {
		if (syscall(call, args[0], args[1], args[2], args[3], 0, 0) == -1 && errno == EPERM)
			_exit(DENIED);
		_exit(RETURNED);
	}
	return status_of_child(pid);
}

static int killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

static void each(const struct sandbox *sandbox)
{
	unsigned tried = 0;

	skip_without_sandbox();
	for (int call = 0; call < CALLS; call++) {
		const long *args = arguments(sandbox, call);
		int status;

		if (!args || is_of_kernel(call))
			continue;
		status = status_of(sandbox, call, args);
		tried++;
		if (call == sandbox->denied ? !WIFEXITED(status) || WEXITSTATUS(status) != DENIED
					    : !killed(status))
			fail_msg("%s: call %d is not refused: status %x", sandbox->name, call,
				 (unsigned)status);
	}
	assert_true(tried > CALLS / 2);
}

static void test_gate(void **state)
{
	(void)state;
	each(&gate);
}

static void test_core(void **state)
{
	(void)state;
	each(&core);
}

static void test_supervisor(void **state)
{
	(void)state;
	each(&supervisor);
}

/* What is allowed is, so that a list that refuses all does not pass for a good one. */
static void test_allowed(void **state)
{
	static const long zeros[4];
	const struct sandbox *all[] = {&gate, &core, &supervisor};

	(void)state;
	skip_without_sandbox();
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		int status = status_of(all[i], S(getpid), zeros);

		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == RETURNED);
	}
}

#ifdef __x86_64__
#define X32 0x40000000L

/* getpid() by the door of 32-bit programs, where it has another number. */
static int by_old_door(const struct sandbox *sandbox)
{
	pid_t pid = fork_within(sandbox->enter, SECONDS);

	if (pid == 0) {
		long result = 20;

		__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
		_exit(RETURNED);
	}
	return status_of_child(pid);
}

static void test_other_doors(void **state)
{
	static const long zeros[4];
	const struct sandbox *all[] = {&gate, &core, &supervisor};

	(void)state;
	skip_without_sandbox();
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		assert_true(killed(status_of(all[i], X32 | S(getpid), zeros)));
		/* Where the kernel has no such door it is a fault. */
		assert_true(WIFSIGNALED(by_old_door(all[i])));
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate),	    cmocka_unit_test(test_core),
		cmocka_unit_test(test_supervisor),  cmocka_unit_test(test_allowed),
#ifdef __x86_64__
		cmocka_unit_test(test_other_doors),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
