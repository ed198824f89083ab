/* Sessions of a rekey: several are open, one becomes pending; nobody occupies, resets or
   delays what is not theirs. */

#include "rekeys.h"

#include <time.h>

struct all {
	struct vault vault;
	struct room old, fresh;
	struct seal_set_policy policy;
};

static void begin(struct all *all)
{
	*all = (struct all){.policy = policy_of(2)};
	vault_and_room(&all->vault, &all->old, &all->fresh, 3);
}

static struct seal_barrier_rekey_wish wish(const struct all *all, char letter)
{
	return wish_for(&all->fresh, &all->policy, all->old.signer, letter);
}

static void end(struct all *all)
{
	end_all(&all->vault, &all->old, &all->fresh);
}

/* What cannot become a set is refused before anybody gives a share. */
static void wishes_are_checked(void **state)
{
	struct seal_barrier_rekey_wish w;
	struct all all;

	(void)state;
	begin(&all);
	w = wish(&all, 'a');
	all.policy.threshold = 4;
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_POLICY);
	all.policy.threshold = 3; /* no spare */
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_POLICY);
	all.policy.threshold = 2;
	memcpy(all.policy.set, status_of(&all.vault).set, sizeof all.policy.set);
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_DUPLICATE);
	all.policy.set[0] = '\0';
	w.count = 0;
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_POLICY);
	w.count = 3;
	w.lifetime = 0;
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_POLICY);
	w.lifetime = SEAL_REKEY_LIFETIME + 1;
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_POLICY);
	w.lifetime = SEAL_REKEY_LIFETIME;
	w.plan[63] = 'A';
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_ARGUMENT);
	w.plan[63] = '\0';
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_ARGUMENT);
	w.plan[63] = 'a';
	assert_int_equal(sessions_of(&all.vault), 0);
	all.fresh.cards[1] = all.fresh.cards[0];
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_E_DUPLICATE);
	all.fresh.cards[1] = all.fresh.holder[1].card;
	assert_int_equal(rekey_open(&all.vault, &w, 1), SEAL_OK);
	assert_int_equal(rekey_give(&all.vault, "b", all.old.share[0], 1), SEAL_E_NOTFOUND);
	end(&all);
}

/* Asked again with the same plan: the same session, and what was given in it. */
static void a_plan_is_one_session(void **state)
{
	struct seal_barrier_rekey_session sessions[SEAL_REKEY_SESSIONS];
	struct seal_barrier_rekey_wish w;
	char nonce[37], again[37], other[37];
	size_t index = 9;
	struct all all;

	(void)state;
	begin(&all);
	w = wish(&all, 'a');
	must(seal_barrier_rekey_open(all.vault.barrier, &w, 1, nonce, &diag));
	assert_int_equal(strlen(nonce), 36);
	must(seal_barrier_rekey_share(all.vault.barrier, w.plan, all.old.share[3], 1, &index,
				      &diag));
	assert_int_equal(index, 3);
	must(seal_barrier_rekey_open(all.vault.barrier, &w, 1, again, &diag));
	assert_string_equal(nonce, again);
	w.plan[5] = 'b';
	must(seal_barrier_rekey_open(all.vault.barrier, &w, 1, other, &diag));
	assert_string_not_equal(nonce, other);
	assert_int_equal(seal_barrier_rekey_sessions(all.vault.barrier, sessions), 2);
	assert_string_equal(sessions[0].nonce, nonce);
	assert_int_equal(sessions[0].progress, 1);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(sessions[0].given[i], i == 3);
	assert_string_equal(sessions[1].plan, w.plan);
	assert_int_equal(sessions[1].progress, 0);
	end(&all);
}

/* A share of nobody, of the pending set, of the wrong length: neither progress nor the clock. */
static void refused_shares_change_nothing(void **state)
{
	struct seal_barrier_rekey_wish w;
	struct seal_secret *wrong = NULL;
	size_t index = 9;
	struct all all;

	(void)state;
	begin(&all);
	w = wish(&all, 'a');
	w.lifetime = 100;
	must(rekey_open(&all.vault, &w, 1000));
	must(seal_secret_copy(seal_secret_bytes(all.old.share[0]), 33, &wrong, &diag));
	seal_secret_data(wrong)[7] ^= 1;
	assert_int_equal(rekey_give(&all.vault, w.plan, wrong, 1010), SEAL_E_MISMATCH);
	assert_int_equal(progress_of(&all.vault, w.plan), 0);
	assert_int_equal(rekey_give(&all.vault, w.plan, all.old.share[1], 1050), SEAL_OK);
	assert_int_equal(
		seal_barrier_rekey_share(all.vault.barrier, w.plan, wrong, 1149, &index, NULL),
		SEAL_E_MISMATCH);
	seal_secret_shrink(wrong, 32);
	assert_int_equal(rekey_give(&all.vault, w.plan, wrong, 1149), SEAL_E_MISMATCH);
	assert_int_equal(index, 9);
	assert_int_equal(rekey_give(&all.vault, w.plan, all.old.share[1], 1149), SEAL_OK);
	assert_int_equal(progress_of(&all.vault, w.plan), 1);
	must(seal_barrier_rekey_expire(all.vault.barrier, 1149, 0, &diag));
	assert_int_equal(sessions_of(&all.vault), 1);
	must(seal_barrier_rekey_expire(all.vault.barrier, 1150, 0, &diag));
	assert_int_equal(sessions_of(&all.vault), 0);
	assert_int_equal(rekey_give(&all.vault, w.plan, all.old.share[1], 1150), SEAL_E_NOTFOUND);
	seal_secret_free(wrong);
	end(&all);
}

/* Two plans, shares of one are none of the other; the first that has its quorum ends both. */
static void the_first_quorum_is_pending(void **state)
{
	struct seal_barrier_rekey_wish a, b;
	size_t index = 9;
	struct all all;

	(void)state;
	begin(&all);
	a = wish(&all, 'a');
	b = wish(&all, 'b');
	must(rekey_open(&all.vault, &a, 1));
	must(rekey_open(&all.vault, &b, 1));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(rekey_give(&all.vault, a.plan, all.old.share[i], 1), SEAL_OK);
		assert_int_equal(rekey_give(&all.vault, b.plan, all.old.share[i + 1], 1), SEAL_OK);
	}
	assert_int_equal(pending_epoch(&all.vault), 0);
	assert_int_equal(rekey_give(&all.vault, b.plan, all.old.share[4], 1), SEAL_OK);
	assert_int_equal(pending_epoch(&all.vault), 2);
	assert_int_equal(sessions_of(&all.vault), 0);
	assert_int_equal(rekey_give(&all.vault, a.plan, all.old.share[2], 1), SEAL_E_EXISTS);
	assert_int_equal(rekey_open(&all.vault, &a, 1), SEAL_E_EXISTS);
	assert_int_equal(rekey_open(&all.vault, &b, 1), SEAL_E_EXISTS);
	assert_int_equal(seal_barrier_rekey_cancel(all.vault.barrier, a.plan, NULL),
			 SEAL_E_NOTFOUND);
	/* Whose answer was lost gives it once more. */
	must(seal_barrier_rekey_share(all.vault.barrier, b.plan, all.old.share[4], 1, &index,
				      &diag));
	assert_int_equal(index, 4);
	assert_int_equal(rekey_give(&all.vault, b.plan, all.fresh.key, 1), SEAL_E_MISMATCH);
	vault_reopen(&all.vault);
	wake(&all.vault, &all.old);
	assert_int_equal(rekey_open(&all.vault, &a, 1), SEAL_E_EXISTS);
	end(&all);
}

/* A pending set may be cancelled, and another made. */
static void cancel(void **state)
{
	struct seal_barrier_rekey_wish a, b;
	struct all all;

	(void)state;
	begin(&all);
	a = wish(&all, 'a');
	b = wish(&all, 'b');
	must(rekey_open(&all.vault, &b, 1));
	assert_int_equal(rekey_give(&all.vault, b.plan, all.old.share[0], 1), SEAL_OK);
	must(seal_barrier_rekey_cancel(all.vault.barrier, b.plan, &diag));
	assert_int_equal(sessions_of(&all.vault), 0);
	assert_int_equal(seal_barrier_rekey_cancel(all.vault.barrier, b.plan, NULL),
			 SEAL_E_NOTFOUND);
	for (unsigned round = 0; round < 3; round++) {
		make_pending(&all.vault, &all.old, &all.fresh, &a);
		assert_int_equal(rekey_prove(&all.vault, 0), 0);
		assert_int_equal(rekey_prove(&all.vault, 1), 0);
		if (round == 1) {
			vault_reopen(&all.vault);
			wake(&all.vault, &all.old);
		}
		must(seal_barrier_rekey_cancel(all.vault.barrier, a.plan, &diag));
		assert_int_equal(rekey_prove(&all.vault, 2), SEAL_E_NOTFOUND);
		vault_reopen(&all.vault);
		wake(&all.vault, &all.old);
		assert_int_equal(pending_epoch(&all.vault), 0);
	}
	make_pending(&all.vault, &all.old, &all.fresh, &b);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(rekey_prove(&all.vault, i), i == 2);
	end(&all);
}

/* A pending set ends on its day, also where the daemon was down on it. */
static void a_pending_set_expires(void **state)
{
	struct seal_barrier_rekey_status status;
	struct seal_barrier_rekey_wish w;
	uint64_t before = (uint64_t)time(NULL);
	struct all all;

	(void)state;
	begin(&all);
	w = wish(&all, 'a');
	w.prove_within = 1000;
	make_pending(&all.vault, &all.old, &all.fresh, &w);
	assert_int_equal(seal_barrier_rekey_pending(all.vault.barrier, &status), 1);
	assert_in_range(status.until, before + 1000, (uint64_t)time(NULL) + 1000);
	must(seal_barrier_rekey_expire(all.vault.barrier, UINT64_MAX, status.until - 1, &diag));
	vault_reopen(&all.vault);
	wake(&all.vault, &all.old);
	assert_int_equal(pending_epoch(&all.vault), 2);
	must(seal_barrier_rekey_expire(all.vault.barrier, 1, status.until, &diag));
	assert_int_equal(pending_epoch(&all.vault), 0);
	vault_reopen(&all.vault);
	wake(&all.vault, &all.old);
	assert_int_equal(pending_epoch(&all.vault), 0);
	w.prove_within = 0; /* no end */
	make_pending(&all.vault, &all.old, &all.fresh, &w);
	must(seal_barrier_rekey_expire(all.vault.barrier, UINT64_MAX, UINT64_MAX, &diag));
	assert_int_equal(pending_epoch(&all.vault), 2);
	end(&all);
}

/* Sixteen places: who has no share makes way, who was asked for longest ago first. */
static void nobody_occupies(void **state)
{
	static const char letters[] = "0123456789abcdef";
	struct seal_barrier_rekey_wish w;
	struct all all;

	(void)state;
	begin(&all);
	for (unsigned i = 0; i < 16; i++) {
		w = wish(&all, letters[i]);
		must(rekey_open(&all.vault, &w, 100 + i));
	}
	w = wish(&all, '0');
	must(rekey_open(&all.vault, &w, 200)); /* asked for again */
	w = wish(&all, '1');
	assert_int_equal(rekey_give(&all.vault, w.plan, all.old.share[0], 200), SEAL_OK);
	w.plan[0] = 'f';
	must(rekey_open(&all.vault, &w, 201)); /* the third goes */
	assert_int_equal(sessions_of(&all.vault), 16);
	w = wish(&all, '2');
	assert_int_equal(rekey_give(&all.vault, w.plan, all.old.share[0], 202), SEAL_E_NOTFOUND);
	for (unsigned i = 0; i < 16; i++) {
		w = wish(&all, letters[i]);
		if (i == 2)
			w = wish(&all, '1'), w.plan[0] = 'f';
		assert_int_equal(rekey_give(&all.vault, w.plan, all.old.share[1], 203), SEAL_OK);
	}
	w = wish(&all, '2');
	assert_int_equal(rekey_open(&all.vault, &w, 204), SEAL_E_POLICY);
	w = wish(&all, '7');
	must(seal_barrier_rekey_cancel(all.vault.barrier, w.plan, &diag));
	w = wish(&all, '2');
	must(rekey_open(&all.vault, &w, 204));
	seal_barrier_seal(all.vault.barrier);
	assert_int_equal(sessions_of(&all.vault), 0);
	end(&all);
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(wishes_are_checked),
		case_of(a_plan_is_one_session),
		case_of(refused_shares_change_nothing),
		case_of(the_first_quorum_is_pending),
		case_of(cancel),
		case_of(a_pending_set_expires),
		case_of(nobody_occupies),
	};

	return cmocka_run_group_tests(tests, make_base, drop_base);
}
