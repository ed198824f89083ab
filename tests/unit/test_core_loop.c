/* The core's loop, over a core of the test's own: batches, gates that lie, gates that do
   not read, the supervisor's words. */

#include "core_loop.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
