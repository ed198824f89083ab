/* Where an audit log ends, read backwards once at the start. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "audit/line_internal.h"

#include "base/banned.h"

/* A whole line and the end of the one before it, with room for what escapes add. */
#define WINDOW (8u * SEAL_AUDIT_LINE)

/* 0: not one of our lines, or a torn one. */
static uint64_t seq_of(const char *line, size_t len)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	json_int_t seq;

	if (seal_json_parse(line, len, &json, NULL))
		return 0;
	seq = json_integer_value(json_object_get(json, "seq"));
	return seq > 0 ? (uint64_t)seq : 0;
}

static int read_at(int fd, char *out, size_t len, off_t at, struct seal_diag *diag)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = pread(fd, out + have, len - have, at + (off_t)have);

		if (got <= 0)
			return seal_fail_errno(diag, SEAL_E_IO, "audit log");
		have += (size_t)got;
	}
	return SEAL_OK;
}

/* From the end backwards, past lines without a number. */
static uint64_t last_seq(const char *text, size_t len, const char **out_line, size_t *out_len)
{
	uint64_t seq = 0;

	while (len && !seq) {
		const char *before = memrchr(text, '\n', len - 1);
		size_t from = before ? (size_t)(before - text) + 1 : 0;

		seq = seq_of(text + from, len - from);
		*out_line = text + from;
		*out_len = len - from;
		len = from;
	}
	return seq;
}

static int keep(const char *line, size_t len, struct seal_json_text *out_last,
		struct seal_diag *diag)
{
	char *copy = malloc(len + 1);

	if (!copy)
		return seal_fail(diag, SEAL_E_NOMEM, "audit log");
	memcpy(copy, line, len);
	copy[len] = 0;
	*out_last = (struct seal_json_text){copy, len};
	return SEAL_OK;
}

int seal_audit_tail(int fd, uint64_t *out_seq, int *out_torn, struct seal_json_text *out_last,
		    struct seal_diag *diag)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t len = size < 0 ? 0 : size < (off_t)WINDOW ? (size_t)size : WINDOW;
	const char *line = NULL;
	size_t line_len = 0;
	char *text;
	int error;

	*out_seq = 0;
	*out_torn = 0;
	if (!len)
		return SEAL_OK; /* new, or a pipe */
	text = malloc(len);
	if (!text)
		return seal_fail(diag, SEAL_E_NOMEM, "audit log");
	error = read_at(fd, text, len, size - (off_t)len, diag);
	if (!error) {
		*out_torn = text[len - 1] != '\n';
		*out_seq = last_seq(text, len, &line, &line_len);
		if (!*out_seq && memchr(text, '\n', len))
			error = seal_fail(diag, SEAL_E_FORMAT,
					  "audit log: its last lines carry no seq; move it away");
	}
	if (!error && *out_seq && out_last)
		error = keep(line, line_len, out_last, diag);
	free(text);
	return error;
}
