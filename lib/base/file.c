/* Atomic files. Threat: a crash or a full disk in the middle of writing a share
   leaves half a file, or replaces a good one. So bytes go to an unnamed inode,
   are synced, and only then get their name. */

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/io.h"
#include "base/path.h"

#include "base/banned.h"

struct seal_file {
	int fd;
	int dir;
	unsigned flags;
	char path[SEAL_PATH];
	char name[NAME_MAX + 1];
	char temp[64]; /* set while a temporary name exists */
	int is_named;  /* the file system has no unnamed files: temp is where bytes go */
};

static int split_path(struct seal_file *file, const char *path, char dir[static SEAL_PATH],
		      struct seal_diag *diag)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strlen(path) >= SEAL_PATH || strlen(name) > NAME_MAX || name[0] == '\0')
		return seal_fail(diag, SEAL_E_IO, "%s: not a file name", path);
	(void)snprintf(file->path, sizeof file->path, "%s", path);
	(void)snprintf(file->name, sizeof file->name, "%s", name);
	return seal_path_parent(path, dir, diag);
}

static int name_temp(struct seal_file *file)
{
	uint8_t tag[8];
	char hex[2 * sizeof tag + 1];

	if (seal_random(tag, sizeof tag, NULL) != SEAL_OK)
		return -1;
	seal_hex(tag, sizeof tag, hex);
	(void)snprintf(file->temp, sizeof file->temp, ".sealkit-%s.tmp", hex);
	return 0;
}

/* An unnamed file; on FAT, NFS and the like, where there is none, one of another name. */
static int open_bytes(struct seal_file *file, struct seal_diag *diag)
{
	mode_t mode = file->flags & SEAL_FILE_PRIVATE ? 0600 : 0644;

	file->fd = openat(file->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
	if (file->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
		file->is_named = name_temp(file) == 0;
		if (file->is_named)
			file->fd = openat(file->dir, file->temp,
					  O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode);
		if (file->fd < 0)
			file->temp[0] = '\0';
	}
	if (file->fd < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", file->path);
	/* umask is 077 in our tools; public records are meant to be read by others. FAT
	   has one mode for all. */
	if (!(file->flags & SEAL_FILE_PRIVATE) && fchmod(file->fd, mode) != 0 &&
	    !(file->is_named && errno == EPERM))
		return seal_fail_errno(diag, SEAL_E_IO, "%s", file->path);
	return SEAL_OK;
}

int seal_file_new(const char *path, unsigned flags, struct seal_file **out_file,
		  struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = calloc(1, sizeof *file);
	char dir[SEAL_PATH];
	struct stat there;
	int error;

	if (!file)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", path);
	file->fd = file->dir = -1;
	file->flags = flags;
	error = split_path(file, path, dir, diag);
	if (error)
		return error;
	file->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", dir);
	/* Told early, so that nobody does the work in vain; commit decides. */
	if ((flags & SEAL_FILE_NEW) &&
	    fstatat(file->dir, file->name, &there, AT_SYMLINK_NOFOLLOW) == 0)
		return seal_fail(diag, SEAL_E_EXISTS, "%s: exists already; choose another name",
				 path);
	error = open_bytes(file, diag);
	if (error)
		return error;
	*out_file = seal_steal(&file);
	return SEAL_OK;
}

int seal_file_write(struct seal_file *file, const void *bytes, size_t len, struct seal_diag *diag)
{
	struct seal_sink sink = seal_sink_fd(&file->fd);
	int error = sink.write(sink.ctx, bytes, len, diag);

	return error ? seal_because(diag, error, "%s", file->path) : SEAL_OK;
}

static int link_as(const struct seal_file *file, const char *name)
{
	char from[32];

	(void)snprintf(from, sizeof from, "/proc/self/fd/%d", file->fd);
	return linkat(AT_FDCWD, from, file->dir, name, AT_SYMLINK_FOLLOW);
}

static int move_to_name(struct seal_file *file, unsigned how)
{
	if (renameat2(file->dir, file->temp, file->dir, file->name, how) != 0)
		return -1;
	file->temp[0] = '\0';
	return 0;
}

/* A name that is taken can only be replaced by rename, so link elsewhere first. */
static int replace(struct seal_file *file)
{
	if (name_temp(file) != 0)
		return -1;
	if (link_as(file, file->temp) != 0) {
		file->temp[0] = '\0';
		return -1;
	}
	return move_to_name(file, 0);
}

/* NFS cannot rename without replacing, but has links; FAT the other way round. */
static int name_named(struct seal_file *file)
{
	if (!(file->flags & SEAL_FILE_NEW))
		return move_to_name(file, 0);
	if (move_to_name(file, RENAME_NOREPLACE) == 0)
		return 0;
	return errno == EINVAL ? linkat(file->dir, file->temp, file->dir, file->name, 0) : -1;
}

int seal_file_commit(struct seal_file *file, struct seal_diag *diag)
{
	int failed;

	if (fsync(file->fd) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s: fsync", file->path);
	failed = file->is_named ? name_named(file) : link_as(file, file->name);
	if (failed && errno == EEXIST && (file->flags & SEAL_FILE_NEW))
		return seal_fail(diag, SEAL_E_EXISTS, "%s: exists already; choose another name",
				 file->path);
	if (failed && errno == EEXIST && !file->is_named)
		failed = replace(file);
	if (failed)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", file->path);
	if (fsync(file->dir) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s: fsync of its folder", file->path);
	return SEAL_OK;
}

void seal_file_free(struct seal_file *file)
{
	if (!file)
		return;
	if (file->temp[0])
		(void)unlinkat(file->dir, file->temp, 0);
	if (file->fd >= 0)
		(void)close(file->fd);
	if (file->dir >= 0)
		(void)close(file->dir);
	free(file);
}

void seal_file_freep(struct seal_file **file)
{
	seal_file_free(*file);
	*file = NULL;
}

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

int seal_file_read(const char *path, size_t max, uint8_t **out_bytes, size_t *out_len,
		   struct seal_diag *diag)
{
	int fd SEAL_CLEANUP(close_fd) = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct seal_source source = seal_source_fd(&fd);
	struct stat stat;
	uint8_t *bytes;
	size_t len = 0;
	int error;

	if (fd < 0)
		return seal_fail_errno(diag, errno == ENOENT ? SEAL_E_NOTFOUND : SEAL_E_IO, "%s",
				       path);
	if (fstat(fd, &stat) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	/* A pipe put in its place would be waited for, for ever. */
	if (!S_ISREG(stat.st_mode))
		return seal_fail(diag, SEAL_E_IO, "%s: not a regular file", path);
	bytes = malloc(max + 2);
	if (!bytes)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", path);
	error = seal_read_full(&source, bytes, max + 1, &len, diag);
	if (error)
		error = seal_because(diag, error, "%s", path);
	else if (len > max)
		error = seal_fail(diag, SEAL_E_TOOLONG, "%s: over %zu bytes", path, max);
	if (error) {
		free(bytes);
		return error;
	}
	bytes[len] = 0;
	*out_bytes = bytes;
	*out_len = len;
	return SEAL_OK;
}

int seal_file_open_own(const char *path, int as_root, int *out_fd, struct seal_diag *diag)
{
	int fd SEAL_CLEANUP(close_fd) =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat stat;

	if (fd < 0 && errno == ELOOP)
		return seal_fail(diag, SEAL_E_POLICY, "%s: is a link, not a file", path);
	if (fd < 0)
		return seal_fail_errno(diag, errno == ENOENT ? SEAL_E_NOTFOUND : SEAL_E_IO, "%s",
				       path);
	if (fstat(fd, &stat) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	as_root = as_root && geteuid() == 0;
	if (!S_ISREG(stat.st_mode) || (stat.st_uid != geteuid() && !as_root) ||
	    (stat.st_mode & 077))
		return seal_fail(diag, SEAL_E_POLICY,
				 "%s: must be a file of this user alone (mode 0600)", path);
	*out_fd = fd;
	fd = -1;
	return SEAL_OK;
}

int seal_secret_read_fd(int fd, size_t max, struct seal_secret **out_secret, struct seal_diag *diag)
{
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_source source = seal_source_fd(&fd);
	size_t len = 0;
	int error = seal_secret_new(max + 1, &secret, diag);

	/* A byte at a time: what stands behind the newline belongs to the next reader. */
	while (!error && len <= max) {
		uint8_t *at = seal_secret_data(secret) + len;
		size_t got = 0;

		error = source.read(source.ctx, at, 1, &got, diag);
		if (!error && (got == 0 || *at == '\n'))
			break;
		len += got;
	}
	if (error)
		return seal_because(diag, error, "descriptor %d", fd);
	if (len > max)
		return seal_fail(diag, SEAL_E_TOOLONG, "descriptor %d: over %zu bytes", fd, max);
	if (len == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "descriptor %d: empty", fd);
	seal_secret_shrink(secret, len);
	*out_secret = seal_steal(&secret);
	return SEAL_OK;
}
