/* Rekeys as they come: random thresholds, groups, spare tokens, orders, absences, wrong, foreign
   and repeated shares, cancels, seals and restarts, beside a model that only counts.
   SEAL_SEED and SEAL_ROUNDS replay or add. */

#include "rekeys.h"

#define GROUPS 3u
#define PLANS 3u

static unsigned current;
static unsigned dice;
#define check(what)                                                                 \
	do {                                                                        \
		if (!(what))                                                        \
			fail_msg("seed %u: line %d: %s", current, __LINE__, #what); \
	} while (0)

static unsigned roll(unsigned sides)
{
	return (unsigned)rand_r(&dice) % sides;
}

/* A set as the model knows it; sets of shares are bits. */
struct model {
	unsigned n, groups; /* 0: one threshold, t[0] */
	unsigned group[PEOPLE], t[GROUPS];
};

static unsigned have(const struct model *model, unsigned mask, unsigned group)
{
	unsigned count = 0;

	for (unsigned i = 0; i < model->n; i++)
		count += (mask >> i & 1) && (model->groups == 0 || model->group[i] == group);
	return count;
}

static unsigned progress(const struct model *model, unsigned mask)
{
	unsigned sum = 0;

	for (unsigned g = 0; g < (model->groups ? model->groups : 1); g++) {
		unsigned count = have(model, mask, g);

		sum += count < model->t[g] ? count : model->t[g];
	}
	return sum;
}

static unsigned needed(const struct model *model)
{
	unsigned sum = 0;

	for (unsigned g = 0; g < (model->groups ? model->groups : 1); g++)
		sum += model->t[g];
	return sum;
}

static int is_quorum(const struct model *model, unsigned mask)
{
	return progress(model, mask) == needed(model);
}

/* People, and what set they shall have. */
struct party {
	struct model model;
	struct room room;
	struct seal_set_policy policy;
	size_t cards; /* one more than persons where somebody has a spare token */
};

static const char *const group_names[GROUPS] = {"ops", "risk", "security"};

static void party_init(struct party *party)
{
	struct model *model = &party->model;
	const char *groups[PEOPLE];
	unsigned spare;

	*party = (struct party){0};
	model->groups = roll(GROUPS + 1);
	model->n = model->groups + roll(PEOPLE + 1 - model->groups);
	model->n = model->n ? model->n : 1;
	for (unsigned i = 0; i < model->n; i++) {
		model->group[i] = i < model->groups ? i : roll(model->groups ? model->groups : 1);
		groups[i] = model->groups ? group_names[model->group[i]] : "";
	}
	spare = model->n < PEOPLE && roll(2);
	groups[model->n < PEOPLE ? model->n : 0] = groups[0];
	party->cards = model->n + spare;
	room_init(&party->room, party->cards, groups);
	if (spare)
		memcpy(party->room.cards[model->n].name, party->room.cards[0].name,
		       sizeof party->room.cards[0].name);
	party->room.count = model->n;
	party->policy = policy_of(0);
	party->policy.allow_no_spare = party->policy.allow_single = 1;
	party->policy.group_count = model->groups;
	for (unsigned g = 0; g < (model->groups ? model->groups : 1); g++) {
		model->t[g] = 1 + roll(have(model, ~0u, g));
		if (model->groups) {
			party->policy.groups[g].threshold = model->t[g];
			(void)snprintf(party->policy.groups[g].name,
				       sizeof party->policy.groups[g].name, "%s", group_names[g]);
		} else {
			party->policy.threshold = model->t[0];
		}
	}
}

static struct seal_barrier_rekey_wish wish_to(const struct party *to, struct seal_secret *signer,
					      unsigned plan)
{
	struct seal_barrier_rekey_wish wish =
		wish_for(&to->room, &to->policy, signer, (char)('a' + plan));

	wish.count = to->cards;
	return wish;
}

/* In any order, until it is open: exactly when the model says. */
static void unseal(struct vault *vault, const struct party *party)
{
	unsigned mask = 0;

	while (!is_quorum(&party->model, mask)) {
		unsigned i = roll(party->model.n);

		check(status_of(vault).sealed);
		check(status_of(vault).progress == progress(&party->model, mask));
		check(give(vault, party->room.share[i], 1) == SEAL_OK);
		mask |= 1u << i;
	}
	check(!status_of(vault).sealed);
	check(get_says(vault, "core/root", "token") == SEAL_OK);
}

static void interrupt(struct vault *vault, const struct party *party)
{
	if (roll(2)) {
		vault_close(vault);
		vault_open(vault);
	} else {
		seal_barrier_seal(vault->barrier);
	}
	unseal(vault, party);
}

/* Which shares each plan has been given; -1: not open. */
struct plans {
	int mask[PLANS];
};

static void lose_all(struct plans *plans)
{
	for (unsigned i = 0; i < PLANS; i++)
		plans->mask[i] = -1;
}

static void give_wrong(struct vault *vault, const struct party *from, const struct party *to,
		       const char *plan)
{
	struct seal_secret *wrong = NULL;
	const struct seal_secret *some = from->room.share[roll(from->model.n)];

	if (roll(2) && to->room.share[0])
		some = to->room.share[0]; /* of another set, perhaps a cancelled one */
	must(seal_secret_copy(seal_secret_bytes(some), seal_secret_len(some), &wrong, &diag));
	if (some != to->room.share[0])
		seal_secret_data(wrong)[roll(33)] ^= (uint8_t)(1u << roll(8));
	check(rekey_give(vault, plan, wrong, 1) == SEAL_E_MISMATCH);
	seal_secret_free(wrong);
}

/* Returns 1 once a set is pending. absent: bits of those who do not come. */
static int one_turn(struct vault *vault, const struct party *from, struct party *to,
		    struct plans *plans, unsigned absent)
{
	unsigned p = roll(PLANS);
	struct seal_barrier_rekey_wish wish = wish_to(to, from->room.signer, p);
	unsigned what = roll(20);
	unsigned i = roll(from->model.n);

	if (what == 0) {
		interrupt(vault, from);
		lose_all(plans);
	} else if (what == 1) {
		check(seal_barrier_rekey_cancel(vault->barrier, wish.plan, NULL) ==
		      (plans->mask[p] < 0 ? SEAL_E_NOTFOUND : SEAL_OK));
		plans->mask[p] = -1;
	} else if (what < 5) {
		check(rekey_open(vault, &wish, 1) == SEAL_OK);
		plans->mask[p] = plans->mask[p] < 0 ? 0 : plans->mask[p];
	} else if (plans->mask[p] < 0) {
		check(rekey_give(vault, wish.plan, from->room.share[i], 1) == SEAL_E_NOTFOUND);
	} else if (what < 9) {
		give_wrong(vault, from, to, wish.plan);
	} else if (!(absent >> i & 1)) {
		check(rekey_give(vault, wish.plan, from->room.share[i], 1) == SEAL_OK);
		plans->mask[p] |= 1 << i;
		if (is_quorum(&from->model, (unsigned)plans->mask[p]))
			return 1;
	}
	for (unsigned k = 0; k < PLANS; k++) {
		wish = wish_to(to, from->room.signer, k);
		check(progress_of(vault, wish.plan) ==
		      (plans->mask[k] < 0 ? 99 : progress(&from->model, (unsigned)plans->mask[k])));
	}
	check(pending_epoch(vault) == 0);
	return 0;
}

static void reach_pending(struct vault *vault, const struct party *from, struct party *to)
{
	struct plans plans;
	unsigned absent = roll(1u << from->model.n);
	int enough = is_quorum(&from->model, ~absent);
	int pending = 0;

	lose_all(&plans);
	for (unsigned turn = 0; !pending && (enough || turn < 60); turn++)
		pending = one_turn(vault, from, to, &plans, absent);
	check(pending == enough);
	while (!pending) /* now they come */
		pending = one_turn(vault, from, to, &plans, 0);
	check(sessions_of(vault) == 0);
	check(pending_epoch(vault) == status_of(vault).epoch + 1);
	open_pending(&to->room, vault);
}

/* Returns 0 where it was cancelled. */
static int prove_all(struct vault *vault, const struct party *from, const struct party *to)
{
	const unsigned all = (1u << to->model.n) - 1;
	struct seal_barrier_rekey_status status;
	unsigned mask = 0;

	while (mask != all) {
		unsigned i = roll(to->model.n);
		unsigned what = roll(20);

		check(seal_barrier_rekey_pending(vault->barrier, &status) == 1);
		for (unsigned k = 0; k < to->model.n; k++)
			check(status.proved[k] == (mask >> k & 1));
		if (what == 0) {
			check(seal_barrier_rekey_cancel(vault->barrier, status.plan, NULL) ==
			      SEAL_OK);
			return 0;
		}
		if (what < 4)
			interrupt(vault, from);
		else if (what < 6)
			must(seal_barrier_rotate(vault->barrier, &diag));
		else
			check(rekey_prove(vault, i) == ((mask |= 1u << i) == all));
	}
	return 1;
}

/* Every subset of the new set, and each share of the old one. */
static void look(struct vault *vault, const struct party *old, const struct party *now)
{
	for (unsigned subset = 0; subset < 1u << now->model.n; subset++) {
		seal_barrier_seal(vault->barrier);
		for (unsigned i = 0; i < now->model.n; i++)
			if ((subset >> i & 1) && status_of(vault).sealed)
				check(give(vault, now->room.share[i], 1) == SEAL_OK);
		check(status_of(vault).sealed == !is_quorum(&now->model, subset));
	}
	vault_close(vault);
	vault_open(vault);
	for (unsigned i = 0; i < old->model.n; i++)
		check(give(vault, old->room.share[i], 1) == SEAL_E_MISMATCH);
	unseal(vault, now);
}

static void first_set(struct vault *vault, struct party *party)
{
	static const struct seal_barrier_entry entry = {"core/root", (const uint8_t *)"token", 5};

	party_init(party);
	party->policy.epoch = 1;
	vault_open(vault);
	must(seal_barrier_init(vault->barrier, party->room.cards, party->cards, &party->policy,
			       party->room.signer, 0, &entry, 1, &party->room.set, &diag));
	open_shares(&party->room, vault);
	unseal(vault, party);
}

static void rounds(void **state)
{
	unsigned first = getenv("SEAL_SEED") ? (unsigned)atoi(getenv("SEAL_SEED")) : 1;
	unsigned count = getenv("SEAL_ROUNDS") ? (unsigned)atoi(getenv("SEAL_ROUNDS")) : 40;
	struct party *old = calloc(1, sizeof *old);
	struct party *now = calloc(1, sizeof *now);
	struct vault vault = {0};
	unsigned switches = 0;

	(void)state;
	assert_non_null(old);
	assert_non_null(now);
	for (unsigned round = 0; round < count; round++) {
		current = dice = first + round;
		first_set(&vault, old);
		party_init(now);
		for (int done = 0; !done; switches += (unsigned)done) {
			reach_pending(&vault, old, now);
			done = prove_all(&vault, old, now);
		}
		look(&vault, old, now);
		vault_close(&vault);
		room_done(&old->room);
		room_done(&now->room);
		drop_folder();
	}
	assert_int_equal(switches, count);
	free(old);
	free(now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rounds, fresh_folder, end_folder)};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
