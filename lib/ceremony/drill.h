#ifndef SEALKIT_CEREMONY_DRILL_H
#define SEALKIT_CEREMONY_DRILL_H

#include <stddef.h>

#include "base/diag.h"
#include "ceremony/take.h"
#include "share/drill.h"

/* A custodian proves, offline, that the token still opens the share (R33): it is opened in
   locked memory, recognised, and wiped; what stays is a statement of two signatures. */

#define SEAL_DRILL_SKEW 300 /* seconds that clocks of two machines may differ */

struct seal_drill_prove {
	const struct seal_take *take;
	const char *challenge; /* 64 hex digits that somebody chose; NULL: none */
	int rehearsal;	       /* marks the statement; else no virtual token is taken */
	char now[21];
};

/* Errors of seal_take_pick and seal_take_open, and of the token; SEAL_E_POLICY: a virtual token and
   no rehearsal; SEAL_E_FORMAT: the challenge. *out_note is malloc'd, NUL-terminated, the caller's.
 */
SEAL_MUST_CHECK int seal_drill_prove(const struct seal_drill_prove *prove,
				     struct seal_drill *out_drill, char **out_note, size_t *out_len,
				     struct seal_diag *diag);

/* This machine's time, and seconds later, as texts. SEAL_E_SYSTEM. */
SEAL_MUST_CHECK int seal_drill_clock(long seconds, char out[static 21], struct seal_diag *diag);

#endif
