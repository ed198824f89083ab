/* The core's loop over its gates. Threat: a gate that runs attacker code sends
   lies, reads nothing, or sends without end. It costs the core one input chunk and
   one batch of answers, and loses only its own clients. */

#include "core/core.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "wire/frame.h"

#include "base/banned.h"

#define GATES 256u
#define CHUNK 65536u
#define HIGH ((size_t)1 << 20) /* answers that may wait before a gate is read no further */
#define TURN 64u	       /* requests of one gate in a row */
#define TICK_MS 1000

struct gate {
	int fd;
	struct seal_frame_decoder *decoder;
	struct seal_frame_batch *batch;
	size_t at, len; /* of in: what is read and not yet fed */
	uint8_t in[CHUNK];
};

struct loop {
	struct seal_core *core;
	int control;
	int stop;
	struct gate *gates[GATES];
	size_t count;
	struct pollfd polls[GATES + 1];
	struct seal_buffer answer;
};

static void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	if (gate->fd >= 0)
		(void)close(gate->fd);
	seal_frame_decoder_free(gate->decoder);
	seal_frame_batch_free(gate->batch);
	seal_wipe(gate->in, sizeof gate->in);
	free(gate);
}

static void gate_freep(struct gate **gate)
{
	gate_free(*gate);
	*gate = NULL;
}

/* Takes fd; where there is no room the gate sees its socket close. */
static void gate_add(struct loop *loop, int fd)
{
	struct gate *gate SEAL_CLEANUP(gate_freep) = calloc(1, sizeof *gate);

	if (!gate || loop->count == GATES) {
		(void)close(fd);
		return;
	}
	gate->fd = fd;
	if (seal_frame_decoder_new(SEAL_FRAME_PAYLOAD_MAX, &gate->decoder, NULL) == SEAL_OK &&
	    seal_frame_batch_new(HIGH + SEAL_FRAME_PAYLOAD_MAX + SEAL_FRAME_HEAD, &gate->batch,
				 NULL) == SEAL_OK)
		loop->gates[loop->count++] = seal_steal(&gate);
}

static size_t waiting(const struct gate *gate)
{
	size_t len = 0;

	(void)seal_frame_waiting(gate->batch, &len);
	return len;
}

/* Where not even the answer could be made, the client still gets one. */
static int answer_failure(struct seal_buffer *out, struct seal_diag *diag)
{
	static const char body[] = "{\"errors\":[\"internal error\"]}\n";
	const struct seal_response_message message = {
		.status = 500, .body = (const uint8_t *)body, .body_len = sizeof body - 1};

	seal_buffer_done(out);
	return seal_response_encode(&message, out, diag);
}

static int serve(struct loop *loop, struct gate *gate, const struct seal_frame *frame,
		 struct seal_diag *diag)
{
	struct seal_request_message request;
	int error;

	/* One thread answers in order: what is cancelled is answered already. */
	if (frame->type == SEAL_FRAME_CANCEL)
		return SEAL_OK;
	if (frame->type != SEAL_FRAME_REQUEST)
		return seal_fail(diag, SEAL_E_FORMAT, "a gate sent an answer");
	error = seal_request_decode(frame->payload, frame->len, &request, diag);
	if (error)
		return error;
	if (seal_core_answer(loop->core, &request, &loop->answer, diag))
		error = answer_failure(&loop->answer, diag);
	if (!error)
		error = seal_frame_add(gate->batch, SEAL_FRAME_RESPONSE, frame->id,
				       loop->answer.bytes, loop->answer.len, diag);
	if (loop->answer.cap > CHUNK) {
		seal_buffer_done(&loop->answer);
	} else if (loop->answer.len) {
		seal_wipe(loop->answer.bytes, loop->answer.len);
		loop->answer.len = 0;
	}
	return error;
}

/* What was read and can be fed. */
static int has_more(const struct gate *gate)
{
	return gate->len && waiting(gate) < HIGH;
}

/* Feeds what was read, as long as the answers have room and others need not wait. */
static int pump(struct loop *loop, struct gate *gate, unsigned *left, struct seal_diag *diag)
{
	while (gate->at < gate->len && waiting(gate) < HIGH && *left) {
		struct seal_frame frame;
		size_t used = 0;
		int ready = 0;
		int error = seal_frame_feed(gate->decoder, gate->in + gate->at,
					    gate->len - gate->at, &used, &frame, &ready, diag);

		gate->at += used;
		if (!error && ready) {
			(*left)--;
			error = serve(loop, gate, &frame, diag);
			seal_frame_drop(gate->decoder);
		}
		if (error)
			return error;
	}
	if (gate->at == gate->len && gate->len) {
		seal_wipe(gate->in, gate->len);
		gate->at = gate->len = 0;
	}
	return SEAL_OK;
}

static int take_in(struct gate *gate, struct seal_diag *diag)
{
	ssize_t got;

	if (gate->len)
		return SEAL_OK;
	got = recv(gate->fd, gate->in, sizeof gate->in, MSG_DONTWAIT);
	if (got > 0) {
		gate->len = (size_t)got;
		return SEAL_OK;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return SEAL_OK;
	return seal_fail(diag, SEAL_E_IO, "a gate has gone");
}

static int put_out(struct gate *gate, struct seal_diag *diag)
{
	size_t len = 0;
	const uint8_t *bytes = seal_frame_waiting(gate->batch, &len);
	ssize_t put;

	if (len == 0)
		return SEAL_OK;
	put = send(gate->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (put > 0)
		seal_frame_sent(gate->batch, (size_t)put);
	else if (errno != EAGAIN && errno != EINTR)
		return seal_fail_errno(diag, SEAL_E_IO, "a gate has gone");
	return SEAL_OK;
}

static int gate_turn(struct loop *loop, struct gate *gate, short events, struct seal_diag *diag)
{
	unsigned left = TURN;
	int error = SEAL_OK;

	if (events & (POLLERR | POLLNVAL))
		return seal_fail(diag, SEAL_E_IO, "a gate has gone");
	if (events & POLLOUT)
		error = put_out(gate, diag);
	if (!error && (events & (POLLIN | POLLHUP)))
		error = take_in(gate, diag);
	/* Written at once, not after the next poll: one call less for each batch. What
	   was read and had no room is fed as soon as there is some. */
	do {
		if (!error)
			error = pump(loop, gate, &left, diag);
		if (!error)
			error = put_out(gate, diag);
	} while (!error && left && has_more(gate));
	return error;
}

/* Between two requests, so that both lines of each are in one file. */
static void reopen_audit(struct loop *loop, int fd)
{
	char packet[SEAL_DIAG_CAUSES * SEAL_DIAG_TEXT + 1] = "x";
	struct seal_diag diag = {0};
	int same = 0;

	if (seal_core_reopen_audit(loop->core, fd, &same, &diag))
		seal_diag_line(&diag, packet + 1, sizeof packet - 1);
	else
		packet[0] = same ? '=' : 'a';
	(void)send(loop->control, packet, strlen(packet), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* One byte of the supervisor, with a descriptor where it is 'g' or 'a'. */
static int take_control(struct loop *loop, struct seal_diag *diag)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} room = {0};
	char what = 0;
	struct iovec part = {.iov_base = &what, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = room.bytes,
				 .msg_controllen = sizeof room.bytes};
	ssize_t got = recvmsg(loop->control, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *head = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	int fd = -1;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return SEAL_OK;
	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof fd))
		memcpy(&fd, CMSG_DATA(head), sizeof fd);
	if (got > 0 && (what == 'g' || what == 'a') && fd >= 0 &&
	    !(message.msg_flags & MSG_CTRUNC)) {
		if (what == 'g')
			gate_add(loop, fd);
		else
			reopen_audit(loop, fd);
		return SEAL_OK;
	}
	if (fd >= 0)
		(void)close(fd);
	if (got <= 0 || (what == 's' && fd < 0)) {
		loop->stop = 1;
		return SEAL_OK;
	}
	return seal_fail(diag, SEAL_E_FORMAT, "unknown word of the supervisor");
}

static uint64_t now_ms(void)
{
	struct timespec at = {0};

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000 + (uint64_t)at.tv_nsec / 1000000;
}

/* How long the poll may wait. */
static int set_polls(struct loop *loop)
{
	int wait = TICK_MS;

	loop->polls[0] = (struct pollfd){.fd = loop->control, .events = POLLIN};
	for (size_t i = 0; i < loop->count; i++) {
		short events = 0;

		if (loop->gates[i]->len == 0)
			events |= POLLIN;
		if (waiting(loop->gates[i]))
			events |= POLLOUT;
		if (has_more(loop->gates[i]))
			wait = 0;
		loop->polls[i + 1] = (struct pollfd){.fd = loop->gates[i]->fd, .events = events};
	}
	return wait;
}

static void gates_turn(struct loop *loop, struct seal_diag *diag)
{
	size_t kept = 0;
	size_t count = loop->count;

	for (size_t i = 0; i < count; i++) {
		short events = loop->polls[i + 1].revents;

		/* What a gate did wrong ends that gate and nobody else. */
		if ((events || has_more(loop->gates[i])) &&
		    gate_turn(loop, loop->gates[i], events, diag))
			gate_freep(&loop->gates[i]);
		else
			loop->gates[kept++] = loop->gates[i];
	}
	loop->count = kept;
}

static int run(struct loop *loop, struct seal_diag *diag)
{
	uint64_t next = now_ms() + TICK_MS;
	int error = SEAL_OK;

	while (!error && !loop->stop) {
		int wait = set_polls(loop);
		uint64_t now;

		if (poll(loop->polls, loop->count + 1, wait) < 0 && errno != EINTR)
			return seal_fail_errno(diag, SEAL_E_SYSTEM, "poll");
		gates_turn(loop, diag);
		if (loop->polls[0].revents)
			error = take_control(loop, diag);
		now = now_ms();
		if (now >= next) {
			seal_core_tick(loop->core);
			next = now + TICK_MS;
		}
	}
	return error;
}

int seal_core_run(struct seal_core *core, int control_fd, struct seal_diag *diag)
{
	struct loop *loop = calloc(1, sizeof *loop);
	int error;

	if (!loop)
		return seal_fail(diag, SEAL_E_NOMEM, "core");
	loop->core = core;
	loop->control = control_fd;
	error = run(loop, diag);
	seal_core_seal(core);
	for (size_t i = 0; i < loop->count; i++)
		gate_free(loop->gates[i]);
	seal_buffer_done(&loop->answer);
	free(loop);
	return error;
}
