#ifndef SEALKIT_CEREMONY_NEW_FOLDER_H
#define SEALKIT_CEREMONY_NEW_FOLDER_H

#include <signal.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/path.h"

/* A folder that is there whole or not at all (design section 7.3). Files are written
   into a hidden folder beside it, each on disk and read again; the last step is one
   rename. Ctrl-C in between takes everything away again; a crash leaves the hidden
   folder `.NAME.XXXXXX.tmp`, which is no share set and may be deleted. */

struct seal_new_folder {
	char path[SEAL_PATH]; /* where it will be */
	char temp[SEAL_PATH];
	int is_begun;
	sigset_t before; /* signals that end a tool wait from begin to done */
};

/* Whether dir can be made: absent or empty, its parent there and writable. For telling a
   person before the work; commit decides. SEAL_E_EXISTS, SEAL_E_IO. */
SEAL_MUST_CHECK int seal_new_folder_check(const char *dir, struct seal_diag *diag);

/* The name `.NAME` and suffix beside dir: for what must be there before the folder is. */
SEAL_MUST_CHECK int seal_new_folder_beside(const char *dir, const char *suffix,
					   char out[static SEAL_PATH], struct seal_diag *diag);

/* folder is the caller's, all zero before; seal_new_folder_done ends it in any case. */
SEAL_MUST_CHECK int seal_new_folder_begin(const char *dir, struct seal_new_folder *folder,
					  struct seal_diag *diag);
/* The same, where a journal must know the hidden folder before it is there: its name is made with
   tag, 12 characters that are random and not used twice. sweep takes away what a run that was
   killed has left under a tag; nothing is there: no error. */
#define SEAL_NEW_FOLDER_TAG 12u
SEAL_MUST_CHECK int seal_new_folder_begin_as(const char *dir, const char *tag,
					     struct seal_new_folder *folder,
					     struct seal_diag *diag);
SEAL_MUST_CHECK int seal_new_folder_sweep(const char *dir, const char *tag, struct seal_diag *diag);
/* Beneath the folder; its own is mode 0700, as those of files are 0644. */
SEAL_MUST_CHECK int seal_new_folder_sub(struct seal_new_folder *folder, const char *name,
					struct seal_diag *diag);
/* name may have one folder in it, "cards/alice"; with suffix. SEAL_E_EXISTS if the name
   is taken: SEAL_E_VERIFY if the disk gives other bytes back. */
SEAL_MUST_CHECK int seal_new_folder_file(struct seal_new_folder *folder, const char *name,
					 const char *suffix, const void *bytes, size_t len,
					 struct seal_diag *diag);
/* SEAL_E_INTERRUPTED where a signal came meanwhile. */
SEAL_MUST_CHECK int seal_new_folder_commit(struct seal_new_folder *folder, struct seal_diag *diag);
/* Takes away what was not committed. */
void seal_new_folder_done(struct seal_new_folder *folder);

#endif
