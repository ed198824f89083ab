#ifndef SEALKIT_CMD_GROUPS_H
#define SEALKIT_CMD_GROUPS_H

#include <stddef.h>

#include "base/diag.h"
#include "share/manifest.h"

/* "ops=2,security=1": names and thresholds. SEAL_E_USAGE says which part is wrong. */
SEAL_MUST_CHECK int groups_read(const char *text,
				struct seal_manifest_group out_groups[SEAL_MANIFEST_GROUPS],
				size_t *out_count, struct seal_diag *diag);

#endif
