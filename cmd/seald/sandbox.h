#ifndef SEALD_SANDBOX_H
#define SEALD_SANDBOX_H

#include <sys/types.h>

#include "base/diag.h"

/* What a gate and the core may still do once they have what they need (design section 5).
   A system call that is not on their list ends the process. Builds with sanitizers,
   which need more, have no sandbox; a release has no switch for it. */

struct seald_user {
	int drops; /* 0: started without the right to, or not asked to */
	uid_t uid;
	gid_t gid;
};

/* name may be empty. SEAL_E_USAGE: nobody of that name, or no right to become him. */
SEAL_MUST_CHECK int seald_user_find(const char *name, struct seald_user *out_user,
				    struct seal_diag *diag);

/* No path, no new socket, no program, no process. *out_missing: "landlock", or NULL.
   Without seccomp it fails. */
SEAL_MUST_CHECK int seald_sandbox_gate(const struct seald_user *user, const char **out_missing,
				       struct seal_diag *diag);
/* The state folder and no other path; no socket, no program. */
SEAL_MUST_CHECK int seald_sandbox_core(const struct seald_user *user, const char *state,
				       const char **out_missing, struct seal_diag *diag);
/* What a supervisor needs that has started all: to read files again, to open one for
   appending, to fork, and what a gate that it starts again does until it has a list of its
   own, which then holds beside this one. No program, no network. */
SEAL_MUST_CHECK int seald_sandbox_supervisor(struct seal_diag *diag);

#endif
