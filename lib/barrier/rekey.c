/* Sessions of a rekey: opened by a plan, each collects shares of the set in force until one
   has a quorum. They live in memory only; a seal ends them. */

#include <stdlib.h>
#include <string.h>

#include "barrier/rekey_internal.h"

#include "base/banned.h"

static void session_freep(struct seal_rekey_session **place)
{
	struct seal_rekey_session *session = *place;

	if (session) {
		seal_given_reset(&session->given);
		free(session->cards);
		free(session->text);
	}
	free(session);
	*place = NULL;
}

static void drop_sessions(struct seal_barrier *barrier)
{
	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++)
		session_freep(&barrier->session[i]);
}

void seal_rekey_forget(struct seal_barrier *barrier)
{
	drop_sessions(barrier);
	seal_rekey_pending_freep(&barrier->pending);
}

static int check_open(const struct seal_barrier *barrier, struct seal_diag *diag)
{
	return barrier->keyring ? SEAL_OK : seal_fail(diag, SEAL_E_SEALED, "the barrier is sealed");
}

static int refuse_pending(struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_EXISTS,
			 "a rekey is pending: its new holders must prove, or it must be cancelled");
}

/* Its place, or NULL. */
static struct seal_rekey_session **find(struct seal_barrier *barrier, const char *plan)
{
	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++)
		if (barrier->session[i] && strcmp(barrier->session[i]->plan, plan) == 0)
			return &barrier->session[i];
	return NULL;
}

static int check_wish(const struct seal_barrier *barrier,
		      const struct seal_barrier_rekey_wish *wish, struct seal_diag *diag)
{
	if (strnlen(wish->plan, sizeof wish->plan) != SEAL_REKEY_PLAN ||
	    strspn(wish->plan, "0123456789abcdef") != SEAL_REKEY_PLAN)
		return seal_fail(diag, SEAL_E_ARGUMENT, "plan: not a digest");
	if (wish->lifetime < 1 || wish->lifetime > SEAL_REKEY_LIFETIME)
		return seal_fail(diag, SEAL_E_POLICY,
				 "shares that would be kept for %llu seconds: choose 1 to %u",
				 (unsigned long long)wish->lifetime, SEAL_REKEY_LIFETIME);
	if (strcmp(wish->policy->set, barrier->outside->config.set) == 0)
		return seal_fail(diag, SEAL_E_DUPLICATE, "set %.8s is the one in force",
				 wish->policy->set);
	return seal_set_check(wish->cards, wish->count, wish->policy, diag);
}

/* Nobody holds a place by asking: who has a share goes before who has none. */
static int make_place(struct seal_barrier *barrier, struct seal_rekey_session ***out_place,
		      struct seal_diag *diag)
{
	struct seal_rekey_session **oldest = NULL;

	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++) {
		struct seal_rekey_session *one = barrier->session[i];

		if (!one) {
			*out_place = &barrier->session[i];
			return SEAL_OK;
		}
		if (one->given.count == 0 && (!oldest || one->given.since < (*oldest)->given.since))
			oldest = &barrier->session[i];
	}
	if (!oldest)
		return seal_fail(diag, SEAL_E_POLICY,
				 "%u rekeys have shares already: cancel one, or wait until one "
				 "expires",
				 SEAL_REKEY_SESSIONS);
	session_freep(oldest);
	*out_place = oldest;
	return SEAL_OK;
}

static int make_session(const struct seal_barrier_rekey_wish *wish, uint64_t now,
			struct seal_rekey_session **out_session, struct seal_diag *diag)
{
	struct seal_rekey_session *session SEAL_CLEANUP(session_freep) = calloc(1, sizeof *session);
	int error;

	if (session)
		session->cards = calloc(wish->count, sizeof *session->cards);
	if (!session || !session->cards)
		return seal_fail(diag, SEAL_E_NOMEM, "rekey");
	memcpy(session->plan, wish->plan, sizeof session->plan);
	memcpy(session->cards, wish->cards, wish->count * sizeof *session->cards);
	session->count = wish->count;
	session->policy = *wish->policy;
	session->policy.root_card = NULL;
	session->signer = wish->signer;
	session->lifetime = wish->lifetime;
	session->prove_within = wish->prove_within;
	session->text_len = wish->text ? wish->text_len : 0;
	error = seal_rekey_text_copy(wish->text, session->text_len, &session->text, diag);
	if (!error)
		error = seal_given_begin(&session->given, now, diag);
	if (!error)
		*out_session = seal_steal(&session);
	return error;
}

int seal_barrier_rekey_open(struct seal_barrier *barrier,
			    const struct seal_barrier_rekey_wish *wish, uint64_t now,
			    char out_nonce[static 37], struct seal_diag *diag)
{
	struct seal_rekey_session *session SEAL_CLEANUP(session_freep) = NULL;
	struct seal_rekey_session **place = NULL;
	int error = check_open(barrier, diag);

	if (!error && barrier->pending)
		error = refuse_pending(diag);
	if (!error)
		place = find(barrier, wish->plan);
	if (!error && place)
		error = seal_given_begin(&(*place)->given, now, diag);
	if (!error && !place) {
		error = check_wish(barrier, wish, diag);
		if (!error)
			error = make_session(wish, now, &session, diag);
		if (!error)
			error = make_place(barrier, &place, diag);
		if (!error)
			*place = seal_steal(&session);
	}
	if (!error)
		memcpy(out_nonce, (*place)->given.nonce, sizeof(*place)->given.nonce);
	return error;
}

/* Somebody gives once more what has become pending: the answer was lost on its way. */
static int is_late(const struct seal_barrier *barrier, const char *plan)
{
	return strcmp(barrier->pending->plan, plan) == 0 && !barrier->outside->config.plain;
}

static int add_share(struct seal_barrier *barrier, struct seal_rekey_session *session,
		     const struct seal_secret *share, uint64_t now, size_t *out_index,
		     struct seal_diag *diag)
{
	struct seal_given *given = &session->given;
	int fresh = 0;
	size_t i = 0;
	int error = seal_given_add(given, barrier->outside, share, now, &i, &fresh, diag);

	if (!error && fresh && seal_given_quorum(given, barrier->outside, NULL)) {
		error = seal_given_settle(given, i, seal_rekey_make(barrier, session, diag),
					  "rekey", diag);
		if (!error)
			drop_sessions(barrier);
		else if (given->count == 0) /* from the start, under another nonce */
			(void)!seal_given_begin(given, now, NULL);
	}
	if (!error)
		*out_index = i;
	return error;
}

int seal_barrier_rekey_share(struct seal_barrier *barrier, const char *plan,
			     const struct seal_secret *share, uint64_t now, size_t *out_index,
			     struct seal_diag *diag)
{
	struct seal_rekey_session **place;
	int error = check_open(barrier, diag);

	if (error)
		return error;
	if (barrier->pending)
		return is_late(barrier, plan) ? seal_manifest_recognise(barrier->outside->manifest,
									share, out_index, diag)
					      : refuse_pending(diag);
	place = find(barrier, plan);
	if (!place)
		return seal_fail(diag, SEAL_E_NOTFOUND, "no rekey of this plan is open");
	return add_share(barrier, *place, share, now, out_index, diag);
}

size_t
seal_barrier_rekey_sessions(const struct seal_barrier *barrier,
			    struct seal_barrier_rekey_session out[static SEAL_REKEY_SESSIONS])
{
	size_t count = 0;

	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++) {
		const struct seal_rekey_session *session = barrier->session[i];
		struct seal_barrier_rekey_session *one = &out[count];

		if (!session)
			continue;
		*one = (struct seal_barrier_rekey_session){0};
		memcpy(one->plan, session->plan, sizeof one->plan);
		memcpy(one->nonce, session->given.nonce, sizeof one->nonce);
		(void)seal_given_quorum(&session->given, barrier->outside, &one->progress);
		if (!barrier->outside->config.plain)
			seal_given_marks(&session->given, one->given);
		count++;
	}
	return count;
}

static int drop_pending(struct seal_barrier *barrier, struct seal_diag *diag)
{
	struct seal_changes changes SEAL_CLEANUP(seal_changes_done) = {
		.store = barrier->store,
		.keyring = barrier->keyring,
	};
	int error = seal_rekey_record_drop(&changes, barrier->outside->config.set, diag);

	if (!error)
		error = seal_changes_apply(&changes, diag);
	if (error)
		return error;
	seal_store_forget(barrier->store);
	seal_rekey_pending_freep(&barrier->pending);
	return SEAL_OK;
}

int seal_barrier_rekey_cancel(struct seal_barrier *barrier, const char *plan,
			      struct seal_diag *diag)
{
	struct seal_rekey_session **place;
	int error = check_open(barrier, diag);

	if (error)
		return error;
	if (barrier->pending && strcmp(barrier->pending->plan, plan) == 0)
		return drop_pending(barrier, diag);
	place = find(barrier, plan);
	if (!place)
		return seal_fail(diag, SEAL_E_NOTFOUND, "no rekey of this plan is open");
	session_freep(place);
	return SEAL_OK;
}

int seal_barrier_rekey_expire(struct seal_barrier *barrier, uint64_t now, uint64_t today,
			      struct seal_diag *diag)
{
	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++) {
		const struct seal_rekey_session *one = barrier->session[i];

		if (one && seal_given_late(&one->given, now, one->lifetime))
			session_freep(&barrier->session[i]);
	}
	if (!barrier->pending || !barrier->pending->until || today < barrier->pending->until)
		return SEAL_OK;
	return drop_pending(barrier, diag);
}
