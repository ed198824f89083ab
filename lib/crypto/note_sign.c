/* Making signed notes. */

#include "crypto/note_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/own.h"

#include "base/banned.h"

#define LINE_MAX_LEN \
	(SEAL_NOTE_DASH_LEN + SEAL_NOTE_NAME_MAX + 2 + SEAL_BASE64_LEN(SEAL_NOTE_SIGNATURE_MAX + 4))

static int sign_ed25519(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
			size_t *out_len, struct seal_diag *diag)
{
	const struct seal_secret *secret = ctx;

	if (cap < 64 || seal_secret_len(secret) != 64)
		return seal_fail(diag, SEAL_E_ARGUMENT, "Ed25519: length");
	if (crypto_sign_detached(out, NULL, text, text_len, seal_secret_bytes(secret)) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "Ed25519");
	*out_len = 64;
	return SEAL_OK;
}

struct seal_note_signer seal_note_signer_ed25519(const struct seal_note_key *key,
						 struct seal_secret *secret)
{
	return (struct seal_note_signer){.key = key, .sign = sign_ed25519, .ctx = secret};
}

/* Appends one line at *at; out has room for LINE_MAX_LEN more. bytes: the id and the signature. */
static void put_line(const char *name, const uint8_t *bytes, size_t len, char *out, size_t *at)
{
	char base64[SEAL_BASE64_LEN(4 + SEAL_NOTE_SIGNATURE_MAX)];

	seal_base64(SEAL_BASE64_PADDED, bytes, len, base64);
	*at += (size_t)snprintf(out + *at, LINE_MAX_LEN, SEAL_NOTE_DASH "%s %s\n", name, base64);
}

static int add_line(const char *text, size_t len, const struct seal_note_signer *signer, char *out,
		    size_t *at, struct seal_diag *diag)
{
	uint8_t bytes[4 + SEAL_NOTE_SIGNATURE_MAX];
	size_t got = 0;
	int error = signer->sign(signer->ctx, text, len, bytes + 4, SEAL_NOTE_SIGNATURE_MAX, &got,
				 diag);

	if (!error)
		error = signer->key->verify(signer->key, text, len, bytes + 4, got, diag);
	if (error)
		return seal_because(diag, error, "signature of %s", signer->key->name);
	memcpy(bytes, signer->key->id, 4);
	put_line(signer->key->name, bytes, got + 4, out, at);
	return SEAL_OK;
}

int seal_note_sign(const char *text, size_t len, const struct seal_note_signer *signers,
		   size_t count, char **out_note, size_t *out_len, struct seal_diag *diag)
{
	char *out SEAL_CLEANUP(seal_text_freep) = NULL;
	size_t at = len + 1;

	if (count < 1 || count > SEAL_NOTE_SIGNATURES)
		return seal_fail(diag, SEAL_E_ARGUMENT, "%zu signers", count);
	if (len > SEAL_NOTE_MAX - 1)
		return seal_fail(diag, SEAL_E_TOOLONG, "text of %zu bytes", len);
	if (len < 1 || text[len - 1] != '\n' || !seal_note_text_ok(text, len))
		return seal_fail(diag, SEAL_E_FORMAT, "text of a note");
	out = malloc(len + 2 + count * LINE_MAX_LEN);
	if (!out)
		return seal_fail(diag, SEAL_E_NOMEM, "note");
	memcpy(out, text, len);
	out[len] = '\n';
	for (size_t i = 0; i < count; i++) {
		int error = add_line(text, len, &signers[i], out, &at, diag);

		if (error)
			return error;
	}
	if (at > SEAL_NOTE_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "note of %zu bytes", at);
	*out_note = seal_steal(&out);
	*out_len = at;
	return SEAL_OK;
}

int seal_note_add(const struct seal_note *note, const struct seal_note_signer *signer,
		  char **out_note, size_t *out_len, struct seal_diag *diag)
{
	char *out SEAL_CLEANUP(seal_text_freep) = NULL;
	size_t count = seal_note_count(note);
	size_t len = 0;
	const char *text = seal_note_text(note, &len);
	size_t at = len + 1;
	int error;

	if (count >= SEAL_NOTE_SIGNATURES)
		return seal_fail(diag, SEAL_E_TOOLONG, "note: has %zu signatures already", count);
	out = malloc(len + 2 + (count + 1) * LINE_MAX_LEN);
	if (!out)
		return seal_fail(diag, SEAL_E_NOMEM, "note");
	memcpy(out, text, len);
	out[len] = '\n';
	for (size_t i = 0; i < count; i++) {
		const struct seal_note_signature *signature = seal_note_signature(note, i);
		uint8_t bytes[4 + SEAL_NOTE_SIGNATURE_MAX];

		memcpy(bytes, signature->id, 4);
		memcpy(bytes + 4, signature->bytes, signature->len);
		put_line(signature->name, bytes, signature->len + 4, out, &at);
	}
	error = add_line(text, len, signer, out, &at, diag);
	if (!error && at > SEAL_NOTE_MAX)
		error = seal_fail(diag, SEAL_E_TOOLONG, "note of %zu bytes", at);
	if (error)
		return error;
	*out_note = seal_steal(&out);
	*out_len = at;
	return SEAL_OK;
}
