#ifndef SEALKIT_SHARE_ROSTER_INTERNAL_H
#define SEALKIT_SHARE_ROSTER_INTERNAL_H

#include "share/field.h"
#include "share/roster.h"
#include "share/roster_rules.h"

#define SEAL_ROSTER_STEM "sealkit-roster/"
#define SEAL_ROSTER_MAGIC SEAL_ROSTER_STEM "1"

/* The text, its form alone: no rule is looked at. *roster is zero before. */
SEAL_MUST_CHECK int seal_roster_lines(struct seal_field_reader *reader, struct seal_roster *roster,
				      struct seal_diag *diag);
/* The lines `person`, `card` and `accepted`, which stand last. */
SEAL_MUST_CHECK int seal_roster_take_people(struct seal_field_reader *reader,
					    struct seal_roster *roster, struct seal_diag *diag);
/* Writes without looking at rules: seal_roster_lines takes it back. */
SEAL_MUST_CHECK int seal_roster_write(const struct seal_roster *roster, char **out_text,
				      struct seal_diag *diag);

#endif
