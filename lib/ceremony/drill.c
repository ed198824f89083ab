/* A proof of a share that is made offline. */

#include "ceremony/drill.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto/proof.h"

#include "base/banned.h"

int seal_drill_clock(long seconds, char out[static 21], struct seal_diag *diag)
{
	time_t then = time(NULL) + seconds;
	struct tm parts;

	return gmtime_r(&then, &parts) && strftime(out, 21, "%Y-%m-%dT%H:%M:%SZ", &parts) == 20
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_SYSTEM, "clock");
}

static int fill(const struct seal_drill_prove *prove, size_t index, const struct seal_card *card,
		struct seal_drill *drill, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &prove->take->folder->manifest;
	int error = prove->challenge ? seal_drill_challenge_check(prove->challenge, diag) : SEAL_OK;

	if (error)
		return error;
	if (card->is_virtual && !prove->rehearsal)
		return seal_fail(diag, SEAL_E_POLICY,
				 "card of %s: a virtual token, which only a rehearsal takes",
				 card->name);
	memcpy(drill->set, manifest->set, sizeof drill->set);
	memcpy(drill->time, prove->now, sizeof drill->time);
	if (prove->challenge)
		memcpy(drill->challenge, prove->challenge, sizeof drill->challenge);
	(void)snprintf(drill->version, sizeof drill->version, "%s", SEAL_VERSION);
	drill->epoch = manifest->epoch;
	drill->share = (unsigned)index + 1;
	drill->rehearsal = prove->rehearsal;
	error = seal_manifest_digest(manifest, drill->manifest, diag);
	return error ? error : seal_card_fingerprint(card, drill->card, diag);
}

static int sign_share(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		      size_t *out_len, struct seal_diag *diag)
{
	int error = cap < SEAL_PROOF_SIGNATURE ? seal_fail(diag, SEAL_E_ARGUMENT, "proof: length")
					       : seal_proof_sign(ctx, text, text_len, out, diag);

	if (!error)
		*out_len = SEAL_PROOF_SIGNATURE;
	return error;
}

struct by_token {
	struct seal_token *token;
	const struct seal_token_asker *asker;
};

static int sign_token(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		      size_t *out_len, struct seal_diag *diag)
{
	const struct by_token *by = ctx;

	return seal_token_sign(by->token, by->asker, text, text_len, out, cap, out_len, diag);
}

static int sign(const struct seal_drill_prove *prove, size_t index,
		const struct seal_opened *opened, const char *text, char **out_note,
		size_t *out_len, struct seal_diag *diag)
{
	const struct seal_manifest *manifest = &prove->take->folder->manifest;
	struct seal_proof *proof SEAL_CLEANUP(seal_proof_freep) = NULL;
	struct by_token by = {opened->token, prove->take->asker};
	struct seal_note_key share, token;
	int error = seal_proof_new(opened->share, manifest->set, &proof, diag);

	if (!error)
		error = seal_drill_key(manifest, index, &share, diag);
	if (!error)
		error = seal_card_note_key(&opened->card, &token, diag);
	if (!error) {
		const struct seal_note_signer signers[] = {{&share, sign_share, proof},
							   {&token, sign_token, &by}};

		error = seal_note_sign(text, strlen(text), signers, 2, out_note, out_len, diag);
	}
	return error;
}

int seal_drill_prove(const struct seal_drill_prove *prove, struct seal_drill *out_drill,
		     char **out_note, size_t *out_len, struct seal_diag *diag)
{
	struct seal_opened opened SEAL_CLEANUP(seal_opened_done) = {0};
	struct seal_open_fit fit = {0};
	struct seal_drill drill = {0};
	char text[SEAL_DRILL_TEXT];
	size_t index = 0;
	int error = seal_take_pick(prove->take, &index, &fit, diag);

	/* Before anybody types a PIN. */
	if (!error)
		error = fill(prove, index, fit.card, &drill, diag);
	if (!error)
		error = seal_drill_text(&drill, text, diag);
	if (!error)
		error = seal_take_open(prove->take, index, &fit, &opened, diag);
	if (!error)
		error = sign(prove, index, &opened, text, out_note, out_len, diag);
	if (!error)
		*out_drill = drill;
	return error;
}
