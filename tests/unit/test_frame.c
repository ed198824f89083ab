/* Frames and messages: round trips in any cut, limits, and lies of each field. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "wire/frame.h"
#include "wire/message.h"

static struct seal_frame_batch *batch_new(size_t max)
{
	struct seal_frame_batch *batch = NULL;

	assert_int_equal(seal_frame_batch_new(max, &batch, NULL), SEAL_OK);
	return batch;
}

static struct seal_frame_decoder *decoder_new(size_t max)
{
	struct seal_frame_decoder *decoder = NULL;

	assert_int_equal(seal_frame_decoder_new(max, &decoder, NULL), SEAL_OK);
	return decoder;
}

/* Frame i of the round trip: id and payload follow from i. */
static size_t fill(uint8_t *payload, size_t i)
{
	size_t len = i * i * 7 % 300;

	for (size_t at = 0; at < len; at++)
		payload[at] = (uint8_t)(i + at);
	return len;
}

static void check_frame(const struct seal_frame *frame, size_t i)
{
	uint8_t payload[300];
	size_t len = fill(payload, i);

	assert_int_equal(frame->type, SEAL_FRAME_REQUEST);
	assert_true(frame->id == (uint64_t)i << 40);
	assert_int_equal(frame->len, len);
	if (len)
		assert_memory_equal(frame->payload, payload, len);
}

static void test_round_trip(void **state)
{
	uint8_t payload[300];

	(void)state;
	for (unsigned seed = 1; seed <= 50; seed++) {
		struct seal_frame_batch *batch = batch_new(1 << 20);
		struct seal_frame_decoder *decoder = decoder_new(4096);
		unsigned dice = seed;
		size_t added = 0;
		size_t seen = 0;

		while (seen < 40) {
			size_t waiting = 0;
			const uint8_t *bytes;
			struct seal_frame frame;
			size_t used = 0;
			int ready = 0;

			while (added < 40 && (added == seen || rand_r(&dice) % 3)) {
				size_t len = fill(payload, added);

				assert_int_equal(seal_frame_add(batch, SEAL_FRAME_REQUEST,
								(uint64_t)added << 40, payload, len,
								NULL),
						 SEAL_OK);
				added++;
			}
			bytes = seal_frame_waiting(batch, &waiting);
			if (waiting > 1)
				waiting = 1 + (size_t)rand_r(&dice) % waiting;
			assert_int_equal(seal_frame_feed(decoder, bytes, waiting, &used, &frame,
							 &ready, NULL),
					 SEAL_OK);
			assert_true(ready || used == waiting);
			if (ready) {
				check_frame(&frame, seen++);
				/* Dropped or not, the next one is read; what is dropped is wiped.
				 */
				if (seen % 2)
					seal_frame_drop(decoder);
				for (size_t i = 0; seen % 2 && i < frame.len; i++)
					assert_int_equal(frame.payload[i], 0);
			}
			seal_frame_sent(batch, used);
		}
		seal_frame_decoder_free(decoder);
		seal_frame_batch_free(batch);
	}
}

static void feed_refused(const uint8_t head[SEAL_FRAME_HEAD], int want)
{
	struct seal_frame_decoder *decoder = decoder_new(100);
	struct seal_frame frame = {.id = 5};
	size_t used = 77;
	int ready = 3;

	assert_int_equal(
		seal_frame_feed(decoder, head, SEAL_FRAME_HEAD, &used, &frame, &ready, NULL), want);
	assert_int_equal(seal_frame_feed(decoder, head, 1, &used, &frame, &ready, NULL), want);
	assert_int_equal(used, 77);
	assert_int_equal(ready, 3);
	assert_int_equal(frame.id, 5);
	seal_frame_decoder_free(decoder);
}

static void test_lies(void **state)
{
	static const uint8_t cases[][SEAL_FRAME_HEAD] = {
		{0, 0, 0, 101, 0, 1},	  {0xff, 0xff, 0xff, 0xff, 0, 1},
		{0, 0, 0, 0, 0, 0},	  {0, 0, 0, 0, 0, 4},
		{0, 0, 0, 0, 1, 1},	  {0, 0, 0, 0, 0, 1, 0, 1},
		{0, 0, 0, 0, 0, 1, 1, 0}, {0, 0, 0, 1, 0, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		feed_refused(cases[i], i < 2 ? SEAL_E_TOOLONG : SEAL_E_FORMAT);
}

static void test_edges(void **state)
{
	struct seal_frame_decoder *decoder = decoder_new(100);
	struct seal_frame_batch *batch = batch_new(2 * SEAL_FRAME_HEAD + 100);
	struct seal_frame frame;
	uint8_t payload[101] = {7};
	const uint8_t *bytes;
	size_t len = 0;
	size_t used = 0;
	int ready = 0;

	(void)state;
	assert_int_equal(seal_frame_add(batch, SEAL_FRAME_RESPONSE, UINT64_MAX, payload, 100, NULL),
			 SEAL_OK);
	/* One byte too many, then just enough. */
	assert_int_equal(seal_frame_add(batch, SEAL_FRAME_REQUEST, 1, payload, 1, NULL),
			 SEAL_E_TOOLONG);
	assert_int_equal(seal_frame_add(batch, SEAL_FRAME_CANCEL, 1, payload, 1, NULL),
			 SEAL_E_ARGUMENT);
	assert_int_equal(seal_frame_add(batch, SEAL_FRAME_CANCEL, 2, NULL, 0, NULL), SEAL_OK);
	bytes = seal_frame_waiting(batch, &len);
	assert_int_equal(len, 2 * SEAL_FRAME_HEAD + 100);
	assert_int_equal(seal_frame_feed(decoder, bytes, len, &used, &frame, &ready, NULL),
			 SEAL_OK);
	assert_int_equal(ready, 1);
	assert_int_equal(used, SEAL_FRAME_HEAD + 100);
	assert_true(frame.id == UINT64_MAX && frame.len == 100 && frame.payload[0] == 7);
	assert_int_equal(
		seal_frame_feed(decoder, bytes + used, len - used, &used, &frame, &ready, NULL),
		SEAL_OK);
	assert_int_equal(ready, 1);
	assert_true(frame.type == SEAL_FRAME_CANCEL && frame.id == 2 && frame.len == 0);
	assert_int_equal(seal_frame_feed(decoder, bytes, 15, &used, &frame, &ready, NULL), SEAL_OK);
	assert_int_equal(ready, 0);
	seal_frame_sent(batch, len);
	assert_null(seal_frame_waiting(batch, &len));
	assert_int_equal(len, 0);
	seal_frame_batch_free(batch);
	seal_frame_decoder_free(decoder);
	assert_int_equal(seal_frame_decoder_new(SEAL_FRAME_PAYLOAD_MAX + 1, &decoder, NULL),
			 SEAL_E_ARGUMENT);
}

/* A payload of its own allocation, so that a sanitizer sees a read beyond it. */
static int decode_copy(const uint8_t *bytes, size_t len)
{
	struct seal_request_message message;
	uint8_t *copy = malloc(len ? len : 1);
	int error;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	error = seal_request_decode(copy, len, &message, NULL);
	free(copy);
	return error;
}

static const struct seal_request_message sample = {
	.method = "LIST",
	.target = "/v1/secret/?a=b",
	.peer = "[2001:db8::1]:4711",
	.fields = {[SEAL_FIELD_TOKEN] = "s.abc", [SEAL_FIELD_CONTENT_TYPE] = ""},
	.body = (const uint8_t *)"{\0}",
	.body_len = 3,
};

static void test_request(void **state)
{
	struct seal_buffer buffer = {0};
	struct seal_request_message got;

	(void)state;
	assert_int_equal(seal_request_encode(&sample, &buffer, NULL), SEAL_OK);
	assert_int_equal(seal_request_decode(buffer.bytes, buffer.len, &got, NULL), SEAL_OK);
	assert_string_equal(got.method, "LIST");
	assert_string_equal(got.target, "/v1/secret/?a=b");
	assert_string_equal(got.peer, "[2001:db8::1]:4711");
	assert_string_equal(got.fields[SEAL_FIELD_TOKEN], "s.abc");
	assert_string_equal(got.fields[SEAL_FIELD_CONTENT_TYPE], "");
	assert_null(got.fields[SEAL_FIELD_NAMESPACE]);
	assert_int_equal(got.body_len, 3);
	assert_memory_equal(got.body, "{\0}", 3);
	for (size_t len = 0; len < buffer.len; len++)
		assert_int_equal(decode_copy(buffer.bytes, len), SEAL_E_FORMAT);
	assert_int_equal(seal_buffer_add(&buffer, "x", 1, NULL), SEAL_OK);
	assert_int_equal(decode_copy(buffer.bytes, buffer.len), SEAL_E_FORMAT);
	buffer.bytes[0] = 2;
	assert_int_equal(decode_copy(buffer.bytes, buffer.len), SEAL_E_VERSION);
	seal_buffer_done(&buffer);
}

static void test_request_lies(void **state)
{
	/* version, "G", "/", "1", then what each case puts behind. */
#define START_FROM(peer) 1, 0, 0, 0, 2, 'G', 0, 0, 0, 0, 2, '/', 0, 0, 0, 0, 2, peer, 0
#define START START_FROM('1')
	static const uint8_t good[] = {START, 1, 1, 0, 0, 0, 2, 't', 0, 0, 0, 0, 0};
	static const uint8_t twice[] = {START, 2, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0};
	static const uint8_t field_zero[] = {START, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0};
	static const uint8_t field_far[] = {START, 1, SEAL_FIELD_END_, 0, 0, 0, 1, 0, 0, 0, 0, 0};
	static const uint8_t no_nul[] = {START, 1, 1, 0, 0, 0, 1, 't', 0, 0, 0, 0};
	static const uint8_t inner_nul[] = {START, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0};
	static const uint8_t no_text[] = {START, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t many[] = {START, 17};
	/* These go into the audit log: nothing but an address is one. */
	static const uint8_t name[] = {START_FROM('p'), 0, 0, 0, 0, 0};
	static const uint8_t control[] = {START_FROM(0x1b), 0, 0, 0, 0, 0};
	static const uint8_t high[] = {START_FROM(0x9b), 0, 0, 0, 0, 0};
	static const uint8_t long_body[] = {START, 0, 0xff, 0xff, 0xff, 0xff, 'x'};
	static const struct {
		const uint8_t *bytes;
		size_t len;
	} bad[] = {
		{twice, sizeof twice},	       {field_zero, sizeof field_zero},
		{field_far, sizeof field_far}, {no_nul, sizeof no_nul},
		{inner_nul, sizeof inner_nul}, {no_text, sizeof no_text},
		{many, sizeof many},	       {long_body, sizeof long_body},
		{name, sizeof name},	       {control, sizeof control},
		{high, sizeof high},
	};

	(void)state;
	assert_int_equal(decode_copy(good, sizeof good), SEAL_OK);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(decode_copy(bad[i].bytes, bad[i].len), SEAL_E_FORMAT);
}

static void test_encode_limits(void **state)
{
	struct seal_buffer buffer = {0};
	struct seal_request_message message = sample;
	char name[SEAL_MESSAGE_METHOD + 2];

	(void)state;
	memset(name, 'A', sizeof name);
	name[SEAL_MESSAGE_METHOD] = '\0';
	message.method = name;
	assert_int_equal(seal_request_encode(&message, &buffer, NULL), SEAL_OK);
	assert_int_equal(decode_copy(buffer.bytes, buffer.len), SEAL_OK);
	seal_buffer_done(&buffer);
	assert_int_equal(seal_buffer_add(&buffer, "keep", 4, NULL), SEAL_OK);
	name[SEAL_MESSAGE_METHOD] = 'A';
	name[SEAL_MESSAGE_METHOD + 1] = '\0';
	assert_int_equal(seal_request_encode(&message, &buffer, NULL), SEAL_E_TOOLONG);
	message = sample;
	message.body_len = SEAL_MESSAGE_BODY + 1;
	assert_int_equal(seal_request_encode(&message, &buffer, NULL), SEAL_E_TOOLONG);
	assert_int_equal(buffer.len, 4);
	assert_memory_equal(buffer.bytes, "keep", 4);
	seal_buffer_done(&buffer);
}

static void test_response(void **state)
{
	struct seal_buffer buffer = {0};
	struct seal_response_message message = {.status = 503,
						.fields = {[SEAL_FIELD_RETRY_AFTER] = "1"},
						.body = (const uint8_t *)"{}",
						.body_len = 2};
	struct seal_response_message got = {0};

	(void)state;
	assert_int_equal(seal_response_encode(&message, &buffer, NULL), SEAL_OK);
	assert_int_equal(seal_response_decode(buffer.bytes, buffer.len, &got, NULL), SEAL_OK);
	assert_int_equal(got.status, 503);
	assert_string_equal(got.fields[SEAL_FIELD_RETRY_AFTER], "1");
	assert_memory_equal(got.body, "{}", 2);
	for (size_t len = 0; len < buffer.len; len++)
		assert_int_equal(seal_response_decode(buffer.bytes, len, &got, NULL),
				 SEAL_E_FORMAT);
	buffer.bytes[1] = 0;
	buffer.bytes[2] = 100;
	assert_int_equal(seal_response_decode(buffer.bytes, buffer.len, &got, NULL), SEAL_E_FORMAT);
	message.status = 600;
	assert_int_equal(seal_response_encode(&message, &buffer, NULL), SEAL_E_ARGUMENT);
	assert_string_equal(seal_message_field_name(SEAL_FIELD_TOKEN), "x-vault-token");
	for (unsigned i = 1; i < SEAL_FIELD_END_; i++)
		assert_non_null(seal_message_field_name((enum seal_message_field)i));
	assert_null(seal_message_field_name(SEAL_FIELD_END_));
	seal_buffer_done(&buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_lies),
		cmocka_unit_test(test_edges),	     cmocka_unit_test(test_request),
		cmocka_unit_test(test_request_lies), cmocka_unit_test(test_encode_limits),
		cmocka_unit_test(test_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
