/* Statements of drills: one spelling, there and back. */

#include "share/drill.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"
#include "share/field.h"
#include "share/manifest_internal.h"

#include "base/banned.h"

#define STEM "sealkit-drill/"
#define MAGIC STEM "1"
#define NONE "none"
#define KEY_TYPE "sealkit/share-proof"

int seal_drill_challenge_check(const char *challenge, struct seal_diag *diag)
{
	return strlen(challenge) == SEAL_DRILL_CHALLENGE &&
			       strspn(challenge, "0123456789abcdef") == SEAL_DRILL_CHALLENGE
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_FORMAT, "challenge: not %u lower-case hex digits",
				   SEAL_DRILL_CHALLENGE);
}

static void write_text(const struct seal_drill *drill, char out[static SEAL_DRILL_TEXT])
{
	char manifest[2 * SEAL_MANIFEST_DIGEST + 1];
	char card[2 * SEAL_CARD_FINGERPRINT + 1];

	seal_hex(drill->manifest, sizeof drill->manifest, manifest);
	seal_hex(drill->card, sizeof drill->card, card);
	(void)snprintf(out, SEAL_DRILL_TEXT,
		       MAGIC "\nset: %s\nepoch: %u\nmanifest: %s\nshare: %u\ncard: %s\n"
			     "challenge: %s\ntime: %s\nversion: %s\n%s",
		       drill->set, drill->epoch, manifest, drill->share, card,
		       drill->challenge[0] ? drill->challenge : NONE, drill->time, drill->version,
		       drill->rehearsal ? "rehearsal: yes\n" : "");
}

/* What was written is read again: no text leaves here that would be refused. */
int seal_drill_text(const struct seal_drill *drill, char out[static SEAL_DRILL_TEXT],
		    struct seal_diag *diag)
{
	char text[SEAL_DRILL_TEXT];
	struct seal_drill again;
	unsigned line = 0;
	int error;

	write_text(drill, text);
	error = seal_drill_parse(text, strlen(text), &again, &line, diag);
	if (!error)
		memcpy(out, text, strlen(text) + 1);
	return error;
}

static int take_challenge(struct seal_field_reader *reader, struct seal_drill *drill,
			  struct seal_diag *diag)
{
	uint8_t bytes[SEAL_DRILL_CHALLENGE / 2];
	struct seal_field value = {0};
	int error = seal_field_take(reader, "challenge", &value, diag);

	if (error || (value.len == strlen(NONE) && seal_field_prefix(&value, NONE)))
		return error;
	error = seal_field_hex(value, bytes, sizeof bytes, diag);
	if (!error)
		seal_hex(bytes, sizeof bytes, drill->challenge);
	return error;
}

static int take_version(struct seal_field_reader *reader, struct seal_drill *drill,
			struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_take(reader, "version", &value, diag);

	if (error)
		return error;
	for (size_t i = 0; i < value.len; i++)
		if (value.text[i] <= ' ' || value.text[i] > '~' || value.len > SEAL_DRILL_VERSION)
			return seal_fail(diag, SEAL_E_FORMAT, "not a version of up to %u letters",
					 SEAL_DRILL_VERSION);
	memcpy(drill->version, value.text, value.len);
	return SEAL_OK;
}

static int take_rehearsal(struct seal_field_reader *reader, struct seal_drill *drill,
			  struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error;

	if (reader->left == 0)
		return SEAL_OK;
	error = seal_field_take(reader, "rehearsal", &value, diag);
	if (!error && (!seal_field_prefix(&value, "yes") || value.len > 0))
		error = seal_fail(diag, SEAL_E_FORMAT, "not `yes`");
	drill->rehearsal = !error;
	return error;
}

static int take_set(struct seal_field_reader *reader, struct seal_drill *drill,
		    struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_magic(reader, STEM, MAGIC, diag);

	if (!error)
		error = seal_field_take(reader, "set", &value, diag);
	if (!error)
		error = seal_field_set(value, drill->set, diag);
	if (!error)
		error = seal_field_take(reader, "epoch", &value, diag);
	if (!error)
		error = seal_field_number(value, SEAL_MANIFEST_EPOCH_MAX, &drill->epoch, diag);
	if (!error)
		error = seal_field_take(reader, "manifest", &value, diag);
	return error ? error : seal_field_hex(value, drill->manifest, sizeof drill->manifest, diag);
}

static int take_proof(struct seal_field_reader *reader, struct seal_drill *drill,
		      struct seal_diag *diag)
{
	struct seal_field value = {0};
	int error = seal_field_take(reader, "share", &value, diag);

	if (!error)
		error = seal_field_number(value, SEAL_MANIFEST_SHARES, &drill->share, diag);
	if (!error)
		error = seal_field_take(reader, "card", &value, diag);
	if (!error)
		error = seal_field_hex(value, drill->card, sizeof drill->card, diag);
	if (!error)
		error = take_challenge(reader, drill, diag);
	if (!error)
		error = seal_field_take(reader, "time", &value, diag);
	return error ? error : seal_field_time(value, drill->time, diag);
}

int seal_drill_parse(const char *text, size_t len, struct seal_drill *out_drill, unsigned *out_line,
		     struct seal_diag *diag)
{
	struct seal_field_reader reader = {.at = text, .left = len};
	struct seal_drill drill = {0};
	int error = take_set(&reader, &drill, diag);

	if (!error)
		error = take_proof(&reader, &drill, diag);
	if (!error)
		error = take_version(&reader, &drill, diag);
	if (!error)
		error = take_rehearsal(&reader, &drill, diag);
	if (!error && reader.left > 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "more text after the rehearsal");
	*out_line = reader.line;
	if (!error)
		*out_drill = drill;
	return error;
}

static int verify(const struct seal_note_key *key, const void *text, size_t text_len,
		  const uint8_t *signature, size_t len, struct seal_diag *diag)
{
	if (len != SEAL_PROOF_SIGNATURE)
		return seal_fail(diag, SEAL_E_VERIFY, "a signature of %zu bytes", len);
	return seal_proof_verify(key->bytes, text, text_len, signature, diag);
}

int seal_drill_key(const struct seal_manifest *manifest, size_t index,
		   struct seal_note_key *out_key, struct seal_diag *diag)
{
	if (index >= manifest->total)
		return seal_fail(diag, SEAL_E_ARGUMENT, "share %zu", index + 1);
	return seal_note_key_other(SEAL_DRILL_SIGNER, KEY_TYPE, manifest->shares[index].proof,
				   SEAL_PROOF_PUBLIC, verify, out_key, diag);
}
