/* The stream a gate sends to the core: frames in cuts that the first byte
   chooses, and the messages in them, which encode again to the same bytes. */

#include <stdint.h>
#include <string.h>

#include "wire/frame.h"
#include "wire/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fields may come in any order, encoding has one: so the second encoding, not
   the input, is the measure. */
static void request(const struct seal_frame *frame)
{
	struct seal_request_message first;
	struct seal_request_message second;
	struct seal_buffer once = {0};
	struct seal_buffer twice = {0};

	if (seal_request_decode(frame->payload, frame->len, &first, NULL) != SEAL_OK)
		return;
	if (seal_request_encode(&first, &once, NULL) != SEAL_OK || once.len != frame->len ||
	    seal_request_decode(once.bytes, once.len, &second, NULL) != SEAL_OK ||
	    seal_request_encode(&second, &twice, NULL) != SEAL_OK || once.len != twice.len ||
	    memcmp(once.bytes, twice.bytes, once.len) != 0)
		__builtin_trap();
	seal_buffer_done(&once);
	seal_buffer_done(&twice);
}

static void response(const struct seal_frame *frame)
{
	struct seal_response_message message;
	struct seal_buffer again = {0};

	if (seal_response_decode(frame->payload, frame->len, &message, NULL) != SEAL_OK)
		return;
	if (seal_response_encode(&message, &again, NULL) != SEAL_OK || again.len != frame->len)
		__builtin_trap();
	seal_buffer_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_frame_decoder *decoder = NULL;
	size_t at = 1;

	if (size < 1 || seal_frame_decoder_new(65536, &decoder, NULL) != SEAL_OK)
		return 0;
	while (at < size) {
		size_t piece = 1 + data[0] % 64u;
		size_t len = size - at < piece ? size - at : piece;
		struct seal_frame frame = {0};
		size_t used = 0;
		int ready = 0;

		if (seal_frame_feed(decoder, data + at, len, &used, &frame, &ready, NULL) !=
		    SEAL_OK)
			break;
		at += used;
		if (ready && frame.type == SEAL_FRAME_REQUEST)
			request(&frame);
		else if (ready && frame.type == SEAL_FRAME_RESPONSE)
			response(&frame);
	}
	seal_frame_decoder_free(decoder);
	return 0;
}
