#ifndef SEALKIT_WIRE_BUFFER_H
#define SEALKIT_WIRE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* Bytes that grow, with a reader that cannot leave them. What is given up is
   wiped, since requests carry tokens and plaintext. Zero is an empty buffer. */

struct seal_buffer {
	uint8_t *bytes;
	size_t len, cap;
};

SEAL_MUST_CHECK int seal_buffer_add(struct seal_buffer *buffer, const void *bytes, size_t len,
				    struct seal_diag *diag);
void seal_buffer_done(struct seal_buffer *buffer);

void seal_put_be(uint8_t *out, uint64_t value, size_t width);

/* A cursor. The first read beyond the end, or over a limit, fails it for good:
   later reads give zero, and seal_reader_end tells once. */
struct seal_reader {
	const uint8_t *bytes;
	size_t left;
	int bad;
};

uint64_t seal_reader_be(struct seal_reader *reader, size_t width); /* 1..8 */
/* A length of 4 bytes, then so many; NULL if bad. */
const uint8_t *seal_reader_bytes(struct seal_reader *reader, size_t max, size_t *out_len);
/* The same with a NUL as last byte and none before it; never NULL ("" if bad). */
const char *seal_reader_text(struct seal_reader *reader, size_t max);
/* SEAL_E_FORMAT if a read failed or bytes are left. */
SEAL_MUST_CHECK int seal_reader_end(const struct seal_reader *reader, const char *what,
				    struct seal_diag *diag);

#endif
