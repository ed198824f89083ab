/* A turn of an unseal. */

#include "ceremony/unseal.h"

#include <string.h>

#include "base/encode.h"
#include "ceremony/busy.h"
#include "ceremony/take.h"

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
	const struct seal_take take = {.folder = unseal->folder,
				       .place = unseal->place,
				       .asker = unseal->asker,
				       .custodian = unseal->custodian,
				       .has_serial = unseal->has_serial,
				       .serial = unseal->serial,
				       .done = unseal->reset ? NULL : state->given,
				       .choose = unseal->choose,
				       .choose_ctx = unseal->choose_ctx};
	struct seal_open_fit fit;
	size_t index = 0;
	int error = seal_take_pick(&take, &index, &fit, diag);

	if (!error)
		error = seal_take_open(&take, index, &fit, out_opened, diag);
	if (!error)
		*out_index = index;
	return error;
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
	error = seal_card_fingerprint(&opened.card, state->card, diag);
	if (!error)
		error = seal_client_submit(unseal->client, &submission, &state->status, diag);
	if (!error && state->status.has_accepted)
		error = check_mark(&manifest->shares[index], &state->status.accepted, diag);
	if (error)
		return error;
	seal_unseal_mark(unseal, state);
	state->accepted = index;
	return SEAL_OK;
}
