#ifndef SEALD_LISTEN_H
#define SEALD_LISTEN_H

#include <sys/types.h>

#include "config.h"

/* Opens a listening socket for each address; out_fds has listen_count places. A port of 0 is
   replaced in config by the one that the kernel chose. */
SEAL_MUST_CHECK int seald_listen(struct seald_config *config, int *out_fds, struct seal_diag *diag);
/* "192.0.2.1:8200", "[2001:db8::1]:8200" */
#define SEALD_ADDRESS 64u
void seald_address(const struct seald_listen *listen, char out[static SEALD_ADDRESS]);

/* A folder that is made if it is missing, 0700, and given to uid where that is not -1. */
SEAL_MUST_CHECK int seald_folder(const char *path, uid_t uid, gid_t gid, struct seal_diag *diag);
/* The audit file: appended to, made 0600. */
SEAL_MUST_CHECK int seald_audit(const char *path, int *out_fd, struct seal_diag *diag);

#endif
