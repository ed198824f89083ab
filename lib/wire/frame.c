/* Frames: the decoder for what comes, the batch for what goes. */

#include "wire/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "wire/buffer.h"

#include "base/banned.h"

struct seal_frame_decoder {
	size_t max;
	uint8_t head[SEAL_FRAME_HEAD];
	size_t head_len, payload_len;
	struct seal_frame frame;
	struct seal_buffer payload;
	int given, refused;
};

struct seal_frame_batch {
	size_t max, sent;
	struct seal_buffer bytes;
};

int seal_frame_decoder_new(size_t max, struct seal_frame_decoder **out_decoder,
			   struct seal_diag *diag)
{
	struct seal_frame_decoder *decoder;

	if (max > SEAL_FRAME_PAYLOAD_MAX)
		return seal_fail(diag, SEAL_E_ARGUMENT, "frame limit");
	decoder = calloc(1, sizeof *decoder);
	if (!decoder)
		return seal_fail(diag, SEAL_E_NOMEM, "frame decoder");
	decoder->max = max;
	*out_decoder = decoder;
	return SEAL_OK;
}

void seal_frame_decoder_free(struct seal_frame_decoder *decoder)
{
	if (!decoder)
		return;
	seal_buffer_done(&decoder->payload);
	free(decoder);
}

static int refuse(struct seal_frame_decoder *decoder, int error, const char *why,
		  struct seal_diag *diag)
{
	decoder->refused = error;
	return seal_fail(diag, error, "frame: %s", why);
}

static int take_head(struct seal_frame_decoder *decoder, struct seal_diag *diag)
{
	struct seal_reader reader = {.bytes = decoder->head, .left = SEAL_FRAME_HEAD};
	size_t len = (size_t)seal_reader_be(&reader, 4);
	uint64_t type = seal_reader_be(&reader, 2);
	uint64_t zero = seal_reader_be(&reader, 2);

	if (len > decoder->max)
		return refuse(decoder, SEAL_E_TOOLONG, "payload too long", diag);
	if (type < SEAL_FRAME_REQUEST || type > SEAL_FRAME_CANCEL || zero != 0)
		return refuse(decoder, SEAL_E_FORMAT, "unknown type", diag);
	if (type == SEAL_FRAME_CANCEL && len != 0)
		return refuse(decoder, SEAL_E_FORMAT, "payload where none belongs", diag);
	decoder->payload_len = len;
	decoder->frame = (struct seal_frame){.type = (enum seal_frame_type)type,
					     .id = seal_reader_be(&reader, 8)};
	return SEAL_OK;
}

/* The frame given out last is over: its bytes are wiped, small room is kept. */
static void start_over(struct seal_frame_decoder *decoder)
{
	if (decoder->payload.cap > 65536)
		seal_buffer_done(&decoder->payload);
	else if (decoder->payload.len)
		seal_wipe(decoder->payload.bytes, decoder->payload.len);
	decoder->payload.len = 0;
	decoder->head_len = 0;
	decoder->given = 0;
}

void seal_frame_drop(struct seal_frame_decoder *decoder)
{
	if (decoder->given)
		start_over(decoder);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

int seal_frame_feed(struct seal_frame_decoder *decoder, const uint8_t *bytes, size_t len,
		    size_t *out_used, struct seal_frame *out_frame, int *out_ready,
		    struct seal_diag *diag)
{
	size_t used = 0;
	size_t take;
	int error = SEAL_OK;

	if (decoder->refused)
		return seal_fail(diag, decoder->refused, "frame: the stream was refused");
	if (decoder->given)
		start_over(decoder);
	if (decoder->head_len < SEAL_FRAME_HEAD && len) {
		used = smaller(len, SEAL_FRAME_HEAD - decoder->head_len);
		memcpy(decoder->head + decoder->head_len, bytes, used);
		decoder->head_len += used;
		if (decoder->head_len == SEAL_FRAME_HEAD)
			error = take_head(decoder, diag);
	}
	if (!error && decoder->head_len == SEAL_FRAME_HEAD) {
		take = smaller(len - used, decoder->payload_len - decoder->payload.len);
		if (take)
			error = seal_buffer_add(&decoder->payload, bytes + used, take, diag);
		used += take;
		decoder->given = decoder->payload.len == decoder->payload_len;
	}
	if (error) {
		decoder->refused = error;
		return error;
	}
	if (decoder->given) {
		*out_frame = decoder->frame;
		out_frame->payload = decoder->payload.bytes;
		out_frame->len = decoder->payload_len;
	}
	*out_used = used;
	*out_ready = decoder->given;
	return SEAL_OK;
}

int seal_frame_batch_new(size_t max, struct seal_frame_batch **out_batch, struct seal_diag *diag)
{
	struct seal_frame_batch *batch = calloc(1, sizeof *batch);

	if (!batch)
		return seal_fail(diag, SEAL_E_NOMEM, "frame batch");
	batch->max = max;
	*out_batch = batch;
	return SEAL_OK;
}

void seal_frame_batch_free(struct seal_frame_batch *batch)
{
	if (!batch)
		return;
	seal_buffer_done(&batch->bytes);
	free(batch);
}

/* Moves what waits to the front, once what was sent is the larger part. */
static void close_gap(struct seal_frame_batch *batch)
{
	size_t waiting = batch->bytes.len - batch->sent;

	if (batch->sent == 0 || batch->sent < waiting)
		return;
	memcpy(batch->bytes.bytes, batch->bytes.bytes + batch->sent, waiting);
	seal_wipe(batch->bytes.bytes + waiting, batch->sent);
	batch->bytes.len = waiting;
	batch->sent = 0;
}

int seal_frame_add(struct seal_frame_batch *batch, enum seal_frame_type type, uint64_t id,
		   const uint8_t *payload, size_t len, struct seal_diag *diag)
{
	size_t waiting = batch->bytes.len - batch->sent;
	uint8_t head[SEAL_FRAME_HEAD] = {0};
	size_t before;
	int error;

	if (len > SEAL_FRAME_PAYLOAD_MAX || (type == SEAL_FRAME_CANCEL && len))
		return seal_fail(diag, SEAL_E_ARGUMENT, "frame payload");
	if (waiting > batch->max || len + SEAL_FRAME_HEAD > batch->max - waiting)
		return seal_fail(diag, SEAL_E_TOOLONG, "frame batch is full");
	close_gap(batch);
	before = batch->bytes.len;
	seal_put_be(head, len, 4);
	seal_put_be(head + 4, (uint64_t)type, 2);
	seal_put_be(head + 8, id, 8);
	error = seal_buffer_add(&batch->bytes, head, sizeof head, diag);
	if (!error)
		error = seal_buffer_add(&batch->bytes, payload, len, diag);
	if (error)
		batch->bytes.len = before;
	return error;
}

const uint8_t *seal_frame_waiting(const struct seal_frame_batch *batch, size_t *out_len)
{
	*out_len = batch->bytes.len - batch->sent;
	return *out_len ? batch->bytes.bytes + batch->sent : NULL;
}

void seal_frame_sent(struct seal_frame_batch *batch, size_t len)
{
	size_t waiting = batch->bytes.len - batch->sent;

	batch->sent += smaller(len, waiting);
	if (batch->sent == batch->bytes.len)
		seal_buffer_done(&batch->bytes);
	if (batch->bytes.len == 0)
		batch->sent = 0;
}
