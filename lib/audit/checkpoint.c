/* Heads of logs. */

#include "audit/checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "audit/text_internal.h"
#include "base/encode.h"
#include "base/utf8.h"

#include "base/banned.h"

static int check_origin(const char *origin, size_t len, struct seal_diag *diag)
{
	if (len < 1 || len > SEAL_CHECKPOINT_ORIGIN)
		return seal_fail(diag, SEAL_E_FORMAT, "origin of %zu bytes", len);
	for (size_t at = 0; at < len;)
		if (seal_utf8_next(origin, len, &at) < 0x20)
			return seal_fail(diag, SEAL_E_FORMAT, "origin");
	return SEAL_OK;
}

int seal_checkpoint_text(const struct seal_checkpoint *checkpoint,
			 char out[static SEAL_CHECKPOINT_TEXT], struct seal_diag *diag)
{
	char root[SEAL_BASE64_LEN(SEAL_MERKLE_HASH)];
	int error = check_origin(checkpoint->origin, strlen(checkpoint->origin), diag);

	if (!error && checkpoint->size > SEAL_MERKLE_SIZE_MAX)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "size of a log");
	if (error)
		return error;
	seal_base64(SEAL_BASE64_PADDED, checkpoint->root, sizeof checkpoint->root, root);
	(void)snprintf(out, SEAL_CHECKPOINT_TEXT, "%s\n%llu\n%s\n", checkpoint->origin,
		       (unsigned long long)checkpoint->size, root);
	return SEAL_OK;
}

int seal_checkpoint_sign(const struct seal_checkpoint *checkpoint,
			 const struct seal_note_signer *signers, size_t count, char **out_note,
			 size_t *out_len, struct seal_diag *diag)
{
	char text[SEAL_CHECKPOINT_TEXT];
	int error = seal_checkpoint_text(checkpoint, text, diag);

	return error ? error
		     : seal_note_sign(text, strlen(text), signers, count, out_note, out_len, diag);
}

static int read_more(struct seal_audit_text *text, struct seal_diag *diag)
{
	const char *line = NULL;
	size_t len = 0;

	while (text->left) {
		int error = seal_audit_text_line(text, &line, &len, diag);

		if (!error && len == 0)
			error = seal_fail(diag, SEAL_E_FORMAT, "an empty line");
		if (error)
			return error;
	}
	return SEAL_OK;
}

static int read_text(struct seal_audit_text *text, struct seal_checkpoint *checkpoint,
		     struct seal_diag *diag)
{
	const char *line = NULL;
	size_t len = 0;
	int error = seal_audit_text_line(text, &line, &len, diag);

	if (!error)
		error = check_origin(line, len, diag);
	if (error)
		return seal_because(diag, error, "line 1");
	memcpy(checkpoint->origin, line, len);
	error = seal_audit_text_line(text, &line, &len, diag);
	if (!error)
		error = seal_audit_text_number(line, len, &checkpoint->size, diag);
	if (error)
		return seal_because(diag, error, "line 2");
	error = seal_audit_text_line(text, &line, &len, diag);
	if (!error)
		error = seal_audit_text_hash(line, len, checkpoint->root, diag);
	if (error)
		return seal_because(diag, error, "line 3");
	checkpoint->has_more = text->left > 0;
	return read_more(text, diag);
}

int seal_checkpoint_read(const struct seal_note *note, struct seal_checkpoint *out_checkpoint,
			 struct seal_diag *diag)
{
	struct seal_checkpoint checkpoint = {0};
	struct seal_audit_text text = {0};
	int error;

	text.at = seal_note_text(note, &text.left);
	error = read_text(&text, &checkpoint, diag);
	if (error)
		return seal_because(diag, error, "checkpoint");
	*out_checkpoint = checkpoint;
	return SEAL_OK;
}
