/* Folders that are there whole or not at all. */

#include "ceremony/new_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/own.h"
#include "base/secret.h"

#include "base/banned.h"

/* dir without slashes at its end; parent: what is before its last name. */
static int split(const char *dir, char path[static SEAL_PATH], char parent[static SEAL_PATH],
		 const char **out_name, struct seal_diag *diag)
{
	size_t len = strlen(dir);
	const char *slash;
	int error;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (len == 0)
		return seal_fail(diag, SEAL_E_IO, "%s: not a folder's name", dir);
	if (len >= SEAL_PATH)
		return seal_fail(diag, SEAL_E_IO, "%s: over %zu bytes", dir, SEAL_PATH - 1);
	memcpy(path, dir, len);
	path[len] = '\0';
	error = seal_path_parent(path, parent, diag);
	if (error)
		return error;
	slash = strrchr(path, '/');
	*out_name = slash ? slash + 1 : path;
	if (**out_name == '\0' || strcmp(*out_name, ".") == 0 || strcmp(*out_name, "..") == 0)
		return seal_fail(diag, SEAL_E_IO, "%s: name the folder itself", dir);
	return SEAL_OK;
}

int seal_new_folder_beside(const char *dir, const char *suffix, char out[static SEAL_PATH],
			   struct seal_diag *diag)
{
	char path[SEAL_PATH];
	char parent[SEAL_PATH];
	char hidden[SEAL_PATH + 1];
	const char *name;
	int error = split(dir, path, parent, &name, diag);

	if (error)
		return error;
	(void)snprintf(hidden, sizeof hidden, ".%s", name);
	return seal_path_join(parent, hidden, suffix, out, diag);
}

int seal_new_folder_check(const char *dir, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	char parent[SEAL_PATH];
	const char *name;
	struct stat above;
	struct stat there;
	int error = split(dir, path, parent, &name, diag);

	if (error)
		return error;
	if (stat(parent, &above) != 0 || access(parent, W_OK | X_OK) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", parent);
	if (!S_ISDIR(above.st_mode))
		return seal_fail(diag, SEAL_E_IO, "%s: not a folder", parent);
	if (lstat(path, &there) != 0)
		return errno == ENOENT ? SEAL_OK : seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	if (!S_ISDIR(there.st_mode))
		return seal_fail(diag, SEAL_E_EXISTS, "%s: exists and is not a folder", path);
	if (there.st_dev != above.st_dev)
		return seal_fail(diag, SEAL_E_EXISTS, "%s: is a mount point; name a folder in it",
				 path);
	return seal_path_check_empty(path, diag);
}

static void hold_signals(sigset_t *before)
{
	sigset_t ends;

	(void)sigemptyset(&ends);
	(void)sigaddset(&ends, SIGINT);
	(void)sigaddset(&ends, SIGTERM);
	(void)sigaddset(&ends, SIGHUP);
	(void)sigaddset(&ends, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &ends, before);
}

/* .NAME.TAG.tmp beside dir, whose name is cut: that it is the same each time is enough. */
static int hidden_path(const char *dir, const char *tag, char path[static SEAL_PATH],
		       char out[static SEAL_PATH], struct seal_diag *diag)
{
	char parent[SEAL_PATH];
	char hidden[NAME_MAX + 1];
	const char *name;
	int error = split(dir, path, parent, &name, diag);

	if (error)
		return error;
	(void)snprintf(hidden, sizeof hidden, ".%.*s.%.*s", 200, name, (int)SEAL_NEW_FOLDER_TAG,
		       tag);
	return seal_path_join(parent, hidden, ".tmp", out, diag);
}

int seal_new_folder_begin_as(const char *dir, const char *tag, struct seal_new_folder *folder,
			     struct seal_diag *diag)
{
	char temp[SEAL_PATH];
	int error = seal_new_folder_check(dir, diag);

	if (!error)
		error = hidden_path(dir, tag, folder->path, temp, diag);
	if (error)
		return error;
	hold_signals(&folder->before);
	folder->is_begun = 1;
	if (mkdir(temp, 0700) != 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", temp);
	memcpy(folder->temp, temp, sizeof temp);
	return SEAL_OK;
}

int seal_new_folder_begin(const char *dir, struct seal_new_folder *folder, struct seal_diag *diag)
{
	char hex[SEAL_NEW_FOLDER_TAG + 1];
	uint8_t tag[SEAL_NEW_FOLDER_TAG / 2];
	int error = seal_random(tag, sizeof tag, diag);

	if (error)
		return error;
	seal_hex(tag, sizeof tag, hex);
	return seal_new_folder_begin_as(dir, hex, folder, diag);
}

int seal_new_folder_sub(struct seal_new_folder *folder, const char *name, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	int error = seal_path_join(folder->temp, name, "", path, diag);

	if (!error && mkdir(path, 0700) != 0)
		error = seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	return error;
}

static int check_disk(const char *path, const void *bytes, size_t len, struct seal_diag *diag)
{
	uint8_t *again SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t got = 0;
	int error = seal_file_read(path, len, &again, &got, diag);

	if (!error && (got != len || !seal_eq_ct(again, bytes, len)))
		error = seal_fail(diag, SEAL_E_VERIFY, "%s: the disk gives other bytes back", path);
	return error;
}

int seal_new_folder_file(struct seal_new_folder *folder, const char *name, const char *suffix,
			 const void *bytes, size_t len, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	char path[SEAL_PATH];
	int error = seal_path_join(folder->temp, name, suffix, path, diag);

	if (!error)
		error = seal_file_new(path, SEAL_FILE_NEW, &file, diag);
	if (!error)
		error = seal_file_write(file, bytes, len, diag);
	if (!error)
		error = seal_file_commit(file, diag);
	return error ? error : check_disk(path, bytes, len, diag);
}

static int was_interrupted(void)
{
	sigset_t pending;

	(void)sigemptyset(&pending);
	return sigpending(&pending) == 0 &&
	       (sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
		sigismember(&pending, SIGHUP));
}

int seal_new_folder_commit(struct seal_new_folder *folder, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	char parent[SEAL_PATH];
	const char *name;
	int error = seal_path_sync(folder->temp, diag);

	if (!error)
		error = split(folder->path, path, parent, &name, diag);
	if (!error && was_interrupted())
		error = seal_fail(diag, SEAL_E_INTERRUPTED, "%s: nothing was written",
				  folder->path);
	if (error)
		return error;
	/* Onto an empty folder or none; anything else stays as it is. */
	if (rename(folder->temp, folder->path) != 0)
		return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
			       ? seal_fail(diag, SEAL_E_EXISTS,
					   "%s: is not empty; name a new folder", folder->path)
			       : seal_fail_errno(diag, SEAL_E_IO, "%s", folder->path);
	folder->temp[0] = '\0';
	return seal_path_sync(parent, diag);
}

/* Calls each for every name in path, and takes path away. */
static void empty(const char *path, void (*each)(const char *inner))
{
	DIR *folder SEAL_CLEANUP(seal_path_closep) = opendir(path);
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		char inner[SEAL_PATH];

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    seal_path_join(path, entry->d_name, "", inner, NULL) == SEAL_OK)
			each(inner);
	}
	(void)rmdir(path);
}

static void remove_file(const char *path)
{
	(void)unlink(path);
}

static void remove_any(const char *path)
{
	if (unlink(path) != 0)
		empty(path, remove_file);
}

void seal_new_folder_done(struct seal_new_folder *folder)
{
	if (!folder->is_begun)
		return;
	if (folder->temp[0])
		empty(folder->temp, remove_any);
	folder->is_begun = 0;
	(void)sigprocmask(SIG_SETMASK, &folder->before, NULL);
}

int seal_new_folder_sweep(const char *dir, const char *tag, struct seal_diag *diag)
{
	char path[SEAL_PATH];
	char temp[SEAL_PATH];
	int error = hidden_path(dir, tag, path, temp, diag);

	if (error)
		return error;
	empty(temp, remove_any);
	return access(temp, F_OK) != 0
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_IO,
				   "%s: left by a run that was killed, and cannot be removed",
				   temp);
}
