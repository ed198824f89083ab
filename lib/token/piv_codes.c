/* PIN and PUK of a token that is enrolled: factory values are found and replaced. Tokens
   with metadata say themselves which they have; of others (YubiKeys before 5.3, bare
   applets) only who types one can tell, and a PUK that nobody shows is not believed to be
   a secret. */

#include "token/piv_enrol.h"

#include <stdio.h>

#include "base/banned.h"

#define POLICY_ROUNDS 5
#define SAME_ROUNDS 3

void seal_piv_codes_done(struct seal_piv_codes *codes)
{
	seal_secret_free(seal_steal(&codes->pin));
	seal_secret_free(seal_steal(&codes->old_puk));
	seal_secret_free(seal_steal(&codes->puk));
}

static enum seal_piv_code_state state_of(int factory)
{
	return factory == 1   ? SEAL_PIV_CODE_FACTORY
	       : factory == 0 ? SEAL_PIV_CODE_OWN
			      : SEAL_PIV_CODE_UNKNOWN;
}

static int is_factory(enum seal_piv_code_state state)
{
	return state == SEAL_PIV_CODE_FACTORY || state == SEAL_PIV_CODE_CLAIMED;
}

static int ask_one(const struct seal_piv_enrolment *e, enum seal_question what, const char *refused,
		   struct seal_secret **out, struct seal_diag *diag)
{
	const struct seal_piv_codes *codes = &e->codes;
	int is_puk = what == SEAL_ASK_PUK || what == SEAL_ASK_NEW_PUK;
	enum seal_piv_code_state state = is_puk ? codes->puk_state : codes->pin_state;
	char title[96];
	struct seal_token_question question = {
		.what = what,
		.applet = "PIV",
		.token = title,
		.holder = e->plan->name,
		.tries_left = is_puk ? codes->puk_left : e->info.tries_left,
		.wrong_before = refused || codes->wrong == what,
		.refused = refused				   ? refused
			   : codes->wrong == what && codes->why[0] ? codes->why
								   : NULL,
		.factory_too = state == SEAL_PIV_CODE_UNKNOWN};

	seal_piv_title(&e->info, title);
	return seal_piv_ask(e->asker, &question, out, diag);
}

static int may_try_puk(const struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	if (e->codes.puk_left == 0)
		return seal_fail(diag, SEAL_E_BLOCKED, "the PIV PUK is blocked");
	if (e->codes.puk_left == 1 && !e->asker->last_try)
		return seal_fail(diag, SEAL_E_PINWRONG,
				 "one try of the PIV PUK is left; it is not spent without "
				 "--last-try");
	return SEAL_OK;
}

/* What is typed is compared here; a factory value is not sent but to be replaced. */
static int ask_pin(struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	struct seal_secret *given SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_piv_codes *codes = &e->codes;
	const char *refused = NULL;
	int error;

	if (codes->pin)
		return SEAL_OK;
	error = seal_piv_may_try(e->asker, e->info.tries_left, diag);
	if (error)
		return error;
	if (!is_factory(codes->pin_state)) {
		error = ask_one(e, SEAL_ASK_PIN, NULL, &given, diag);
		if (error)
			return error;
		if (!seal_piv_is_factory(given, 0)) {
			codes->pin = seal_steal(&given);
			return SEAL_OK;
		}
		codes->pin_state = SEAL_PIV_CODE_CLAIMED;
		refused = "that is the factory PIN, which must be changed";
	}
	error = ask_one(e, SEAL_ASK_NEW_PIN, refused, &codes->pin, diag);
	return error && refused ? seal_because(diag, error, "%s", refused) : error;
}

static int ask_old_puk(struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	struct seal_secret *given SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_piv_codes *codes = &e->codes;
	int error = ask_one(e, SEAL_ASK_PUK, NULL, &given, diag);

	if (error)
		return error;
	if (seal_piv_is_factory(given, 1))
		codes->puk_state = SEAL_PIV_CODE_CLAIMED;
	else
		codes->old_puk = seal_steal(&given);
	codes->keeps_puk = codes->old_puk && !seal_secret_equal(codes->old_puk, codes->pin);
	return SEAL_OK;
}

/* One secret must not guard both counters. */
static int ask_new_puk(struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	static const char same[] = "the PUK must not be the PIN";
	const char *refused = e->codes.wrong == SEAL_ASK_NEW_PUK ? NULL
			      : e->codes.puk_state == SEAL_PIV_CODE_CLAIMED
				      ? "that is the factory PUK, which must "
					"be changed"
			      : e->codes.old_puk ? same
						 : NULL;

	for (int i = 0; i < SAME_ROUNDS; i++) {
		struct seal_secret *given SEAL_CLEANUP(seal_secret_freep) = NULL;
		int error = ask_one(e, SEAL_ASK_NEW_PUK, refused, &given, diag);

		if (error)
			return refused ? seal_because(diag, error, "%s", refused) : error;
		if (!seal_secret_equal(given, e->codes.pin)) {
			e->codes.puk = seal_steal(&given);
			return SEAL_OK;
		}
		if (e->asker->once)
			break;
		refused = same;
	}
	return seal_fail(diag, SEAL_E_PINWRONG, "%s; not sent", same);
}

static int ask_puk(struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	struct seal_piv_codes *codes = &e->codes;
	int error;

	if (codes->puk || codes->puk_state == SEAL_PIV_CODE_OWN ||
	    (codes->puk_state == SEAL_PIV_CODE_UNKNOWN && e->plan->allow_unknown_puk))
		return SEAL_OK;
	error = may_try_puk(e, diag);
	if (!error && codes->puk_state == SEAL_PIV_CODE_UNKNOWN && !codes->old_puk)
		error = ask_old_puk(e, diag);
	if (error)
		return error;
	if (codes->old_puk && codes->keeps_puk)
		return seal_secret_copy(seal_secret_bytes(codes->old_puk),
					seal_secret_len(codes->old_puk), &codes->puk, diag);
	return ask_new_puk(e, diag);
}

static void again(struct seal_piv_codes *codes, enum seal_question what, const char *why)
{
	codes->wrong = what;
	(void)snprintf(codes->why, sizeof codes->why, "%s", why);
}

/* The value that did not do is forgotten. */
static int change_pin(struct seal_piv_codes *codes, struct seal_piv_link *link,
		      struct seal_diag *diag)
{
	int error = seal_piv_change(link, SEAL_PIV_PIN, NULL, codes->pin, NULL, diag);

	if (!error) {
		codes->pin_state = SEAL_PIV_CODE_OWN;
		return SEAL_OK;
	}
	seal_secret_free(seal_steal(&codes->pin));
	if (error == SEAL_E_POLICY) {
		codes->refusals++;
		again(codes, SEAL_ASK_NEW_PIN, "the token's own rules refuse this PIN");
	}
	if (error == SEAL_E_PINWRONG && codes->pin_state == SEAL_PIV_CODE_CLAIMED) {
		codes->pin_state = SEAL_PIV_CODE_OWN;
		again(codes, SEAL_ASK_PIN, "the token's PIN is not the factory's");
	}
	return error;
}

/* Where the PUK turns out not to be the factory's, nothing is left to do. */
static int change_puk(struct seal_piv_codes *codes, struct seal_piv_link *link,
		      struct seal_diag *diag)
{
	int claimed = codes->puk_state == SEAL_PIV_CODE_CLAIMED;
	int error = seal_piv_change(link, SEAL_PIV_PUK, codes->old_puk, codes->puk,
				    &codes->puk_left, claimed ? NULL : diag);

	seal_secret_free(seal_steal(&codes->puk));
	if (!error || (error == SEAL_E_PINWRONG && claimed)) {
		codes->puk_state = SEAL_PIV_CODE_OWN;
		return SEAL_OK;
	}
	if (error == SEAL_E_POLICY) {
		codes->refusals++;
		codes->keeps_puk = 0;
		again(codes, SEAL_ASK_NEW_PUK, "the token's own rules refuse this PUK");
	}
	if (error == SEAL_E_PINWRONG) {
		seal_secret_free(seal_steal(&codes->old_puk));
		again(codes, SEAL_ASK_PUK, "");
	}
	return error;
}

static int verify(struct seal_piv_codes *codes, struct seal_piv_link *link, struct seal_diag *diag)
{
	int error = seal_piv_verify(link, codes->pin, diag);

	if (error)
		seal_secret_free(seal_steal(&codes->pin));
	if (error == SEAL_E_PINWRONG)
		again(codes, SEAL_ASK_PIN, "");
	return error;
}

/* A PIN that is wrong is found before the PUK is changed. */
static int apply(struct seal_piv_codes *codes, struct seal_piv_link *link, struct seal_diag *diag)
{
	int error = SEAL_OK;

	if (is_factory(codes->pin_state))
		error = change_pin(codes, link, diag);
	else if (codes->puk)
		error = verify(codes, link, diag);
	if (!error && codes->puk)
		error = change_puk(codes, link, diag);
	return error ? error : verify(codes, link, diag);
}

/* Others may have used the reader while a person was thinking: the tries are those of now. */
static int may_apply(struct seal_piv_enrolment *e, struct seal_diag *diag)
{
	int error = seal_piv_may_try(e->asker, e->info.tries_left, diag);

	if (e->info.puk_tries_left >= 0)
		e->codes.puk_left = e->info.puk_tries_left;
	return error || !e->codes.puk ? error : may_try_puk(e, diag);
}

int seal_piv_unlock(struct seal_piv_enrolment *e, struct seal_piv_link **out_link,
		    struct seal_diag *diag)
{
	struct seal_piv_codes *codes = &e->codes;

	codes->pin_state = state_of(e->info.factory_pin);
	codes->puk_state = state_of(e->info.factory_puk);
	codes->puk_left = e->info.puk_tries_left;
	for (;;) {
		struct seal_piv_link *link SEAL_CLEANUP(seal_piv_link_freep) = NULL;
		int error = ask_pin(e, diag);

		if (!error)
			error = ask_puk(e, diag);
		codes->wrong = 0;
		codes->why[0] = '\0';
		if (!error)
			error = seal_piv_reopen(e, &link, diag);
		if (!error)
			error = may_apply(e, diag);
		if (error)
			return error;
		error = apply(codes, link, diag);
		if (!error) {
			*out_link = seal_steal(&link);
			return SEAL_OK;
		}
		if ((error != SEAL_E_PINWRONG && error != SEAL_E_POLICY) || e->asker->once ||
		    codes->refusals >= POLICY_ROUNDS)
			return error;
		seal_piv_link_free(seal_steal(&link));
		error = seal_piv_reopen(e, &link, diag); /* the tries that are left now */
		if (error)
			return error;
	}
}
