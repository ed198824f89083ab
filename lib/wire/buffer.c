/* Growing bytes and the cursor over untrusted ones. */

#include "wire/buffer.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

#define FIRST 1024u

int seal_buffer_add(struct seal_buffer *buffer, const void *bytes, size_t len,
		    struct seal_diag *diag)
{
	size_t cap = buffer->cap ? buffer->cap : FIRST;
	uint8_t *wider;

	if (len == 0)
		return SEAL_OK;
	if (len > SIZE_MAX / 4 - buffer->len)
		return seal_fail(diag, SEAL_E_TOOLONG, "buffer");
	if (buffer->len + len > buffer->cap) {
		while (cap < buffer->len + len)
			cap *= 2;
		wider = malloc(cap);
		if (!wider)
			return seal_fail(diag, SEAL_E_NOMEM, "buffer");
		if (buffer->len) {
			memcpy(wider, buffer->bytes, buffer->len);
			seal_wipe(buffer->bytes, buffer->len);
		}
		free(buffer->bytes);
		buffer->bytes = wider;
		buffer->cap = cap;
	}
	memcpy(buffer->bytes + buffer->len, bytes, len);
	buffer->len += len;
	return SEAL_OK;
}

void seal_buffer_done(struct seal_buffer *buffer)
{
	if (buffer->bytes)
		seal_wipe(buffer->bytes, buffer->len);
	free(buffer->bytes);
	*buffer = (struct seal_buffer){0};
}

void seal_put_be(uint8_t *out, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		out[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
}

static const uint8_t *take(struct seal_reader *reader, size_t len)
{
	const uint8_t *bytes = reader->bytes;

	if (reader->bad || len > reader->left) {
		reader->bad = 1;
		return NULL;
	}
	reader->bytes += len;
	reader->left -= len;
	return bytes;
}

uint64_t seal_reader_be(struct seal_reader *reader, size_t width)
{
	const uint8_t *bytes = take(reader, width);
	uint64_t value = 0;

	for (size_t i = 0; bytes && i < width; i++)
		value = value << 8 | bytes[i];
	return value;
}

const uint8_t *seal_reader_bytes(struct seal_reader *reader, size_t max, size_t *out_len)
{
	size_t len = (size_t)seal_reader_be(reader, 4);
	const uint8_t *bytes = NULL;

	if (len > max)
		reader->bad = 1;
	bytes = take(reader, len);
	*out_len = bytes ? len : 0;
	return bytes;
}

const char *seal_reader_text(struct seal_reader *reader, size_t max)
{
	size_t len = 0;
	const uint8_t *bytes = seal_reader_bytes(reader, max + 1, &len);

	if (!bytes || len == 0 || memchr(bytes, 0, len) != bytes + len - 1) {
		reader->bad = 1;
		return "";
	}
	return (const char *)bytes;
}

int seal_reader_end(const struct seal_reader *reader, const char *what, struct seal_diag *diag)
{
	if (reader->bad)
		return seal_fail(diag, SEAL_E_FORMAT, "%s: malformed", what);
	if (reader->left)
		return seal_fail(diag, SEAL_E_FORMAT, "%s: bytes behind its end", what);
	return SEAL_OK;
}
