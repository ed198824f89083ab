/* The alarm beside a rekey: it is of the holders of the set in force, nobody else's, and what is
   pending stays. */

#include "core_rekey.h"

#include "core_lock.h"

/* The own card's token; epoch: of the set that it is in. */
static struct lock_parts lock_by(struct people *people, const struct person *person, int epoch)
{
	struct lock_parts parts;
	char text[512];

	lock_challenge(&people->room, person, &parts);
	lock_told(&people->room, &parts, text);
	*(strstr(text, "epoch: ") + 7) = (char)('0' + epoch);
	lock_sign(&parts, &person->made, text);
	return parts;
}

static void no_challenge_for(struct people *people, const struct person *person)
{
	char path[200], print[65];

	print_of(person, print);
	(void)snprintf(path, sizeof path, "/v1/sys/sealkit/lock?card=%s", print);
	core_expect(&people->room, 400, "card is not of this share set", "GET", path, NULL, NULL);
}

static void open_it(struct people *people)
{
	assert_false(give(people, 0, 1));
	assert_false(give(people, 1, 2));
	assert_true(give(people, 2, 0));
}

static void pending_stays(void **state)
{
	struct rekey rekey;
	struct people *people = &rekey.people;
	struct lock_parts parts, other;
	struct proof_parts proof;

	(void)state;
	rekey_init(&rekey);
	rekey_ready(&rekey);
	for (size_t i = 0; i < 3; i++)
		ok(rekey_give(&rekey, i));
	expect(rekey_status(&rekey), 200, "\"pending\":{");
	no_challenge_for(people, &rekey.fresh[0]);
	/* Nor with another's challenge. */
	parts = lock_by(people, &people->person[4], 1);
	other = parts;
	other.card = rekey.fresh[0].card;
	expect(lock_send(&people->room, &other), 400, "card is not of this share set");
	expect(lock_send(&people->room, &parts), 200, "\"sealed\":true");
	open_it(people);
	expect(rekey_status(&rekey), 200, "\"pending\":{");
	for (size_t i = 0; i < NEW_PEOPLE; i++) {
		parts = lock_by(people, &people->person[i], 1);
		proof = rekey_proof(&rekey, i);
		expect(proof_send_at(&people->room, REKEY "/prove", &proof), 200, "\"switched\":");
	}
	/* In force is the other set now: what was signed before is of none. */
	expect(lock_send(&people->room, &parts), 400, "request is of another share set");
	no_challenge_for(people, &people->person[4]);
	parts = lock_by(people, &rekey.fresh[0], 2);
	expect(lock_send(&people->room, &parts), 200, "\"sealed\":true");
	rekey_done(&rekey);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(pending_stays)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
