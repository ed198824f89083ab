/* Tokens of all kinds behind one interface. What a driver says is checked here once for
   all: a new card verifies under its own signature before anybody gets it. */

#include "token/token_internal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/banned.h"

struct seal_token {
	const struct seal_token_driver *driver;
	void *self;
	struct seal_card card;
};

void seal_token_now(char out[static 21])
{
	time_t now = time(NULL);
	struct tm utc = {0};

	if (!gmtime_r(&now, &utc) || strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &utc) != 20)
		out[0] = '\0';
}

void seal_token_free(struct seal_token *token)
{
	if (!token)
		return;
	token->driver->done(token->self);
	free(token);
}

void seal_token_freep(struct seal_token **token)
{
	seal_token_free(*token);
	*token = NULL;
}

int seal_token_list(const struct seal_token_place *place,
		    int (*each)(void *ctx, const struct seal_token_info *info), void *ctx,
		    struct seal_diag *diag)
{
	int first = SEAL_OK;

	for (size_t i = 0; seal_token_registered(i); i++) {
		struct seal_diag own = {0};
		int error = seal_token_registered(i)->list(place, each, ctx, &own);

		/* One kind that cannot be looked at must not hide the others. */
		if (error && error != SEAL_E_TOKENABSENT && !first) {
			first = error;
			if (diag)
				*diag = own;
		}
	}
	return first;
}

static int no_driver(struct seal_diag *diag)
{
	return seal_fail(diag, SEAL_E_VERSION, "tokens of this kind are not in this version");
}

static struct seal_token *token_new(const struct seal_token_driver *driver, struct seal_diag *diag)
{
	struct seal_token *token = calloc(1, sizeof *token);

	if (token)
		token->driver = driver;
	else
		(void)seal_fail(diag, SEAL_E_NOMEM, "token");
	return token;
}

int seal_token_open_with(const struct seal_token_driver *driver,
			 const struct seal_token_place *place, const struct seal_card *card,
			 struct seal_token **out_token, struct seal_diag *diag)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = token_new(driver, diag);
	int error;

	if (!token)
		return SEAL_E_NOMEM;
	token->card = *card;
	error = driver->open(place, &token->card, &token->self, diag);
	if (error)
		return error;
	*out_token = seal_steal(&token);
	return SEAL_OK;
}

int seal_token_open(const struct seal_token_place *place, const struct seal_card *card,
		    struct seal_token **out_token, struct seal_diag *diag)
{
	const struct seal_token_driver *driver = seal_token_driver(card->kind);

	return driver ? seal_token_open_with(driver, place, card, out_token, diag)
		      : no_driver(diag);
}

static void match_one(const struct seal_token_driver *driver, const struct seal_token_place *place,
		      struct seal_token_match *match)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;

	match->error = seal_token_open_with(driver, place, match->card, &token, &match->why);
	if (!match->error)
		seal_token_describe(token, &match->info);
}

void seal_token_match_with(const struct seal_token_driver *driver,
			   const struct seal_token_place *place, struct seal_token_match *matches,
			   size_t count)
{
	size_t of_kind = 0;

	for (size_t i = 0; i < count; i++)
		of_kind += matches[i].card->kind == driver->kind;
	if (of_kind > 0 && driver->match)
		driver->match(place, matches, count);
	for (size_t i = 0; !driver->match && i < count; i++)
		if (matches[i].card->kind == driver->kind)
			match_one(driver, place, &matches[i]);
}

void seal_token_match(const struct seal_token_place *place, struct seal_token_match *matches,
		      size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!seal_token_driver(matches[i].card->kind))
			matches[i].error = no_driver(&matches[i].why);
	for (size_t i = 0; seal_token_registered(i); i++)
		seal_token_match_with(seal_token_registered(i), place, matches, count);
}

/* The card's own signature, checked as every reader of the card will. */
static int sign_card(struct seal_token *token, const struct seal_token_asker *asker,
		     struct seal_diag *diag)
{
	struct seal_card *card = &token->card;
	struct seal_note_key key = {0};
	char *text = NULL;
	int error;

	card->signature_len = 0;
	error = seal_card_signed_text(card, &text, diag);
	if (!error)
		error = seal_token_sign(token, asker, text, strlen(text), card->signature,
					sizeof card->signature, &card->signature_len, diag);
	if (!error)
		error = seal_card_note_key(card, &key, diag);
	if (!error)
		error = key.verify(&key, text, strlen(text), card->signature, card->signature_len,
				   diag);
	free(text);
	return error ? seal_because(diag, error, "signing the card") : SEAL_OK;
}

int seal_token_enrol_with(const struct seal_token_driver *driver,
			  const struct seal_token_place *place, const struct seal_token_plan *plan,
			  const struct seal_token_asker *asker, struct seal_card *out_card,
			  struct seal_token **out_token, struct seal_diag *diag)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = token_new(driver, diag);
	int error;

	if (!token)
		return SEAL_E_NOMEM;
	error = seal_card_check_name(plan->name, diag);
	if (!error && plan->group)
		error = seal_card_check_name(plan->group, diag);
	if (!error)
		error = driver->enrol(place, plan, asker, &token->card, &token->self, diag);
	if (!error && token->card.kind != driver->kind)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "%s: a card of another kind",
				  driver->name);
	if (!error)
		error = sign_card(token, asker, diag);
	if (error)
		return error;
	*out_card = token->card;
	*out_token = seal_steal(&token);
	return SEAL_OK;
}

int seal_token_enrol(enum seal_card_kind kind, const struct seal_token_place *place,
		     const struct seal_token_plan *plan, const struct seal_token_asker *asker,
		     struct seal_card *out_card, struct seal_token **out_token,
		     struct seal_diag *diag)
{
	const struct seal_token_driver *driver = seal_token_driver(kind);

	return driver ? seal_token_enrol_with(driver, place, plan, asker, out_card, out_token, diag)
		      : no_driver(diag);
}

const struct seal_card *seal_token_card(const struct seal_token *token)
{
	return &token->card;
}

void seal_token_describe(const struct seal_token *token, struct seal_token_info *out_info)
{
	*out_info = (struct seal_token_info){.kind = token->driver->kind,
					     .tries_left = -1,
					     .puk_tries_left = -1,
					     .factory_pin = -1,
					     .factory_puk = -1,
					     .factory_key = -1};
	token->driver->describe(token->self, out_info);
}

static int opener_unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
			 struct seal_secret *file_key, struct seal_diag *diag)
{
	const struct seal_token_opener *opener = ctx;
	struct seal_token *token = opener->token;

	return token->driver->unwrap(token->self, opener->asker, stanzas, count, file_key, diag);
}

struct seal_age_identity seal_token_identity(struct seal_token_opener *opener)
{
	return (struct seal_age_identity){opener_unwrap, opener};
}

int seal_token_sign(struct seal_token *token, const struct seal_token_asker *asker,
		    const void *text, size_t text_len, uint8_t *out, size_t cap, size_t *out_len,
		    struct seal_diag *diag)
{
	return token->driver->sign(token->self, asker, text, text_len, out, cap, out_len, diag);
}
