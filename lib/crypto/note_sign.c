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

/* Appends one line at *at; out has room for LINE_MAX_LEN more. */
static int add_line(const char *text, size_t len, const struct seal_note_signer *signer, char *out,
		    size_t *at, struct seal_diag *diag)
{
	uint8_t bytes[4 + SEAL_NOTE_SIGNATURE_MAX];
	char base64[SEAL_BASE64_LEN(sizeof bytes)];
	size_t got = 0;
	int error = signer->sign(signer->ctx, text, len, bytes + 4, SEAL_NOTE_SIGNATURE_MAX, &got,
				 diag);

	if (!error)
		error = signer->key->verify(signer->key, text, len, bytes + 4, got, diag);
	if (error)
		return seal_because(diag, error, "signature of %s", signer->key->name);
	memcpy(bytes, signer->key->id, 4);
	seal_base64(SEAL_BASE64_PADDED, bytes, got + 4, base64);
	*at += (size_t)snprintf(out + *at, LINE_MAX_LEN, SEAL_NOTE_DASH "%s %s\n",
				signer->key->name, base64);
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
