#ifndef SEALKIT_CEREMONY_STEPS_H
#define SEALKIT_CEREMONY_STEPS_H

#include "base/diag.h"
#include "ceremony/plan_file.h"
#include "share/manifest.h"

/* The script of a ceremony (R12, R17): one step a row, who does it, what is done, what must be
   seen. It is made from the plan alone, so that all who have the plan have the same script. Step
   ids are stable: transcripts name them. */

enum seal_language { SEAL_ENGLISH, SEAL_FRENCH, SEAL_LANGUAGES };

#define SEAL_STEP_TEXT 1024u

struct seal_step {
	const char *id;			 /* "plan", "give", ... */
	char person[SEAL_CARD_NAME + 1]; /* whose step it is; empty: a role's */
	const void *template;		 /* steps.c's */
	const struct seal_card *card;	 /* that is read aloud, where one is */
};

struct seal_steps {
	const struct seal_plan_file *file; /* must outlive it */
	char digest[2 * SEAL_PLAN_DIGEST + 1], words[SEAL_CARD_WORDS];
	struct seal_step *list;
	size_t count;
};

SEAL_MUST_CHECK int seal_steps_new(const struct seal_plan_file *file, struct seal_steps *out_steps,
				   struct seal_diag *diag);
void seal_steps_done(struct seal_steps *steps);

/* Who: a name, or the role in that language. What is to be done, and what must be seen; each
   NUL-terminated. Texts are for people and hold nothing secret. */
SEAL_MUST_CHECK int seal_step_texts(const struct seal_steps *steps, size_t i,
				    enum seal_language language, char who[static SEAL_STEP_TEXT],
				    char what[static SEAL_STEP_TEXT],
				    char see[static SEAL_STEP_TEXT], struct seal_diag *diag);

/* What to do where something goes wrong (R25): title and lines, in that language. NULL ends the
   list and each's lines. */
struct seal_incident {
	const char *id;
	const char *title[SEAL_LANGUAGES];
	const char *lines[SEAL_LANGUAGES][6];
};
extern const struct seal_incident seal_incidents[];

#endif
