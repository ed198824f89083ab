#ifndef SEALKIT_SHARE_QUORUM_H
#define SEALKIT_SHARE_QUORUM_H

#include <stddef.h>
#include <stdint.h>

#include "share/manifest.h"
#include "share/plan.h"

/* Who can come together (R8, R36): people are bits, share 1 the lowest; a set without groups
   is one group of all. Nothing here is secret. */

struct seal_quorum {
	unsigned total;
	size_t group_count;
	unsigned need[SEAL_MANIFEST_GROUPS];
	uint64_t members[SEAL_MANIFEST_GROUPS];
};

void seal_quorum_of_manifest(const struct seal_manifest *manifest, struct seal_quorum *out);
/* Of the new set; total 0 where the plan makes none. */
void seal_quorum_of_plan(const struct seal_plan *plan, struct seal_quorum *out);
uint64_t seal_quorum_everybody(const struct seal_quorum *quorum);
/* Whether those present are enough. */
int seal_quorum_has(const struct seal_quorum *quorum, uint64_t present);
/* How many smallest quorums those present can form; UINT64_MAX: that many or more. */
uint64_t seal_quorum_count(const struct seal_quorum *quorum, uint64_t present);
/* Calls each for every smallest quorum, in the order of shares; a nonzero return ends it and is
   passed through. */
int seal_quorum_each(const struct seal_quorum *quorum, uint64_t present,
		     int (*each)(void *ctx, uint64_t persons), void *ctx);
/* `absent` of those present whose absence leaves no quorum (absent <= 3); 0: there are none
   such, or fewer are present. */
uint64_t seal_quorum_missing(const struct seal_quorum *quorum, uint64_t present, unsigned absent);

#endif
