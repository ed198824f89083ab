/* Looking for the tokens of sealed shares. For all shares at once: a token is slow to open, and
   with 64 shares it would be opened 64 times. */

#include "ceremony/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "crypto/age.h"
#include "crypto/fido2prf.h"
#include "crypto/p256.h"

#include "base/banned.h"

enum { MAYBE = 1, SURE };

static void matchesp(struct seal_token_match **matches)
{
	free(*matches);
}

/* A card without a name is of whoever has its identity file. */
int seal_open_is_of(const struct seal_card *card, const char *custodian)
{
	return !custodian || !card->name[0] || strcmp(custodian, card->name) == 0;
}

static uint8_t p256_fit(const struct seal_card *card, const struct seal_age_stanza *stanzas,
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
			return SURE;
	}
	return 0;
}

static uint8_t fit(const struct seal_card *card, const struct seal_age_stanza *stanzas,
		   size_t count)
{
	if (card->kind == SEAL_CARD_PIV)
		return p256_fit(card, stanzas, count);
	for (size_t i = 0; i < count; i++)
		if (strcmp(stanzas[i].type, "X25519") == 0 ||
		    (card->kind == SEAL_CARD_FIDO2 &&
		     strcmp(stanzas[i].type, SEAL_FIDO2PRF_TYPE) == 0))
			return MAYBE;
	return 0;
}

void seal_open_search_stanzas(struct seal_open_search *search,
			      const struct seal_age_stanza *stanzas, size_t count)
{
	const struct seal_open_job *job = search->job;

	search->candidates = 0;
	for (size_t i = 0; i < job->card_count && i < SEAL_CARDS_MAX; i++) {
		search->fit[i] = seal_open_is_of(&job->cards[i], job->custodian)
					 ? fit(&job->cards[i], stanzas, count)
					 : 0;
		search->candidates += search->fit[i] != 0;
	}
}

static int look(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		struct seal_secret *file_key SEAL_UNUSED, struct seal_diag *diag SEAL_UNUSED)
{
	struct seal_open_search *search = ctx;

	seal_open_search_stanzas(search, stanzas, count);
	search->error = SEAL_OK;
	return SEAL_E_INTERRUPTED; /* the header is all that is read */
}

static void read_header(struct seal_open_search *search)
{
	const struct seal_open_job *job = search->job;
	const struct seal_age_identity identity = {look, search};
	struct seal_mem_source from = {job->file, job->len, 0};
	struct seal_mem_sink nowhere = {0};
	struct seal_source source = seal_source_mem(&from);
	struct seal_sink sink = seal_sink_mem(&nowhere);
	struct seal_diag why = {0};
	int error;

	search->error = SEAL_E_FORMAT;
	if (job->len > SEAL_OPEN_FILE) {
		search->error = seal_fail(&search->why, SEAL_E_TOOLONG,
					  "over %u bytes: no sealed share", SEAL_OPEN_FILE);
		return;
	}
	error = seal_age_open(&identity, 1, &source, &sink, &why);
	if (search->error == SEAL_OK)
		return;
	search->why = why;
	search->error =
		error ? error : seal_fail(&search->why, SEAL_E_FORMAT, "not a sealed share");
}

static int is_wanted(const struct seal_open_job *job, const struct seal_token_info *info)
{
	return !job->has_serial || (info->has_serial && info->serial == job->serial);
}

static int none(struct seal_open_search *search, int first, const struct seal_diag *why)
{
	const struct seal_open_job *job = search->job;

	if (search->candidates == 0 && job->custodian)
		return seal_fail(
			&search->why, SEAL_E_NOIDENTITY,
			"not sealed to a card of %s: another person's share, or of another "
			"set",
			job->custodian);
	if (search->candidates == 0)
		return seal_fail(&search->why, SEAL_E_NOIDENTITY,
				 "not sealed to any of the %zu cards", job->card_count);
	if (first == SEAL_OK || (first == SEAL_E_TOKENABSENT && job->has_serial))
		return job->has_serial ? seal_fail(&search->why, SEAL_E_TOKENABSENT,
						   "no token %u that fits is here", job->serial)
				       : seal_fail(&search->why, SEAL_E_TOKENABSENT,
						   "no token that fits is here");
	search->why = *why;
	return first;
}

/* Sure ones only, if there are any: nobody is asked in vain. */
static void collect(struct seal_open_search *search, const struct seal_token_match *matches)
{
	const struct seal_open_job *job = search->job;
	const struct seal_token_match *trouble = NULL;

	for (int want = SURE; want >= MAYBE && search->count == 0; want--) {
		size_t at = 0;

		for (size_t i = 0; i < job->card_count && i < SEAL_CARDS_MAX; i++) {
			const struct seal_token_match *match = &matches[at];

			at += search->fit[i] != 0;
			if (search->fit[i] != want)
				continue;
			if (match->error && (!trouble || trouble->error == SEAL_E_TOKENABSENT))
				trouble = match;
			if (match->error || !is_wanted(job, &match->info))
				continue;
			if (search->count == SEAL_OPEN_FITS) {
				search->error = seal_fail(
					&search->why, SEAL_E_TOKENWRONG,
					"over %u tokens that fit are here: leave fewer, or name "
					"one by --serial or --device",
					SEAL_OPEN_FITS);
				return;
			}
			search->fits[search->count++] =
				(struct seal_open_fit){&job->cards[i], match->info, want == SURE};
		}
	}
	if (search->count == 0)
		search->error = none(search, trouble ? trouble->error : SEAL_OK,
				     trouble ? &trouble->why : NULL);
}

int seal_open_search_tokens(struct seal_open_search *searches, size_t count, struct seal_diag *diag)
{
	struct seal_token_match *matches SEAL_CLEANUP(matchesp) = NULL;
	size_t total = 0;
	size_t at = 0;

	for (size_t i = 0; i < count; i++)
		total += searches[i].error ? 0 : searches[i].candidates;
	matches = calloc(total + 1, sizeof *matches);
	if (!matches)
		return seal_fail(diag, SEAL_E_NOMEM, "tokens");
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0;
		     !searches[i].error && k < searches[i].job->card_count && k < SEAL_CARDS_MAX;
		     k++)
			if (searches[i].fit[k])
				matches[at++].card = &searches[i].job->cards[k];
	if (count > 0)
		seal_token_match(searches[0].job->place, matches, total);
	at = 0;
	for (size_t i = 0; i < count; i++) {
		size_t of_this = searches[i].error ? 0 : searches[i].candidates;

		if (!searches[i].error)
			collect(&searches[i], &matches[at]);
		at += of_this;
	}
	return SEAL_OK;
}

int seal_open_search(struct seal_open_search *searches, size_t count, struct seal_diag *diag)
{
	for (size_t i = 0; i < count; i++)
		read_header(&searches[i]);
	return seal_open_search_tokens(searches, count, diag);
}
