#ifndef SEALD_SUPERVISOR_H
#define SEALD_SUPERVISOR_H

#include "config.h"

/* Opens what the others need, forks core and gates, restarts gates, and reads nothing from
   outside. Returns when told to stop (SEAL_OK, after SIGTERM or SIGINT), or when the core has
   ended (SEAL_E_SYSTEM): all is sealed then. config's ports of 0 are filled in. ready_fd: gets one
   line when clients are served, then is closed; -1: none. */
SEAL_MUST_CHECK int seald_supervise(struct seald_config *config, int ready_fd,
				    struct seal_diag *diag);

#endif
