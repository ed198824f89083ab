#ifndef SEALKIT_BASE_JOURNAL_H
#define SEALKIT_BASE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "diag.h"

/* An append-only file of steps (design section 7.3): a step is on disk before it
   is reported, so a crash at any point resumes or rolls back from what is here.
   First line `sealkit-journal/1`; each record is one line

       SEQ HASH TEXT

   SEQ counts from 1; HASH is 32 hex digits of SHA-256 over the HASH before it
   (the first line's is empty) and "SEQ TEXT". A torn last line, left by a
   crash in the middle of a write, is dropped at open; any other damage is
   SEAL_E_VERIFY. The chain finds accidents, not forgers: signatures over
   transcripts are made elsewhere. Never put a secret into TEXT. */

struct seal_journal;

#define SEAL_JOURNAL_TEXT 4000u /* bytes of TEXT, no newline, no NUL */

/* Opens or makes the file, takes an exclusive lock, calls `each` (may be NULL)
   for every whole record in order. A second opener gets SEAL_E_EXISTS. A
   nonzero return of `each` stops and is passed through. */
SEAL_MUST_CHECK int
seal_journal_open(const char *path,
		  int (*each)(void *ctx, uint64_t seq, const char *text, struct seal_diag *diag),
		  void *ctx, struct seal_journal **out_journal, struct seal_diag *diag);
/* Appends and fsyncs. After an error the journal refuses further records. */
SEAL_MUST_CHECK int seal_journal_add(struct seal_journal *journal, const char *text,
				     struct seal_diag *diag);
void seal_journal_free(struct seal_journal *journal);
void seal_journal_freep(struct seal_journal **journal);

#endif
