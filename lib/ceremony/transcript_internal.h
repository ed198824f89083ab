#ifndef SEALKIT_CEREMONY_TRANSCRIPT_INTERNAL_H
#define SEALKIT_CEREMONY_TRANSCRIPT_INTERNAL_H

#include "base/json.h"
#include "ceremony/transcript.h"
#include "crypto/merkle.h"

/* Shared by transcript.c (the file) and transcript_line.c (a line). */

struct seal_transcript {
	int fd;
	int rehearsal, ended, broken;
	uint64_t seq;
	char time[25]; /* of the last line */
	char session[SEAL_TRANSCRIPT_SESSION + 1];
	char plan[2 * SEAL_PLAN_DIGEST + 1];
	struct seal_merkle tree;
};

/* The next line, with its newline; time is that of the clock, or of the last line where the clock
   has gone back. */
SEAL_MUST_CHECK int seal_transcript_line(const struct seal_transcript *transcript,
					 const struct seal_transcript_entry *entry,
					 struct seal_json_text *out_line, char out_time[static 25],
					 struct seal_diag *diag);
/* Reads a line, without its newline, which must be the next; updates session, time and ended. What
   entry points to belongs to *out_json. */
SEAL_MUST_CHECK int seal_transcript_read_line(struct seal_transcript *transcript, const char *line,
					      size_t len, struct json_t **out_json,
					      struct seal_transcript_entry *out_entry,
					      uint8_t out_card[static SEAL_CARD_FINGERPRINT],
					      struct seal_diag *diag);

#endif
