/* The way to the core and back: frames, many in flight, written in batches. */

#include "gate/gate_internal.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/secret.h"

#include "base/banned.h"

#define SLOT_BITS 16
#define BATCH_MAX ((size_t)2 * (SEAL_FRAME_PAYLOAD_MAX + SEAL_FRAME_HEAD))
#define BESIDES_BODY (SEAL_FRAME_PAYLOAD_MAX - SEAL_MESSAGE_BODY + SEAL_FRAME_HEAD)

static void lost(struct seal_gate *gate, const char *what)
{
	seal_gate_end(gate, seal_fail(&gate->diag, SEAL_E_IO, "core: %s", what));
}

/* Requests that found no room, oldest first. */
static void retry_queued(struct seal_gate *gate)
{
	while (gate->queued) {
		struct seal_conn *oldest = NULL;

		for (uint32_t i = 0; i < gate->config.limits.connections; i++) {
			struct seal_conn *conn = gate->conns[i];

			if (conn && conn->at == SEAL_CONN_QUEUED &&
			    (!oldest || conn->since < oldest->since))
				oldest = conn;
		}
		if (!oldest)
			return;
		seal_conn_submit(oldest);
		if (oldest->at == SEAL_CONN_QUEUED)
			return;
	}
}

static void send_waiting(struct seal_gate *gate)
{
	size_t len = 0;
	const uint8_t *bytes = seal_frame_waiting(gate->batch, &len);
	ssize_t put;

	if (len == 0)
		return;
	put = send(gate->config.core, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (put < 0 && errno != EAGAIN && errno != EINTR) {
		lost(gate, "has gone");
		return;
	}
	if (put > 0)
		seal_frame_sent(gate->batch, (size_t)put);
	if (put < 0 || (size_t)put < len)
		(void)event_add(&gate->core_out, NULL);
	if (gate->queued)
		retry_queued(gate);
	seal_gate_reap(gate);
}

static void on_flush(evutil_socket_t fd SEAL_UNUSED, short what SEAL_UNUSED, void *ctx)
{
	struct seal_gate *gate = ctx;

	gate->flushing = 0;
	if (!event_pending(&gate->core_out, EV_WRITE, NULL))
		send_waiting(gate);
}

static void on_core_out(evutil_socket_t fd SEAL_UNUSED, short what SEAL_UNUSED, void *ctx)
{
	send_waiting(ctx);
}

/* Behind all connections that are readable now: they share one write. */
static void flush_soon(struct seal_gate *gate)
{
	if (gate->flushing)
		return;
	gate->flushing = 1;
	event_active(&gate->flush, EV_TIMEOUT, 0);
}

static int encode(struct seal_gate *gate, const struct seal_conn *conn)
{
	const struct seal_http_request *request = seal_http_request(conn->parser);
	struct seal_request_message message = {0};

	if (!request)
		return SEAL_E_ARGUMENT;
	message.method = request->method;
	message.target = request->target;
	message.peer = conn->peer;
	message.body = request->body;
	message.body_len = request->body_len;
	/* By number: no other field of a client reaches the core. */
	for (enum seal_message_field i = SEAL_FIELD_TOKEN; i <= SEAL_FIELD_CONTENT_TYPE; i++)
		message.fields[i] = seal_http_value(request, seal_message_field_name(i));
	return seal_request_encode(&message, &gate->encoded, NULL);
}

static void drop_encoded(struct seal_gate *gate)
{
	if (gate->encoded.cap > SEAL_GATE_SCRATCH) {
		seal_buffer_done(&gate->encoded);
	} else if (gate->encoded.len) {
		seal_wipe(gate->encoded.bytes, gate->encoded.len);
		gate->encoded.len = 0;
	}
}

/* Asked before a body is copied, which may be large and wait for long. */
static int has_room(const struct seal_gate *gate, const struct seal_conn *conn)
{
	const struct seal_http_request *request = seal_http_request(conn->parser);
	size_t waiting = 0;

	(void)seal_frame_waiting(gate->batch, &waiting);
	return request && request->body_len + BESIDES_BODY <= BATCH_MAX - waiting;
}

int seal_link_submit(struct seal_gate *gate, struct seal_conn *conn)
{
	uint64_t id = ++gate->serial << SLOT_BITS | conn->slot;
	int error;

	if (!has_room(gate, conn))
		return 0;
	error = encode(gate, conn);

	if (!error)
		error = seal_frame_add(gate->batch, SEAL_FRAME_REQUEST, id, gate->encoded.bytes,
				       gate->encoded.len, NULL);
	drop_encoded(gate);
	if (error == SEAL_E_TOOLONG)
		return 0;
	if (error)
		return error;
	conn->id = id;
	flush_soon(gate);
	return 1;
}

void seal_link_cancel(struct seal_gate *gate, uint64_t id)
{
	/* No room: then the answer will come, and find nobody. */
	if (seal_frame_add(gate->batch, SEAL_FRAME_CANCEL, id, NULL, 0, NULL) == SEAL_OK)
		flush_soon(gate);
}

static void take_answer(struct seal_gate *gate, const struct seal_frame *frame)
{
	uint64_t slot = frame->id & ((1u << SLOT_BITS) - 1);
	struct seal_conn *conn = slot < gate->config.limits.connections ? gate->conns[slot] : NULL;

	if (conn && conn->at == SEAL_CONN_WAIT && conn->id == frame->id)
		seal_conn_answer(conn, frame->payload, frame->len);
}

static void take_bytes(struct seal_gate *gate, size_t len)
{
	size_t at = 0;

	while (at < len) {
		struct seal_frame frame;
		size_t used = 0;
		int ready = 0;

		if (seal_frame_feed(gate->decoder, gate->core_scratch + at, len - at, &used, &frame,
				    &ready, NULL) ||
		    (ready && frame.type != SEAL_FRAME_RESPONSE)) {
			lost(gate, "sent what is no answer");
			return;
		}
		at += used;
		if (ready) {
			take_answer(gate, &frame);
			seal_frame_drop(gate->decoder);
		}
	}
}

static void on_core_in(evutil_socket_t fd SEAL_UNUSED, short what SEAL_UNUSED, void *ctx)
{
	struct seal_gate *gate = ctx;
	ssize_t got = recv(gate->config.core, gate->core_scratch, sizeof gate->core_scratch,
			   MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		lost(gate, "has gone");
		return;
	}
	take_bytes(gate, (size_t)got);
	seal_wipe(gate->core_scratch, (size_t)got);
	seal_gate_reap(gate);
}

int seal_link_open(struct seal_gate *gate, struct seal_diag *diag)
{
	int error = seal_frame_decoder_new(SEAL_FRAME_PAYLOAD_MAX, &gate->decoder, diag);

	if (!error)
		error = seal_frame_batch_new(BATCH_MAX, &gate->batch, diag);
	if (error)
		return error;
	if (event_assign(&gate->core_in, gate->base, gate->config.core, EV_READ | EV_PERSIST,
			 on_core_in, gate) ||
	    event_assign(&gate->core_out, gate->base, gate->config.core, EV_WRITE, on_core_out,
			 gate) ||
	    event_assign(&gate->flush, gate->base, -1, 0, on_flush, gate) ||
	    event_add(&gate->core_in, NULL))
		return seal_fail(diag, SEAL_E_SYSTEM, "events of the core");
	return SEAL_OK;
}
