/* Opening a sealed share. All is decided inside the one reading of the file's header:
   which cards it may be for, which of their tokens are here, which one opens it. */

#include "ceremony/open.h"

#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "crypto/age.h"
#include "crypto/fido2prf.h"
#include "crypto/p256.h"
#include "sealkit/exit.h"

#include "base/banned.h"

struct opening {
	const struct seal_open_job *job;
	struct seal_open_fit *fits; /* SEAL_OPEN_FITS */
	size_t count;
	const struct seal_card **out_card;
	struct seal_token **out_token; /* NULL: only look */
	struct seal_diag why;	       /* of SEAL_E_NOIDENTITY, which age says in its own words */
};

void seal_opened_done(struct seal_opened *opened)
{
	seal_secret_free(opened->share);
	seal_secret_free(opened->text);
	seal_token_free(opened->token);
	*opened = (struct seal_opened){0};
}

/* A card without a name is of whoever has its identity file. */
static int is_of(const struct seal_card *card, const char *custodian)
{
	return !custodian || !card->name[0] || strcmp(custodian, card->name) == 0;
}

/* 2: a tag says so, 1: it may be, 0: it is not. */
static int p256_fit(const struct seal_card *card, const struct seal_age_stanza *stanzas,
		    size_t count)
{
	struct seal_p256_identity key = {0};
	enum seal_p256_kind kind;

	if (seal_p256_parse(card->recipient, &kind, key.point, NULL) != SEAL_OK)
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct seal_p256_stanza stanza;

		if (seal_p256_read(&stanzas[i], &stanza, NULL) == SEAL_OK &&
		    seal_p256_is_for(&key, &stanza))
			return 2;
	}
	return 0;
}

static int fit(const struct seal_card *card, const struct seal_age_stanza *stanzas, size_t count)
{
	if (card->kind == SEAL_CARD_PIV)
		return p256_fit(card, stanzas, count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(stanzas[i].type, "X25519") == 0 ||
		    (card->kind == SEAL_CARD_FIDO2 &&
		     strcmp(stanzas[i].type, SEAL_FIDO2PRF_TYPE) == 0))
			return 1;
	return 0;
}

static int is_wanted(const struct seal_open_job *job, const struct seal_token_info *info)
{
	return !job->has_serial || (info->has_serial && info->serial == job->serial);
}

/* Whether the token of a card is here. It is let go again: the other cards' may be in
   the same reader. */
static int look(struct opening *opening, const struct seal_card *card, int sure,
		struct seal_diag *diag)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	struct seal_open_fit *found = &opening->fits[opening->count];
	int error = seal_token_open(opening->job->place, card, &token, diag);

	if (error)
		return error;
	found->card = card;
	found->sure = sure;
	seal_token_describe(token, &found->info);
	if (is_wanted(opening->job, &found->info))
		opening->count++;
	return SEAL_OK;
}

/* Sure ones only, if there are any: nobody is asked in vain. */
static int find(struct opening *opening, const struct seal_age_stanza *stanzas, size_t count,
		struct seal_diag *diag)
{
	const struct seal_open_job *job = opening->job;
	size_t cards = 0;
	int first = SEAL_OK;

	for (int want = 2; want >= 1 && opening->count == 0; want--) {
		for (size_t i = 0; i < job->card_count && opening->count < SEAL_OPEN_FITS; i++) {
			const struct seal_card *card = &job->cards[i];
			struct seal_diag own = {0};
			int error;

			if (!is_of(card, job->custodian) || fit(card, stanzas, count) != want)
				continue;
			cards++;
			error = look(opening, card, want == 2, &own);
			if (error && (!first || first == SEAL_E_TOKENABSENT)) {
				first = error;
				if (diag)
					*diag = own;
			}
		}
	}
	if (opening->count > 0)
		return SEAL_OK;
	if (cards == 0 && job->custodian)
		return seal_fail(
			diag, SEAL_E_NOIDENTITY,
			"not sealed to a card of %s: another person's share, or of another "
			"set",
			job->custodian);
	if (cards == 0)
		return seal_fail(diag, SEAL_E_NOIDENTITY, "not sealed to any of the %zu cards",
				 job->card_count);
	if (first && first != SEAL_E_TOKENABSENT)
		return first;
	if (job->has_serial)
		return seal_fail(diag, SEAL_E_TOKENABSENT, "no token %u that fits is here",
				 job->serial);
	return first ? first : seal_fail(diag, SEAL_E_TOKENABSENT, "no token that fits is here");
}

static int choose(struct opening *opening, size_t *out_index, struct seal_diag *diag)
{
	const struct seal_open_fit *fits = opening->fits;

	if (opening->job->choose)
		return opening->job->choose(opening->job->choose_ctx, fits, opening->count,
					    out_index, diag);
	return seal_fail(diag, SEAL_E_TOKENWRONG,
			 "tokens of %s (%s) and %s (%s) may both open it: say which, by --serial "
			 "or --device",
			 fits[0].card->name, fits[0].info.where, fits[1].card->name,
			 fits[1].info.where);
}

static int use(struct opening *opening, const struct seal_age_stanza *stanzas, size_t count,
	       struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_token_opener opener = {.asker = opening->job->asker};
	struct seal_age_identity identity;
	size_t index = 0;
	int error = find(opening, stanzas, count, diag);

	/* Looking ends here; the caller knows that it was no failure. */
	if (error || !opening->out_token)
		return error ? error : SEAL_E_INTERRUPTED;
	if (opening->count > 1)
		error = choose(opening, &index, diag);
	if (!error && index >= opening->count)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "choice of a token");
	if (!error)
		error = seal_token_open(opening->job->place, opening->fits[index].card,
					opening->out_token, diag);
	if (error)
		return error;
	*opening->out_card = opening->fits[index].card;
	opener.token = *opening->out_token;
	identity = seal_token_identity(&opener);
	error = identity.unwrap(identity.ctx, stanzas, count, file_key, diag);
	if (error == SEAL_E_NOIDENTITY)
		error = seal_fail(
			diag, error,
			"not sealed to the token of %s: another person's share, of another "
			"set, or damaged",
			(*opening->out_card)->name);
	return error;
}

static int unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		  struct seal_secret *file_key, struct seal_diag *diag)
{
	struct opening *opening = ctx;
	int error = use(opening, stanzas, count, file_key, &opening->why);

	if (error && diag)
		*diag = opening->why;
	return error;
}

static int read_file(struct opening *opening, struct seal_mem_sink *to, struct seal_diag *diag)
{
	const struct seal_age_identity identity = {unwrap, opening};
	struct seal_mem_source from = {opening->job->file, opening->job->len, 0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(to);
	int error;

	if (opening->job->len > SEAL_OPEN_FILE)
		return seal_fail(diag, SEAL_E_TOOLONG, "over %u bytes: no sealed share",
				 SEAL_OPEN_FILE);
	error = seal_age_open(&identity, 1, &source, &sink, diag);

	if (error == SEAL_E_NOIDENTITY && opening->why.error == error && diag)
		*diag = opening->why;
	return error;
}

int seal_open_fits(const struct seal_open_job *job,
		   struct seal_open_fit out_fits[static SEAL_OPEN_FITS], size_t *out_count,
		   struct seal_diag *diag)
{
	struct seal_open_fit fits[SEAL_OPEN_FITS] = {0};
	struct opening opening = {.job = job, .fits = fits};
	struct seal_mem_sink nowhere = {0};
	int error = read_file(&opening, &nowhere, diag);

	if (opening.count == 0)
		return error ? error : seal_fail(diag, SEAL_E_FORMAT, "not a sealed share");
	for (size_t i = 0; i < opening.count; i++)
		out_fits[i] = fits[i];
	*out_count = opening.count;
	return SEAL_OK;
}

static int any_unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		      struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_open_any *any = ctx;
	struct seal_open_fit fits[SEAL_OPEN_FITS] = {0};
	const struct seal_card *card = NULL;
	struct opening opening = {any->job, fits, 0, &card, &any->token, {0}};

	return unwrap(&opening, stanzas, count, file_key, diag);
}

struct seal_age_identity seal_open_identity(struct seal_open_any *any)
{
	return (struct seal_age_identity){any_unwrap, any};
}

void seal_open_any_done(struct seal_open_any *any)
{
	seal_token_free(any->token);
	any->token = NULL;
}

/* All of the text is there and authentic now. */
static int check(struct seal_opened *opened, struct seal_diag *diag)
{
	int error = seal_payload_parse(opened->text, &opened->payload, &opened->share, diag);

	if (!error && !is_of(&opened->card, opened->payload.custodian))
		error = seal_fail(diag, SEAL_E_MISMATCH,
				  "it is the share of %s, sealed to the token of %s",
				  opened->payload.custodian, opened->card.name);
	return error;
}

int seal_open_because(struct seal_diag *diag, int error, const char *custodian)
{
	if (error == SEAL_E_NOIDENTITY)
		error = SEAL_E_MISMATCH;
	if (seal_error_exit(error) == SEALKIT_EXIT_NO)
		seal_advise(diag, "take another copy of the file");
	return seal_because(diag, error, "share of %s", custodian);
}

int seal_open_share(const struct seal_open_job *job, struct seal_opened *out_opened,
		    struct seal_diag *diag)
{
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	struct seal_open_fit fits[SEAL_OPEN_FITS] = {0};
	const struct seal_card *card = NULL;
	struct opening opening = {job, fits, 0, &card, &opened.token, {0}};
	struct seal_mem_sink to = {.cap = SEAL_PAYLOAD_TEXT};
	int error = seal_secret_new(SEAL_PAYLOAD_TEXT, &opened.text, diag);

	if (error)
		return error;
	to.bytes = seal_secret_data(opened.text);
	error = read_file(&opening, &to, diag);
	if (!error && to.len == 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "an empty share");
	if (error)
		return error;
	opened.card = *card;
	seal_secret_shrink(opened.text, to.len);
	error = check(&opened, diag);
	if (error)
		return error;
	*out_opened = opened;
	opened = (struct seal_opened){0};
	return SEAL_OK;
}
