/* Whose turn it is in the core's loop, and what comes between two turns. */

#include "core_loop.h"

static void take_answers(int fd, unsigned count)
{
	struct seal_frame_decoder *decoder = NULL;
	static uint8_t bytes[65536];

	assert_int_equal(seal_frame_decoder_new(1 << 20, &decoder, NULL), SEAL_OK);
	while (count) {
		ssize_t got = recv(fd, bytes, sizeof bytes, 0);

		assert_true(got > 0);
		for (size_t at = 0; at < (size_t)got;) {
			struct seal_frame frame;
			size_t used = 0;
			int ready = 0;

			assert_int_equal(seal_frame_feed(decoder, bytes + at, (size_t)got - at,
							 &used, &frame, &ready, NULL),
					 SEAL_OK);
			at += used;
			count -= (unsigned)ready;
		}
	}
	seal_frame_decoder_free(decoder);
}

/* A gate that asks without end: the next one waits for a few of its requests, not for all. */
static void test_flood(void **state)
{
	enum { FLOOD = 1000 };
	struct seal_frame_batch *batch = batch_new();
	struct run run;
	int holds, floods, asks;

	(void)state;
	assert_int_equal(pthread_barrier_init(&held, NULL, 2), 0);
	start(&run);
	holds = add_gate(&run);
	floods = add_gate(&run);
	asks = add_gate(&run);
	put_request(batch, 1, "/hold");
	send_all(holds, batch);
	(void)pthread_barrier_wait(&held);
	served = 0;
	for (uint64_t i = 0; i < FLOOD; i++)
		put_request(batch, i, "/flood");
	send_all(floods, batch);
	put_request(batch, 1, "/urgent");
	send_all(asks, batch);
	(void)pthread_barrier_wait(&held);
	take_answers(floods, FLOOD);
	take_answers(asks, 1);
	assert_int_equal(stop(&run), SEAL_OK);
	assert_int_equal(served, FLOOD + 1);
	assert_in_range(served_at, 1, FLOOD / 4);
	(void)pthread_barrier_destroy(&held);
	seal_frame_batch_free(batch);
	(void)close(holds);
	(void)close(floods);
	(void)close(asks);
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_flood),
					   cmocka_unit_test(test_audit_file)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
