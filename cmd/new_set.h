#ifndef SEALKIT_CMD_NEW_SET_H
#define SEALKIT_CMD_NEW_SET_H

#include <jansson.h>
#include <stddef.h>

#include "base/options.h"
#include "ceremony/cards.h"
#include "share/set.h"

/* Options of tools that make the folder of a share set for the holders of cards. */
struct new_set {
	int threshold, allow_no_spare, allow_single, rehearsal; /* threshold -1: not given */
	const char *cards, *output, *groups, *fingerprints, *roots;
};

#define NEW_SET_INIT                                      \
	{                                                 \
		-1, 0, 0, 0, NULL, NULL, NULL, NULL, NULL \
	}

#define NEW_SET_ROWS(type, field)                                                             \
	{"threshold",	       'k', SEAL_OPTION_NUMBER, offsetof(type, field.threshold), "K", \
	 "how many are needed"},                                                              \
		{"groups",	   'g',                                                       \
		 SEAL_OPTION_TEXT, offsetof(type, field.groups),                              \
		 "LIST",	   "instead: how many of each group, ops=2,security=1"},      \
		{"cards",                                                                     \
		 'c',                                                                         \
		 SEAL_OPTION_TEXT,                                                            \
		 offsetof(type, field.cards),                                                 \
		 "DIR",                                                                       \
		 "cards of the custodians, *.card"},                                          \
		{"output",                                                                    \
		 'o',                                                                         \
		 SEAL_OPTION_TEXT,                                                            \
		 offsetof(type, field.output),                                                \
		 "DIR",                                                                       \
		 "new folder for manifest, sealed shares and sealed secret"},                 \
		{"fingerprints",   0,                                                         \
		 SEAL_OPTION_TEXT, offsetof(type, field.fingerprints),                        \
		 "FILE",	   "confirm cards by lines NAME HEX64 instead of asking"},    \
		{"roots",                                                                     \
		 0,                                                                           \
		 SEAL_OPTION_TEXT,                                                            \
		 offsetof(type, field.roots),                                                 \
		 "DIR",                                                                       \
		 "certificates that are believed, instead of the built-in ones"},             \
		{"allow-no-spare",                                                            \
		 0,                                                                           \
		 SEAL_OPTION_FLAG,                                                            \
		 offsetof(type, field.allow_no_spare),                                        \
		 NULL,                                                                        \
		 "all shares needed: one lost share loses the secret"},                       \
		{"allow-single",                                                              \
		 0,                                                                           \
		 SEAL_OPTION_FLAG,                                                            \
		 offsetof(type, field.allow_single),                                          \
		 NULL,                                                                        \
		 "one person has the secret alone"},                                          \
	{                                                                                     \
		"rehearsal", 0, SEAL_OPTION_FLAG, offsetof(type, field.rehearsal), NULL,      \
			"take cards of virtual tokens"                                        \
	}

/* Whether any but threshold and allow_no_spare was given. */
int new_set_is_given(const struct new_set *set);
/* That none is missing or one too many: SEAL_E_USAGE. */
SEAL_MUST_CHECK int new_set_check(const struct new_set *set, struct seal_diag *diag);
/* Threshold or groups, and what is allowed; the rest of *policy is the caller's. */
SEAL_MUST_CHECK int new_set_policy(const struct new_set *set, struct seal_set_policy *policy,
				   struct seal_diag *diag);
/* By a person, or by --fingerprints. */
SEAL_MUST_CHECK int new_set_confirm(const struct new_set *set, const struct seal_cards *cards,
				    struct seal_diag *diag);

/* What was made, on stdout. */
void new_set_print(const struct new_set *set, const struct seal_manifest *manifest);
/* The same for --json: folder, set, signer, threshold, total, custodians. NULL: no memory. */
json_t *new_set_json(const struct new_set *set, const struct seal_manifest *manifest);

#endif
