#ifndef SEALKIT_BASE_FILE_H
#define SEALKIT_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "diag.h"
#include "io.h"
#include "secret.h"

/* Files that are there whole or not at all (design section 7.3). */

struct seal_file;

enum seal_file_flags {
	SEAL_FILE_NEW = 1,     /* SEAL_E_EXISTS if the name is taken at commit */
	SEAL_FILE_PRIVATE = 2, /* mode 0600 instead of 0644 */
};

/* Opens an unnamed file in the folder of path; the name appears at commit.
   Aborting, or a crash, leaves nothing behind; but on a file system without unnamed
   files (FAT, NFS) a crash leaves `.sealkit-*.tmp`. */
SEAL_MUST_CHECK int seal_file_new(const char *path, unsigned flags, struct seal_file **out_file,
				  struct seal_diag *diag);
SEAL_MUST_CHECK int seal_file_write(struct seal_file *file, const void *bytes, size_t len,
				    struct seal_diag *diag);
/* fsync of the file, its name, fsync of the folder. After SEAL_OK it survives a
   power cut. After an error nothing under this name has changed, but for one: where
   only the fsync of the folder failed the name is there, and may not last. */
SEAL_MUST_CHECK int seal_file_commit(struct seal_file *file, struct seal_diag *diag);
void seal_file_free(struct seal_file *file);
void seal_file_freep(struct seal_file **file);

/* Reads a regular file of at most max bytes; *out_bytes is malloc'd, with a
   zero byte added, and the caller's. Longer is SEAL_E_TOOLONG; a pipe, folder or device
   SEAL_E_IO, at once. Not for secrets. */
SEAL_MUST_CHECK int seal_file_read(const char *path, size_t max, uint8_t **out_bytes,
				   size_t *out_len, struct seal_diag *diag);

/* Opens a file with a secret in it, for reading: a regular file, no link, of this user and
   closed to all others, else SEAL_E_POLICY; SEAL_E_NOTFOUND. A file that others can write
   or read is no secret, and a link or a pipe may be somebody else's choice. as_root: root
   takes another user's file too, as a service's. *out_fd is the caller's. */
SEAL_MUST_CHECK int seal_file_open_own(const char *path, int as_root, int *out_fd,
				       struct seal_diag *diag);

/* Reads a secret from a descriptor up to its end or the first newline, which is
   dropped. Empty is SEAL_E_FORMAT, longer than max SEAL_E_TOOLONG. */
SEAL_MUST_CHECK int seal_secret_read_fd(int fd, size_t max, struct seal_secret **out_secret,
					struct seal_diag *diag);
/* All that source has, 1 to max bytes. Errors as above. */
SEAL_MUST_CHECK int seal_secret_read_all(struct seal_source *source, size_t max,
					 struct seal_secret **out_secret, struct seal_diag *diag);

#endif
