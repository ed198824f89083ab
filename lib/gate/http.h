#ifndef SEALKIT_GATE_HTTP_H
#define SEALKIT_GATE_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* A strict HTTP/1.1 codec (RFC 9112, RFC 9110) on buffers; it does no I/O.
   Threat: two readers of one byte stream that disagree on where a request ends
   (request smuggling), and input that costs more than it brings. So nothing is
   repaired: what can be read in two ways is refused and the connection ends.

   Two choices where the RFC leaves room: HTTP/1.0 is answered and closed, and
   an absolute-form target must name the same authority as Host. */

struct seal_http_limits {
	size_t line;	/* request line or one field line, without CRLF: 414, 431 */
	size_t fields;	/* all field lines of a request, trailers included: 431 */
	size_t count;	/* number of fields, at most SEAL_HTTP_FIELDS: 431 */
	size_t body;	/* after chunks are joined: 413 */
	size_t padding; /* chunk extensions of one request: 400 */
};

#define SEAL_HTTP_FIELDS 100u
#define SEAL_HTTP_METHOD 32u /* longest method token: 501 */

/* 8 KiB, 32 KiB, 100, 32 MiB, 4 KiB. */
struct seal_http_limits seal_http_limits_default(void);

struct seal_http_field {
	const char *name; /* lower case */
	const char *value;
};

/* Strings and body belong to the parser until seal_http_next or free. They may
   hold tokens and secrets: the parser wipes them then. */
struct seal_http_request {
	const char *method;
	const char *target; /* begins with '/', or is "*" for OPTIONS */
	const char *host;   /* NULL only in HTTP/1.0 */
	int minor;	    /* 0 or 1 */
	int is_head;
	int keep_alive;
	const struct seal_http_field *fields;
	size_t field_count;
	const uint8_t *body;
	size_t body_len;
};

enum seal_http_event {
	SEAL_HTTP_MORE,	    /* all bytes taken, the request is not whole */
	SEAL_HTTP_CONTINUE, /* send SEAL_HTTP_100 unless body bytes are there already */
	SEAL_HTTP_READY,    /* seal_http_request has it; bytes behind it were not taken */
};

#define SEAL_HTTP_100 "HTTP/1.1 100 Continue\r\n\r\n"

struct seal_http_parser;

SEAL_MUST_CHECK int seal_http_parser_new(const struct seal_http_limits *limits,
					 struct seal_http_parser **out_parser,
					 struct seal_diag *diag);
void seal_http_parser_free(struct seal_http_parser *parser);
void seal_http_parser_freep(struct seal_http_parser **parser);

/* Takes bytes up to the next event. How the stream is cut into calls never
   changes the outcome. After an error every further call fails in the same way:
   answer with seal_http_status and close. */
SEAL_MUST_CHECK int seal_http_feed(struct seal_http_parser *parser, const uint8_t *bytes,
				   size_t len, size_t *out_used, enum seal_http_event *out_event,
				   struct seal_diag *diag);
/* The status of the refusal: 400 413 414 417 431 500 501 505; 0 if there is none. */
int seal_http_status(const struct seal_http_parser *parser);
/* NULL unless the last event was SEAL_HTTP_READY. */
const struct seal_http_request *seal_http_request(const struct seal_http_parser *parser);
/* Wipes the request and starts the next one of the connection. */
void seal_http_next(struct seal_http_parser *parser);
/* 1 when no byte of a request is there: then a close is an orderly end. */
int seal_http_idle(const struct seal_http_parser *parser);
/* 1 from the end of a head to the end of its body. */
int seal_http_in_body(const struct seal_http_parser *parser);
/* The value of a field by its lower-case name, NULL if absent; of a repeated
   one the first. Fields that must not repeat were refused if they did. */
const char *seal_http_value(const struct seal_http_request *request, const char *name);

struct seal_http_response {
	int status;	 /* 200..599 */
	int is_head;	 /* answers HEAD: lengths as for GET, no body to follow */
	int close;	 /* adds Connection: close */
	uint64_t date;	 /* seconds since 1970; 0 leaves Date out */
	size_t body_len; /* must be 0 for 204 and 304 */
	const struct seal_http_field *fields; /* added as they are, after a check */
	size_t field_count;
};

#define SEAL_HTTP_HEAD_MAX 4096u

/* Writes status line and fields with the empty line; the body is sent after it
   by the caller, and not at all where is_head is set. */
SEAL_MUST_CHECK int seal_http_write(const struct seal_http_response *response, char *out,
				    size_t cap, size_t *out_len, struct seal_diag *diag);
/* A whole closing answer with Vault's error body for a refused request. */
SEAL_MUST_CHECK int seal_http_write_refusal(int status, uint64_t date, char *out, size_t cap,
					    size_t *out_len, struct seal_diag *diag);

#endif
