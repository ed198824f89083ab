/* The header of an age file. It comes from outside and decides what a token is
   asked to do, so each form that is not the one the specification writes is an
   error, and its size is bounded before anything is kept. */

#include "crypto/age_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define VERSION_LINE "age-encryption.org/v1"
#define LINE_BYTES 8192u
#define BODY_COLUMNS 64u

void seal_age_header_freep(struct seal_age_header **header)
{
	if (!*header)
		return;
	free((*header)->text);
	free((*header)->strings);
	free((*header)->bodies);
	free(*header);
	*header = NULL;
}

static struct seal_age_header *header_new(void)
{
	struct seal_age_header *header = calloc(1, sizeof *header);

	if (!header)
		return NULL;
	header->cap = SEAL_AGE_HEADER;
	header->text = malloc(header->cap);
	header->strings = malloc(header->cap);
	header->bodies = malloc(header->cap);
	if (!header->text || !header->strings || !header->bodies)
		seal_age_header_freep(&header);
	return header;
}

/* One line without its newline, into line, and into the text the MAC covers. */
static int take_line(struct seal_buffered *in, struct seal_age_header *header, char *line,
		     size_t *out_len, struct seal_diag *diag)
{
	size_t len = 0;

	for (;;) {
		int c = 0;
		int error = seal_buffered_byte(in, &c, diag);

		if (error)
			return error;
		if (c < 0)
			return seal_fail(diag, SEAL_E_TRUNCATED, "age header: ends too early");
		if (header->len == header->cap || len == LINE_BYTES)
			return seal_fail(diag, SEAL_E_TOOLONG, "age header: too long");
		header->text[header->len++] = (char)c;
		if (c == '\n')
			break;
		line[len++] = (char)c;
	}
	line[len] = '\0';
	*out_len = len;
	return SEAL_OK;
}

/* Adds one argument of len characters to stanza (the first is its type). */
static int take_arg(struct seal_age_header *header, struct seal_age_stanza *stanza,
		    const char *text, size_t len, struct seal_diag *diag)
{
	char *copy = header->strings + header->strings_len;

	if (len == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "age header: empty argument");
	for (size_t i = 0; i < len; i++)
		if (text[i] < 33 || text[i] > 126)
			return seal_fail(diag, SEAL_E_FORMAT, "age header: forbidden character");
	/* One NUL a word takes the place of its separator, so the text's bound holds. */
	memcpy(copy, text, len);
	copy[len] = '\0';
	header->strings_len += len + 1;
	if (!stanza->type) {
		stanza->type = copy;
		return SEAL_OK;
	}
	/* Kinds that we know have few; one with more is kept, and fits no identity. */
	if (stanza->args < SEAL_AGE_ARGS)
		stanza->arg[stanza->args] = copy;
	stanza->args++;
	return SEAL_OK;
}

static int take_args(struct seal_age_header *header, struct seal_age_stanza *stanza,
		     const char *line, size_t len, struct seal_diag *diag)
{
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		int error;

		if (i < len && line[i] != ' ')
			continue;
		error = take_arg(header, stanza, line + from, i - from, diag);
		if (error)
			return error;
		from = i + 1;
	}
	return SEAL_OK;
}

/* Lines of 64 characters, then one that is shorter, perhaps empty. */
static int take_body(struct seal_buffered *in, struct seal_age_header *header,
		     struct seal_age_stanza *stanza, char *line, struct seal_diag *diag)
{
	size_t len = BODY_COLUMNS;

	stanza->body = header->bodies + header->bodies_len;
	while (len == BODY_COLUMNS) {
		size_t got = 0;
		int error = take_line(in, header, line, &len, diag);

		if (!error && len > BODY_COLUMNS)
			error = seal_fail(diag, SEAL_E_FORMAT, "age header: body line too long");
		if (!error)
			error = seal_unbase64(SEAL_BASE64_RAW, line, len,
					      header->bodies + header->bodies_len,
					      header->cap - header->bodies_len, &got, diag);
		if (error)
			return error;
		header->bodies_len += got;
		stanza->body_len += got;
	}
	return SEAL_OK;
}

static int take_mac(struct seal_age_header *header, const char *line, size_t len,
		    struct seal_diag *diag)
{
	uint8_t mac[48];
	size_t got = 0;
	int error;

	if (len != 4 + 43 || line[3] != ' ')
		return seal_fail(diag, SEAL_E_FORMAT, "age header: malformed MAC line");
	error = seal_unbase64(SEAL_BASE64_RAW, line + 4, len - 4, mac, sizeof mac, &got, diag);
	if (error)
		return error;
	memcpy(header->mac, mac, sizeof header->mac);
	header->len -= len + 1 - 3; /* the MAC covers all up to and with `---` */
	return SEAL_OK;
}

int seal_age_header_read(struct seal_buffered *in, struct seal_age_header **out,
			 struct seal_diag *diag)
{
	struct seal_age_header *header SEAL_CLEANUP(seal_age_header_freep) = header_new();
	char line[LINE_BYTES + 1];
	size_t len = 0;
	int error;

	if (!header)
		return seal_fail(diag, SEAL_E_NOMEM, "age header");
	error = take_line(in, header, line, &len, diag);
	if (!error && (len != strlen(VERSION_LINE) || strcmp(line, VERSION_LINE) != 0))
		error = strncmp(line, "age-encryption.org/", 19) == 0
				? seal_fail(diag, SEAL_E_VERSION, "age file of another version")
				: seal_fail(diag, SEAL_E_FORMAT, "not an age file");
	while (!error) {
		struct seal_age_stanza *stanza = &header->stanza[header->count];

		error = take_line(in, header, line, &len, diag);
		if (error)
			break;
		if (strncmp(line, "---", 3) == 0)
			error = take_mac(header, line, len, diag);
		else if (strncmp(line, "-> ", 3) != 0 || strlen(line) != len)
			error = seal_fail(diag, SEAL_E_FORMAT, "age header: malformed line");
		else if (header->count == SEAL_AGE_STANZAS)
			error = seal_fail(diag, SEAL_E_TOOLONG, "age header: over %u recipients",
					  SEAL_AGE_STANZAS);
		if (error || line[1] == '-')
			break;
		error = take_args(header, stanza, line + 3, len - 3, diag);
		if (!error)
			error = take_body(in, header, stanza, line, diag);
		header->count++;
	}
	if (!error && header->count == 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "age header: no recipient");
	if (error)
		return error;
	*out = seal_steal(&header);
	return SEAL_OK;
}
