#ifndef SEALKIT_CEREMONY_RESHARE_H
#define SEALKIT_CEREMONY_RESHARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/journal.h"
#include "ceremony/cards.h"
#include "ceremony/combine.h"
#include "share/reshare.h"
#include "share/set.h"

/* New holders, another threshold or fresh shares for a secret that ceremony/split.h has split: a
   quorum of the former set opens it, in memory only, and a new set of the next epoch is made of
   it. The former folder is not touched, and a former quorum goes on opening it. The new folder is
   there whole or not at all; a journal beside it tells a run that was killed from one that is
   done, and what it has left goes. */

#define SEAL_RESHARE_MINUTES "minutes"

struct seal_reshare_run {
	const char *dir; /* the caller's */
	const struct seal_set_folder *former;
	struct seal_journal *journal;
	char path[SEAL_PATH];
	char set[SEAL_SET_ID + 1]; /* of the new set; of the one that is done */
	int is_done;		   /* the new set is there; after begin: by a run before */
	int is_broken_off;	   /* another one was, before it made anything */
	int is_kept;		   /* the journal, although this run has failed */
	uint8_t had_opened[SEAL_MANIFEST_SHARES]; /* in the last such run: must be opened again */
	struct seal_manifest manifest;		  /* of the new set, once it is done */
	struct seal_reshare minutes;		  /* likewise */
};

/* run is the caller's storage, all zero before; dir and former must outlive it.
   SEAL_E_EXISTS: dir is taken, or another run is at it; SEAL_E_MISMATCH: a run that was killed
   was about another set. */
SEAL_MUST_CHECK int seal_reshare_begin(struct seal_reshare_run *run, const char *dir,
				       const struct seal_set_folder *former,
				       struct seal_diag *diag);
/* combine: of run's former folder. policy: set, epoch and purpose in it are not read. Errors of
   seal_combine_run, seal_set_new and seal_new_folder_begin; nothing has changed then. */
SEAL_MUST_CHECK int seal_reshare_make(struct seal_reshare_run *run,
				      const struct seal_combine *combine,
				      const struct seal_cards *cards,
				      const struct seal_set_policy *policy, struct seal_diag *diag);
/* The policy as make has it, for seal_set_check before anybody is asked for anything. */
struct seal_set_policy seal_reshare_policy(const struct seal_set_folder *former,
					   const struct seal_set_policy *policy);
/* Takes the journal away, if what was done has been told, or nothing was; the next run tells it
   else. A run that a person has broken off leaves it, too. */
void seal_reshare_end(struct seal_reshare_run *run, int is_told);

/* Whether the minutes in dir say that former, of which the manifest is enough, has become the set
   in dir. manifest is the caller's, which out_minutes points into. Errors of
   seal_set_folder_manifest and seal_reshare_verify. */
SEAL_MUST_CHECK int seal_reshare_check(const struct seal_set_folder *former, const char *dir,
				       struct seal_manifest *manifest,
				       struct seal_reshare *out_minutes, struct seal_diag *diag);

#endif
