/* Rekey under kill -9: a child opens rekeys, gives shares, proves, cancels, rotates, writes and
   seals until the file layer kills it at a write chosen by seed. Afterwards the old set opens
   the barrier or the new one does, never neither and never both; no switch was before the
   last proof; what was pending or proved is; and what is left of the rekey can be finished.
   SEAL_SEED and SEAL_KILLS replay or add: four kills, from a seed that is 1 more than a
   multiple of four, are a row on one store. */

#include "killed.h"

#include "rekeys.h"

#define ROW 4u /* kills on one store */

enum doing { NOTHING, WRITE, MAKE, PROVE, CANCEL };

struct side {
	char set[SEAL_SET_ID + 1]; /* empty: there is none */
	unsigned epoch;
	uint8_t share[PEOPLE_IN][33];
};

/* What the child reports, before it does something and after. */
struct known {
	struct side force, pending;
	uint8_t proved[PEOPLE_IN]; /* of what is pending */
	enum doing doing;
	unsigned who; /* is proving */
	uint32_t generation, term;
};

static struct seal_barrier_rekey_wish wish_of(struct room *room,
					      const struct seal_set_policy *policy)
{
	struct seal_barrier_rekey_wish wish =
		wish_for(&people, policy, room->signer, 'a'); /* the same people anew */

	return wish;
}

static int give_all(struct vault *vault, const struct side *side, unsigned from, const char *plan)
{
	int error = SEAL_OK;

	for (unsigned i = 0; i < 3 && !error; i++) {
		struct seal_secret *share = share_of(side->share[(from + i) % PEOPLE_IN]);

		error = plan ? rekey_give(vault, plan, share, 1) : give(vault, share, 1);
		seal_secret_free(share);
	}
	return error;
}

/* The holders open what is stored for them. */
static void take_pending(struct room *room, struct vault *vault, struct side *side)
{
	struct seal_barrier_rekey_status status = {0};

	(void)seal_barrier_rekey_pending(vault->barrier, &status);
	room->count = PEOPLE_IN;
	open_pending(room, vault);
	for (size_t i = 0; i < PEOPLE_IN; i++)
		memcpy(side->share[i], seal_secret_bytes(room->share[i]), 33);
	memcpy(side->set, status.set, sizeof side->set);
	side->epoch = status.epoch;
}

static void switched(struct known *known)
{
	known->force = known->pending;
	known->pending = (struct side){0};
	memset(known->proved, 0, sizeof known->proved);
}

static void begin(struct known *known, enum doing doing, int to)
{
	known->doing = doing;
	report(to, known, sizeof *known);
}

static int make(struct vault *vault, struct room *room, struct known *known, unsigned from)
{
	struct seal_set_policy policy = policy_of(3);
	struct seal_barrier_rekey_wish wish = wish_of(room, &policy);
	int error = rekey_open(vault, &wish, 1);

	if (!error)
		error = give_all(vault, &known->force, from, wish.plan);
	if (!error)
		take_pending(room, vault, &known->pending);
	return error;
}

static int prove(struct vault *vault, struct known *known, unsigned *dice, int to)
{
	int done;

	do
		known->who = roll(dice, PEOPLE_IN);
	while (known->proved[known->who]);
	begin(known, PROVE, to);
	done = rekey_prove(vault, known->who);
	if (done < 0)
		return done;
	known->proved[known->who] = 1;
	if (done)
		switched(known);
	return SEAL_OK;
}

static int cancel(struct vault *vault, struct known *known, int to)
{
	struct seal_barrier_rekey_status status;
	int error;

	begin(known, CANCEL, to);
	if (!seal_barrier_rekey_pending(vault->barrier, &status))
		return SEAL_E_NOTFOUND;
	error = seal_barrier_rekey_cancel(vault->barrier, status.plan, NULL);
	known->pending = (struct side){0};
	memset(known->proved, 0, sizeof known->proved);
	return error;
}

static int write_generation(struct vault *vault, struct known *known, int to)
{
	uint32_t next = known->generation + 1;
	const struct seal_barrier_entry entries[] = {
		{"g/0", (const uint8_t *)&next, sizeof next},
		{"g/1", (const uint8_t *)&next, sizeof next},
	};
	int error;

	begin(known, WRITE, to);
	error = seal_barrier_apply(vault->barrier, entries, 2, NULL);
	known->generation = next;
	return error;
}

static int one_act(struct vault *vault, struct room *room, struct known *known, unsigned *dice,
		   int to)
{
	unsigned what = roll(dice, 16);

	if (what == 0) {
		seal_barrier_seal(vault->barrier);
		return give_all(vault, &known->force, roll(dice, PEOPLE_IN), NULL);
	}
	if (what == 1) {
		begin(known, WRITE, to);
		known->term++;
		return seal_barrier_rotate(vault->barrier, NULL);
	}
	if (what < 4)
		return write_generation(vault, known, to);
	if (what == 4 && known->pending.set[0])
		return cancel(vault, known, to);
	if (known->pending.set[0])
		return prove(vault, known, dice, to);
	begin(known, MAKE, to);
	return make(vault, room, known, roll(dice, PEOPLE_IN));
}

static void child(const void *before, int to)
{
	struct known known = *(const struct known *)before;
	struct vault vault = {0};
	struct room room = {.count = PEOPLE_IN};
	unsigned dice = current;

	random_state = current;
	kill_in = 1 + roll(&dice, roll(&dice, 2) ? 40 : 200);
	if (make_people(&room) || vault_try(&vault, NULL))
		_exit(1);
	begin(&known, NOTHING, to);
	if (give_all(&vault, &known.force, roll(&dice, PEOPLE_IN), NULL))
		_exit(4);
	for (;;) {
		if (one_act(&vault, &room, &known, &dice, to))
			_exit(2);
		begin(&known, NOTHING, to);
	}
}

/* A set that is not in force: each of its shares is known as no share of it. */
static void opens_nothing(struct vault *vault, const struct side *side)
{
	for (unsigned i = 0; side->set[0] && i < PEOPLE_IN; i++)
		check(give_all(vault, side, i, NULL) == SEAL_E_MISMATCH);
	check(status_of(vault).progress == 0 && status_of(vault).sealed);
}

static void check_written(struct vault *vault, struct known *known)
{
	struct seal_barrier_term term = {0};
	uint32_t generation[2] = {0};
	int busy = known->doing == WRITE;

	for (unsigned i = 0; i < 2; i++) {
		struct seal_secret *value = NULL;
		int error = seal_barrier_get(vault->barrier, i ? "g/1" : "g/0", &value, NULL);

		check(error == SEAL_OK || error == SEAL_E_NOTFOUND);
		if (!error)
			memcpy(&generation[i], seal_secret_bytes(value), sizeof generation[i]);
		seal_secret_free(value);
	}
	check(generation[0] == generation[1]);
	check(generation[0] == known->generation ||
	      (busy && generation[0] == known->generation + 1));
	check(get_says(vault, "core/root", "token") == SEAL_OK);
	check(seal_barrier_term(vault->barrier, &term, NULL) == SEAL_OK);
	check(term.term == known->term || (busy && term.term == known->term + 1));
	known->generation = generation[0];
	known->term = term.term;
}

static void check_pending(struct vault *vault, struct known *known)
{
	struct seal_barrier_rekey_status status;

	if (!seal_barrier_rekey_pending(vault->barrier, &status)) {
		check(!known->pending.set[0] || known->doing == CANCEL);
		known->pending = (struct side){0};
		memset(known->proved, 0, sizeof known->proved);
		return;
	}
	check(status.epoch == known->force.epoch + 1);
	if (!known->pending.set[0]) {
		check(known->doing == MAKE);
		take_pending(&people, vault, &known->pending);
	}
	check(strcmp(status.set, known->pending.set) == 0);
	for (unsigned i = 0; i < PEOPLE_IN; i++) {
		check(!known->proved[i] || status.proved[i]);
		check(known->proved[i] || !status.proved[i] ||
		      (known->doing == PROVE && known->who == i));
		known->proved[i] = status.proved[i];
	}
}

/* What is left of it is done, in the copied store alone. */
static void check_finish(struct vault *vault, const struct known *known)
{
	int done = 0;

	if (!known->pending.set[0])
		return;
	for (size_t i = 0; i < PEOPLE_IN && !done; i++)
		done = rekey_prove(vault, i);
	check(done == 1);
	vault_reopen(vault);
	opens_nothing(vault, &known->force);
	check(give_all(vault, &known->pending, current, NULL) == SEAL_OK);
	check(get_says(vault, "core/root", "token") == SEAL_OK);
}

static void check_store(struct known *known)
{
	struct vault vault = {0};
	unsigned proofs = 0;
	struct side other;

	copy_open(&vault);
	other = known->pending;
	for (unsigned i = 0; i < PEOPLE_IN; i++)
		proofs += known->proved[i] || (known->doing == PROVE && known->who == i);
	if (strcmp(status_of(&vault).set, known->force.set) != 0) {
		check(strcmp(status_of(&vault).set, known->pending.set) == 0);
		check(known->doing == PROVE && proofs == PEOPLE_IN);
		other = known->force;
		switched(known);
	}
	check(status_of(&vault).epoch == known->force.epoch);
	opens_nothing(&vault, &other);
	check(give_all(&vault, &known->force, current, NULL) == SEAL_OK);
	check_written(&vault, known);
	check_pending(&vault, known);
	check_finish(&vault, known);
	copy_close(&vault);
}

/* A barrier that is in force, made before anything is killed. */
static void start(struct known *known)
{
	static const struct seal_barrier_entry entry = {"core/root", (const uint8_t *)"token", 5};
	struct seal_set_policy policy = policy_of(3);
	struct vault vault = {0};
	struct room room = {.count = PEOPLE_IN};

	random_state = 1u << 20 | current;
	*known = (struct known){.term = 1, .force = {.epoch = 1}};
	assert_int_equal(make_people(&room), 0);
	vault_open(&vault);
	must(seal_barrier_init(vault.barrier, people.cards, PEOPLE_IN, &policy, room.signer, 0,
			       &entry, 1, &room.set, &diag));
	open_shares(&room, &vault);
	for (size_t i = 0; i < PEOPLE_IN; i++)
		memcpy(known->force.share[i], seal_secret_bytes(room.share[i]), 33);
	memcpy(known->force.set, status_of(&vault).set, sizeof known->force.set);
	must(give_all(&vault, &known->force, 0, NULL));
	vault_close(&vault);
	room_done(&room);
}

static void kills(void **state)
{
	unsigned first = (unsigned)kill_setting("SEAL_SEED", 1);
	unsigned count = (unsigned)kill_setting("SEAL_KILLS", RUNNING_ON_VALGRIND ? 20 : 200);
	unsigned at[CANCEL + 1] = {0};
	unsigned pending = 0;
	unsigned last = 0;
	unsigned unreported = 0;

	(void)state;
	for (unsigned row = 0; row < count; row += ROW) {
		struct known known;

		current = first + row;
		start(&known);
		for (unsigned i = row; i < row + ROW && i < count; i++) {
			struct known told;

			current = first + i;
			live(child, &known, sizeof known);
			told = known;
			check_store(&known);
			at[told.doing]++;
			pending += known.pending.set[0] != '\0';
			last += told.doing == PROVE &&
				told.proved[0] + told.proved[1] + told.proved[2] + told.proved[3] +
						told.proved[4] ==
					PEOPLE_IN - 1;
			unreported += told.doing == PROVE && told.force.epoch != known.force.epoch;
		}
		drop_folder();
	}
	print_message(
		"%u kills: %u at the making, %u at a proof (%u at the last: %u had switched), "
		"%u at a cancel, %u at other writes; %u with a set pending\n",
		count, at[MAKE], at[PROVE], last, unreported, at[CANCEL], at[WRITE] + at[NOTHING],
		pending);
	if (count >= 200) {
		assert_true(at[MAKE] > 10);
		assert_true(at[PROVE] > 40);
		assert_true(last > 10);
		assert_true(unreported > 0 && unreported < last);
		assert_true(at[CANCEL] > 1);
		assert_true(pending > 40);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup(kills, fresh_folder)};

	return cmocka_run_group_tests(tests, people_up, people_down);
}
