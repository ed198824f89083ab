/* Requests and responses as payloads of frames. */

#include "wire/message.h"

#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

const char *seal_message_field_name(enum seal_message_field field)
{
	static const char *const names[SEAL_FIELD_END_] = {
		[SEAL_FIELD_TOKEN] = "x-vault-token",
		[SEAL_FIELD_AUTHORIZATION] = "authorization",
		[SEAL_FIELD_NAMESPACE] = "x-vault-namespace",
		[SEAL_FIELD_WRAP_TTL] = "x-vault-wrap-ttl",
		[SEAL_FIELD_WRAP_FORMAT] = "x-vault-wrap-format",
		[SEAL_FIELD_REQUEST] = "x-vault-request",
		[SEAL_FIELD_CONTENT_TYPE] = "content-type",
		[SEAL_FIELD_LOCATION] = "location",
		[SEAL_FIELD_RETRY_AFTER] = "retry-after",
		[SEAL_FIELD_ALLOW] = "allow",
		[SEAL_FIELD_VERDICT] = "sealkit-verdict",
	};

	return (unsigned)field < SEAL_FIELD_END_ ? names[field] : NULL;
}

static int add_number(struct seal_buffer *buffer, uint64_t value, size_t width,
		      struct seal_diag *diag)
{
	uint8_t bytes[8];

	seal_put_be(bytes, value, width);
	return seal_buffer_add(buffer, bytes, width, diag);
}

static int add_bytes(struct seal_buffer *buffer, const void *bytes, size_t len, size_t max,
		     struct seal_diag *diag)
{
	int error;

	if (len > max)
		return seal_fail(diag, SEAL_E_TOOLONG, "part of a message");
	error = add_number(buffer, len, 4, diag);
	return error ? error : seal_buffer_add(buffer, bytes, len, diag);
}

static int add_text(struct seal_buffer *buffer, const char *text, size_t max,
		    struct seal_diag *diag)
{
	return add_bytes(buffer, text, strlen(text) + 1, max + 1, diag);
}

static int add_fields(struct seal_buffer *buffer, const char *const *fields, struct seal_diag *diag)
{
	unsigned count = 0;
	int error;

	for (unsigned i = 1; i < SEAL_FIELD_END_; i++)
		count += fields[i] != NULL;
	error = add_number(buffer, count, 1, diag);
	for (unsigned i = 1; i < SEAL_FIELD_END_ && !error; i++) {
		if (!fields[i])
			continue;
		error = add_number(buffer, i, 1, diag);
		if (!error)
			error = add_text(buffer, fields[i], SEAL_MESSAGE_VALUE, diag);
	}
	return error;
}

static void take_fields(struct seal_reader *reader, const char **fields)
{
	uint64_t count = seal_reader_be(reader, 1);

	if (count > SEAL_MESSAGE_FIELDS)
		reader->bad = 1;
	for (uint64_t i = 0; i < count && !reader->bad; i++) {
		uint64_t field = seal_reader_be(reader, 1);
		const char *text = seal_reader_text(reader, SEAL_MESSAGE_VALUE);

		if (field == 0 || field >= SEAL_FIELD_END_ || fields[field])
			reader->bad = 1;
		else
			fields[field] = text;
	}
}

/* Undoes a half-encoded message. */
static int settle(struct seal_buffer *buffer, size_t before, int error)
{
	if (error && buffer->len > before) {
		seal_wipe(buffer->bytes + before, buffer->len - before);
		buffer->len = before;
	}
	return error;
}

int seal_request_encode(const struct seal_request_message *message, struct seal_buffer *buffer,
			struct seal_diag *diag)
{
	size_t before = buffer->len;
	int error = add_number(buffer, SEAL_MESSAGE_VERSION, 1, diag);

	if (!error)
		error = add_text(buffer, message->method, SEAL_MESSAGE_METHOD, diag);
	if (!error)
		error = add_text(buffer, message->target, SEAL_MESSAGE_TARGET, diag);
	if (!error)
		error = add_text(buffer, message->peer, SEAL_MESSAGE_PEER, diag);
	if (!error)
		error = add_fields(buffer, message->fields, diag);
	if (!error)
		error = add_bytes(buffer, message->body, message->body_len, SEAL_MESSAGE_BODY,
				  diag);
	return settle(buffer, before, error);
}

int seal_request_decode(const uint8_t *payload, size_t len,
			struct seal_request_message *out_message, struct seal_diag *diag)
{
	struct seal_reader reader = {.bytes = payload, .left = len};
	struct seal_request_message message = {0};
	uint64_t version = seal_reader_be(&reader, 1);
	int error;

	if (!reader.bad && version != SEAL_MESSAGE_VERSION)
		return seal_fail(diag, SEAL_E_VERSION, "request message");
	message.method = seal_reader_text(&reader, SEAL_MESSAGE_METHOD);
	message.target = seal_reader_text(&reader, SEAL_MESSAGE_TARGET);
	message.peer = seal_reader_text(&reader, SEAL_MESSAGE_PEER);
	if (message.peer[strspn(message.peer, "0123456789abcdefABCDEF.:[]")] != 0)
		reader.bad = 1;
	take_fields(&reader, message.fields);
	message.body = seal_reader_bytes(&reader, SEAL_MESSAGE_BODY, &message.body_len);
	error = seal_reader_end(&reader, "request message", diag);
	if (error)
		return error;
	*out_message = message;
	return SEAL_OK;
}

int seal_response_encode(const struct seal_response_message *message, struct seal_buffer *buffer,
			 struct seal_diag *diag)
{
	size_t before = buffer->len;
	int error = add_number(buffer, SEAL_MESSAGE_VERSION, 1, diag);

	if (message->status < 200 || message->status > 599)
		error = seal_fail(diag, SEAL_E_ARGUMENT, "status of a response message");
	if (!error)
		error = add_number(buffer, message->status, 2, diag);
	if (!error)
		error = add_fields(buffer, message->fields, diag);
	if (!error)
		error = add_bytes(buffer, message->body, message->body_len, SEAL_MESSAGE_BODY,
				  diag);
	return settle(buffer, before, error);
}

int seal_response_decode(const uint8_t *payload, size_t len,
			 struct seal_response_message *out_message, struct seal_diag *diag)
{
	struct seal_reader reader = {.bytes = payload, .left = len};
	struct seal_response_message message = {0};
	uint64_t version = seal_reader_be(&reader, 1);
	int error;

	if (!reader.bad && version != SEAL_MESSAGE_VERSION)
		return seal_fail(diag, SEAL_E_VERSION, "response message");
	message.status = (unsigned)seal_reader_be(&reader, 2);
	if (message.status < 200 || message.status > 599)
		reader.bad = 1;
	take_fields(&reader, message.fields);
	message.body = seal_reader_bytes(&reader, SEAL_MESSAGE_BODY, &message.body_len);
	error = seal_reader_end(&reader, "response message", diag);
	if (error)
		return error;
	*out_message = message;
	return SEAL_OK;
}
