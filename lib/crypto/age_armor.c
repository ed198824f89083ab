/* ASCII armor, strict: each line 64 characters but the last, canonical base64,
   nothing but white space around. */

#include "crypto/age_internal.h"

#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define END "-----END AGE ENCRYPTED FILE-----"
#define COLUMNS 64u
#define WHITE_MAX 1024u

static int is_white(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Skips white space; more than WHITE_MAX of it is no armored file. */
static int skip_white(struct seal_buffered *in, int *out_next, struct seal_diag *diag)
{
	for (unsigned i = 0; i <= WHITE_MAX; i++) {
		int error = seal_buffered_peek(in, out_next, diag);

		if (error || !is_white(*out_next))
			return error;
		error = seal_buffered_byte(in, out_next, diag);
		if (error)
			return error;
	}
	return seal_fail(diag, SEAL_E_FORMAT, "armor: too much white space");
}

/* One line of at most COLUMNS characters; LF or CRLF is dropped. */
static int take_line(struct seal_buffered *in, char line[COLUMNS + 2], size_t *out_len,
		     struct seal_diag *diag)
{
	size_t len = 0;

	for (;;) {
		int c = 0;
		int error = seal_buffered_byte(in, &c, diag);

		if (error)
			return error;
		if (c < 0 && len == 0)
			return seal_fail(diag, SEAL_E_TRUNCATED, "armor: no END line");
		if (c < 0 || c == '\n')
			break;
		if (len > COLUMNS)
			return seal_fail(diag, SEAL_E_FORMAT, "armor: line too long");
		line[len++] = (char)c;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	if (len > COLUMNS)
		return seal_fail(diag, SEAL_E_FORMAT, "armor: line too long");
	line[len] = '\0';
	*out_len = len;
	return SEAL_OK;
}

int seal_age_armor_begin(struct seal_buffered *in, struct seal_age_armor *armor, int *out_armored,
			 struct seal_diag *diag)
{
	char line[COLUMNS + 2];
	size_t len = 0;
	int next = 0;
	int error = seal_buffered_peek(in, &next, diag);

	/* A binary file begins with `a`: whatever else is there must be armor. */
	if (error || (next != '-' && !is_white(next))) {
		*out_armored = 0;
		return error;
	}
	error = skip_white(in, &next, diag);
	if (!error)
		error = take_line(in, line, &len, diag);
	if (!error && (len != strlen(BEGIN) || strcmp(line, BEGIN) != 0))
		error = seal_fail(diag, SEAL_E_FORMAT, "armor: no BEGIN line");
	if (error)
		return error;
	*armor = (struct seal_age_armor){.in = in};
	*out_armored = 1;
	return SEAL_OK;
}

/* After a short line, or instead of one, comes END; then white space only. */
static int take_end(struct seal_age_armor *armor, const char *line, size_t len,
		    struct seal_diag *diag)
{
	int next = 0;
	int error;

	if (len != strlen(END) || strcmp(line, END) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "armor: short line before the end");
	error = skip_white(armor->in, &next, diag);
	if (!error && next >= 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "armor: data after the END line");
	armor->ended = !error;
	return error;
}

static int next_line(struct seal_age_armor *armor, struct seal_diag *diag)
{
	char line[COLUMNS + 2];
	size_t len = 0;
	int error = take_line(armor->in, line, &len, diag);

	if (error)
		return error;
	armor->at = armor->len = 0;
	if (line[0] == '-')
		return take_end(armor, line, len, diag);
	if (len == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "armor: empty line");
	error = seal_unbase64(SEAL_BASE64_PADDED, line, len, armor->held, sizeof armor->held,
			      &armor->len, diag);
	if (error)
		return seal_because(diag, error, "armor");
	if (len == COLUMNS && line[len - 1] != '=')
		return SEAL_OK;
	error = take_line(armor->in, line, &len, diag);
	return error ? error : take_end(armor, line, len, diag);
}

static int armor_read(void *ctx, uint8_t *buf, size_t cap, size_t *out_len, struct seal_diag *diag)
{
	struct seal_age_armor *armor = ctx;
	size_t have;

	while (armor->at == armor->len && !armor->ended) {
		int error = next_line(armor, diag);

		if (error)
			return error;
	}
	have = armor->len - armor->at;
	if (have > cap)
		have = cap;
	memcpy(buf, armor->held + armor->at, have);
	armor->at += have;
	*out_len = have;
	return SEAL_OK;
}

struct seal_source seal_age_armor_source(struct seal_age_armor *armor)
{
	return (struct seal_source){.read = armor_read, .ctx = armor};
}
