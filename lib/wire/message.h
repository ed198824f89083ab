#ifndef SEALKIT_WIRE_MESSAGE_H
#define SEALKIT_WIRE_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "wire/buffer.h"

/* The payloads of SEAL_FRAME_REQUEST and SEAL_FRAME_RESPONSE. Each begins with
   its version byte; texts carry their NUL, so that a decoded message points into
   the payload and copies nothing. It lives as long as the payload does. */

#define SEAL_MESSAGE_VERSION 1
#define SEAL_MESSAGE_METHOD 32u
#define SEAL_MESSAGE_TARGET 8192u
#define SEAL_MESSAGE_PEER \
	64u /* "192.0.2.1:4711", "[2001:db8::1]:4711": other characters are refused */
#define SEAL_MESSAGE_VALUE 8192u
#define SEAL_MESSAGE_FIELDS 16u
#define SEAL_MESSAGE_BODY (32u << 20)

/* The request fields that the core reads; a gate sends no others. Names are
   numbers here, and one may come once. */
enum seal_message_field {
	SEAL_FIELD_TOKEN = 1, /* X-Vault-Token */
	SEAL_FIELD_AUTHORIZATION,
	SEAL_FIELD_NAMESPACE,
	SEAL_FIELD_WRAP_TTL,
	SEAL_FIELD_WRAP_FORMAT,
	SEAL_FIELD_REQUEST, /* X-Vault-Request */
	SEAL_FIELD_CONTENT_TYPE,
	SEAL_FIELD_LOCATION, /* of an answer, as are those below */
	SEAL_FIELD_RETRY_AFTER,
	SEAL_FIELD_ALLOW,
	SEAL_FIELD_VERDICT, /* on the request's token, for the gate alone: SEAL_TOKEN_*; else absent
			     */
	SEAL_FIELD_END_,
};

#define SEAL_TOKEN_GOOD "good" /* it was looked up, and is there */
#define SEAL_TOKEN_BAD "bad"   /* it was looked up, and is not */

/* The HTTP name in lower case; NULL for a number that is none of these. */
const char *seal_message_field_name(enum seal_message_field field);

struct seal_request_message {
	const char *method, *target, *peer;
	const char *fields[SEAL_FIELD_END_]; /* NULL: absent */
	const uint8_t *body;
	size_t body_len;
};

struct seal_response_message {
	unsigned status; /* 200..599 */
	const char *fields[SEAL_FIELD_END_];
	const uint8_t *body;
	size_t body_len;
};

/* Adds to buffer; on failure buffer is as it was. Over a limit: SEAL_E_TOOLONG. */
SEAL_MUST_CHECK int seal_request_encode(const struct seal_request_message *message,
					struct seal_buffer *buffer, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_request_decode(const uint8_t *payload, size_t len,
					struct seal_request_message *out_message,
					struct seal_diag *diag);
SEAL_MUST_CHECK int seal_response_encode(const struct seal_response_message *message,
					 struct seal_buffer *buffer, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_response_decode(const uint8_t *payload, size_t len,
					 struct seal_response_message *out_message,
					 struct seal_diag *diag);

#endif
