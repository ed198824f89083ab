#ifndef SEALKIT_GATE_HTTP_INTERNAL_H
#define SEALKIT_GATE_HTTP_INTERNAL_H

#include "gate/http.h"

/* Shared by http_parse.c (bytes to lines and bodies), http_field.c (meaning of
   head lines) and http_chunk.c (chunk lines). */

#define SEAL_HTTP_CHUNK_LINE 512u

enum seal_http_at {
	SEAL_HTTP_AT_START,
	SEAL_HTTP_AT_FIELDS,
	SEAL_HTTP_AT_BODY,
	SEAL_HTTP_AT_CHUNK_LINE,
	SEAL_HTTP_AT_CHUNK_DATA,
	SEAL_HTTP_AT_CHUNK_END,
	SEAL_HTTP_AT_TRAILERS,
	SEAL_HTTP_AT_READY,
	SEAL_HTTP_AT_REFUSED,
};

struct seal_http_parser {
	struct seal_http_limits limits;
	enum seal_http_at at;
	int status, error;
	int after_cr, skipped_empty, expects;
	char *head; /* lines that are kept, then the line being read */
	size_t head_len, head_cap, line_at;
	size_t field_bytes, field_lines;
	struct seal_http_field fields[SEAL_HTTP_FIELDS];
	const char *authority; /* of an absolute-form target */
	int chunked;
	uint64_t left; /* body bytes still to come, of the chunk if chunked */
	size_t padding;
	uint8_t *body;
	size_t body_len, body_cap;
	struct seal_http_request request;
};

int seal_http_refuse(struct seal_http_parser *parser, int status, const char *why,
		     struct seal_diag *diag);
int seal_http_token_char(char c);
int seal_http_same(const char *a, const char *b); /* ASCII, case ignored */
/* 1 if text has legal name and value; cuts it, the name in lower case. */
int seal_http_cut_field(char *line, char **out_name, char **out_value);

/* line is NUL-terminated, holds no control byte but HTAB, and stays in place. */
int seal_http_request_line(struct seal_http_parser *parser, char *line, struct seal_diag *diag);
int seal_http_field_line(struct seal_http_parser *parser, char *line, struct seal_diag *diag);
int seal_http_head_done(struct seal_http_parser *parser, struct seal_diag *diag);
/* Sets left to the size of the chunk. */
int seal_http_chunk_line(struct seal_http_parser *parser, const char *line, struct seal_diag *diag);

#endif
