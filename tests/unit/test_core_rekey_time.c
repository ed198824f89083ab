/* Rekeys that nobody finishes, under clocks of our own: what is open ends with its plan's time,
   what is pending on its day, also where the disk is full on that day. */

#include "core_rekey.h"

#include <sys/syscall.h>
#include <time.h>

#include "kill_layer.h"

#define DAY (24 * 3600)

static time_t ahead; /* of the true time, both clocks */

time_t time(time_t *out)
{
	struct timespec now;

	assert_int_equal(syscall(SYS_clock_gettime, CLOCK_REALTIME, &now), 0);
	if (out)
		*out = now.tv_sec + ahead;
	return now.tv_sec + ahead;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	long error = syscall(SYS_clock_gettime, clock, out);

	if (!error && clock == CLOCK_BOOTTIME)
		out->tv_sec += ahead;
	return (int)error;
}

static int is_pending(struct rekey *rekey)
{
	struct core_answer answer = rekey_status(rekey);
	int pending = json_is_object(json_object_get(answer.json, "pending"));

	core_answer_done(&answer);
	return pending;
}

static size_t plans(struct rekey *rekey)
{
	struct core_answer answer = rekey_status(rekey);
	size_t count = json_array_size(json_object_get(answer.json, "plans"));

	core_answer_done(&answer);
	return count;
}

static void make_pending(struct rekey *rekey)
{
	rekey_ready(rekey);
	for (size_t i = 0; i < 3; i++)
		ok(rekey_give(rekey, i));
	assert_true(is_pending(rekey));
}

/* An hour, as the plan says: from the first share, or from the last asking. */
static void half_given(void **state)
{
	struct rekey rekey;

	(void)state;
	ahead = 0;
	rekey_init(&rekey);
	ok(rekey_ask(&rekey, &rekey.people.person[0]));
	ahead = 3500;
	ok(rekey_ask(&rekey, &rekey.people.person[0]));
	ahead = 7000;
	assert_int_equal(plans(&rekey), 1);
	ahead = 7200;
	assert_int_equal(plans(&rekey), 0);
	rekey_ready(&rekey);
	ok(rekey_give(&rekey, 0));
	ahead = 10700;
	ok(rekey_give(&rekey, 1));
	assert_int_equal(plans(&rekey), 1);
	ahead = 10900;
	assert_int_equal(plans(&rekey), 0);
	expect(rekey_card(&rekey, rekey.digest, &rekey.fresh[0]), 400,
	       "no rekey of this plan is open");
	make_pending(&rekey);
	rekey_done(&rekey);
}

static void thirty_days(void **state)
{
	struct rekey rekey;

	(void)state;
	ahead = 0;
	rekey_init(&rekey);
	make_pending(&rekey);
	ahead = 30 * DAY - 60;
	assert_true(is_pending(&rekey));
	ahead = 30 * DAY + 1;
	assert_false(is_pending(&rekey));
	core_stop(&rekey.people.room);
	core_start(&rekey.people.room);
	for (size_t i = 0; i < 3; i++)
		(void)give(&rekey.people, i, i < 2 ? (int)i + 1 : 0);
	assert_false(is_pending(&rekey));
	make_pending(&rekey);
	rekey_done(&rekey);
}

/* It cannot be dropped then; but no proof counts any more. */
static void a_full_disk_on_that_day(void **state)
{
	struct rekey rekey;
	struct proof_parts parts;

	(void)state;
	ahead = 0;
	rekey_init(&rekey);
	make_pending(&rekey);
	for (size_t i = 0; i < 2; i++) {
		parts = rekey_proof(&rekey, i);
		ok(proof_send_at(&rekey.people.room, REKEY "/prove", &parts));
	}
	ahead = 30 * DAY - 60;
	parts = rekey_proof(&rekey, 2);
	ahead = 30 * DAY + 1;
	spare_life = 1;
	kill_in = 1;
	expect(proof_send_at(&rekey.people.room, REKEY "/prove", &parts), 400,
	       "time of the pending rekey is over");
	assert_int_equal(kill_in, 0);
	assert_false(is_pending(&rekey));
	core_expect(&rekey.people.room, 200, "\"epoch\":1", "GET", "/v1/sys/seal-status", NULL,
		    NULL);
	rekey_done(&rekey);
}

static int set_up(void **state)
{
	(void)state;
	return kill_layer_init();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_given),
		cmocka_unit_test(thirty_days),
		cmocka_unit_test(a_full_disk_on_that_day),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
