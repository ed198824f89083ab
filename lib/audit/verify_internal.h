#ifndef SEALKIT_AUDIT_VERIFY_INTERNAL_H
#define SEALKIT_AUDIT_VERIFY_INTERNAL_H

#include "audit/leaves.h"
#include "audit/verify.h"

/* Shared by verify.c (the run), verify_lines.c (what a piece's lines are), verify_heads.c. */

struct seal_verify_time {
	int64_t seconds;
	uint32_t nanoseconds;
};
/* RFC 3339 in UTC, to 9 digits of a fraction. 0: none. */
int seal_verify_time(const char *text, size_t len, struct seal_verify_time *out_time);
/* Less than, equal to, or greater than 0. */
int seal_verify_compare(const struct seal_verify_time *a, const struct seal_verify_time *b);

#define SEAL_VERIFY_FAULTS 8u
#define SEAL_VERIFY_COPIES 8u
#define SEAL_VERIFY_TYPE 33u

/* What every line says of itself. */
struct seal_verify_line {
	uint64_t seq;
	struct seal_verify_time time;
	char type[SEAL_VERIFY_TYPE];
};
/* SEAL_E_FORMAT and why: no such line. strict: all of it is parsed. */
SEAL_MUST_CHECK int seal_verify_read(const char *line, size_t len, int strict,
				     struct seal_verify_line *out_line, struct seal_diag *diag);

/* 1: seal_json_parse takes it, too, surely; 0: perhaps. */
int seal_verify_plain(const char *line, size_t len);

/* The notes of a piece. Copies of lines of the types `continue` and `promise` are the
   consumer's. */
struct seal_verify_copy {
	size_t offset; /* of the line in the piece */
	char *line;
	size_t len;
	int is_promise;
	int has_before; /* the line before it is in the piece */
	uint8_t before_hash[32];
};
struct seal_verify_notes {
	int has_lines; /* some line has a number */
	struct seal_verify_line first, last;
	size_t fault_count, more_faults;
	struct {
		size_t offset;
		char what[SEAL_VERIFY_TEXT];
	} fault[SEAL_VERIFY_FAULTS];
	size_t copy_count, lost_copies;
	struct seal_verify_copy copy[SEAL_VERIFY_COPIES];
	uint8_t last_hash[32]; /* SHA-256 of the last line */
};
void seal_verify_look(const struct seal_verify *verify, const struct seal_leaves_piece *piece,
		      struct seal_verify_notes *notes);
/* Of one line behind another; 0 and the text of what is wrong, else 1. */
int seal_verify_follows(const struct seal_verify_line *before, const struct seal_verify_line *line,
			int strict, char what[static SEAL_VERIFY_TEXT]);

/* A checkpoint, its signatures checked. */
struct seal_verify_head {
	const char *path;
	struct seal_checkpoint checkpoint;
	int is_good;	   /* readable, signed by a known key, of the same log */
	uint64_t earliest; /* time of its first cosignature; 0: none */
	char **signers;	   /* names of known keys that signed well */
	size_t signer_count;
};

struct seal_verify_promise {
	uint64_t size; /* of the head that is promised */
	size_t file;
	uint64_t line;
	char *text;
	size_t len;
};

struct seal_verify_state {
	const struct seal_verify *verify;
	struct seal_verify_report report;
	struct seal_diag *diag;
	struct seal_verify_head *heads; /* by size, then by path */
	size_t head_count, next_head;
	struct seal_merkle tree;
	int has_last;
	struct seal_verify_line last;
	struct seal_verify_promise *promises;
	size_t promise_count;
	uint8_t last_hash[32];
	const struct seal_verify_head *broken; /* the first head that did not agree */
	uint64_t broken_from;		       /* lines before it that did */
};

/* line 0: of the file. */
void seal_verify_tell(struct seal_verify_state *state, const char *path, uint64_t line,
		      const char *fmt, ...) SEAL_PRINTF(4, 5);
SEAL_MUST_CHECK int seal_verify_load(struct seal_verify_state *state, struct seal_diag *diag);
int seal_verify_has_signed(const struct seal_verify_head *head, const char *name);
/* A line of type continue, against the hash of the line before it; and one of type promise, whose
   text is taken. */
void seal_verify_continues(struct seal_verify_state *state, const char *path, uint64_t line,
			   const struct seal_verify_copy *copy, const uint8_t before[32]);
void seal_verify_promises(struct seal_verify_state *state, size_t file, uint64_t line,
			  uint64_t size, struct seal_verify_copy *copy);
/* Which lines of the head, from that number on, are not those of its tiles. */
void seal_verify_search(struct seal_verify_state *state, const struct seal_checkpoint *checkpoint,
			uint64_t from);
/* After all lines: what is missing. */
void seal_verify_end(struct seal_verify_state *state);
void seal_verify_done(struct seal_verify_state *state);

#endif
