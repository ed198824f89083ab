#ifndef SEALKIT_CEREMONY_WALK_H
#define SEALKIT_CEREMONY_WALK_H

#include <stddef.h>

#include "base/diag.h"
#include "ceremony/steps.h"
#include "ceremony/transcript.h"

/* How far a ceremony is: the rows of its run sheet, and what its transcript says of them. Each
   line that is read or added moves it by the same rule, so that a walk that was broken off
   goes on where it was, and never back. */

#define SEAL_WALK_PEOPLE (SEAL_PLAN_PEOPLE + 128u) /* those of the plan, and others who come */

/* Results of a step's line. The first three end the row; the last two stand in the row `sign`, one
   for each person. */
#define SEAL_WALK_DONE "done"
#define SEAL_WALK_SKIPPED "skipped"
#define SEAL_WALK_UNNEEDED "not needed"
#define SEAL_WALK_REFUSED "refused"
#define SEAL_WALK_SIGNS "signs"
#define SEAL_WALK_INK "ink"
/* Of a person's line. */
#define SEAL_WALK_COMES "comes"
#define SEAL_WALK_GOES "goes"
#define SEAL_WALK_ABSENT "absent"

enum seal_walk_signing { SEAL_SIGNING_UNSAID, SEAL_SIGNING_TOKEN, SEAL_SIGNING_INK };

struct seal_walk_person {
	char name[SEAL_CARD_NAME + 1];
	int is_here;
	enum seal_walk_signing signing;
};

struct seal_walk {
	const struct seal_steps *steps; /* must outlive it */
	struct seal_transcript *transcript;
	size_t row; /* the current one; steps->count behind the last */
	int was_there, on_break, aborted, ended;
	size_t deviations, refusals, lines;
	size_t proved; /* rows `prove` and `drill` that are done */
	struct seal_walk_person people[SEAL_WALK_PEOPLE];
	size_t people_count;
	/* Also sees each line that is there when it is opened, after the walk has; may be NULL. */
	int (*each)(void *ctx, const struct seal_transcript_entry *entry, struct seal_diag *diag);
	void *ctx;
	int only_read; /* as a transcript's source */
};

/* Opens the transcript at path, or makes it: errors of seal_transcript_open, and SEAL_E_VERIFY for
   a line that does not follow from those before. Of *walk, steps, each, ctx and only_read are set;
   all else is zero. Nothing is added. */
SEAL_MUST_CHECK int seal_walk_open(struct seal_walk *walk, const char *path,
				   struct seal_diag *diag);
void seal_walk_done(struct seal_walk *walk);

/* A line on disk, then the walk moves. SEAL_E_VERIFY, and nothing is written: it cannot follow
   now. */
SEAL_MUST_CHECK int seal_walk_add(struct seal_walk *walk, const struct seal_transcript_entry *entry,
				  struct seal_diag *diag);
/* The current row's, with row and step filled in. */
SEAL_MUST_CHECK int seal_walk_step(struct seal_walk *walk,
				   const struct seal_transcript_entry *entry,
				   struct seal_diag *diag);

const struct seal_step *seal_walk_current(const struct seal_walk *walk); /* NULL: behind all */
/* NULL: nobody of that name. */
struct seal_walk_person *seal_walk_find(struct seal_walk *walk, const char *name);

#endif
