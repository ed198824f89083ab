#ifndef SEALKIT_TESTS_CORE_LOOP_H
#define SEALKIT_TESTS_CORE_LOOP_H

/* The core's loop in a thread, over a core of the test's own, and gates that a test plays. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core_loop_core.h"
#include "wire/frame.h"

struct run {
	pthread_t thread;
	int control; /* ours */
	int theirs, result;
	struct seal_frame_decoder *decoder;
};

static inline void *serve(void *ctx)
{
	struct run *run = ctx;

	run->result = seal_core_run(NULL, run->theirs, NULL);
	return NULL;
}

static inline void start(struct run *run)
{
	int pair[2];

	seals = 0;
	answer_len = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*run = (struct run){.control = pair[0], .theirs = pair[1]};
	assert_int_equal(seal_frame_decoder_new(1 << 20, &run->decoder, NULL), SEAL_OK);
	assert_int_equal(pthread_create(&run->thread, NULL, serve, run), 0);
}

static inline int join(struct run *run)
{
	assert_int_equal(pthread_join(run->thread, NULL), 0);
	(void)close(run->theirs);
	seal_frame_decoder_free(run->decoder);
	assert_int_equal(seals, 1);
	return run->result;
}

static inline int stop(struct run *run)
{
	int result;

	assert_int_equal(send(run->control, "s", 1, 0), 1);
	result = join(run);
	(void)close(run->control);
	return result;
}

static inline void send_word(const struct run *run, char word, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} room = {0};
	struct iovec part = {.iov_base = &word, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *head = &room.align;

	message.msg_control = room.bytes;
	message.msg_controllen = sizeof room.bytes;
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(head), &fd, sizeof fd);
	assert_int_equal(sendmsg(run->control, &message, 0), 1);
}

static inline int add_gate(const struct run *run)
{
	const struct timeval patience = {.tv_sec = 60};
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
			 0);
	send_word(run, 'g', pair[1]);
	(void)close(pair[1]);
	return pair[0];
}

static inline void put_request(struct seal_frame_batch *batch, uint64_t id, const char *target)
{
	const struct seal_request_message message = {
		.method = "GET", .target = target, .peer = "192.0.2.1:1"};
	struct seal_buffer payload = {0};

	assert_int_equal(seal_request_encode(&message, &payload, NULL), SEAL_OK);
	assert_int_equal(
		seal_frame_add(batch, SEAL_FRAME_REQUEST, id, payload.bytes, payload.len, NULL),
		SEAL_OK);
	seal_buffer_done(&payload);
}

static inline void send_all(int fd, struct seal_frame_batch *batch)
{
	size_t len = 0;
	const uint8_t *bytes;

	while ((bytes = seal_frame_waiting(batch, &len))) {
		ssize_t put = send(fd, bytes, len, MSG_NOSIGNAL);

		assert_true(put > 0);
		seal_frame_sent(batch, (size_t)put);
	}
}

static inline struct seal_frame_batch *batch_new(void)
{
	struct seal_frame_batch *batch = NULL;

	assert_int_equal(seal_frame_batch_new(1 << 24, &batch, NULL), SEAL_OK);
	return batch;
}

/* Asks once and checks the answer. */
static inline void ask(int fd, uint64_t id, const char *target, unsigned status)
{
	struct seal_frame_batch *batch = batch_new();
	struct seal_frame_decoder *decoder = NULL;
	struct seal_response_message answer;
	struct seal_frame frame;
	static uint8_t bytes[65536];
	int ready = 0;

	put_request(batch, id, target);
	send_all(fd, batch);
	seal_frame_batch_free(batch);
	assert_int_equal(seal_frame_decoder_new(1 << 20, &decoder, NULL), SEAL_OK);
	while (!ready) {
		ssize_t got = recv(fd, bytes, sizeof bytes, 0);
		size_t used = 0;

		/* No more than this one answer is on its way. */
		assert_true(got > 0);
		assert_int_equal(
			seal_frame_feed(decoder, bytes, (size_t)got, &used, &frame, &ready, NULL),
			SEAL_OK);
		assert_int_equal(used, got);
	}
	assert_int_equal(frame.type, SEAL_FRAME_RESPONSE);
	assert_true(frame.id == id);
	assert_int_equal(seal_response_decode(frame.payload, frame.len, &answer, NULL), SEAL_OK);
	assert_int_equal(answer.status, status);
	if (status == 200)
		assert_memory_equal(answer.body, target, strlen(target));
	seal_frame_decoder_free(decoder);
}

#endif
