/* The barrier under kill -9: a child initialises, gives shares, writes, rotates and
   seals until the file layer kills it at a write chosen by seed. Afterwards the barrier
   opens with the shares that were handed out; what was reported is there; what was under
   way is there whole or not at all. SEAL_SEED and SEAL_KILLS replay or add: four kills,
   from a seed that is 1 more than a multiple of four, are a row on one store. */

#include "killed.h"

#define ENTRIES 6u
#define ROW 4u /* kills on one store */

/* What the child reports; and from that what the parent knows. Shares are bytes here. */
struct known {
	char set[SEAL_SET_ID + 1]; /* empty: nothing was handed out */
	uint8_t share[PEOPLE_IN][33];
	uint8_t proved[PEOPLE_IN];
	int in_force;
	uint32_t generation, term;
	uint64_t encryptions;
};

/* The holders open what is stored for them. */
static void take_shares(struct room *room, const struct vault *vault, struct known *known)
{
	open_shares(room, vault);
	for (size_t i = 0; i < PEOPLE_IN; i++)
		memcpy(known->share[i], seal_secret_bytes(room->share[i]), 33);
	memcpy(known->set, status_of(vault).set, sizeof known->set);
}

/* Three in a row, by their bytes. */
static int give_three(struct vault *vault, struct known *known, unsigned from)
{
	int error = SEAL_OK;

	for (unsigned i = 0; i < 3 && !error; i++) {
		struct seal_secret *share = share_of(known->share[(from + i) % PEOPLE_IN]);

		error = give(vault, share, 1);
		seal_secret_free(share);
	}
	for (unsigned i = 0; i < 3 && !error; i++)
		known->proved[(from + i) % PEOPLE_IN] = 1;
	known->in_force = known->in_force || !error;
	return error;
}

/* One transaction: all entries get the generation, one of two deep ones comes, the
   other goes. */
static int write_generation(struct vault *vault, uint32_t generation)
{
	static const char *const deep[] = {"deep/even/entry", "deep/odd/entry"};
	struct seal_barrier_entry entries[ENTRIES + 2];
	char paths[ENTRIES][16];

	for (unsigned i = 0; i < ENTRIES + 2; i++) {
		if (i < ENTRIES)
			(void)snprintf(paths[i], sizeof paths[i], "g/%u", i);
		entries[i] = (struct seal_barrier_entry){
			.path = i < ENTRIES ? paths[i] : deep[(generation + i) % 2],
			.value = i == ENTRIES + 1 ? NULL : (const uint8_t *)&generation,
			.len = sizeof generation,
		};
	}
	return seal_barrier_apply(vault->barrier, entries, ENTRIES + 2, NULL);
}

static int child_init(struct vault *vault, struct room *room)
{
	static const struct seal_barrier_entry entry = {"core/root", (const uint8_t *)"token", 5};
	struct seal_set_policy policy = policy_of(3);

	return seal_barrier_init(vault->barrier, people.cards, PEOPLE_IN, &policy, room->signer,
				 status_of(vault).initialized, &entry, 1, &room->set, NULL);
}

/* Takes part in everything that writes, for ever. */
static void work(struct vault *vault, struct known *known, unsigned *dice, int to)
{
	for (;;) {
		struct seal_barrier_term term = {0};
		unsigned what = roll(dice, 10);
		int error = SEAL_OK;

		if (what == 0) {
			seal_barrier_seal(vault->barrier);
			error = give_three(vault, known, roll(dice, PEOPLE_IN));
		} else if (what == 1) {
			unsigned who = roll(dice, PEOPLE_IN);

			error = seal_barrier_prove(vault->barrier, who, NULL);
			known->proved[who] = 1;
		} else if (what < 4) {
			error = seal_barrier_rotate(vault->barrier, NULL);
		} else {
			error = write_generation(vault, known->generation + 1);
			known->generation++;
		}
		if (!error)
			error = seal_barrier_term(vault->barrier, &term, NULL);
		if (error)
			_exit(2);
		known->term = term.term;
		known->encryptions = term.encryptions;
		report(to, known, sizeof *known);
	}
}

static void child(const void *before, int to)
{
	struct known known = *(const struct known *)before;
	struct vault vault = {0};
	struct room room = {.count = PEOPLE_IN};
	unsigned dice = current;
	unsigned from = roll(&dice, PEOPLE_IN);

	random_state = current;
	kill_in = 1 + roll(&dice, roll(&dice, 2) ? 60 : 200);
	if (make_people(&room) || vault_try(&vault, NULL))
		_exit(1);
	while (!status_of(&vault).initialized ||
	       (!seal_barrier_in_force(vault.barrier) && roll(&dice, 3) == 0)) {
		if (child_init(&vault, &room))
			_exit(1);
		seal_set_freep(&room.set);
		known = (struct known){0};
		take_shares(&room, &vault, &known);
		report(to, &known, sizeof known);
	}
	if (roll(&dice, 2)) {
		if (seal_barrier_prove(vault.barrier, from, NULL))
			_exit(1);
		known.proved[from] = 1;
		report(to, &known, sizeof known);
	}
	if (give_three(&vault, &known, from))
		_exit(4);
	report(to, &known, sizeof known);
	work(&vault, &known, &dice, to);
}

static uint32_t generation_of(struct vault *vault, const char *path)
{
	struct seal_secret *value = NULL;
	int error = seal_barrier_get(vault->barrier, path, &value, NULL);
	uint32_t generation = 0;

	check(error == SEAL_OK || error == SEAL_E_NOTFOUND);
	if (!error)
		memcpy(&generation, seal_secret_bytes(value), sizeof generation);
	seal_secret_free(value);
	return generation;
}

static void check_entries(struct vault *vault, struct known *known)
{
	uint32_t generation = generation_of(vault, "g/0");
	struct joined joined = {{0}};
	char path[16];

	check(generation == known->generation || generation == known->generation + 1);
	for (unsigned i = 1; i < ENTRIES; i++) {
		(void)snprintf(path, sizeof path, "g/%u", i);
		check(generation_of(vault, path) == generation);
	}
	check(get_says(vault, "core/root", "token") == SEAL_OK);
	check(generation_of(vault, generation % 2 ? "deep/odd/entry" : "deep/even/entry") ==
	      generation);
	check(seal_barrier_list(vault->barrier, "", join_name, &joined, NULL) == SEAL_OK);
	check(seal_barrier_list(vault->barrier, "deep/", join_name, &joined, NULL) == SEAL_OK);
	check(seal_barrier_list(vault->barrier, "g/", join_name, &joined, NULL) == SEAL_OK);
	check(strcmp(joined.text, generation == 0  ? "core/ "
				  : generation % 2 ? "core/ deep/ g/ odd/ 0 1 2 3 4 5 "
						   : "core/ deep/ g/ even/ 0 1 2 3 4 5 ") == 0);
	known->generation = generation;
}

static void check_open(struct vault *vault, struct known *known, unsigned from)
{
	uint8_t proved[SEAL_MANIFEST_SHARES];
	struct seal_barrier_term term = {0};
	struct known copy;

	check(!known->in_force || seal_barrier_in_force(vault->barrier));
	seal_barrier_proved(vault->barrier, proved);
	for (unsigned i = 0; i < PEOPLE_IN; i++)
		check(!known->proved[i] || proved[i]);
	known->in_force = seal_barrier_in_force(vault->barrier);
	check(give_three(vault, &(struct known){0}, 0) == SEAL_E_MISMATCH);
	copy = *known; /* what this quorum proves is proved in the copied store alone */
	check(give_three(vault, &copy, from) == SEAL_OK);
	check_entries(vault, known);
	check(seal_barrier_term(vault->barrier, &term, NULL) == SEAL_OK);
	check(term.term == known->term || term.term == known->term + 1 || known->term == 0);
	check(term.term != known->term || term.encryptions >= known->encryptions);
	known->term = term.term;
	known->encryptions = term.encryptions;
}

static void check_store(struct known *known)
{
	struct vault vault = {0};

	copy_open(&vault);
	if (!status_of(&vault).initialized) {
		check(known->set[0] == '\0');
	} else {
		if (strcmp(status_of(&vault).set, known->set) != 0) {
			/* An init that nobody was told of: it has forgotten the set
			   before, as it was asked to, and its shares can be fetched. */
			check(!known->in_force);
			*known = (struct known){0};
			take_shares(&people, &vault, known);
		}
		check_open(&vault, known, current % PEOPLE_IN);
	}
	copy_close(&vault);
}

/* Returns 1 where something was there that had not been reported. */
static int one_kill(struct known *known)
{
	struct known told;

	live(child, known, sizeof *known);
	told = *known;
	check_store(known);
	return memcmp(told.set, known->set, sizeof told.set) != 0 ||
	       told.generation != known->generation || told.term != known->term;
}

static void kills(void **state)
{
	unsigned first = (unsigned)kill_setting("SEAL_SEED", 1);
	unsigned count = (unsigned)kill_setting("SEAL_KILLS", RUNNING_ON_VALGRIND ? 20 : 200);
	unsigned unreported = 0;
	unsigned before_init = 0;
	unsigned in_force = 0;

	(void)state;
	for (unsigned row = 0; row < count; row += ROW) {
		struct known known = {0};

		for (unsigned i = row; i < row + ROW && i < count; i++) {
			current = first + i;
			unreported += (unsigned)one_kill(&known);
			before_init += known.set[0] == '\0';
			in_force += known.in_force != 0;
		}
		drop_folder();
	}
	print_message("%u kills: %u before the init, %u in force, %u with more than reported\n",
		      count, before_init, in_force, unreported);
	if (count >= 200) {
		assert_true(before_init > 10);
		assert_true(in_force > 100);
		assert_true(count - in_force - before_init > 10);
		assert_true(unreported > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test_setup(kills, fresh_folder)};

	return cmocka_run_group_tests(tests, people_up, people_down);
}
