/* The core's loop, over a core of the test's own: batches, gates that lie, gates that do
   not read, the supervisor's words. */

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

#include "core/core.h"
#include "wire/frame.h"

static int seals;
static size_t answer_len;
static int reopened;

/* In place of core.c: answers with the target, then with as much as is asked for. */
int seal_core_answer(struct seal_core *core, const struct seal_request_message *request,
		     struct seal_buffer *out_payload, struct seal_diag *diag)
{
	static uint8_t body[1 << 18];
	struct seal_response_message message = {.status = 200, .body = body};

	(void)core;
	if (strcmp(request->target, "/fail") == 0)
		return seal_fail(diag, SEAL_E_NOMEM, "as asked");
	message.body_len = strlen(request->target);
	memcpy(body, request->target, message.body_len);
	if (answer_len > message.body_len)
		message.body_len = answer_len;
	return seal_response_encode(&message, out_payload, diag);
}

int seal_core_reopen_audit(struct seal_core *core, int fd, int *out_same, struct seal_diag *diag)
{
	int taken = reopened;

	(void)core;
	(void)close(fd);
	reopened++;
	*out_same = taken == 1;
	return taken > 1 ? seal_fail(diag, SEAL_E_IO, "as asked") : SEAL_OK;
}

void seal_core_tick(struct seal_core *core)
{
	(void)core;
}

void seal_core_seal(struct seal_core *core)
{
	(void)core;
	seals++;
}

struct run {
	pthread_t thread;
	int control; /* ours */
	int theirs, result;
	struct seal_frame_decoder *decoder;
};

static void *serve(void *ctx)
{
	struct run *run = ctx;

	run->result = seal_core_run(NULL, run->theirs, NULL);
	return NULL;
}

static void start(struct run *run)
{
	int pair[2];

	seals = 0;
	answer_len = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	*run = (struct run){.control = pair[0], .theirs = pair[1]};
	assert_int_equal(seal_frame_decoder_new(1 << 20, &run->decoder, NULL), SEAL_OK);
	assert_int_equal(pthread_create(&run->thread, NULL, serve, run), 0);
}

static int join(struct run *run)
{
	assert_int_equal(pthread_join(run->thread, NULL), 0);
	(void)close(run->theirs);
	seal_frame_decoder_free(run->decoder);
	assert_int_equal(seals, 1);
	return run->result;
}

static int stop(struct run *run)
{
	int result;

	assert_int_equal(send(run->control, "s", 1, 0), 1);
	result = join(run);
	(void)close(run->control);
	return result;
}

static void send_word(const struct run *run, char word, int fd)
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

static int add_gate(const struct run *run)
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

static void put_request(struct seal_frame_batch *batch, uint64_t id, const char *target)
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

static void send_all(int fd, struct seal_frame_batch *batch)
{
	size_t len = 0;
	const uint8_t *bytes;

	while ((bytes = seal_frame_waiting(batch, &len))) {
		ssize_t put = send(fd, bytes, len, MSG_NOSIGNAL);

		assert_true(put > 0);
		seal_frame_sent(batch, (size_t)put);
	}
}

static struct seal_frame_batch *batch_new(void)
{
	struct seal_frame_batch *batch = NULL;

	assert_int_equal(seal_frame_batch_new(1 << 24, &batch, NULL), SEAL_OK);
	return batch;
}

/* Asks once and checks the answer. */
static void ask(int fd, uint64_t id, const char *target, unsigned status)
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

static void test_answers(void **state)
{
	struct run run;
	int a;
	int b;

	(void)state;
	start(&run);
	a = add_gate(&run);
	b = add_gate(&run);
	for (uint64_t i = 1; i < 50; i++) {
		ask(a, i << 32, "/one", 200);
		ask(b, i, "/two", 200);
	}
	ask(a, 7, "/fail", 500);
	ask(a, 8, "/after", 200);
	assert_int_equal(stop(&run), SEAL_OK);
	(void)close(a);
	(void)close(b);
}

/* Each lie ends the gate that told it; the other one is served on. */
static void test_lies(void **state)
{
	static const uint8_t lies[][24] = {
		{0xff, 0xff, 0xff, 0xff, 0, 1}, /* a payload of 4 GiB */
		{0, 0, 0, 0, 0, 9},		/* an unknown type */
		{0, 0, 0, 0, 0, 2},		/* an answer */
		{0, 0, 0, 0, 0, 1},		/* a request without a message */
		{0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0xff, 0xff, 0xff, 0xff},
		{0, 0, 0, 4, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4}, /* cancel of 4 */
	};
	struct run run;
	int good;

	(void)state;
	start(&run);
	good = add_gate(&run);
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		int bad = add_gate(&run);
		uint8_t byte;

		ask(bad, 1, "/honest", 200);
		assert_int_equal(send(bad, lies[i], sizeof lies[i], 0), sizeof lies[i]);
		assert_true(recv(bad, &byte, 1, 0) <= 0);
		ask(good, i + 1, "/other", 200);
		(void)close(bad);
	}
	assert_int_equal(stop(&run), SEAL_OK);
	(void)close(good);
}

/* A gate that asks and does not read: the other one is served, and in the end all
   answers are there, in order. */
static void test_deaf(void **state)
{
	struct seal_frame_batch *batch = batch_new();
	struct run run;
	uint64_t next = 1;
	size_t have = 0;
	size_t at = 0;
	static uint8_t bytes[65536];
	int deaf;
	int other;

	(void)state;
	start(&run);
	deaf = add_gate(&run);
	other = add_gate(&run);
	answer_len = 1 << 18;
	for (uint64_t id = 1; id <= 100; id++)
		put_request(batch, id, "/much");
	assert_int_equal(seal_frame_add(batch, SEAL_FRAME_CANCEL, 3, NULL, 0, NULL), SEAL_OK);
	send_all(deaf, batch);
	for (uint64_t id = 1; id <= 20; id++)
		ask(other, id, "/other", 200);
	while (next <= 100) {
		struct seal_frame frame;
		size_t used = 0;
		int ready = 0;

		if (at == have) {
			ssize_t got = recv(deaf, bytes, sizeof bytes, 0);

			assert_true(got > 0);
			have = (size_t)got;
			at = 0;
		}
		assert_int_equal(seal_frame_feed(run.decoder, bytes + at, have - at, &used, &frame,
						 &ready, NULL),
				 SEAL_OK);
		at += used;
		if (ready)
			assert_true(frame.id == next++);
	}
	assert_int_equal(stop(&run), SEAL_OK);
	seal_frame_batch_free(batch);
	(void)close(deaf);
	(void)close(other);
}

static void test_words(void **state)
{
	struct run run;
	int gate;

	(void)state;
	start(&run);
	gate = add_gate(&run);
	ask(gate, 1, "/here", 200);
	(void)close(run.control); /* the supervisor has gone */
	assert_int_equal(join(&run), SEAL_OK);
	(void)close(gate);

	start(&run);
	assert_int_equal(send(run.control, "g", 1, 0), 1); /* and no socket */
	assert_int_equal(join(&run), SEAL_E_FORMAT);
	(void)close(run.control);

	start(&run);
	assert_int_equal(send(run.control, "a", 1, 0), 1); /* nor file */
	assert_int_equal(join(&run), SEAL_E_FORMAT);
	(void)close(run.control);

	start(&run);
	send_word(&run, 'x', STDERR_FILENO);
	assert_int_equal(join(&run), SEAL_E_FORMAT);
	(void)close(run.control);
}

static void test_audit_file(void **state)
{
	static const char *const words[] = {"a", "=", "xas asked"};
	struct run run;

	(void)state;
	start(&run);
	for (size_t i = 0; i < 3; i++) {
		char word[64] = "";

		send_word(&run, 'a', STDERR_FILENO);
		assert_true(recv(run.control, word, sizeof word - 1, 0) > 0);
		assert_string_equal(word, words[i]);
	}
	assert_int_equal(stop(&run), SEAL_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),	   cmocka_unit_test(test_lies),
		cmocka_unit_test(test_deaf),	   cmocka_unit_test(test_words),
		cmocka_unit_test(test_audit_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
