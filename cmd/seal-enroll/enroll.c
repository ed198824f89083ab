/* Making a card, and proving one. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"
#include "ceremony/prove.h"
#include "seal-enroll.h"

#include "base/banned.h"

#define SUFFIX ".identity"

/* alice.card -> alice.identity; what has another ending gets one more. */
static int identity_path(const char *card, char out[static SEAL_PATH], struct seal_diag *diag)
{
	size_t len = strlen(card);

	if (len > 5 && strcmp(card + len - 5, ".card") == 0)
		len -= 5;
	if (len + strlen(SUFFIX) >= SEAL_PATH)
		return seal_fail(diag, SEAL_E_IO, "%s: over %zu bytes", card, SEAL_PATH - 1);
	(void)snprintf(out, SEAL_PATH, "%.*s" SUFFIX, (int)len, card);
	return SEAL_OK;
}

static int write_card(struct seal_file *file, const struct seal_card *card, struct seal_diag *diag)
{
	char *text = NULL;
	int error = seal_card_text(card, &text, diag);

	if (!error)
		error = seal_file_write(file, text, strlen(text), diag);
	free(text);
	return error ? error : seal_file_commit(file, diag);
}

/* The card's place is taken before the token is touched, so that no key is made in vain. */
static int make(const struct values *values, const struct used_tokens *tokens,
		const struct seal_token_plan *plan, struct seal_card *card, struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	struct seal_token_info info;
	int error = seal_file_new(values->output, SEAL_FILE_NEW, &file, diag);

	if (error)
		return error;
	error = seal_token_enrol(enroll_kind(values), &tokens->place, plan, &tokens->asker, card,
				 &token, diag);
	/* The identity file is written first, then its card. */
	if (error == SEAL_E_EXISTS && plan->identity_out && access(plan->identity_out, F_OK) == 0)
		seal_advise(diag, "if there is no card of it, an enrolment was broken off and "
				  "nothing is sealed to it: remove it and enrol again");
	if (error)
		return seal_because(diag, error, "%s", values->name);
	/* As it will be judged whenever something is to be sealed to it: no card is made that is
	   refused later. */
	error = card->is_attested ? seal_prove_attestation(card, values->roots, diag) : SEAL_OK;
	if (!error)
		error = write_card(file, card, diag);
	if (error) {
		/* Without its card nothing was sealed to it, and its name is free again. A
		   card whose folder could not be synced is there: then both stay. */
		if (plan->identity_out && access(values->output, F_OK) != 0)
			(void)unlink(plan->identity_out);
		return error;
	}
	seal_token_describe(token, &info);
	return enroll_show(values, "enrolled", card, &info, diag);
}

int enroll_new(const struct values *values, struct used_tokens *tokens, struct seal_diag *diag)
{
	struct seal_card *card;
	struct seal_token_plan plan;
	char identity[SEAL_PATH];
	int error = enroll_plan(values, tokens, &plan, diag);

	if (!error)
		error = seal_card_check_name(values->name, diag);
	if (!error && values->group)
		error = seal_card_check_name(values->group, diag);
	if (error)
		return error == SEAL_E_FORMAT ? seal_because(diag, SEAL_E_USAGE, "--name, --group")
					      : error;
	card = calloc(1, sizeof *card);
	if (!card)
		return seal_fail(diag, SEAL_E_NOMEM, "card");
	if (values->passphrase) {
		error = identity_path(values->output, identity, diag);
		plan.identity_out = values->tokens.identities.count
					    ? values->tokens.identities.value[0]
					    : identity;
	}
	tokens->place.virtual_piv = values->is_virtual;
	tokens->place.roots = values->roots;
	tokens->prompt.new_pin_fd = values->new_pin_fd;
	tokens->prompt.new_puk_fd = values->new_puk_fd;
	tokens->prompt.puk_fd = values->puk_fd;
	tokens->asker = seal_prompt_asker(&tokens->prompt);
	if (!error)
		error = make(values, tokens, &plan, card, diag);
	free(card);
	return error;
}

int enroll_check(const struct values *values, struct used_tokens *tokens, struct seal_diag *diag)
{
	struct seal_card *card = calloc(1, sizeof *card);
	char identity[SEAL_PATH];
	const char *const guess = identity;
	struct seal_token_info info;
	int error = card ? seal_card_read(values->check, card, diag)
			 : seal_fail(diag, SEAL_E_NOMEM, "card");

	if (!error && card->kind == SEAL_CARD_PASSPHRASE && tokens->place.identity_count == 0) {
		error = identity_path(values->check, identity, diag);
		tokens->place.identities = &guess;
		tokens->place.identity_count = 1;
	}
	/* What the card says of itself is anybody's word. */
	if (!error && (card->is_attested || values->roots))
		error = seal_prove_attestation(card, values->roots, diag);
	if (!error)
		error = seal_prove_card(card, &tokens->place, &tokens->asker, &info, diag);
	if (!error)
		error = enroll_show(values, "true", card, &info, diag);
	free(card);
	return error;
}
