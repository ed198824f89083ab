#ifndef SEALD_LANDLOCK_H
#define SEALD_LANDLOCK_H

#include "base/diag.h"

/* Takes all paths from this process but those below folder (NULL: none at all), and, where
   the kernel can, TCP and signals to the outside. *out_there: 0 if it has no landlock. */
SEAL_MUST_CHECK int seald_landlock(const char *folder, int *out_there, struct seal_diag *diag);

#endif
