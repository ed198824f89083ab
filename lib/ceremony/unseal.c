/* A turn of an unseal. */

#include "ceremony/unseal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/busy.h"
#include "ceremony/search.h"

#include "base/banned.h"

static uint8_t is_in(const struct seal_client_given *list, size_t count, unsigned x)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].x == x)
			return 1;
	return 0;
}

void seal_unseal_mark(const struct seal_unseal *unseal, struct seal_unseal_state *state)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	const struct seal_client_status *status = &state->status;

	for (unsigned i = 0; i < manifest->total; i++) {
		unsigned x = manifest->shares[i].x;

		state->given[i] = is_in(status->given, status->given_count, x);
		state->proved[i] = !is_in(status->unproved, status->unproved_count, x);
	}
}

static int check_status(const struct seal_unseal *unseal, const struct seal_client_status *status,
			struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	const char *address = seal_client_address(unseal->client);

	if (!status->initialized)
		return seal_fail(diag, SEAL_E_REFUSED, "%s: not initialised: seal-init comes first",
				 address);
	if (!status->is_seald)
		return seal_fail(diag, SEAL_E_REFUSED,
				 "%s: not seald: a share sealed to its core cannot be given to it",
				 address);
	if (status->plain)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "%s: was initialised with plain shares, not with a manifest",
				 address);
	if (strcmp(status->set, manifest->set) == 0)
		return SEAL_OK;
	if (status->epoch > manifest->epoch)
		return seal_fail(diag, SEAL_E_OLD,
				 "%s: is under a newer share set (epoch %u) than this folder (%u)",
				 address, status->epoch, manifest->epoch);
	return seal_fail(diag, SEAL_E_MISMATCH,
			 "%s: is under share set %.8s, this folder is of %.8s", address,
			 status->set, manifest->set);
}

int seal_unseal_look(const struct seal_unseal *unseal, struct seal_unseal_state *out_state,
		     struct seal_diag *diag)
{
	struct seal_unseal_state state = {0};
	int error = seal_client_status_signed(unseal->client, unseal->folder->manifest.signer,
					      &state.status, diag);

	if (!error)
		error = check_status(unseal, &state.status, diag);
	if (!error && !state.status.is_signed)
		error = seal_fail(diag, SEAL_E_VERIFY, "%s: " SEAL_CLIENT_UNSIGNED,
				  seal_client_address(unseal->client));
	if (error)
		return error;
	seal_unseal_mark(unseal, &state);
	*out_state = state;
	return SEAL_OK;
}

static struct seal_open_job job_of(const struct seal_unseal *unseal, size_t index)
{
	struct seal_open_job job = {0};

	job.file = unseal->folder->file[index];
	job.len = unseal->folder->file_len[index];
	job.cards = unseal->folder->cards.list;
	job.card_count = unseal->folder->cards.count;
	job.custodian = unseal->folder->manifest.shares[index].custodian;
	job.has_serial = unseal->has_serial;
	job.serial = unseal->serial;
	job.place = unseal->place;
	job.asker = unseal->asker;
	job.choose = unseal->choose;
	job.choose_ctx = unseal->choose_ctx;
	return job;
}

/* Shares that are wanted, and tokens here that open them. */
struct round {
	struct seal_open_job jobs[SEAL_MANIFEST_SHARES];
	struct seal_open_search searches[SEAL_MANIFEST_SHARES];
	size_t index[SEAL_MANIFEST_SHARES]; /* of the manifest */
	size_t count;
	struct seal_open_fit fits[SEAL_MANIFEST_SHARES * SEAL_OPEN_FITS];
	size_t of[SEAL_MANIFEST_SHARES * SEAL_OPEN_FITS]; /* which search a fit is of */
	size_t fit_count;
};

static void roundp(struct round **round)
{
	free(*round);
}

static int is_wanted(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		     unsigned i)
{
	const char *holder = unseal->folder->manifest.shares[i].custodian;

	return unseal->folder->file[i] && (!state->given[i] || unseal->reset) &&
	       (!unseal->custodian || strcmp(unseal->custodian, holder) == 0);
}

/* A token that is absent is what is expected of most shares; any other trouble is kept, and
   told if nothing fits. */
static int find(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		struct round *round, struct seal_diag *diag)
{
	const struct seal_open_search *trouble = NULL;
	int error;

	for (unsigned i = 0; i < unseal->folder->manifest.total; i++) {
		if (!is_wanted(unseal, state, i))
			continue;
		round->jobs[round->count] = job_of(unseal, i);
		round->searches[round->count].job = &round->jobs[round->count];
		round->index[round->count++] = i;
	}
	error = seal_open_search(round->searches, round->count, diag);
	for (size_t i = 0; !error && i < round->count; i++) {
		const struct seal_open_search *search = &round->searches[i];

		if (search->error && search->error != SEAL_E_TOKENABSENT && !trouble)
			trouble = search;
		for (size_t k = 0; !search->error && k < search->count; k++) {
			round->of[round->fit_count] = i;
			round->fits[round->fit_count++] = search->fits[k];
		}
	}
	if (error || round->fit_count > 0 || !trouble)
		return error;
	if (diag)
		*diag = trouble->why;
	return seal_open_because(diag, trouble->error, trouble->job->custodian);
}

static int pick(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		size_t *out_index, struct seal_open_fit *out_fit, struct seal_diag *diag)
{
	struct round *round SEAL_CLEANUP(roundp) = calloc(1, sizeof *round);
	size_t chosen = 0;
	size_t last;
	int error =
		round ? find(unseal, state, round, diag) : seal_fail(diag, SEAL_E_NOMEM, "tokens");

	if (error)
		return error;
	if (round->fit_count == 0)
		return seal_fail(
			diag, SEAL_E_TOKENABSENT,
			"no token here opens a share that is still wanted%s%s: plug in the "
			"token, or name an identity file with -i",
			unseal->custodian ? " of " : "",
			unseal->custodian ? unseal->custodian : "");
	last = round->fit_count - 1;
	if (!unseal->choose && round->of[0] != round->of[last])
		return seal_fail(
			diag, SEAL_E_TOKENWRONG,
			"tokens of %s and %s both fit: say whose turn it is with --custodian",
			round->fits[0].card->name, round->fits[last].card->name);
	error = seal_open_choose(&round->jobs[0], round->fits, round->fit_count, &chosen, diag);
	if (error)
		return error;
	*out_index = round->index[round->of[chosen]];
	*out_fit = round->fits[chosen];
	return SEAL_OK;
}

/* The core has signed for the x; the mark beside it must be that person's too. */
static int check_mark(const struct seal_manifest_share *share,
		      const struct seal_client_given *given, struct seal_diag *diag)
{
	char mark[9];

	seal_hex(share->cards[0], 4, mark);
	return given->x == share->x && strcmp(given->card, mark) == 0
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNCONFIRMED);
}

int seal_unseal_open(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		     size_t *out_index, struct seal_opened *out_opened, struct seal_diag *diag)
{
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	struct seal_open_fit fit;
	struct seal_open_job job;
	size_t index = 0;
	size_t recognised = 0;
	int error = pick(unseal, state, &index, &fit, diag);

	if (error)
		return error;
	job = job_of(unseal, index);
	job.found = &fit;
	error = seal_open_share(&job, &opened, diag);
	if (!error)
		error = seal_manifest_check(manifest, &opened.payload, opened.share, &recognised,
					    diag);
	if (!error && recognised != index)
		error = seal_fail(diag, SEAL_E_MISMATCH, "holds the share of %s",
				  manifest->shares[recognised].custodian);
	if (error)
		return seal_open_because(diag, error, manifest->shares[index].custodian);
	*out_index = index;
	*out_opened = opened;
	opened = (struct seal_opened){0};
	return SEAL_OK;
}

int seal_unseal_turn(const struct seal_unseal *unseal, struct seal_unseal_state *state,
		     struct seal_diag *diag)
{
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	struct seal_client_submission submission = {manifest->signer, manifest->set, NULL,
						    unseal->reset ? SEAL_CLIENT_RESET
								  : SEAL_CLIENT_GIVE};
	size_t index = 0;
	int error = seal_unseal_open(unseal, state, &index, &opened, diag);

	if (error)
		return error;
	submission.share = opened.share;
	seal_busy(seal_client_address(unseal->client));
	error = seal_client_submit(unseal->client, &submission, &state->status, diag);
	if (!error && state->status.has_accepted)
		error = check_mark(&manifest->shares[index], &state->status.accepted, diag);
	if (error)
		return error;
	seal_unseal_mark(unseal, state);
	state->accepted = index;
	return SEAL_OK;
}
