#ifndef SEALKIT_CMD_SEAL_AUDIT_H
#define SEALKIT_CMD_SEAL_AUDIT_H

#include <stddef.h>

#include "../tool.h"
#include "audit/checkpoint.h"
#include "audit/verify.h"
#include "ceremony/cosigners.h"

/* The commands; each gives the exit code. */
int verify_main(int argc, char **argv);
int prove_main(int argc, char **argv);
int check_main(int argc, char **argv);

/* Whose signatures are believed: the same options of all commands. */
struct trust {
	struct seal_option_list keys, rosters, required;
	const char *cards;
};
#define TRUST_ROWS(type, field)                                                         \
	{"roster",	   'r',                                                         \
	 SEAL_OPTION_LIST, offsetof(type, field.rosters),                               \
	 "FILE",	   "people whose tokens' signatures are believed"},             \
		{"key",                                                                 \
		 'k',                                                                   \
		 SEAL_OPTION_LIST,                                                      \
		 offsetof(type, field.keys),                                            \
		 "FILE",                                                                \
		 "keys that are believed, of the log and of others"},                   \
		{"cards",                                                               \
		 'c',                                                                   \
		 SEAL_OPTION_TEXT,                                                      \
		 offsetof(type, field.cards),                                           \
		 "DIR",                                                                 \
		 "instead of a roster: cards of people, *.card"},                       \
	{                                                                               \
		"require", 0, SEAL_OPTION_LIST, offsetof(type, field.required), "NAME", \
			"who must have signed the newest checkpoint"                    \
	}
/* SEAL_E_USAGE where nobody is believed. */
SEAL_MUST_CHECK int trust_load(const struct trust *trust, struct seal_cosigners *cosigners,
			       struct seal_diag *diag);

/* The arguments from file on: *out_count of them; file is in argv. */
const char *const *files_of(const char *const *argv, const char *file, size_t *out_count);

/* A checkpoint that stands alone or in a proof, verified: signed by a known key, by the log where
   its key is known, and by all that are required. */
struct head {
	char *note; /* the caller's to free */
	size_t len;
	struct seal_checkpoint checkpoint;
	uint8_t *bytes; /* what note was in */
};
void head_done(struct head *head);
SEAL_MUST_CHECK int head_verify(const struct seal_cosigners *cosigners, const struct trust *trust,
				const char *note, size_t len, struct seal_checkpoint *out,
				struct seal_diag *diag);
SEAL_MUST_CHECK int head_read(const struct seal_cosigners *cosigners, const struct trust *trust,
			      const char *path, struct head *out_head, struct seal_diag *diag);

#endif
