/* Paths, joined and taken apart without cutting any. */

#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/banned.h"

int seal_path_join(const char *dir, const char *name, const char *suffix,
		   char out[static SEAL_PATH], struct seal_diag *diag)
{
	if (strlen(dir) + strlen(name) + strlen(suffix) + 1 >= SEAL_PATH)
		return seal_fail(diag, SEAL_E_IO, "%s: with %s%s: over %zu bytes", dir, name,
				 suffix, SEAL_PATH - 1);
	(void)snprintf(out, SEAL_PATH, "%s/%s%s", dir, name, suffix);
	return SEAL_OK;
}

int seal_path_parent(const char *path, char out[static SEAL_PATH], struct seal_diag *diag)
{
	const char *slash = strrchr(path, '/');

	if (strlen(path) >= SEAL_PATH)
		return seal_fail(diag, SEAL_E_IO, "%s: over %zu bytes", path, SEAL_PATH - 1);
	if (!slash)
		(void)snprintf(out, SEAL_PATH, ".");
	else
		(void)snprintf(out, SEAL_PATH, "%.*s", slash == path ? 1 : (int)(slash - path),
			       path);
	return SEAL_OK;
}

int seal_path_sync(const char *dir, struct seal_diag *diag)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = fd < 0 || fsync(fd) != 0;
	int error = failed ? seal_fail_errno(diag, SEAL_E_IO, "%s: fsync", dir) : SEAL_OK;

	if (fd >= 0)
		(void)close(fd);
	return error;
}

void seal_path_closep(DIR **folder)
{
	if (*folder)
		(void)closedir(*folder);
	*folder = NULL;
}

int seal_path_check_empty(const char *dir, struct seal_diag *diag)
{
	DIR *folder SEAL_CLEANUP(seal_path_closep) = opendir(dir);
	const struct dirent *entry;

	if (!folder)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", dir);
	while ((entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return seal_fail(diag, SEAL_E_EXISTS, "%s: is not empty; name a new folder",
					 dir);
	return SEAL_OK;
}
