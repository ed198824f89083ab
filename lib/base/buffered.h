#ifndef SEALKIT_BASE_BUFFERED_H
#define SEALKIT_BASE_BUFFERED_H

#include "io.h"

/* A source with a buffer in front, for parsers that go byte by byte. In the
   caller's storage; the source under it must outlive it. */

#define SEAL_BUFFERED_BYTES 16384u

struct seal_buffered {
	struct seal_source *under;
	size_t at, len;
	int ended;
	uint8_t bytes[SEAL_BUFFERED_BYTES];
};

void seal_buffered_init(struct seal_buffered *buffered, struct seal_source *under);

/* *out_byte: 0..255, or -1 at the end. peek does not take it. */
SEAL_MUST_CHECK int seal_buffered_byte(struct seal_buffered *buffered, int *out_byte,
				       struct seal_diag *diag);
SEAL_MUST_CHECK int seal_buffered_peek(struct seal_buffered *buffered, int *out_byte,
				       struct seal_diag *diag);

/* The rest as a source again: what is buffered, then what is under it. */
struct seal_source seal_buffered_source(struct seal_buffered *buffered);

#endif
