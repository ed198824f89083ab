#ifndef SEALKIT_BASE_SETTINGS_H
#define SEALKIT_BASE_SETTINGS_H

#include <libconfig.h>
#include <stddef.h>

#include "base/diag.h"

/* Files that people write (seald.conf, plans, lists of people): libconfig's grammar, and of
   each file its own table of settings. What is in no table is refused, so that a misspelt
   setting is not quietly left out; @include is refused, since it would read files that nobody
   named. Causes name file, line and setting. */

#define SEAL_SETTINGS_FILE 65536u /* bytes */

struct seal_setting {
	const char *name; /* NULL: the table's end */
	/* Puts the value at `out`, which is offset bytes into what is filled; max is the row's. */
	int (*take)(const config_setting_t *setting, void *out, size_t max, struct seal_diag *diag);
	size_t offset;
	size_t max;
};

/* out is changed even where it fails: give a copy. */
SEAL_MUST_CHECK int seal_settings_read(const char *path, const struct seal_setting *table,
				       void *out, struct seal_diag *diag);
/* The members of a group, by a table of its own. */
SEAL_MUST_CHECK int seal_settings_group(const config_setting_t *group,
					const struct seal_setting *table, void *out,
					struct seal_diag *diag);
/* Calls take for each element of a list or array; SEAL_E_FORMAT for anything else, for an
   empty one, and for more than max. */
SEAL_MUST_CHECK int seal_settings_each(const config_setting_t *list,
				       int (*take)(const config_setting_t *element, void *out,
						   struct seal_diag *diag),
				       void *out, size_t max, struct seal_diag *diag);
/* SEAL_E_FORMAT with line and name; an element of a list has the list's name. */
int seal_setting_fail(const config_setting_t *setting, const char *why, struct seal_diag *diag);

/* For tables. A text of 1 to max bytes; room for max + 1. */
SEAL_MUST_CHECK int seal_setting_text(const config_setting_t *setting, void *out, size_t max,
				      struct seal_diag *diag);
/* true or false, an int. */
SEAL_MUST_CHECK int seal_setting_switch(const config_setting_t *setting, void *out, size_t max,
					struct seal_diag *diag);
/* 1 to max, an unsigned. */
SEAL_MUST_CHECK int seal_setting_number(const config_setting_t *setting, void *out, size_t max,
					struct seal_diag *diag);
/* "30m", in seconds, a uint64_t; at most max. */
SEAL_MUST_CHECK int seal_setting_duration(const config_setting_t *setting, void *out, size_t max,
					  struct seal_diag *diag);

#endif
