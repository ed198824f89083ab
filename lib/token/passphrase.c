/* Passphrase tokens: identity files. Threat beside guessing (crypto/identity.h): a file
   that was exchanged, so its keys are compared with the card's before and after the
   passphrase was given. */

#include "token/passphrase.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "crypto/identity.h"
#include "token/token_internal.h"

#include "base/banned.h"

#define APPLET "identity file"
#define PASSPHRASE_MIN 8u
#define PASSPHRASE_MAX 1024u
#define ATTEMPTS 3 /* a guess costs a second; three are for slips */

struct passphrase {
	struct seal_identity *identity; /* NULL until the passphrase was given */
	struct seal_identity_public public;
	char *text; /* of the file, locked */
	size_t len;
	char path[SEAL_PATH];
	char holder[SEAL_CARD_NAME + 1];
};

static void done(void *self)
{
	struct passphrase *token = self;

	if (!token)
		return;
	seal_identity_free(token->identity);
	free(token->text);
	free(token);
}

static void donep(struct passphrase **token)
{
	done(*token);
	*token = NULL;
}

static int set_path(struct passphrase *token, const char *path, struct seal_diag *diag)
{
	if (strlen(path) >= sizeof token->path)
		return seal_fail(diag, SEAL_E_IO, "%s: over %zu bytes", path, SEAL_PATH - 1);
	(void)snprintf(token->path, sizeof token->path, "%s", path);
	return SEAL_OK;
}

static int load(const char *path, struct passphrase **out_token, struct seal_diag *diag)
{
	struct passphrase *token SEAL_CLEANUP(donep) = calloc(1, sizeof *token);
	uint8_t *bytes = NULL;
	int error;

	if (!token)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", APPLET);
	error = set_path(token, path, diag);
	if (error)
		return error;
	error = seal_file_read(path, SEAL_IDENTITY_TEXT, &bytes, &token->len, diag);
	token->text = (char *)bytes;
	if (error)
		return error;
	error = seal_identity_peek(token->text, token->len, &token->public, diag);
	if (error)
		return seal_because(diag, error, "%s", path);
	*out_token = seal_steal(&token);
	return SEAL_OK;
}

static void describe(void *self, struct seal_token_info *out_info)
{
	const struct passphrase *token = self;

	*out_info = (struct seal_token_info){.kind = SEAL_CARD_PASSPHRASE,
					     .tries_left = -1,
					     .puk_tries_left = -1,
					     .factory_pin = 0,
					     .factory_puk = 0,
					     .factory_key = 0,
					     .model = APPLET};
	(void)snprintf(out_info->where, sizeof out_info->where, "%.*s",
		       (int)sizeof out_info->where - 1, token->path);
}

static int list(const struct seal_token_place *place,
		int (*each)(void *ctx, const struct seal_token_info *info), void *ctx,
		struct seal_diag *diag)
{
	for (size_t i = 0; i < place->identity_count; i++) {
		struct passphrase *token SEAL_CLEANUP(donep) = NULL;
		struct seal_token_info info;
		int error = load(place->identities[i], &token, diag);

		if (error)
			return error;
		describe(token, &info);
		error = each(ctx, &info);
		if (error)
			return error;
	}
	return SEAL_OK;
}

static int open_card(const struct seal_token_place *place, const struct seal_card *card,
		     void **out_self, struct seal_diag *diag)
{
	for (size_t i = 0; i < place->identity_count; i++) {
		struct passphrase *token SEAL_CLEANUP(donep) = NULL;
		int error = load(place->identities[i], &token, diag);

		if (error)
			return error;
		if (strcmp(token->public.recipient, card->recipient) != 0)
			continue;
		if (card->signing_kind != SEAL_CARD_ED25519 || card->signing_len != 32 ||
		    !seal_eq_ct(token->public.signing, card->signing, 32))
			return seal_fail(diag, SEAL_E_TOKENWRONG,
					 "%s: its signing key is not the card's", token->path);
		(void)snprintf(token->holder, sizeof token->holder, "%s", card->name);
		*out_self = seal_steal(&token);
		return SEAL_OK;
	}
	return seal_fail(diag, SEAL_E_TOKENABSENT, "identity file of %s: not here", card->name);
}

/* Unlocks once for the life of the token. */
static int unlock(struct passphrase *token, const struct seal_token_asker *asker,
		  struct seal_diag *diag)
{
	struct seal_token_question question = {.what = SEAL_ASK_PASSPHRASE,
					       .applet = APPLET,
					       .token = token->path,
					       .holder = token->holder[0] ? token->holder : NULL,
					       .tries_left = -1,
					       .min_len = 1,
					       .max_len = PASSPHRASE_MAX};
	int error = SEAL_OK;

	for (int i = 0; i < ATTEMPTS && !token->identity; i++) {
		struct seal_secret *words SEAL_CLEANUP(seal_secret_freep) = NULL;

		error = asker->secret(asker->ctx, &question, &words, diag);
		if (!error)
			error = seal_identity_unlock(token->text, token->len, words,
						     &token->identity, diag);
		if (error != SEAL_OK && (error != SEAL_E_PINWRONG || asker->once))
			break;
		question.wrong_before = 1;
	}
	return error ? seal_because(diag, error, "%s", token->path) : SEAL_OK;
}

static int unwrap(void *self, const struct seal_token_asker *asker,
		  const struct seal_age_stanza *stanzas, size_t count, struct seal_secret *file_key,
		  struct seal_diag *diag)
{
	struct passphrase *token = self;
	struct seal_age_identity identity;
	size_t mine = 0;
	int error;

	for (size_t i = 0; i < count; i++)
		mine += strcmp(stanzas[i].type, "X25519") == 0;
	if (mine == 0)
		return seal_fail(diag, SEAL_E_NOIDENTITY, "not sealed to an identity file");
	error = unlock(token, asker, diag);
	if (error)
		return error;
	identity = seal_age_x25519_identity(seal_identity_x25519(token->identity));
	return identity.unwrap(identity.ctx, stanzas, count, file_key, diag);
}

static int sign(void *self, const struct seal_token_asker *asker, const void *text, size_t text_len,
		uint8_t *out, size_t cap, size_t *out_len, struct seal_diag *diag)
{
	struct passphrase *token = self;
	int error;

	if (cap < crypto_sign_BYTES)
		return seal_fail(diag, SEAL_E_ARGUMENT, "room for a signature");
	error = unlock(token, asker, diag);
	if (error)
		return error;
	if (crypto_sign_detached(out, NULL, text, text_len,
				 seal_secret_bytes(seal_identity_ed25519(token->identity))) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "Ed25519");
	*out_len = crypto_sign_BYTES;
	return SEAL_OK;
}

static int write_file(struct passphrase *token, const struct seal_token_asker *asker,
		      struct seal_diag *diag)
{
	struct seal_secret *words SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	const struct seal_token_question question = {.what = SEAL_ASK_NEW_PASSPHRASE,
						     .applet = APPLET,
						     .token = token->path,
						     .holder = token->holder,
						     .tries_left = -1,
						     .min_len = PASSPHRASE_MIN,
						     .max_len = PASSPHRASE_MAX};
	int error = seal_file_new(token->path, SEAL_FILE_NEW | SEAL_FILE_PRIVATE, &file, diag);

	/* The folder was tried first: nobody thinks of a passphrase in vain. */
	if (!error)
		error = asker->secret(asker->ctx, &question, &words, diag);
	if (!error && seal_secret_len(words) < PASSPHRASE_MIN)
		error = seal_fail(diag, SEAL_E_POLICY, "a passphrase has at least %u bytes",
				  PASSPHRASE_MIN);
	if (!error)
		error = seal_identity_lock(token->identity, words, token->text, diag);
	if (error)
		return error;
	token->len = strlen(token->text);
	error = seal_file_write(file, token->text, token->len, diag);
	return error ? error : seal_file_commit(file, diag);
}

static int enrol(const struct seal_token_place *place, const struct seal_token_plan *plan,
		 const struct seal_token_asker *asker, struct seal_card *out_card, void **out_self,
		 struct seal_diag *diag)
{
	struct passphrase *token SEAL_CLEANUP(donep) = calloc(1, sizeof *token);
	struct seal_card card = {.kind = SEAL_CARD_PASSPHRASE, .signing_kind = SEAL_CARD_ED25519};
	int error;

	(void)place;
	if (!plan->identity_out)
		return seal_fail(diag, SEAL_E_USAGE, "no path for the new identity file");
	if (!token)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", APPLET);
	token->text = calloc(1, SEAL_IDENTITY_TEXT);
	if (!token->text)
		return seal_fail(diag, SEAL_E_NOMEM, "%s", APPLET);
	(void)snprintf(token->holder, sizeof token->holder, "%s", plan->name);
	error = set_path(token, plan->identity_out, diag);
	if (!error)
		error = seal_identity_new(&token->identity, diag);
	if (!error)
		error = write_file(token, asker, diag);
	if (error)
		return error;
	token->public = *seal_identity_public(token->identity);
	(void)snprintf(card.name, sizeof card.name, "%s", plan->name);
	(void)snprintf(card.group, sizeof card.group, "%s", plan->group ? plan->group : "");
	(void)snprintf(card.recipient, sizeof card.recipient, "%s", token->public.recipient);
	seal_token_now(card.created);
	memcpy(card.signing, token->public.signing, sizeof token->public.signing);
	card.signing_len = sizeof token->public.signing;
	*out_card = card;
	*out_self = seal_steal(&token);
	return SEAL_OK;
}

const struct seal_token_driver seal_passphrase_driver = {
	.kind = SEAL_CARD_PASSPHRASE,
	.name = "passphrase",
	.list = list,
	.open = open_card,
	.enrol = enrol,
	.unwrap = unwrap,
	.sign = sign,
	.describe = describe,
	.done = done,
};
