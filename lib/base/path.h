#ifndef SEALKIT_BASE_PATH_H
#define SEALKIT_BASE_PATH_H

#include <dirent.h>
#include <limits.h>

#include "diag.h"

/* Paths. One that is too long is an error that names it, never one cut off: a name cut off
   is another file's. Buffers are of the longest path that the system takes. */

#define SEAL_PATH ((size_t)PATH_MAX)

/* dir/name and suffix behind it. SEAL_E_IO. */
SEAL_MUST_CHECK int seal_path_join(const char *dir, const char *name, const char *suffix,
				   char out[static SEAL_PATH], struct seal_diag *diag);
/* The folder that path is in: "." where it names none. SEAL_E_IO. */
SEAL_MUST_CHECK int seal_path_parent(const char *path, char out[static SEAL_PATH],
				     struct seal_diag *diag);
/* Waits until the names in a folder are on disk. */
SEAL_MUST_CHECK int seal_path_sync(const char *dir, struct seal_diag *diag);
/* SEAL_E_EXISTS, in the words of "is not empty", where the folder holds anything. */
SEAL_MUST_CHECK int seal_path_check_empty(const char *dir, struct seal_diag *diag);

/* For SEAL_CLEANUP; a NULL is left alone. */
void seal_path_closep(DIR **folder);

#endif
