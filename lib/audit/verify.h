#ifndef SEALKIT_AUDIT_VERIFY_H
#define SEALKIT_AUDIT_VERIFY_H

#include "audit/checkpoint.h"
#include "audit/cosign.h"

/* Verifies a log (man/sealkit-log.5): its lines are those of which the checkpoints beside it
   speak, numbered and in order of time, and the checkpoints are signed by whom they must be.
   Threat: whoever keeps the log, who may have changed, cut, re-ordered or rewritten it. All
   that is wrong is told, each with the line. Memory does not depend on the log's length. */

#define SEAL_VERIFY_TEXT 320u
#define SEAL_VERIFY_FINDINGS 100u /* told; more are counted */
#define SEAL_VERIFY_HEADS 10000u
#define SEAL_VERIFY_LINE 65535u /* bytes of a line, with its newline */
#define SEAL_VERIFY_SKEW 600u	/* seconds that the clocks of log and cosigners may differ */
#define SEAL_VERIFY_BACK 5u	/* and that a clock that is set may go back, unless strict */

struct seal_verify_finding {
	const char *path;
	uint64_t line; /* in that file, from 1; 0: of the file as a whole */
	char what[SEAL_VERIFY_TEXT];
};

struct seal_verify {
	const char *const *files; /* the parts of one log, in order */
	size_t count;
	/* Checkpoints, in any order; those beside the files are seal_verify_heads_of's. */
	const char *const *heads;
	size_t head_count;
	const struct seal_note_key *keys; /* those that are believed */
	size_t key_count;
	const char *const *required; /* names, each of which must have signed the newest head */
	size_t required_count;
	/* Each line is parsed as JSON, signatures of strangers and steps back in time are told. */
	int strict;
	/* Folder of tiles (audit/tiles.h): says which lines were changed, where roots say that some
	   were. NULL: none. */
	const char *tiles;
	int growing;	  /* lines behind the newest head are taken, and a torn last one */
	uint64_t now;	  /* seconds; cosignatures later than that are told. 0: no such check */
	unsigned threads; /* 0: one a CPU */
	/* Why a good cosignature by that name at that time does not count; NULL: it does. May be
	   NULL. */
	const char *(*objects)(void *ctx, const char *name, uint64_t seconds);
	void (*found)(void *ctx, const struct seal_verify_finding *finding);
	void *ctx;
};

struct seal_verify_report {
	uint64_t lines, bytes, findings;
	uint64_t proved; /* lines that a good head covers */
	size_t heads;
	char origin[SEAL_CHECKPOINT_ORIGIN + 1];
	uint8_t root[SEAL_MERKLE_HASH]; /* of all lines */
};

/* SEAL_E_VERIFY where anything was found, with the first of it in diag; *out_report is filled then,
   too. Other errors: it could not be verified. */
SEAL_MUST_CHECK int seal_verify_run(const struct seal_verify *verify,
				    struct seal_verify_report *out_report, struct seal_diag *diag);

/* Adds the paths of the checkpoints beside a file: FILE.checkpoint, and those in the folder
   FILE.checkpoints. *paths and each of them are malloc'd, and the caller's, after an error, too.
   SEAL_E_TOOLONG: more than SEAL_VERIFY_HEADS. */
SEAL_MUST_CHECK int seal_verify_heads_of(const char *file, char ***paths, size_t *count,
					 struct seal_diag *diag);

#endif
