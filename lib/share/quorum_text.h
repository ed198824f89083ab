#ifndef SEALKIT_SHARE_QUORUM_TEXT_H
#define SEALKIT_SHARE_QUORUM_TEXT_H

#include <stdio.h>

#include "share/field.h"
#include "share/manifest.h"

/* Lines that manifests and plans have alike: groups, and people with their cards. Internal to
   lib/share. */

struct seal_groups {
	struct seal_manifest_group *list; /* SEAL_MANIFEST_GROUPS places */
	size_t *count;
};

/* One more line `group: ops 2 of 3`. */
SEAL_MUST_CHECK int seal_quorum_take_group(struct seal_field_reader *reader,
					   struct seal_groups groups, struct seal_diag *diag);
void seal_quorum_put_groups(FILE *out, const struct seal_manifest_group *groups, size_t count);
/* The index of the group with this name; SEAL_E_FORMAT: there is none. */
SEAL_MUST_CHECK int seal_quorum_find_group(struct seal_groups groups, struct seal_field name,
					   int *out_group, struct seal_diag *diag);
/* Fingerprints in hex with a comma between two, 1 to SEAL_MANIFEST_CARDS. */
SEAL_MUST_CHECK int seal_quorum_take_cards(struct seal_field value,
					   uint8_t (*out_cards)[SEAL_CARD_FINGERPRINT],
					   size_t *out_count, struct seal_diag *diag);
void seal_quorum_put_cards(FILE *out, const uint8_t (*cards)[SEAL_CARD_FINGERPRINT], size_t count);
/* Whether each group's numbers are those of its members (member[i]: the group of share i), no
   name stands twice, and the thresholds make the whole one. */
SEAL_MUST_CHECK int seal_quorum_check_groups(const struct seal_manifest_group *groups, size_t count,
					     const int *member, unsigned total, unsigned threshold,
					     struct seal_diag *diag);
/* Takes ` name` off the rest of a line: `name` is "x=". SEAL_E_FORMAT where it is not next. */
SEAL_MUST_CHECK int seal_quorum_word(struct seal_field *line, const char *name,
				     struct seal_field *out, struct seal_diag *diag);

#endif
