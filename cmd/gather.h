#ifndef SEALKIT_CMD_GATHER_H
#define SEALKIT_CMD_GATHER_H

#include "ceremony/combine.h"
#include "use_tokens.h"

/* What tools say and ask, on stderr, while custodians open the shares of a set's folder one
   after another, with their own PIN or passphrase each: from a descriptor, the next line. */

struct gather_options {
	const char *tool;
	const struct use_tokens *tokens;
	const char *signer; /* --signer, or NULL: then it is told, to be compared by eye */
	int walk;	    /* one custodian after another at this keyboard */
	int any_set;	    /* secret.sealed may be missing: combine.dir is NULL then */
	int manifest_only;  /* of the first folder; nothing is opened then */
	/* The tool's, NULL-terminated, and the first that is no option: all from there are folders.
	 */
	const char *const *arguments;
	const char *file;
};

struct gather {
	struct gather_options options;
	struct used_tokens tokens;
	struct seal_set_folder folder;
	struct seal_combine combine; /* of it; points into this */
	struct seal_diag first; /* trouble, which is told once: as what ended it, or after all */
};

/* Reads the folders (combine.h) and options. In the caller's storage, which stays where it is;
   all zero before. */
SEAL_MUST_CHECK int gather_begin(const struct gather_options *options, struct gather *gather,
				 struct seal_diag *diag);
/* After seal_combine_run has said SEAL_OK: tells what did not matter in the end. */
void gather_tell(const struct gather *gather);
void gather_done(struct gather *gather);

#endif
