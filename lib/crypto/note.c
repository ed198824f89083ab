/* Reading signed notes. Threat: a note that two readers take for two texts, so
   there is one form only, and the last empty line alone ends the text. */

#include "crypto/note_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

struct seal_note {
	char *bytes; /* the whole; names are cut out of it in place */
	size_t len, text_len;
	uint8_t *decoded;
	size_t decoded_len;
	struct seal_note_signature signature[SEAL_NOTE_SIGNATURES];
	size_t count;
};

void seal_note_free(struct seal_note *note)
{
	if (!note)
		return;
	free(note->bytes);
	free(note->decoded);
	free(note);
}

void seal_note_freep(struct seal_note **note)
{
	seal_note_free(*note);
	*note = NULL;
}

const char *seal_note_text(const struct seal_note *note, size_t *out_len)
{
	*out_len = note->text_len;
	return note->bytes;
}

size_t seal_note_count(const struct seal_note *note)
{
	return note->count;
}

const struct seal_note_signature *seal_note_signature(const struct seal_note *note, size_t i)
{
	return i < note->count ? &note->signature[i] : NULL;
}

/* One line without its newline. The decoded bytes of all lines are shorter than
   the lines, for which `decoded` has room. */
static int read_line(struct seal_note *note, char *line, size_t len, struct seal_diag *diag)
{
	struct seal_note_signature *signature = &note->signature[note->count];
	uint8_t *out = note->decoded + note->decoded_len;
	const char *space;
	size_t name_len;
	size_t got = 0;
	int error;

	if (note->count == SEAL_NOTE_SIGNATURES)
		return seal_fail(diag, SEAL_E_TOOLONG, "more than %u signatures",
				 SEAL_NOTE_SIGNATURES);
	if (len < SEAL_NOTE_DASH_LEN || !seal_eq_ct(line, SEAL_NOTE_DASH, SEAL_NOTE_DASH_LEN))
		return seal_fail(diag, SEAL_E_FORMAT, "no signature line");
	line += SEAL_NOTE_DASH_LEN;
	len -= SEAL_NOTE_DASH_LEN;
	space = memchr(line, ' ', len);
	name_len = space ? (size_t)(space - line) : 0;
	if (!seal_note_name_ok(line, name_len))
		return seal_fail(diag, SEAL_E_FORMAT, "name of a key");
	error = seal_unbase64(SEAL_BASE64_PADDED, line + name_len + 1, len - name_len - 1, out,
			      SEAL_NOTE_SIGNATURE_MAX + 4, &got, diag);
	if (error)
		return error;
	if (got < 5)
		return seal_fail(diag, SEAL_E_FORMAT, "signature of %zu bytes", got);
	line[name_len] = '\0';
	signature->name = line;
	memcpy(signature->id, out, 4);
	signature->bytes = out + 4;
	signature->len = got - 4;
	note->decoded_len += got;
	note->count++;
	return SEAL_OK;
}

/* Finds the last empty line; *out_at is where the signatures begin. */
static int split(const struct seal_note *note, size_t *out_at)
{
	for (size_t at = note->len; at >= 2; at--)
		if (note->bytes[at - 2] == '\n' && note->bytes[at - 1] == '\n') {
			*out_at = at;
			return at < note->len;
		}
	return 0;
}

static int read_signatures(struct seal_note *note, struct seal_diag *diag)
{
	size_t at = 0;

	if (!split(note, &at))
		return seal_fail(diag, SEAL_E_FORMAT, "no signatures");
	note->text_len = at - 1;
	while (at < note->len) {
		char *line = note->bytes + at;
		const char *end = memchr(line, '\n', note->len - at);
		int error;

		if (!end)
			return seal_fail(diag, SEAL_E_TRUNCATED, "last line has no end");
		error = read_line(note, line, (size_t)(end - line), diag);
		if (error)
			return seal_because(diag, error, "signature %zu", note->count + 1);
		at += (size_t)(end - line) + 1;
	}
	return SEAL_OK;
}

int seal_note_parse(const void *bytes, size_t len, struct seal_note **out_note,
		    struct seal_diag *diag)
{
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	int error;

	if (len > SEAL_NOTE_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "note of %zu bytes", len);
	note = calloc(1, sizeof *note);
	if (!note)
		return seal_fail(diag, SEAL_E_NOMEM, "note");
	note->bytes = malloc(len + 1);
	/* A line that is too long must be refused by its decoder, not overrun it. */
	note->decoded = malloc(len + SEAL_NOTE_SIGNATURE_MAX + 4);
	if (!note->bytes || !note->decoded)
		return seal_fail(diag, SEAL_E_NOMEM, "note");
	if (len > 0)
		memcpy(note->bytes, bytes, len);
	note->bytes[len] = '\0';
	note->len = len;
	if (!seal_note_text_ok(note->bytes, len))
		return seal_fail(diag, SEAL_E_FORMAT, "note: not UTF-8, or control characters");
	error = read_signatures(note, diag);
	if (error)
		return seal_because(diag, error, "note");
	*out_note = seal_steal(&note);
	return SEAL_OK;
}
