/* What every process does before it reads anything: nothing of its memory may
   reach a core file, a debugger of the same user or a world-readable file. */

#include "base/harden.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"

int seal_process_harden(struct seal_diag *diag)
{
	const struct rlimit none = {0, 0};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	/* A missing standard descriptor would make the next opened file take its number. */
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return seal_fail_errno(diag, SEAL_E_SYSTEM, "open /dev/null");
	}
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "core limit");
#ifndef SEAL_SANITIZED
	/* Leak checkers trace their own process; only test builds leave this out. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "PR_SET_DUMPABLE");
#endif
	/* What makes libraries write keys of sessions, or what a token says, somewhere. */
	if (unsetenv("SSLKEYLOGFILE") != 0 || unsetenv("FIDO_DEBUG") != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "environment");
	(void)umask(077);
	if (sigaction(SIGPIPE, &ignore, NULL) != 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "SIGPIPE");
	/* Before threads and sandboxes: it chooses the code for this processor. */
	if (sodium_init() < 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "libsodium");
	return SEAL_OK;
}
