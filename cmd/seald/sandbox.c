/* Another user, landlock, then seccomp: each holds where the others fail. */

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "landlock.h"

#include "base/banned.h"

int seald_user_find(const char *name, struct seald_user *out_user, struct seal_diag *diag)
{
	const struct passwd *found;

	if (!*name) {
		*out_user = (struct seald_user){0};
		return SEAL_OK;
	}
	found = getpwnam(name);
	if (!found)
		return seal_fail(diag, SEAL_E_USAGE, "user: no user of the name %s", name);
	if (geteuid() != 0 && geteuid() != found->pw_uid)
		return seal_fail(diag, SEAL_E_USAGE, "user: only root can become %s", name);
	*out_user = (struct seald_user){
		.drops = geteuid() == 0, .uid = found->pw_uid, .gid = found->pw_gid};
	return SEAL_OK;
}

/* What a program that is started could get back. Without the right to it nothing is lost: then
   there is no new privilege to be had either. */
static int clear_bounds(struct seal_diag *diag)
{
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0 && errno != EPERM)
			return seal_fail_errno(diag, SEAL_E_SYSTEM, "capabilities");
	return SEAL_OK;
}

static int capabilities(int *out_any, struct seal_diag *diag)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};

	if (syscall(SYS_capget, &head, sets) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "capabilities");
	*out_any = 0;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		*out_any |= (sets[i].effective | sets[i].permitted | sets[i].inheritable) != 0;
	return SEAL_OK;
}

/* Effective, permitted, inheritable and, with them, ambient. User 0 keeps none either: to him
   files are then what their mode says. Not asked for where none is there: a service
   manager's filter may forbid the call. */
static int clear_capabilities(struct seal_diag *diag)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	static const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
	int any = 0;
	int error = capabilities(&any, diag);

	if (error || !any)
		return error;
	if (syscall(SYS_capset, &head, none) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "capabilities");
	error = capabilities(&any, diag);
	if (!error && any)
		error = seal_fail(diag, SEAL_E_SYSTEM, "capabilities: some are left");
	return error;
}

static int become(const struct seald_user *user, struct seal_diag *diag)
{
	int error = clear_bounds(diag);

	if (error)
		return error;
	if (user->drops &&
	    (setgroups(0, NULL) != 0 || setresgid(user->gid, user->gid, user->gid) != 0 ||
	     setresuid(user->uid, user->uid, user->uid) != 0))
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "another user");
	/* Back to root must be impossible. */
	if (user->drops && user->uid != 0 && setresuid(0, 0, 0) == 0)
		return seal_fail(diag, SEAL_E_SYSTEM, "another user: the change did not last");
	error = clear_capabilities(diag);
	if (error)
		return error;
#ifndef SEAL_SANITIZED
	/* A change of user may have set it again. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "PR_SET_DUMPABLE");
#endif
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "PR_SET_NO_NEW_PRIVS");
	return SEAL_OK;
}

#ifdef SEAL_SANITIZED

int seald_sandbox_gate(const struct seald_user *user, const char **out_missing,
		       struct seal_diag *diag)
{
	*out_missing = "sandbox";
	return become(user, diag);
}

int seald_sandbox_core(const struct seald_user *user, const char *state SEAL_UNUSED,
		       const char **out_missing, struct seal_diag *diag)
{
	*out_missing = "sandbox";
	return become(user, diag);
}

int seald_sandbox_supervisor(struct seal_diag *diag SEAL_UNUSED)
{
	return SEAL_OK;
}

#else

/* Both: memory, time, what is open already, the end. */
static const int for_both[] = {
	SCMP_SYS(read),		 SCMP_SYS(write),
	SCMP_SYS(close),	 SCMP_SYS(munmap),
	SCMP_SYS(mremap),	 SCMP_SYS(brk),
	SCMP_SYS(madvise),	 SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	SCMP_SYS(time),		 SCMP_SYS(getrandom),
	SCMP_SYS(getpid),	 SCMP_SYS(gettid),
	SCMP_SYS(rt_sigreturn),	 SCMP_SYS(restart_syscall),
	SCMP_SYS(sched_yield),	 SCMP_SYS(exit),
	SCMP_SYS(exit_group),	 SCMP_SYS(recvfrom),
	SCMP_SYS(sendto),
};

static const int for_gate[] = {
	SCMP_SYS(accept4),  SCMP_SYS(epoll_ctl),   SCMP_SYS(epoll_wait),
	SCMP_SYS(shutdown), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
};

/* Files of the state folder, as SQLite and base/file.c use them; landlock says which. */
static const int for_core[] = {
	SCMP_SYS(poll),	      SCMP_SYS(ppoll),	   SCMP_SYS(recvmsg),	      SCMP_SYS(openat),
	SCMP_SYS(lseek),      SCMP_SYS(fstat),	   SCMP_SYS(newfstatat),      SCMP_SYS(statx),
	SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2),      SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(pread64),   SCMP_SYS(pwrite64),	      SCMP_SYS(ftruncate),
	SCMP_SYS(fsync),      SCMP_SYS(fdatasync), SCMP_SYS(unlink),	      SCMP_SYS(unlinkat),
	SCMP_SYS(linkat),     SCMP_SYS(renameat2), SCMP_SYS(geteuid),	      SCMP_SYS(mlock),
	SCMP_SYS(munlock),    SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sysinfo),
	SCMP_SYS(getdents64),
};

/* Beside what both others have. Signals, children, certificates; then a gate's start. */
static const int for_supervisor[] = {
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(wait4),
	SCMP_SYS(kill),
	SCMP_SYS(sendmsg),
	SCMP_SYS(socketpair),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(fsync),
	SCMP_SYS(mlock),
	SCMP_SYS(munlock),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(close_range),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(chdir),
	SCMP_SYS(fcntl),
	SCMP_SYS(pipe2),
	SCMP_SYS(eventfd2),
	SCMP_SYS(epoll_create1),
	SCMP_SYS(setsockopt),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(setgroups),
	SCMP_SYS(setresgid),
	SCMP_SYS(setresuid),
	SCMP_SYS(capget),
	SCMP_SYS(capset),
	SCMP_SYS(seccomp),
	SCMP_SYS(landlock_create_ruleset),
	SCMP_SYS(landlock_restrict_self),
};

static int add_list(scmp_filter_ctx filter, const int *list, size_t count)
{
	int bad = 0;

	/* A call that this processor does not have is none that could be made. */
	for (size_t i = 0; i < count && !bad; i++)
		bad = list[i] >= 0 && seccomp_rule_add(filter, SCMP_ACT_ALLOW, list[i], 0) != 0;
	return bad;
}

/* Memory that is made executable is how foreign code comes in. */
static int add_memory(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) != 0 ||
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) != 0;
}

static int add_gate_calls(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2,
				SCMP_A1(SCMP_CMP_EQ, IPPROTO_TCP, 0),
				SCMP_A2(SCMP_CMP_EQ, TCP_NODELAY, 0)) != 0 ||
	       add_list(filter, for_gate, sizeof for_gate / sizeof *for_gate);
}

/* Locks and flags of files, and no more of fcntl; limits to read, its own only. SQLite, run by
   root, gives its journal to the owner of its database, who is root, and does not look at what
   comes of it: that is denied, and is no reason to die. */
static int add_core_calls(scmp_filter_ctx filter)
{
	static const int commands[] = {F_SETLK, F_GETLK, F_GETFD, F_GETFL};
	int bad = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fchown), 0) != 0 ||
		  seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2,
				   SCMP_A0(SCMP_CMP_EQ, 0, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0)) != 0;

	for (size_t i = 0; i < sizeof commands / sizeof *commands && !bad; i++)
		bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				       SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)commands[i], 0)) != 0;
	return bad || add_list(filter, for_core, sizeof for_core / sizeof *for_core);
}

/* What is open()ed is read, or it is the audit file; what is forked is in the same namespaces. */
static int add_supervisor_files(scmp_filter_ctx filter)
{
	const scmp_datum_t changes = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
	const scmp_datum_t namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
					CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, changes, O_RDONLY)) != 0 ||
	       seccomp_rule_add(
		       filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
		       SCMP_A2(SCMP_CMP_MASKED_EQ, changes, O_RDWR | O_CREAT | O_APPEND)) != 0 ||
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0)) != 0 ||
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
				SCMP_A0(SCMP_CMP_EQ, 0, 0)) != 0 ||
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, namespaces, 0)) != 0;
}

static int add_supervisor_calls(scmp_filter_ctx filter)
{
	static const int options[] = {PR_SET_NO_NEW_PRIVS, PR_SET_NAME,	   PR_CAPBSET_READ,
				      PR_CAPBSET_DROP,	   PR_GET_SECCOMP, PR_SET_SECCOMP};
	int bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 2,
				   SCMP_A0(SCMP_CMP_EQ, PR_SET_DUMPABLE, 0),
				   SCMP_A1(SCMP_CMP_EQ, 0, 0)) != 0;

	for (size_t i = 0; i < sizeof options / sizeof *options && !bad; i++)
		bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)options[i], 0)) != 0;
	return bad || add_supervisor_files(filter) ||
	       add_list(filter, for_gate, sizeof for_gate / sizeof *for_gate) ||
	       add_list(filter, for_supervisor, sizeof for_supervisor / sizeof *for_supervisor);
}

static int load(int (*add_calls)(scmp_filter_ctx filter), struct seal_diag *diag)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int bad = !filter || add_list(filter, for_both, sizeof for_both / sizeof *for_both) ||
		  add_memory(filter);

	if (!bad)
		bad = add_calls(filter) || seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	if (bad)
		return seal_fail(diag, SEAL_E_SYSTEM,
				 "seccomp: the kernel refuses it, and without it nothing starts");
	return SEAL_OK;
}

int seald_sandbox_gate(const struct seald_user *user, const char **out_missing,
		       struct seal_diag *diag)
{
	const struct rlimit none = {0, 0};
	int there = 0;
	int error = become(user, diag);

	if (!error && (chdir("/") != 0 || setrlimit(RLIMIT_NPROC, &none) != 0))
		error = seal_fail_errno(diag, SEAL_E_SYSTEM, "limits of a gate");
	if (!error)
		error = seald_landlock(NULL, &there, diag);
	if (!error)
		error = load(add_gate_calls, diag);
	if (!error)
		*out_missing = there ? NULL : "landlock";
	return error;
}

int seald_sandbox_core(const struct seald_user *user, const char *state, const char **out_missing,
		       struct seal_diag *diag)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
	int there = 0;
	int error;

	/* Secrets are locked memory, of which little is free without capabilities. Where the
	   limit cannot be raised, locking tells when it does not suffice. */
	(void)setrlimit(RLIMIT_MEMLOCK, &all);
	error = become(user, diag);
	if (!error && chdir("/") != 0)
		error = seal_fail_errno(diag, SEAL_E_SYSTEM, "/");
	if (!error)
		error = seald_landlock(state, &there, diag);
	if (!error)
		error = load(add_core_calls, diag);
	if (!error)
		*out_missing = there ? NULL : "landlock";
	return error;
}

int seald_sandbox_supervisor(struct seal_diag *diag)
{
	return load(add_supervisor_calls, diag);
}

#endif
