/* Every allocation and system call of the core fails in turn at each step of a rekey: there is a
   whole answer, nothing is half open, and the next try works. */

#include "core_rekey.h"

#include "faults.h"

static struct rekey rekey;
static char *body; /* of the request that meets the faults */
static const char *where;

/* 0: answered with 200. Nothing is allocated here: the fault may still be waiting for it. */
static int put(void)
{
	struct seal_request_message message = {
		.method = "PUT",
		.target = where,
		.peer = "192.0.2.7:4711",
		.body = (const uint8_t *)body,
		.body_len = strlen(body),
	};
	struct seal_response_message response = {0};
	struct seal_buffer payload = {0};
	int error = seal_core_answer(rekey.people.room.core, &message, &payload, NULL);

	if (!error && seal_response_decode(payload.bytes, payload.len, &response, NULL))
		fail_msg("no whole answer");
	if (!error && response.status != 200)
		error = -1;
	seal_buffer_done(&payload);
	return error;
}

static void prepare(const char *path, json_t *json)
{
	free(body);
	body = json_dumps(json, JSON_COMPACT);
	assert_non_null(body);
	json_decref(json);
	where = path;
}

/* By who opened it. */
static void cancel(void)
{
	struct person *alice = &rekey.people.person[0];
	char nonce[37];

	rekey_nonce(&rekey, nonce);
	expect(rekey_cancel(&rekey, alice, alice, nonce[0] ? nonce : "-"), 200,
	       "\"cancelled\":true");
}

static void opened(int error)
{
	(void)error;
	ok(rekey_ask(&rekey, &rekey.people.person[0]));
	cancel();
}

static void two_cards(void)
{
	ok(rekey_ask(&rekey, &rekey.people.person[0]));
	for (size_t i = 0; i < 2; i++)
		ok(rekey_card(&rekey, rekey.digest, &rekey.fresh[i]));
}

static void last_card(int error)
{
	char nonce[37];

	(void)error;
	ok(rekey_card(&rekey, rekey.digest, &rekey.fresh[2]));
	rekey_nonce(&rekey, nonce);
	assert_int_equal(strlen(nonce), 36);
	cancel();
	two_cards();
}

/* What makes the new set is in test_fault_rekey. */
static void one_share(void)
{
	struct person *person = &rekey.people.person[1];
	struct submission sealed;
	json_t *json;

	rekey_ready(&rekey);
	ok(rekey_give(&rekey, 0));
	sealed = rekey_sealed(&rekey, person, person->share);
	json = consent_of(rekey.text, person, person);
	assert_int_equal(json_object_set_new(json, "sealkit",
					     json_pack("{s:s, s:s, s:s}", "nonce", sealed.nonce,
						       "enc", sealed.enc, "box", sealed.box)),
			 0);
	prepare(REKEY "/share", json);
}

static void second_share(int error)
{
	if (error)
		ok(rekey_give(&rekey, 1));
	core_expect(&rekey.people.room, 200, "\"progress\":2", "GET", REKEY, NULL, NULL);
	cancel();
	one_share();
}

static void every_fault(void **state)
{
	(void)state;
	rekey_init(&rekey);
	prepare(REKEY, consent_of(rekey.text, &rekey.people.person[0], &rekey.people.person[0]));
	fault_each(put, opened);
	two_cards();
	prepare(REKEY "/card",
		json_pack("{s:s, s:o}", "plan", rekey.digest, "card", card_json(&rekey.fresh[2])));
	fault_each(put, last_card);
	cancel();
	one_share();
	fault_each(put, second_share);
	free(body);
	rekey_done(&rekey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_fault)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
