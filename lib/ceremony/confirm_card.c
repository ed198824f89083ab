/* What a person sees of a card before saying that it is its holder's. */

#include "ceremony/confirm_card.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "ceremony/prompt.h"
#include "token/leaks.h"

#include "base/banned.h"

#define LINE 160u
#define WORDS_A_LINE 6
#define NAME_FITS 36u

/* "PIV token, serial 11111111, firmware 5.7.1" */
static void token_text(const struct seal_card *card, char out[static LINE])
{
	const struct seal_card_piv *piv = &card->piv;
	char aaguid[33];
	char serial[32] = "no serial";
	char firmware[32] = "";

	switch (card->kind) {
	case SEAL_CARD_PIV:
		if (piv->has_serial)
			(void)snprintf(serial, sizeof serial, "serial %u", piv->serial);
		if (piv->firmware[0] | piv->firmware[1] | piv->firmware[2])
			(void)snprintf(firmware, sizeof firmware, ", firmware %u.%u.%u",
				       piv->firmware[0], piv->firmware[1], piv->firmware[2]);
		(void)snprintf(out, LINE, "PIV token, %s%s", serial, firmware);
		return;
	case SEAL_CARD_FIDO2:
		seal_hex(card->fido2.aaguid, sizeof card->fido2.aaguid, aaguid);
		(void)snprintf(out, LINE, "FIDO2 token, model %s", aaguid);
		return;
	case SEAL_CARD_PASSPHRASE:
		break;
	}
	(void)snprintf(out, LINE, "a file under a passphrase, no token");
}

static void say_token(const struct seal_card *card, const struct seal_confirm_place *place)
{
	char line[2 * LINE];
	char token[LINE];
	char which[64] = "";

	if (card->group[0]) {
		(void)snprintf(line, sizeof line, "    group %s", card->group);
		seal_prompt_say(line);
	}
	token_text(card, token);
	if (place->of_token > 1)
		(void)snprintf(which, sizeof which,
			       "%s, %zu of %zu: ", place->token == 1 ? "main" : "spare",
			       place->token, place->of_token);
	(void)snprintf(line, sizeof line, "    %s%s", which, token);
	seal_prompt_say(line);
	if (place->has_no_share)
		seal_prompt_say("    gets no share: the root token is for it");
}

static void warn(const struct seal_card *card)
{
	if (card->is_virtual)
		seal_prompt_warn("    VIRTUAL: for rehearsals only");
	if (!card->is_attested && card->kind == SEAL_CARD_PASSPHRASE)
		seal_prompt_warn("    NOT ATTESTED: a key in software");
	else if (!card->is_attested)
		seal_prompt_warn("    NOT ATTESTED: may be a key in software, and all of this "
				 "its own word");
	if (seal_leaks_card(card))
		seal_prompt_warn("    OLD FIRMWARE: who opens the token can read its signing key "
				 "(YSA-2024-03)");
	if (card->piv.puk_unknown)
		seal_prompt_warn("    PUK NOT PROVED: it may be the factory's");
}

/* Six words a line, as they are read aloud. */
static void say_words(const char *words)
{
	while (*words) {
		char line[LINE];
		size_t len = 0;

		for (int i = 0; i < WORDS_A_LINE && words[len]; i++) {
			len += words[len] == ' ';
			len += strcspn(words + len, " ");
		}
		(void)snprintf(line, sizeof line, "    %.*s", (int)len, words);
		seal_prompt_say(line);
		words += len;
		words += *words == ' ';
	}
}

int seal_confirm_ask(const struct seal_card *card, const struct seal_confirm_place *place,
		     struct seal_diag *diag)
{
	uint8_t fingerprint[SEAL_CARD_FINGERPRINT];
	char words[SEAL_CARD_WORDS];
	char text[LINE];
	int yes = 0;
	int error = seal_card_fingerprint(card, fingerprint, diag);

	if (error)
		return error;
	(void)snprintf(text, sizeof text, "card %zu of %zu: %s", place->number, place->count,
		       card->name);
	seal_prompt_say(text);
	say_token(card, place);
	warn(card);
	seal_card_words(fingerprint, words);
	say_words(words);
	(void)snprintf(text, sizeof text, "Does %s read the same words? (yes or no) ",
		       strlen(card->name) > NAME_FITS ? "the holder" : card->name);
	error = seal_prompt_yes(text, &yes, diag);
	if (!error && !yes)
		error = seal_fail(diag, SEAL_E_POLICY, "card of %s: not confirmed", card->name);
	return error;
}
