/* The proof of a share. */

#include "ceremony/prove_share.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/path.h"
#include "ceremony/busy.h"
#include "crypto/proof.h"
#include "share/proof_text.h"

#include "base/banned.h"

#define PRINT (2 * SEAL_CARD_FINGERPRINT + 1)

static void textp(char **text)
{
	free(*text);
	*text = NULL;
}

static int print_of(const struct seal_card *card, char out[static PRINT], struct seal_diag *diag)
{
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	int error = seal_card_fingerprint(card, fingerprint, diag);

	if (!error)
		seal_hex(fingerprint, sizeof fingerprint, out);
	return error;
}

static void matchesp(struct seal_token_match **matches)
{
	free(*matches);
}

/* Whether share i is wanted, and is not in the folder. */
static int is_missing(const struct seal_unseal *unseal, unsigned i)
{
	const struct seal_set_folder *folder = unseal->folder;

	return !folder->file[i] &&
	       (!unseal->custodian ||
		strcmp(unseal->custodian, folder->manifest.shares[i].custodian) == 0);
}

static int is_of_missing(const struct seal_unseal *unseal, const struct seal_card *card)
{
	const struct seal_manifest *manifest = &unseal->folder->manifest;

	for (unsigned i = 0; i < manifest->total; i++)
		if (strcmp(card->name, manifest->shares[i].custodian) == 0 && is_missing(unseal, i))
			return 1;
	return 0;
}

/* Looks for the tokens of all missing shares at once: each is slow to open. Nobody is asked and
   no try is spent. */
static int match_missing(const struct seal_unseal *unseal, struct seal_token_match **out_matches,
			 size_t *out_count, struct seal_diag *diag)
{
	const struct seal_cards *cards = &unseal->folder->cards;
	struct seal_token_match *matches SEAL_CLEANUP(matchesp) =
		calloc(cards->count + 1, sizeof *matches);
	size_t count = 0;

	if (!matches)
		return seal_fail(diag, SEAL_E_NOMEM, "tokens");
	for (size_t i = 0; i < cards->count; i++)
		if (is_of_missing(unseal, &cards->list[i]))
			matches[count++].card = &cards->list[i];
	seal_token_match(unseal->place, matches, count);
	*out_matches = seal_steal(&matches);
	*out_count = count;
	return SEAL_OK;
}

/* The card, among those of share i's holder, whose token is here; NULL: none. */
static const struct seal_card *card_here(const struct seal_unseal *unseal,
					 const struct seal_token_match *matches, size_t count,
					 unsigned i)
{
	const char *holder = unseal->folder->manifest.shares[i].custodian;

	for (size_t k = 0; k < count; k++) {
		const struct seal_token_info *info = &matches[k].info;

		if (!matches[k].error && strcmp(matches[k].card->name, holder) == 0 &&
		    (!unseal->has_serial || (info->has_serial && info->serial == unseal->serial)))
			return matches[k].card;
	}
	return NULL;
}

static int fetch(const struct seal_unseal *unseal, struct seal_set_folder *folder, unsigned i,
		 const struct seal_card *card, struct seal_diag *diag)
{
	char print[PRINT];
	struct seal_client_holder holder = {folder->manifest.signer, folder->manifest.set, print,
					    0};
	char *file = NULL;
	int error = print_of(card, print, diag);

	if (!error)
		error = seal_client_share(unseal->client, &holder, &file, diag);
	if (error)
		return seal_because(diag, error, "share of %s: not in this folder",
				    folder->manifest.shares[i].custodian);
	folder->file[i] = (uint8_t *)file;
	folder->file_len[i] = strlen(file);
	return SEAL_OK;
}

/* Those whose tokens are here and whose shares are not. fetched[i] = 1: only in memory yet.
   The first failure is told, for where no other share can be opened. */
static int fetch_missing(const struct seal_unseal *unseal, struct seal_set_folder *folder,
			 uint8_t fetched[static SEAL_MANIFEST_SHARES], struct seal_diag *diag)
{
	struct seal_token_match *matches SEAL_CLEANUP(matchesp) = NULL;
	size_t count = 0;
	int first;

	/* Of a pending set the folder was fetched before, and checked as a whole. */
	if (unseal->is_pending)
		return SEAL_OK;
	first = match_missing(unseal, &matches, &count, diag);
	for (unsigned i = 0; i < folder->manifest.total; i++) {
		const struct seal_card *card =
			is_missing(unseal, i) ? card_here(unseal, matches, count, i) : NULL;
		int error = card ? fetch(unseal, folder, i, card, first ? NULL : diag) : SEAL_OK;

		fetched[i] = card && !error;
		first = first ? first : error;
	}
	return first;
}

static int keep(const struct seal_set_folder *folder, const char *dir, size_t i,
		struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	char path[SEAL_PATH];
	int error = seal_path_join(dir, folder->manifest.shares[i].custodian, ".share", path, diag);

	if (!error)
		error = seal_file_new(path, SEAL_FILE_NEW, &file, diag);
	if (!error)
		error = seal_file_write(file, folder->file[i], folder->file_len[i], diag);
	return error ? error : seal_file_commit(file, diag);
}

/* Those who have not proved first: nobody is asked for a PIN in vain. */
static int open_one(const struct seal_unseal *unseal, const struct seal_unseal_state *state,
		    size_t *out_index, struct seal_opened *out_opened, struct seal_diag *diag)
{
	struct seal_unseal_state wanted = *state;
	struct seal_unseal own = *unseal;
	struct seal_diag why = {0};
	int error;

	own.reset = 0;
	memcpy(wanted.given, state->proved, sizeof wanted.given);
	error = seal_unseal_open(&own, &wanted, out_index, out_opened, &why);
	if (error == SEAL_E_TOKENABSENT) {
		own.reset = 1; /* whatever is marked */
		return seal_unseal_open(&own, &wanted, out_index, out_opened, diag);
	}
	if (error && diag)
		*diag = why;
	return error;
}

struct signing {
	const struct seal_unseal *unseal;
	size_t index;
	struct seal_opened *opened;
};

static int sign(const struct signing *signing, const char *challenge,
		uint8_t proof_out[static SEAL_PROOF_SIGNATURE],
		uint8_t out[static SEAL_CARD_SIGNATURE], size_t *out_len, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &signing->unseal->folder->manifest;
	const struct seal_opened *opened = signing->opened;
	struct seal_proof *proof SEAL_CLEANUP(seal_proof_freep) = NULL;
	uint8_t card[SEAL_CARD_FINGERPRINT];
	char text[SEAL_HOLDER_TEXT];
	int error = seal_card_fingerprint(&opened->card, card, diag);

	if (!error)
		error = seal_proof_text(manifest, card, challenge, text, diag);
	if (!error)
		error = seal_proof_new(opened->share, manifest->set, &proof, diag);
	if (!error)
		error = seal_proof_sign(proof, (const uint8_t *)text, strlen(text), proof_out,
					diag);
	if (!error)
		error = seal_token_sign(opened->token, signing->unseal->asker, text, strlen(text),
					out, SEAL_CARD_SIGNATURE, out_len, diag);
	return error;
}

static int send(const struct signing *signing, struct seal_client_status *out_status,
		struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &signing->unseal->folder->manifest;
	struct seal_client *client = signing->unseal->client;
	uint8_t by_share[SEAL_PROOF_SIGNATURE], by_token[SEAL_CARD_SIGNATURE];
	char print[PRINT], challenge[SEAL_CLIENT_CHALLENGE + 1];
	char *text SEAL_CLEANUP(textp) = NULL;
	struct seal_client_proof proof = {
		{manifest->signer, manifest->set, print, signing->unseal->is_pending},
		manifest->shares[signing->index].x,
		challenge,
		NULL,
		by_share,
		by_token,
		0};
	int error = print_of(&signing->opened->card, print, diag);

	if (!error)
		error = seal_card_text(&signing->opened->card, &text, diag);
	proof.card_text = text;
	seal_busy(seal_client_address(client));
	if (!error)
		error = seal_client_challenge(client, &proof.holder, challenge, diag);
	if (!error)
		error = sign(signing, challenge, by_share, by_token, &proof.signature_len, diag);
	seal_busy(seal_client_address(client));
	return error ? error : seal_client_prove(client, &proof, out_status, diag);
}

int seal_prove_share(const struct seal_unseal *unseal, struct seal_set_folder *folder,
		     const char *dir, struct seal_unseal_state *state,
		     struct seal_proved *out_proved, struct seal_diag *diag)
{
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	struct signing signing = {.unseal = unseal, .opened = &opened};
	uint8_t fetched[SEAL_MANIFEST_SHARES] = {0};
	struct seal_diag why = {0};
	size_t index = 0;
	int missing = fetch_missing(unseal, folder, fetched, &why);
	int error = open_one(unseal, state, &index, &opened, diag);

	if (error == SEAL_E_TOKENABSENT && missing) {
		if (diag)
			*diag = why;
		return missing;
	}
	if (!error && fetched[index])
		error = keep(folder, dir, index, diag);
	signing.index = index;
	if (!error)
		error = send(&signing, &state->status, diag);
	if (error)
		return error;
	seal_unseal_mark(unseal, state);
	*out_proved = (struct seal_proved){index, state->status.repeated, fetched[index]};
	return SEAL_OK;
}
