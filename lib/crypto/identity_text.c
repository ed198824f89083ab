/* The text of identity files. Reading is lenient nowhere: what was read is written
   again and must come out byte for byte the same. */

#include "crypto/identity_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define VERSION "sealkit-identity/1"

/* What is left of the text. */
struct cursor {
	const char *at;
	size_t len;
};

/* Takes a fixed text. */
static int take(struct cursor *in, const char *want)
{
	size_t len = strlen(want);

	if (in->len < len || !seal_eq_ct(in->at, want, len))
		return 0;
	in->at += len;
	in->len -= len;
	return 1;
}

/* Takes up to and with `end`; *out_len is without it. */
static const char *take_until(struct cursor *in, char end, size_t *out_len)
{
	const char *from = in->at;
	const char *found = memchr(from, end, in->len);

	if (!found)
		return NULL;
	*out_len = (size_t)(found - from);
	in->at += *out_len + 1;
	in->len -= *out_len + 1;
	return from;
}

/* Up to nine digits, so that it fits. */
static int take_number(struct cursor *in, uint32_t *out)
{
	uint32_t value = 0;
	size_t digits = 0;

	while (digits < 9 && digits < in->len && in->at[digits] >= '0' && in->at[digits] <= '9')
		value = value * 10 + (uint32_t)(in->at[digits++] - '0');
	in->at += digits;
	in->len -= digits;
	*out = value;
	return digits > 0;
}

static int take_base64(struct cursor *in, enum seal_base64 kind, uint8_t *out, size_t want)
{
	size_t len = 0;
	size_t got = 0;
	const char *text = take_until(in, '\n', &len);

	return text && seal_unbase64(kind, text, len, out, want, &got, NULL) == SEAL_OK &&
	       got == want;
}

static int read_kdf(struct cursor *in, struct seal_identity_file *file)
{
	return take(in, "kdf: $argon2id$v=19$m=") && take_number(in, &file->cost.memory) &&
	       take(in, ",t=") && take_number(in, &file->cost.passes) && take(in, ",p=") &&
	       take_number(in, &file->cost.lanes) && take(in, "$") &&
	       take_base64(in, SEAL_BASE64_RAW, file->salt, sizeof file->salt);
}

static int read_recipient(struct cursor *in, struct seal_identity_file *file)
{
	size_t len = 0;
	const char *text = take(in, "recipient: ") ? take_until(in, '\n', &len) : NULL;

	if (!text || len >= sizeof file->public.recipient || memchr(text, '\0', len))
		return 0;
	memcpy(file->public.recipient, text, len);
	return 1;
}

void seal_identity_write(struct seal_identity_file *file, int box,
			 char out_text[static SEAL_IDENTITY_TEXT])
{
	char salt[SEAL_BASE64_LEN(sizeof file->salt)];
	char signing[SEAL_BASE64_LEN(sizeof file->public.signing)];
	char boxed[SEAL_BASE64_LEN(sizeof file->box)];

	seal_base64(SEAL_BASE64_RAW, file->salt, sizeof file->salt, salt);
	seal_base64(SEAL_BASE64_PADDED, file->public.signing, sizeof file->public.signing, signing);
	file->head = (size_t)snprintf(
		out_text, SEAL_IDENTITY_TEXT,
		VERSION "\nkdf: $argon2id$v=19$m=%u,t=%u,p=%u$%s\nrecipient: %s\nsigning: %s\n",
		file->cost.memory, file->cost.passes, file->cost.lanes, salt,
		file->public.recipient, signing);
	if (!box)
		return;
	seal_base64(SEAL_BASE64_PADDED, file->box, sizeof file->box, boxed);
	(void)snprintf(out_text + file->head, SEAL_IDENTITY_TEXT - file->head, "box: %s\n", boxed);
}

int seal_identity_read(const char *text, size_t len, struct seal_identity_file *out_file,
		       struct seal_diag *diag)
{
	struct seal_identity_file file = {.head = 0};
	struct cursor in = {text, len};
	char again[SEAL_IDENTITY_TEXT];

	if (len >= SEAL_IDENTITY_TEXT)
		return seal_fail(diag, SEAL_E_TOOLONG, "identity file of %zu bytes", len);
	if (!take(&in, "sealkit-identity/"))
		return seal_fail(diag, SEAL_E_FORMAT, "not an identity file");
	if (!take(&in, "1\n"))
		return seal_fail(diag, SEAL_E_VERSION, "identity file of another version");
	if (!read_kdf(&in, &file) || !read_recipient(&in, &file) || !take(&in, "signing: ") ||
	    !take_base64(&in, SEAL_BASE64_PADDED, file.public.signing,
			 sizeof file.public.signing) ||
	    !take(&in, "box: ") ||
	    !take_base64(&in, SEAL_BASE64_PADDED, file.box, sizeof file.box) || in.len != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "identity file: malformed");
	seal_identity_write(&file, 1, again);
	if (strlen(again) != len || !seal_eq_ct(again, text, len))
		return seal_fail(diag, SEAL_E_FORMAT, "identity file: not in its one form");
	*out_file = file;
	return SEAL_OK;
}
