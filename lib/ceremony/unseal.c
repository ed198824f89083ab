/* A turn of an unseal. */

#include "ceremony/unseal.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/busy.h"

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

struct fits {
	struct seal_open_fit list[SEAL_OPEN_FITS];
	size_t index[SEAL_OPEN_FITS]; /* of the manifest */
	size_t count;
};

/* Tokens here, one for each share that they open. A token that is absent is what is expected
   of most shares; any other trouble is kept, and told if nothing fits. */
static int find(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		struct fits *fits, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;
	struct seal_diag first = {0};
	int kept = SEAL_OK;

	for (unsigned i = 0; i < manifest->total && fits->count < SEAL_OPEN_FITS; i++) {
		struct seal_open_fit found[SEAL_OPEN_FITS];
		struct seal_open_job job = job_of(unseal, i);
		struct seal_diag why = {0};
		size_t count = 0;
		int error;

		if (!job.file || (state->given[i] && !unseal->reset) ||
		    (unseal->custodian && strcmp(unseal->custodian, job.custodian) != 0))
			continue;
		error = seal_open_fits(&job, found, &count, &why);
		if (!error) {
			fits->list[fits->count] = found[0];
			fits->index[fits->count++] = i;
		} else if (error != SEAL_E_TOKENABSENT && !kept) {
			kept = seal_open_because(&why, error, job.custodian);
			first = why;
		}
	}
	if (fits->count > 0 || !kept)
		return SEAL_OK;
	if (diag)
		*diag = first;
	return kept;
}

static int pick(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		size_t *out_index, struct seal_diag *diag)
{
	struct fits fits = {0};
	size_t chosen = 0;
	int error = find(unseal, state, &fits, diag);

	if (error)
		return error;
	if (fits.count == 0)
		return seal_fail(
			diag, SEAL_E_TOKENABSENT,
			"no token here opens a share that is still wanted%s%s: plug in the "
			"token, or name an identity file with -i",
			unseal->custodian ? " of " : "",
			unseal->custodian ? unseal->custodian : "");
	if (fits.count > 1 && !unseal->choose)
		return seal_fail(
			diag, SEAL_E_TOKENWRONG,
			"tokens of %s and %s both fit: say whose turn it is with --custodian",
			fits.list[0].card->name, fits.list[1].card->name);
	if (fits.count > 1)
		error = unseal->choose(unseal->choose_ctx, fits.list, fits.count, &chosen, diag);
	if (!error)
		*out_index = fits.index[chosen];
	return error;
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
	struct seal_open_job job;
	size_t index = 0;
	size_t recognised = 0;
	int error = pick(unseal, state, &index, diag);

	if (error)
		return error;
	job = job_of(unseal, index);
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
