/* Opening a sealed share. All is decided inside the one reading of the file's header:
   which cards it may be for, which of their tokens are here, which one opens it. */

#include "ceremony/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "ceremony/search.h"
#include "crypto/age.h"
#include "sealkit/exit.h"

#include "base/banned.h"

struct opening {
	const struct seal_open_job *job;
	const struct seal_card **out_card;
	struct seal_token **out_token;
	struct seal_diag why; /* of SEAL_E_NOIDENTITY, which age says in its own words */
};

static void searchp(struct seal_open_search **search)
{
	free(*search);
}

void seal_opened_done(struct seal_opened *opened)
{
	seal_secret_free(opened->share);
	seal_secret_free(opened->text);
	seal_token_free(opened->token);
	*opened = (struct seal_opened){0};
}

int seal_open_choose(const struct seal_open_job *job, const struct seal_open_fit *fits,
		     size_t count, size_t *out_index, struct seal_diag *diag)
{
	size_t index = 0;
	int error = SEAL_OK;

	if (count > 1 && !job->choose)
		return seal_fail(diag, SEAL_E_TOKENWRONG,
				 "tokens of %s (%s) and %s (%s) may both open it: say which, by "
				 "--serial or --device",
				 fits[0].card->name, fits[0].info.where, fits[1].card->name,
				 fits[1].info.where);
	if (count > 1)
		error = job->choose(job->choose_ctx, fits, count, &index, diag);
	if (!error && index >= count)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "choice of a token");
	if (!error)
		*out_index = index;
	return error;
}

static int find(const struct seal_open_job *job, const struct seal_age_stanza *stanzas,
		size_t count, struct seal_open_fit *out_fit, struct seal_diag *diag)
{
	struct seal_open_search *search SEAL_CLEANUP(searchp) = calloc(1, sizeof *search);
	size_t index = 0;
	int error;

	if (!search)
		return seal_fail(diag, SEAL_E_NOMEM, "tokens");
	search->job = job;
	seal_open_search_stanzas(search, stanzas, count);
	error = seal_open_search_tokens(search, 1, diag);
	if (!error && search->error) {
		error = search->error;
		if (diag)
			*diag = search->why;
	}
	if (!error)
		error = seal_open_choose(job, search->fits, search->count, &index, diag);
	if (!error)
		*out_fit = search->fits[index];
	return error;
}

/* Where it was found; no other reader or device is opened again. */
static int open_token(const struct seal_open_job *job, const struct seal_open_fit *fit,
		      struct seal_token **out_token, struct seal_diag *diag)
{
	struct seal_token_place place = *job->place;
	char device[sizeof fit->info.where + 8];
	const char *only[1] = {device};

	if (fit->card->kind == SEAL_CARD_PIV || fit->card->kind == SEAL_CARD_FIDO2) {
		(void)snprintf(device, sizeof device, "%s%s",
			       fit->card->kind == SEAL_CARD_PIV ? "piv:" : "", fit->info.where);
		place.devices = only;
		place.device_count = 1;
	}
	return seal_token_open(&place, fit->card, out_token, diag);
}

static int use(struct opening *opening, const struct seal_age_stanza *stanzas, size_t count,
	       struct seal_secret *file_key, struct seal_diag *diag)
{
	const struct seal_open_job *job = opening->job;
	struct seal_token_opener opener = {.asker = job->asker};
	struct seal_age_identity identity;
	struct seal_open_fit fit;
	int error = SEAL_OK;

	if (job->found)
		fit = *job->found;
	else
		error = find(job, stanzas, count, &fit, diag);
	if (!error)
		error = open_token(job, &fit, opening->out_token, diag);
	if (error)
		return error;
	*opening->out_card = fit.card;
	opener.token = *opening->out_token;
	identity = seal_token_identity(&opener);
	error = identity.unwrap(identity.ctx, stanzas, count, file_key, diag);
	if (error == SEAL_E_NOIDENTITY)
		error = seal_fail(
			diag, error,
			"not sealed to the token of %s: another person's share, of another "
			"set, or damaged",
			fit.card->name);
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

static int any_unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		      struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_open_any *any = ctx;
	const struct seal_card *card = NULL;
	struct opening opening = {any->job, &card, &any->token, {0}};

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

	if (!error && !seal_open_is_of(&opened->card, opened->payload.custodian))
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
	const struct seal_card *card = NULL;
	struct opening opening = {job, &card, &opened.token, {0}};
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
