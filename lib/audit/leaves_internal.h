#ifndef SEALKIT_AUDIT_LEAVES_INTERNAL_H
#define SEALKIT_AUDIT_LEAVES_INTERNAL_H

#include "audit/leaves.h"

/* Where reading is, and one piece read: by whoever holds the lock. */
struct seal_leaves_reader {
	const struct seal_leaves *leaves;
	uint64_t *sizes; /* of the files at the start */
	size_t file, stop;
	uint64_t at, next, file_line;
};
struct seal_leaves_buffer {
	struct seal_leaves_piece piece;
	char bytes[SEAL_LEAVES_PIECE];
	uint32_t ends[SEAL_LEAVES_LINES];
	uint8_t hashes[SEAL_LEAVES_LINES * SEAL_MERKLE_HASH];
};

/* *out_some: 0 at the end. */
SEAL_MUST_CHECK int seal_leaves_read(struct seal_leaves_reader *reader,
				     struct seal_leaves_buffer *buffer, int *out_some,
				     struct seal_diag *diag);
/* Hashes the lines of a piece and what is complete above them. */
void seal_leaves_hash(struct seal_leaves_buffer *buffer, struct seal_leaves_result *result);

#endif
