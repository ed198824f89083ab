/* At the old quorum: the shares are proved to be the set's by what they open, the new set is
   made, and only what nobody can read leaves this function. Unseal key, its shares and the
   root key are wiped with it; the latter is in the pending record alone. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "barrier/rekey_internal.h"

#include "base/banned.h"

/* The quorum holds the key that opens what is stored, and that is what is open. */
static int check_quorum(const struct seal_barrier *barrier,
			const struct seal_rekey_session *session, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_given_combine(&session->given, barrier->outside, &key, diag);

	if (!error)
		error = seal_barrier_outside_root(barrier->outside, key, &root, diag);
	if (!error && !seal_secret_equal(root, barrier->root))
		error = seal_fail(diag, SEAL_E_VERIFY, "root key: not the one that is open");
	return error;
}

static int make_outside(const struct seal_barrier *barrier,
			const struct seal_rekey_session *session,
			struct seal_barrier_outside *outside, struct seal_secret **out_root,
			struct seal_diag *diag)
{
	struct seal_set_policy policy = session->policy;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *again SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_set *set SEAL_CLEANUP(seal_set_freep) = NULL;
	int error = seal_secret_random(SEAL_BARRIER_KEY, &key, diag);

	policy.epoch = barrier->outside->config.epoch + 1;
	if (!error)
		error = seal_set_new(key, session->cards, session->count, &policy, session->signer,
				     &set, diag);
	if (!error)
		error = seal_barrier_outside_take(outside, set, diag);
	if (!error)
		error = seal_secret_random(SEAL_BARRIER_KEY, &root, diag);
	if (!error)
		error = seal_barrier_outside_wrap(outside, key, root, diag);
	/* The last moment at which this can be seen. */
	if (!error)
		error = seal_barrier_outside_root(outside, key, &again, diag);
	if (!error && !seal_secret_equal(root, again))
		error = seal_fail(diag, SEAL_E_VERIFY, "root key: wrapped wrongly");
	if (!error)
		*out_root = seal_steal(&root);
	return error;
}

int seal_rekey_make(struct seal_barrier *barrier, const struct seal_rekey_session *session,
		    struct seal_diag *diag)
{
	struct seal_rekey_pending *pending SEAL_CLEANUP(seal_rekey_pending_freep) =
		calloc(1, sizeof *pending);
	struct seal_secret *root SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = check_quorum(barrier, session, diag);

	if (pending)
		pending->outside = calloc(1, sizeof *pending->outside);
	if (!error && (!pending || !pending->outside))
		error = seal_fail(diag, SEAL_E_NOMEM, "pending rekey");
	if (error)
		return error;
	memcpy(pending->plan, session->plan, sizeof pending->plan);
	if (session->prove_within)
		pending->until = (uint64_t)time(NULL) + session->prove_within;
	pending->outside->state.in_force = 1;
	pending->text_len = session->text_len;
	error = seal_rekey_text_copy(session->text, session->text_len, &pending->text, diag);
	if (!error)
		error = make_outside(barrier, session, pending->outside, &root, diag);
	if (!error)
		error = seal_rekey_store(barrier, pending, root, diag);
	if (!error)
		barrier->pending = seal_steal(&pending);
	return error;
}
