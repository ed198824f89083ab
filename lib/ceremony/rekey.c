/* A holder of the set in force at a rekey. */

#include "ceremony/rekey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/own.h"
#include "ceremony/busy.h"

#include "base/banned.h"

void seal_rekey_done(struct seal_rekey *rekey)
{
	free(rekey->text);
	*rekey = (struct seal_rekey){0};
}

int seal_rekey_new(const struct seal_plan_file *file, struct seal_client *client,
		   struct seal_rekey *out_rekey, struct seal_diag *diag)
{
	struct seal_rekey rekey = {.file = file, .client = client};
	uint8_t digest[SEAL_PLAN_DIGEST];
	int error;

	if (file->plan.kind != SEAL_PLAN_REKEY)
		return seal_fail(diag, SEAL_E_POLICY, "the plan is of a %s, not of a rekey",
				 seal_plan_kind_name(file->plan.kind));
	error = seal_plan_text(&file->plan, &rekey.text, diag);
	if (error)
		return error;
	seal_plan_digest(rekey.text, strlen(rekey.text), digest);
	seal_hex(digest, sizeof digest, rekey.digest);
	seal_card_words(digest, rekey.words);
	*out_rekey = rekey;
	return SEAL_OK;
}

/* One holder's turn: the share and the token, what the token signed, the card as text. */
struct turn {
	const struct seal_rekey *rekey;
	const struct seal_unseal *unseal;
	struct seal_opened opened;
	size_t index;
	char *note, *card_text;
	struct seal_client_rekey ours;
};

static void turn_done(struct turn *turn)
{
	seal_opened_done(&turn->opened);
	free(turn->note);
	free(turn->card_text);
}

static int sign_text(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		     size_t *out_len, struct seal_diag *diag)
{
	const struct turn *turn = ctx;

	return seal_token_sign(turn->opened.token, turn->unseal->asker, text, text_len, out, cap,
			       out_len, diag);
}

static int check_set(const struct seal_rekey *rekey, const struct seal_manifest *manifest,
		     struct seal_diag *diag)
{
	const struct seal_plan *plan = &rekey->file->plan;

	if (!seal_eq_ct(manifest->signer, plan->core, sizeof plan->core))
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the plan is for another daemon than this share set's");
	if (strcmp(manifest->set, plan->set) != 0 || manifest->epoch != plan->epoch)
		return seal_fail(diag, SEAL_E_MISMATCH,
				 "the plan is of share set %.8s, epoch %u; this folder has %.8s, "
				 "epoch %u",
				 plan->set, plan->epoch, manifest->set, manifest->epoch);
	return SEAL_OK;
}

/* Finds the share whose token is here and opens it: nothing is sent yet. */
static int begin(struct turn *turn, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &turn->unseal->folder->manifest;
	const struct seal_rekey *rekey = turn->rekey;
	const struct seal_unseal_state nobody = {0};
	int error = check_set(rekey, manifest, diag);

	if (!error)
		error = seal_unseal_open(turn->unseal, &nobody, &turn->index, &turn->opened, diag);
	if (!error)
		error = seal_card_text(&turn->opened.card, &turn->card_text, diag);
	turn->ours = (struct seal_client_rekey){.identity = manifest->signer,
						.set = manifest->set,
						.digest = rekey->digest,
						.card_text = turn->card_text};
	return error;
}

static int consent(struct turn *turn, struct seal_diag *diag)
{
	struct seal_note_key key;
	const struct seal_note_signer signer = {&key, sign_text, turn};
	size_t len = 0;
	int error = seal_card_note_key(&turn->opened.card, &key, diag);

	if (!error)
		error = seal_note_sign(turn->rekey->text, strlen(turn->rekey->text), &signer, 1,
				       &turn->note, &len, diag);
	turn->ours.note = turn->note;
	return error;
}

/* The card with this fingerprint, of those of the plan. */
static int find_card(const struct seal_cards *cards, const char *print, char **out_text,
		     struct seal_diag *diag)
{
	for (size_t i = 0; i < cards->count; i++) {
		uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
		char hex[2 * SEAL_CARD_FINGERPRINT + 1];
		int error = seal_card_fingerprint(&cards->list[i], fingerprint, diag);

		if (error)
			return error;
		seal_hex(fingerprint, sizeof fingerprint, hex);
		if (strcmp(hex, print) == 0)
			return seal_card_text(&cards->list[i], out_text, diag);
	}
	return seal_fail(diag, SEAL_E_MISMATCH,
			 "the daemon asks for card %.8s, which is not the "
			 "plan's",
			 print);
}

/* One card less with each turn: a daemon that asks on is none. */
static int bring_cards(const struct turn *turn, struct seal_client_rekey_place *place,
		       struct seal_diag *diag)
{
	size_t before = place->missing_count + 1;

	while (place->missing_count > 0) {
		char *text SEAL_CLEANUP(seal_text_freep) = NULL;
		int error;

		if (place->missing_count >= before)
			return seal_fail(diag, SEAL_E_DAEMON, "the daemon does not take the cards");
		before = place->missing_count;
		error = find_card(&turn->rekey->file->cards, place->missing[0], &text, diag);
		if (!error)
			error = seal_client_rekey_card(turn->rekey->client, &turn->ours, text,
						       place, diag);
		if (error)
			return error;
	}
	return SEAL_OK;
}

static int send(const struct turn *turn, struct seal_client_rekey_place *place,
		struct seal_rekey_given *given, struct seal_diag *diag)
{
	struct seal_client *client = turn->rekey->client;
	int error = seal_client_rekey_open(client, &turn->ours, place, diag);

	if (!error)
		error = bring_cards(turn, place, diag);
	if (!error && place->nonce[0])
		return seal_client_rekey_give(client, &turn->ours, place, turn->opened.share,
					      &given->accepted, &given->status, diag);
	/* No session of a plan that is known: its new set is pending. */
	if (!error)
		error = seal_client_rekey_status(client, turn->ours.identity, &given->status, diag);
	if (!error && (!given->status.is_pending ||
		       strcmp(given->status.pending_plan, turn->rekey->digest) != 0))
		error = seal_fail(diag, SEAL_E_DAEMON,
				  "the daemon has the plan and takes no share");
	return error;
}

int seal_rekey_give(const struct seal_rekey *rekey, const struct seal_unseal *unseal,
		    struct seal_rekey_given *out_given, struct seal_diag *diag)
{
	struct turn turn SEAL_CLEANUP(turn_done) = {.rekey = rekey, .unseal = unseal};
	struct seal_client_rekey_place *place = calloc(1, sizeof *place);
	struct seal_rekey_given *given = calloc(1, sizeof *given);
	int error = place && given ? begin(&turn, diag) : seal_fail(diag, SEAL_E_NOMEM, "rekey");

	if (!error)
		error = consent(&turn, diag);
	seal_busy(seal_client_address(rekey->client));
	if (!error)
		error = send(&turn, place, given, diag);
	seal_busy(NULL);
	if (!error) {
		given->index = turn.index;
		*out_given = *given;
	}
	free(place);
	free(given);
	return error;
}

/* What the daemon has of this plan names the cancel: it cancels that and no later one. */
static int nonce_of(const struct seal_rekey *rekey, const struct seal_client_rekey_status *status,
		    char out[static 65], struct seal_diag *diag)
{
	if (status->is_pending && strcmp(status->pending_plan, rekey->digest) == 0) {
		(void)snprintf(out, 65, "%s", status->pending_set);
		return SEAL_OK;
	}
	for (size_t i = 0; i < status->plan_count; i++)
		if (strcmp(status->plans[i].plan, rekey->digest) == 0) {
			(void)snprintf(out, 65, "%s",
				       status->plans[i].nonce[0] ? status->plans[i].nonce : "-");
			return SEAL_OK;
		}
	return seal_fail(diag, SEAL_E_NOTFOUND, "no rekey of this plan is open");
}

int seal_rekey_cancel(const struct seal_rekey *rekey, const struct seal_unseal *unseal,
		      int *out_cancelled, unsigned *out_against, struct seal_diag *diag)
{
	struct turn turn SEAL_CLEANUP(turn_done) = {.rekey = rekey, .unseal = unseal};
	struct seal_client_rekey_status *status = calloc(1, sizeof *status);
	char nonce[65], text[SEAL_CLIENT_CANCEL];
	uint8_t signature[SEAL_CARD_SIGNATURE];
	size_t len = 0;
	int error = status ? seal_client_rekey_status(rekey->client, rekey->file->plan.core, status,
						      diag)
			   : seal_fail(diag, SEAL_E_NOMEM, "rekey");

	if (!error)
		error = nonce_of(rekey, status, nonce, diag);
	free(status);
	if (!error)
		error = begin(&turn, diag);
	if (!error)
		error = seal_client_rekey_cancel_text(&turn.ours, nonce, text, diag);
	if (!error)
		error = sign_text(&turn, text, strlen(text), signature, sizeof signature, &len,
				  diag);
	return error ? error
		     : seal_client_rekey_cancel(rekey->client, &turn.ours, signature, len,
						out_cancelled, out_against, diag);
}
