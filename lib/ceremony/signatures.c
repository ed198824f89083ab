/* Cosignatures of a transcript's head by tokens. */

#include "ceremony/signatures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/cosign.h"
#include "base/file.h"
#include "base/own.h"
#include "base/secret.h"
#include "ceremony/cosigners.h"

#include "base/banned.h"

void seal_signatures_done(struct seal_signatures *signatures)
{
	free(signatures->keys);
	free(signatures->note);
	*signatures = (struct seal_signatures){0};
}

static int check_head(const struct seal_signatures *signatures, const struct seal_note *note,
		      struct seal_diag *diag)
{
	struct seal_checkpoint head = {0};
	int error = seal_checkpoint_read(note, &head, diag);

	if (error)
		return error;
	return head.size == signatures->head.size &&
			       strcmp(head.origin, signatures->head.origin) == 0 &&
			       seal_eq_ct(head.root, signatures->head.root, sizeof head.root)
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_VERIFY, "signed for another head");
}

static int check_all(struct seal_signatures *signatures, const struct seal_note *note,
		     struct seal_diag *diag)
{
	struct seal_cosign_verdict verdicts[SEAL_NOTE_SIGNATURES];
	struct seal_note_key *keys = calloc(signatures->count + 1, sizeof *keys);
	int error = keys ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "signatures");

	if (error)
		return error;
	for (size_t i = 0; i < signatures->count; i++)
		keys[i] = signatures->keys[i].key;
	seal_cosign_check(note, keys, signatures->count, verdicts);
	for (size_t i = 0; i < seal_note_count(note) && !error; i++) {
		if (!verdicts[i].key)
			continue;
		if (verdicts[i].error || !verdicts[i].seconds)
			error = seal_fail(diag, SEAL_E_VERIFY,
					  "the signature of %s does not verify",
					  verdicts[i].key->name);
		else
			signatures->keys[verdicts[i].key - keys].seconds = verdicts[i].seconds;
	}
	free(keys);
	return error;
}

/* What is on disk, believed when it verifies. */
static int read_note(struct seal_signatures *signatures, struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	size_t len = 0;
	int error = seal_file_read(signatures->path, SEAL_CHECKPOINT_MAX, &bytes, &len, diag);

	if (error == SEAL_E_NOTFOUND)
		return SEAL_OK;
	if (!error)
		error = seal_note_parse(bytes, len, &note, diag);
	if (!error)
		error = check_head(signatures, note, diag);
	if (!error)
		error = check_all(signatures, note, diag);
	if (error)
		return seal_because(diag, error, "%s", signatures->path);
	free(signatures->note);
	signatures->note = seal_steal(&bytes);
	signatures->len = len;
	return SEAL_OK;
}

static int is_of(const struct seal_card *one, const struct seal_card *other)
{
	return one && one->signing_kind == other->signing_kind &&
	       one->signing_len == other->signing_len &&
	       seal_eq_ct(one->signing, other->signing, one->signing_len);
}

/* The same card may be in several folders. */
static int has(const struct seal_signatures *signatures, const struct seal_card *card)
{
	for (size_t i = 0; i < signatures->count; i++)
		if (is_of(signatures->keys[i].card, card))
			return 1;
	return 0;
}

int seal_signatures_open(const char *transcript, const struct seal_checkpoint *head,
			 const struct seal_card *const *cards, size_t count,
			 struct seal_signatures *out, struct seal_diag *diag)
{
	struct seal_signatures signatures SEAL_CLEANUP(seal_signatures_done) = {.head = *head};
	int len = snprintf(signatures.path, sizeof signatures.path, "%s.checkpoint", transcript);
	int error = len < (int)sizeof signatures.path
			    ? SEAL_OK
			    : seal_fail(diag, SEAL_E_IO, "%s: path too long", transcript);

	if (error)
		return error;
	signatures.keys = calloc(count + 1, sizeof *signatures.keys);
	if (!signatures.keys)
		return seal_fail(diag, SEAL_E_NOMEM, "signatures");
	for (size_t i = 0; i < count && !error; i++) {
		struct seal_signature_key *key = &signatures.keys[signatures.count];

		if (has(&signatures, cards[i]))
			continue;
		key->card = cards[i];
		error = seal_cosign_key_card(cards[i], &key->key, diag);
		signatures.count++;
	}
	if (!error)
		error = read_note(&signatures, diag);
	if (error)
		return error;
	*out = signatures;
	signatures = (struct seal_signatures){0};
	return SEAL_OK;
}

uint64_t seal_signatures_time(const struct seal_signatures *signatures, const char *person)
{
	for (size_t i = 0; i < signatures->count; i++)
		if (signatures->keys[i].seconds &&
		    strcmp(signatures->keys[i].card->name, person) == 0)
			return signatures->keys[i].seconds;
	return 0;
}

int seal_signatures_knows(const struct seal_signatures *signatures, const char *person)
{
	for (size_t i = 0; i < signatures->count; i++)
		if (strcmp(signatures->keys[i].card->name, person) == 0)
			return 1;
	return 0;
}

struct signing {
	struct seal_token *token;
	const struct seal_token_asker *asker;
};

static int sign(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		size_t *out_len, struct seal_diag *diag)
{
	const struct signing *signing = ctx;

	return seal_token_sign(signing->token, signing->asker, text, text_len, out, cap, out_len,
			       diag);
}

static int write_note(struct seal_signatures *signatures, const char *note, size_t len,
		      struct seal_diag *diag)
{
	struct seal_file *file SEAL_CLEANUP(seal_file_freep) = NULL;
	int error = seal_file_new(signatures->path, 0, &file, diag);

	if (!error)
		error = seal_file_write(file, note, len, diag);
	if (!error)
		error = seal_file_commit(file, diag);
	return error ? error : read_note(signatures, diag);
}

static int sign_with(struct seal_signatures *signatures, const struct seal_signature_key *key,
		     struct signing *signing, struct seal_diag *diag)
{
	struct seal_cosigner cosigner = {sign, signing, (uint64_t)time(NULL)};
	struct seal_note_signer signer = seal_cosign_signer(&key->key, &cosigner);
	char *note SEAL_CLEANUP(seal_text_freep) = NULL;
	size_t len = 0;
	int error = signatures->note ? seal_cosign_add(signatures->note, signatures->len, &signer,
						       1, &note, &len, diag)
				     : seal_checkpoint_sign(&signatures->head, &signer, 1, &note,
							    &len, diag);

	return error ? error : write_note(signatures, note, len, diag);
}

int seal_signatures_add(struct seal_signatures *signatures, const char *person,
			const struct seal_signing *how, struct seal_diag *diag)
{
	struct seal_token *token SEAL_CLEANUP(seal_token_freep) = NULL;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	const struct seal_card **cards = calloc(signatures->count + 1, sizeof *cards);
	struct seal_signing own = *how;
	struct signing signing = {NULL, how->asker};
	size_t i;
	int error;

	if (!cards)
		return seal_fail(diag, SEAL_E_NOMEM, "signatures");
	own.cards = cards;
	own.count = 0;
	for (i = 0; i < signatures->count; i++)
		if (strcmp(signatures->keys[i].card->name, person) == 0)
			cards[own.count++] = signatures->keys[i].card;
	error = seal_signing_open(&own, &token, diag);
	free(cards);
	if (error)
		return error;
	signing.token = token;
	for (i = 0; i < signatures->count; i++)
		if (is_of(signatures->keys[i].card, seal_token_card(token)))
			return sign_with(signatures, &signatures->keys[i], &signing, diag);
	return seal_fail(diag, SEAL_E_TOKENWRONG, "no card of %s", person);
}
