/* Every allocation, lock, random byte and write to disk fails in turn at each step of a rekey:
   an error is reported, the set in force is what it was, in memory and on disk, and without
   the fault the same step is done. */

#include "barriers.h"

#include "disk_faults.h"
#include "rekeys.h"

static struct vault vault;
static struct room old, fresh;
static struct seal_set_policy policy;
static struct seal_barrier_rekey_wish wish;

static void start(void)
{
	policy = policy_of(2);
	vault_and_room(&vault, &old, &fresh, 3);
	wish = wish_for(&fresh, &policy, old.signer, 'a');
}

static void end(void)
{
	end_all(&vault, &old, &fresh);
}

static int open_session(void)
{
	return rekey_open(&vault, &wish, 1);
}

static void open_only_if_told(int error)
{
	assert_int_equal(sessions_of(&vault), error == SEAL_OK);
	if (!error)
		must(seal_barrier_rekey_cancel(vault.barrier, wish.plan, &diag));
}

static void sessions(void **state)
{
	(void)state;
	start();
	fault_each(open_session, open_only_if_told);
	end();
}

static unsigned taken;

static int make(void)
{
	int error = open_session();

	for (taken = 0; !error && taken < 3; taken += !error)
		error = rekey_give(&vault, wish.plan, old.share[taken], 1);
	return error;
}

/* What was given before stays, what failed can be given again. */
static void pending_after_all(int error)
{
	assert_int_equal(pending_epoch(&vault), error ? 0 : 2);
	if (error) {
		must(open_session());
		assert_int_equal(progress_of(&vault, wish.plan), taken);
		for (; taken < 3; taken++)
			assert_int_equal(rekey_give(&vault, wish.plan, old.share[taken], 1),
					 SEAL_OK);
	}
	for (unsigned round = 0; round < 2; round++) {
		open_pending(&fresh, &vault);
		assert_int_equal(pending_epoch(&vault), 2);
		assert_int_equal(status_of(&vault).epoch, 1);
		vault_reopen(&vault);
		wake(&vault, &old);
	}
	must(seal_barrier_rekey_cancel(vault.barrier, wish.plan, &diag));
}

static void makings(void **state)
{
	(void)state;
	start();
	fault_each(make, pending_after_all);
	disk_each(make, pending_after_all, 0);
	end();
}

static unsigned proofs;

static int prove(void)
{
	int done = rekey_prove(&vault, proofs);

	return done < 0 ? done : SEAL_OK;
}

static void proved_only_if_told(int error)
{
	struct seal_barrier_rekey_status status;

	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(seal_barrier_rekey_pending(vault.barrier, &status), 1);
		assert_int_equal(status.proved[proofs], error == SEAL_OK);
		vault_reopen(&vault);
		wake(&vault, &old);
	}
	must(prove());
	must(seal_barrier_rekey_cancel(vault.barrier, wish.plan, &diag));
	make_pending(&vault, &old, &fresh, &wish);
}

static void earlier_proofs(void **state)
{
	(void)state;
	start();
	make_pending(&vault, &old, &fresh, &wish);
	proofs = 1;
	fault_each(prove, proved_only_if_told);
	disk_each(prove, proved_only_if_told, 0);
	end();
}

static void two_of_three(void)
{
	start();
	make_pending(&vault, &old, &fresh, &wish);
	assert_int_equal(rekey_prove(&vault, 0), 0);
	assert_int_equal(rekey_prove(&vault, 1), 0);
	proofs = 2;
}

static void opens_nothing(const struct room *room)
{
	for (unsigned i = 0; i < room->count; i++)
		assert_int_equal(give(&vault, room->share[i], 1), SEAL_E_MISMATCH);
}

/* The full disk and the failing fsync at the switch. */
static void switched_only_if_told(int error)
{
	assert_int_equal(status_of(&vault).epoch, error ? 1 : 2);
	assert_int_equal(status_of(&vault).sealed, 0);
	put(&vault, "kv/a", "goes on");
	if (error) {
		assert_int_equal(pending_epoch(&vault), 2);
		vault_reopen(&vault);
		opens_nothing(&fresh);
		wake(&vault, &old);
		assert_int_equal(pending_epoch(&vault), 2);
		assert_int_equal(rekey_prove(&vault, 2), 1);
	}
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(pending_epoch(&vault), 0);
		vault_reopen(&vault);
		opens_nothing(&old);
		wake(&vault, &fresh);
		assert_int_equal(get_says(&vault, "core/root", "token"), SEAL_OK);
		assert_int_equal(get_says(&vault, "kv/a", "goes on"), SEAL_OK);
	}
	end();
	drop_folder();
	two_of_three();
}

static void switches(void **state)
{
	(void)state;
	two_of_three();
	fault_each(prove, switched_only_if_told);
	disk_each(prove, switched_only_if_told, 1);
	end();
}

static int cancel(void)
{
	return seal_barrier_rekey_cancel(vault.barrier, wish.plan, NULL);
}

static void cancelled_only_if_told(int error)
{
	for (unsigned round = 0; round < 2; round++) {
		assert_int_equal(pending_epoch(&vault), error ? 2 : 0);
		vault_reopen(&vault);
		wake(&vault, &old);
	}
	if (error)
		must(cancel());
	make_pending(&vault, &old, &fresh, &wish);
}

static void cancels(void **state)
{
	(void)state;
	start();
	make_pending(&vault, &old, &fresh, &wish);
	fault_each(cancel, cancelled_only_if_told);
	disk_each(cancel, cancelled_only_if_told, 1);
	end();
}

static int give_three(void)
{
	for (taken = 0; taken < 3; taken++) {
		int error = give(&vault, old.share[taken], 1);

		if (error)
			return error;
	}
	return SEAL_OK;
}

/* An unseal finds what is pending, or fails. */
static void open_and_pending(int error)
{
	assert_int_equal(status_of(&vault).sealed, error != SEAL_OK);
	for (; error && taken < 3; taken++)
		assert_int_equal(give(&vault, old.share[taken], 1), SEAL_OK);
	assert_int_equal(pending_epoch(&vault), 2);
	seal_barrier_seal(vault.barrier);
}

static void unseals(void **state)
{
	(void)state;
	start();
	make_pending(&vault, &old, &fresh, &wish);
	seal_barrier_seal(vault.barrier);
	fault_each(give_three, open_and_pending);
	end();
}

static int set_up(void **state)
{
	return make_base(state) ? -1 : kill_layer_init();
}

#define case_of(f) cmocka_unit_test_setup_teardown(f, fresh_folder, end_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		case_of(sessions), case_of(makings), case_of(earlier_proofs),
		case_of(switches), case_of(cancels), case_of(unseals),
	};

	return cmocka_run_group_tests(tests, set_up, drop_base);
}
