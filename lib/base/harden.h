#ifndef SEALKIT_BASE_HARDEN_H
#define SEALKIT_BASE_HARDEN_H

#include "diag.h"

/* First call of every main (design section 7.1): no core file, not dumpable and
   so not traceable by the same user, umask 077, descriptors 0-2 open, SSLKEYLOGFILE and FIDO_DEBUG
   unset, SIGPIPE ignored so that a closed pipe is an error that gets reported. Descriptors above 2
   stay: --pin-fd and its like name some of them. */
SEAL_MUST_CHECK int seal_process_harden(struct seal_diag *diag);

#endif
