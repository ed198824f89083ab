/* Landlock by system call: its C library is not in Debian 12, and the kernel's header there
   ends before the rights on sockets and signals. */

#include "landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/banned.h"

/* Rights by the version that brought them (the kernel's landlock(7)). */
#define FS_1 ((UINT64_C(1) << 13) - 1)
#define FS_REFER (UINT64_C(1) << 13)	/* 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14) /* 3 */
#define FS_IOCTL (UINT64_C(1) << 15)	/* 5 */
#define NET_TCP UINT64_C(3)		/* 4: bind, connect */
#define SCOPES UINT64_C(3)		/* 6: abstract sockets, signals */

#define FS_FILES                                                        \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | \
	 LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | FS_REFER | FS_TRUNCATE)

struct rules {
	uint64_t fs, net, scoped;
};

static size_t fill(long version, struct rules *out)
{
	*out = (struct rules){.fs = FS_1};
	if (version >= 2)
		out->fs |= FS_REFER;
	if (version >= 3)
		out->fs |= FS_TRUNCATE;
	if (version >= 5)
		out->fs |= FS_IOCTL;
	if (version >= 4)
		out->net = NET_TCP;
	if (version >= 6)
		out->scoped = SCOPES;
	return sizeof(uint64_t) * (version >= 6 ? 3 : version >= 4 ? 2 : 1);
}

static int allow(int rules, uint64_t handled, const char *folder, struct seal_diag *diag)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = FS_FILES & handled};
	int failed;

	beneath.parent_fd = open(folder, O_PATH | O_CLOEXEC | O_DIRECTORY);
	if (beneath.parent_fd < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", folder);
	failed =
		syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0;
	(void)close(beneath.parent_fd);
	return failed ? seal_fail_errno(diag, SEAL_E_SYSTEM, "landlock") : SEAL_OK;
}

/* Needs PR_SET_NO_NEW_PRIVS, which the caller has set. */
int seald_landlock(const char *folder, int *out_there, struct seal_diag *diag)
{
	struct rules rules;
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int fd;
	int error = SEAL_OK;

	*out_there = version > 0;
	if (version <= 0)
		return SEAL_OK;
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, fill(version, &rules), 0);
	if (fd < 0)
		return seal_fail_errno(diag, SEAL_E_SYSTEM, "landlock");
	if (folder)
		error = allow(fd, rules.fs, folder, diag);
	if (!error && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		error = seal_fail_errno(diag, SEAL_E_SYSTEM, "landlock");
	(void)close(fd);
	return error;
}
