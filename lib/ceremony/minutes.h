#ifndef SEALKIT_CEREMONY_MINUTES_H
#define SEALKIT_CEREMONY_MINUTES_H

#include "base/diag.h"
#include "ceremony/sheet.h"
#include "ceremony/signatures.h"
#include "ceremony/walk.h"

/* The minutes of a ceremony (R27), from its transcript: who was there, what was done and when, what
   went otherwise, who signed, and room for ink. They say no more than the transcript does, which
   is what is signed. */

struct seal_minutes;

/* transcript: its path. Each line must follow from those before, and be of this plan: errors of
   seal_walk_open. cards, of those who may have signed, and steps must outlive it. Signatures
   are verified: errors of seal_signatures_open. */
SEAL_MUST_CHECK int seal_minutes_new(const struct seal_steps *steps, const char *transcript,
				     const struct seal_card *const *cards, size_t count,
				     struct seal_minutes **out_minutes, struct seal_diag *diag);
void seal_minutes_free(struct seal_minutes *minutes);
void seal_minutes_freep(struct seal_minutes **minutes);

/* How many have signed with a token, and how many said that they would and have not. */
void seal_minutes_signed(const struct seal_minutes *minutes, size_t *out_signed,
			 size_t *out_missing);

/* As seal_sheet. */
SEAL_MUST_CHECK int seal_minutes_text(const struct seal_minutes *minutes,
				      enum seal_language language, enum seal_sheet_form form,
				      char **out_text, struct seal_diag *diag);

#endif
