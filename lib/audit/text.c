/* Lines of checkpoints and proofs, in one spelling each. */

#include "audit/text_internal.h"

#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

int seal_audit_text_line(struct seal_audit_text *text, const char **out_line, size_t *out_len,
			 struct seal_diag *diag)
{
	const char *end = text->left ? memchr(text->at, '\n', text->left) : NULL;

	if (!end)
		return seal_fail(diag, SEAL_E_TRUNCATED, "missing or cut short");
	*out_line = text->at;
	*out_len = (size_t)(end - text->at);
	text->left -= *out_len + 1;
	text->at = end + 1;
	return SEAL_OK;
}

int seal_audit_text_begins(const char **line, size_t *len, const char *with)
{
	size_t n = strlen(with);

	if (*len < n || strncmp(*line, with, n) != 0)
		return 0;
	*line += n;
	*len -= n;
	return 1;
}

int seal_audit_text_number(const char *line, size_t len, uint64_t *out_number,
			   struct seal_diag *diag)
{
	uint64_t number = 0;

	if (len < 1 || len > 19 || (line[0] == '0' && len > 1))
		return seal_fail(diag, SEAL_E_FORMAT, "not a number");
	for (size_t i = 0; i < len; i++) {
		if (line[i] < '0' || line[i] > '9')
			return seal_fail(diag, SEAL_E_FORMAT, "not a number");
		number = number * 10 + (uint64_t)(line[i] - '0');
	}
	/* 19 digits are below 2^64. */
	if (number > SEAL_MERKLE_SIZE_MAX)
		return seal_fail(diag, SEAL_E_FORMAT, "a number beyond 2^63");
	*out_number = number;
	return SEAL_OK;
}

int seal_audit_text_hash(const char *line, size_t len, uint8_t out[static SEAL_MERKLE_HASH],
			 struct seal_diag *diag)
{
	uint8_t hash[SEAL_MERKLE_HASH];
	size_t got = 0;
	int error = seal_unbase64(SEAL_BASE64_PADDED, line, len, hash, sizeof hash, &got, diag);

	if (!error && got != sizeof hash)
		error = SEAL_E_FORMAT;
	if (error)
		return seal_fail(diag, SEAL_E_FORMAT, "not base64 of 32 bytes");
	memcpy(out, hash, sizeof hash);
	return SEAL_OK;
}
