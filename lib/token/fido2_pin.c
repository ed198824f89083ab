/* PINs of FIDO2 tokens. Threats: a try wasted on the wrong token or on a guess, and a
   third wrong PIN in a row, after which the token is silent until it is put in again. */

#include <errno.h>
#include <string.h>

#include "token/fido2_internal.h"

#include "base/banned.h"

#define TRIES_MAX 8u /* of a token that has seen its PIN (CTAP 2.1, 6.5.2.2) */
#define ROW_MAX 2u   /* wrong PINs in a row; the token stops at three */
#define ASKED_MAX 3u /* answers that can be no PIN, or no new one */

/* What a person gave, as the C string that libfido2 wants. SEAL_E_PINWRONG: cannot be a
   PIN of the question; it is not sent. */
static int pin_text(const struct seal_secret *given, const struct seal_token_question *question,
		    struct seal_secret **out_pin, struct seal_diag *diag)
{
	struct seal_secret *pin SEAL_CLEANUP(seal_secret_freep) = NULL;
	const uint8_t *bytes = seal_secret_bytes(given);
	size_t len = seal_secret_len(given);
	int error;

	if (len > 0 && bytes[len - 1] == 0)
		len--;
	/* Minima are in code points, and the token judges those. */
	if (len < SEAL_FIDO2_PIN_MIN || len > SEAL_FIDO2_PIN_MAX || memchr(bytes, 0, len))
		return seal_fail(diag, SEAL_E_PINWRONG,
				 "a FIDO2 PIN has %u to %u characters; nothing was sent",
				 question->min_len, question->max_len);
	error = seal_secret_new(len + 1, &pin, diag);
	if (error)
		return error;
	memcpy(seal_secret_data(pin), bytes, len);
	*out_pin = seal_steal(&pin);
	return SEAL_OK;
}

static int ask(const struct seal_token_asker *asker, struct seal_token_question question,
	       struct seal_secret **out_pin, struct seal_diag *diag)
{
	char text[SEAL_DIAG_TEXT];

	for (unsigned i = 1;; i++) {
		struct seal_secret *given SEAL_CLEANUP(seal_secret_freep) = NULL;
		struct seal_diag why = {0};
		int error = asker->secret(asker->ctx, &question, &given, diag);

		if (error)
			return error;
		error = pin_text(given, &question, out_pin, &why);
		if (!error)
			return SEAL_OK;
		if (error != SEAL_E_PINWRONG || asker->once || i == ASKED_MAX) {
			if (diag)
				*diag = why;
			return error;
		}
		seal_diag_line(&why, text, sizeof text);
		question.wrong_before = 1;
		question.refused = text;
	}
}

/* Tries lost by programs before this one: all since the last right PIN, so in a row. Only
   whether the token was without power in between cannot be seen. */
static int check_row(struct seal_fido2 *token, const struct seal_token_asker *asker,
		     struct seal_diag *diag)
{
	const char *where = token->device.where;
	struct seal_token_question question = seal_fido2_question(token, SEAL_ASK_PIN);
	int error = SEAL_E_TOKENREFUSED;

	if (!token->counted && token->tries_left >= 0 && (unsigned)token->tries_left < TRIES_MAX)
		token->lost = TRIES_MAX - (unsigned)token->tries_left;
	token->counted = 1;
	if (token->lost + token->wrong_in_row < ROW_MAX)
		return SEAL_OK;
	if (token->wrong_in_row)
		return seal_fail(diag, SEAL_E_PINWRONG,
				 "%s: two wrong PINs in a row: take the token out, put it in again "
				 "(%d tries left)",
				 where, token->tries_left);
	if (asker->replugged)
		error = asker->replugged(asker->ctx, &question, token->lost, diag);
	if (error == SEAL_E_TOKENREFUSED)
		return seal_fail(diag, error,
				 "%s: the last %u PINs were wrong (%d tries left): take the token "
				 "out, put it in again, and say so with --replugged",
				 where, token->lost, token->tries_left);
	if (!error)
		token->lost = 0;
	return error;
}

/* By the tries that were read last. */
static int may_spend(struct seal_fido2 *token, const struct seal_token_asker *asker,
		     struct seal_diag *diag)
{
	const char *where = token->device.where;
	int error;

	if (token->facts.client_pin != 1)
		return seal_fido2_fail(token, FIDO_ERR_PIN_NOT_SET, "PIN", diag);
	if (token->facts.new_pin_wanted)
		return seal_fido2_fail(token, FIDO_ERR_PIN_POLICY_VIOLATION, "PIN", diag);
	if (token->tries_left == 0)
		return seal_fido2_fail(token, FIDO_ERR_PIN_BLOCKED, "PIN", diag);
	error = check_row(token, asker, diag);
	if (error)
		return error;
	if (token->tries_left == 1 && !asker->last_try)
		return seal_fail(diag, token->wrong_in_row ? SEAL_E_PINWRONG : SEAL_E_TOKENREFUSED,
				 "%s: one PIN try is left: not used without --last-try", where);
	return SEAL_OK;
}

/* Whether a PIN may be sent now: the tries are read anew, which costs none. */
static int may_send(struct seal_fido2 *token, const struct seal_token_asker *asker,
		    struct seal_diag *diag)
{
	int error = seal_fido2_refresh(token, diag);

	if (!error)
		error = may_spend(token, asker, diag);
	if (!error && asker->once && token->answered_once)
		error = seal_fail(diag, SEAL_E_PINWRONG,
				  "%s: the PIN is sent once only (%d tries left)",
				  token->device.where, token->tries_left);
	return error;
}

/* Other programs may have lost tries while a person was thinking. */
static int may_still(struct seal_fido2 *token, const struct seal_token_asker *asker,
		     struct seal_diag *diag)
{
	int before = token->tries_left;
	int error = seal_fido2_refresh(token, diag);

	if (!error && token->tries_left >= 0 && token->tries_left < before)
		token->lost += (unsigned)(before - token->tries_left);
	return error ? error : may_spend(token, asker, diag);
}

static int ready(struct seal_fido2 *token, const struct seal_token_asker *asker,
		 struct seal_diag *diag)
{
	struct seal_token_question question;
	int error;

	if (token->broken)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "%s: no answer before",
				 token->device.where);
	if (token->pin)
		return SEAL_OK;
	error = may_send(token, asker, diag);
	if (error)
		return error;
	question = seal_fido2_question(token, SEAL_ASK_PIN);
	question.wrong_before = token->wrong_in_row > 0;
	error = ask(asker, question, &token->pin, diag);
	token->answered_once |= asker->once;
	if (!error)
		error = may_still(token, asker, diag);
	if (error)
		seal_secret_freep(&token->pin);
	return error;
}

/* A wrong PIN: forgotten, counted; SEAL_OK where another one may be asked for. */
static int refused(struct seal_fido2 *token, const struct seal_token_asker *asker,
		   struct seal_diag *diag)
{
	int error;

	seal_secret_freep(&token->pin);
	token->wrong_in_row++;
	error = may_send(token, asker, diag);
	if (error == SEAL_E_PINWRONG && token->lost + token->wrong_in_row < ROW_MAX && asker->once)
		return seal_fail(diag, error, "%s: wrong PIN (%d tries left)", token->device.where,
				 token->tries_left);
	return error;
}

/* What came of a PIN that was not called wrong. It is kept where it was accepted for sure. */
static int finished(struct seal_fido2 *token, int code, const char *what, struct seal_diag *diag)
{
	int error;

	if (code == FIDO_OK) {
		token->wrong_in_row = token->lost = 0;
		return SEAL_OK;
	}
	error = seal_fido2_fail(token, code, what, diag);
	if (error != SEAL_E_TOUCH)
		seal_secret_freep(&token->pin);
	return error;
}

int seal_fido2_with_pin(struct seal_fido2 *token, const struct seal_token_asker *asker,
			int (*op)(struct seal_fido2 *token, const char *pin, void *ctx), void *ctx,
			const char *what, struct seal_diag *diag)
{
	for (;;) {
		struct seal_token_question question;
		int error = ready(token, asker, diag);
		int code;

		if (error)
			return error;
		question = seal_fido2_question(token, SEAL_ASK_PIN);
		asker->touch(asker->ctx, &question, 1);
		errno = 0;
		code = op(token, (const char *)seal_secret_bytes(token->pin), ctx);
		asker->touch(asker->ctx, &question, 0);
		if (code != FIDO_ERR_PIN_INVALID)
			return finished(token, code, what, diag);
		error = refused(token, asker, diag);
		if (error)
			return error;
	}
}

int seal_fido2_set_pin(struct seal_fido2 *token, const struct seal_token_asker *asker,
		       struct seal_diag *diag)
{
	for (unsigned i = 1;; i++) {
		struct seal_secret *pin SEAL_CLEANUP(seal_secret_freep) = NULL;
		struct seal_token_question question = seal_fido2_question(token, SEAL_ASK_NEW_PIN);
		int error;
		int code;

		question.wrong_before = i > 1;
		question.refused = i > 1 ? "the token's policy refuses this PIN" : NULL;
		error = ask(asker, question, &pin, diag);
		if (error)
			return error;
		errno = 0;
		code = fido_dev_set_pin(token->dev, (const char *)seal_secret_bytes(pin), NULL);
		if (code == FIDO_OK) {
			token->pin = seal_steal(&pin);
			return seal_fido2_refresh(token, diag);
		}
		if (code != FIDO_ERR_PIN_POLICY_VIOLATION)
			return seal_fido2_fail(token, code, "setting a PIN", diag);
		if (asker->once || i == ASKED_MAX)
			return seal_fail(diag, SEAL_E_TOKENREFUSED,
					 "%s: the token's policy refuses this PIN",
					 token->device.where);
	}
}
