#ifndef SEALKIT_WIRE_FRAME_H
#define SEALKIT_WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* Frames between a gate and the core, over a socketpair. Threat: a gate that
   runs attacker code sends lengths, types and texts that lie; the core must
   refuse them before they cost memory. A refused stream stays refused: close it.

   Frame: length of payload (4), type (2), zero (2), id (8), payload; all
   numbers big-endian. The id is the sender's and comes back in the answer. */

#define SEAL_FRAME_HEAD 16u
#define SEAL_FRAME_PAYLOAD_MAX ((32u << 20) + (128u << 10)) /* body and its head */

enum seal_frame_type {
	SEAL_FRAME_REQUEST = 1, /* gate to core */
	SEAL_FRAME_RESPONSE = 2,
	SEAL_FRAME_CANCEL = 3, /* the client has gone; empty payload */
};

struct seal_frame {
	enum seal_frame_type type;
	uint64_t id;
	const uint8_t *payload; /* the decoder's, until its next feed or free */
	size_t len;
};

struct seal_frame_decoder;

/* max: longest payload taken, at most SEAL_FRAME_PAYLOAD_MAX. */
SEAL_MUST_CHECK int seal_frame_decoder_new(size_t max, struct seal_frame_decoder **out_decoder,
					   struct seal_diag *diag);
void seal_frame_decoder_free(struct seal_frame_decoder *decoder);

/* Takes bytes up to the end of one frame. *out_ready is 1 when *out_frame was
   set; otherwise all bytes were taken and *out_frame was not touched. */
SEAL_MUST_CHECK int seal_frame_feed(struct seal_frame_decoder *decoder, const uint8_t *bytes,
				    size_t len, size_t *out_used, struct seal_frame *out_frame,
				    int *out_ready, struct seal_diag *diag);
/* The frame given out last is done with: it is wiped now, not when the next one comes. */
void seal_frame_drop(struct seal_frame_decoder *decoder);

/* What waits to be written: many frames in one write. Wiped as it goes out. */
struct seal_frame_batch;

/* max: most bytes that may wait; a frame that does not fit is SEAL_E_TOOLONG
   and leaves the batch as it was, so that the caller can hold back. */
SEAL_MUST_CHECK int seal_frame_batch_new(size_t max, struct seal_frame_batch **out_batch,
					 struct seal_diag *diag);
void seal_frame_batch_free(struct seal_frame_batch *batch);
SEAL_MUST_CHECK int seal_frame_add(struct seal_frame_batch *batch, enum seal_frame_type type,
				   uint64_t id, const uint8_t *payload, size_t len,
				   struct seal_diag *diag);
/* The waiting bytes, the batch's until its next add, sent or free. */
const uint8_t *seal_frame_waiting(const struct seal_frame_batch *batch, size_t *out_len);
/* Drops the first len bytes, which were written. */
void seal_frame_sent(struct seal_frame_batch *batch, size_t len);

#endif
