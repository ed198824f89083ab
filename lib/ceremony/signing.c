/* Notes signed by tokens. */

#include "ceremony/signing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceremony/busy.h"

#include "base/banned.h"

#define NAMES 160u

static void matchesp(struct seal_token_match **matches)
{
	free(*matches);
}

/* "ada, ben"; each person once. */
static void names_of(const struct seal_signing *signing, char out[static NAMES])
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < signing->count && at < NAMES; i++) {
		size_t k = 0;

		while (k < i && strcmp(signing->cards[k]->name, signing->cards[i]->name) != 0)
			k++;
		if (k == i)
			at += (size_t)snprintf(out + at, NAMES - at, "%s%s", at > 0 ? ", " : "",
					       signing->cards[i]->name);
	}
}

/* Why none is here: what is wrong with a token that is, else that there is none. */
static int none_here(const struct seal_signing *signing, const struct seal_token_match *matches,
		     struct seal_diag *diag)
{
	char names[NAMES];

	for (size_t i = 0; i < signing->count; i++)
		if (matches[i].error && matches[i].error != SEAL_E_TOKENABSENT) {
			if (diag)
				*diag = matches[i].why;
			return seal_because(diag, matches[i].error, "%s", matches[i].card->name);
		}
	names_of(signing, names);
	if (signing->has_serial)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "no token with serial %u here is of %s",
				 signing->serial, names);
	return seal_fail(diag, SEAL_E_TOKENABSENT, "no token here is of %s", names);
}

static int choose(const struct seal_signing *signing, const struct seal_open_fit *fits,
		  size_t count, size_t *out_index, struct seal_diag *diag)
{
	*out_index = 0;
	if (count == 1)
		return SEAL_OK;
	if (count > SEAL_OPEN_FITS || !signing->choose)
		return seal_fail(diag, SEAL_E_TOKENWRONG,
				 "%zu tokens that are here may sign: leave one, or name it by "
				 "--serial",
				 count);
	return signing->choose(signing->choose_ctx, fits, count, out_index, diag);
}

int seal_signing_open(const struct seal_signing *signing, struct seal_token **out_token,
		      struct seal_diag *diag)
{
	struct seal_token_match *matches SEAL_CLEANUP(matchesp) =
		calloc(signing->count + 1, sizeof *matches);
	struct seal_open_fit fits[SEAL_OPEN_FITS];
	size_t count = 0;
	size_t index = 0;
	int error;

	if (!matches)
		return seal_fail(diag, SEAL_E_NOMEM, "tokens");
	for (size_t i = 0; i < signing->count; i++)
		matches[i].card = signing->cards[i];
	seal_busy("the tokens");
	seal_token_match(signing->place, matches, signing->count);
	seal_busy(NULL);
	for (size_t i = 0; i < signing->count; i++) {
		const struct seal_token_info *info = &matches[i].info;

		if (matches[i].error ||
		    (signing->has_serial && !(info->has_serial && info->serial == signing->serial)))
			continue;
		if (count < SEAL_OPEN_FITS)
			fits[count] = (struct seal_open_fit){matches[i].card, *info, 1};
		count++;
	}
	if (count == 0)
		return none_here(signing, matches, diag);
	error = choose(signing, fits, count, &index, diag);
	return error ? error : seal_token_open(signing->place, fits[index].card, out_token, diag);
}

struct by_token {
	const struct seal_signing *signing;
	struct seal_token *token;
};

static int sign(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		size_t *out_len, struct seal_diag *diag)
{
	struct by_token *by = ctx;

	return seal_token_sign(by->token, by->signing->asker, text, text_len, out, cap, out_len,
			       diag);
}

int seal_signing_note(const struct seal_signing *signing, struct seal_token *token,
		      const char *text, const struct seal_note *note, char **out_note,
		      size_t *out_len, struct seal_diag *diag)
{
	struct by_token by = {signing, token};
	struct seal_note_key key;
	struct seal_note_signer signer = {&key, sign, &by};
	int error = seal_card_note_key(seal_token_card(token), &key, diag);

	if (error)
		return error;
	seal_busy("the token");
	error = note ? seal_note_add(note, &signer, out_note, out_len, diag)
		     : seal_note_sign(text, strlen(text), &signer, 1, out_note, out_len, diag);
	seal_busy(NULL);
	return error;
}
