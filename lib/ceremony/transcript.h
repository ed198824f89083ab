#ifndef SEALKIT_CEREMONY_TRANSCRIPT_H
#define SEALKIT_CEREMONY_TRANSCRIPT_H

#include <stdint.h>

#include "audit/checkpoint.h"
#include "base/diag.h"
#include "share/plan.h"

/* What happens at a ceremony, as it happens (R18, R39; man sealkit-transcript.5): one line of
   JSON for each thing, on disk before it is reported, a leaf of the tree whose head all sign at
   the end. It is the journal, too: after a crash it says where to go on. Never put a secret in. */

#define SEAL_TRANSCRIPT_TEXT 2000u	 /* bytes of what people say */
#define SEAL_TRANSCRIPT_FILE (16u << 20) /* bytes of the file */
#define SEAL_TRANSCRIPT_SESSION 32u	 /* hex digits of 16 random bytes */

enum seal_transcript_kind {
	SEAL_TRANSCRIPT_START = 1, /* the first line */
	SEAL_TRANSCRIPT_STEP,
	SEAL_TRANSCRIPT_DEVIATION, /* expected, happened, decided, by whom */
	SEAL_TRANSCRIPT_BREAK,
	SEAL_TRANSCRIPT_PERSON, /* somebody comes or goes */
	SEAL_TRANSCRIPT_RESUME, /* after a crash or a pause */
	SEAL_TRANSCRIPT_ABORT,
	SEAL_TRANSCRIPT_END, /* the last line; nothing is added behind it or an abort */
};

struct seal_transcript_entry {
	enum seal_transcript_kind kind;
	unsigned row;	     /* of the run sheet, from 1; 0: none */
	const char *step;    /* its id; NULL: none */
	const char *person;  /* who did it or says it; NULL: none */
	const uint8_t *card; /* fingerprint, SEAL_CARD_FINGERPRINT bytes; NULL: none */
	const char *result;  /* "done", "refused", ...; NULL: none */
	const char *text;    /* UTF-8; NULL: none */
	const char *time;    /* of a line that was read, "2026-11-24T10:00:00.000Z"; else unused */
};

struct seal_transcript;

/* Makes the file, or goes on with one that is there: it must be of this plan, whole and in
   order (SEAL_E_MISMATCH, SEAL_E_VERIFY with the line); a torn last line, which was never
   reported, is dropped. each, which may be NULL, sees each line that is there. One opener at a
   time: SEAL_E_EXISTS. A file of a rehearsal goes on in one only, and the reverse:
   SEAL_E_POLICY. plan: digest of the plan's text. */
struct seal_transcript_source {
	const char *path;
	const uint8_t *plan; /* SEAL_PLAN_DIGEST bytes */
	int rehearsal;
	int (*each)(void *ctx, const struct seal_transcript_entry *entry, struct seal_diag *diag);
	void *ctx;
	/* Neither made, locked nor cut, and nothing can be added: SEAL_E_NOTFOUND, and
	   SEAL_E_TRUNCATED for one without a line. */
	int only_read;
};
SEAL_MUST_CHECK int seal_transcript_open(const struct seal_transcript_source *source,
					 struct seal_transcript **out_transcript,
					 struct seal_diag *diag);
void seal_transcript_free(struct seal_transcript *transcript);
void seal_transcript_freep(struct seal_transcript **transcript);

/* One line, on disk before it returns. SEAL_E_POLICY: the ceremony has ended; SEAL_E_FORMAT: the
   first line is no start, a text that is no UTF-8 or has control characters. After a write
   that failed nothing more is taken. */
SEAL_MUST_CHECK int seal_transcript_add(struct seal_transcript *transcript,
					const struct seal_transcript_entry *entry,
					struct seal_diag *diag);
int seal_transcript_ended(const struct seal_transcript *transcript);
const char *seal_transcript_session(const struct seal_transcript *transcript);
/* The head that is signed; its origin is "sealkit/ceremony/" and the session. */
void seal_transcript_head(const struct seal_transcript *transcript,
			  struct seal_checkpoint *out_checkpoint);

#endif
