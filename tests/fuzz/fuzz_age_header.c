/* A header that parses is the only way to write it: from the stanzas the same
   text must come out again, byte for byte. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "crypto/age_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_body(FILE *out, const struct seal_age_stanza *stanza)
{
	char *text = malloc(SEAL_BASE64_LEN(stanza->body_len));
	size_t len;
	size_t at = 0;

	if (!text)
		abort();
	seal_base64(SEAL_BASE64_RAW, stanza->body, stanza->body_len, text);
	len = strlen(text);
	for (; len - at >= 64; at += 64)
		(void)fprintf(out, "%.64s\n", text + at);
	(void)fprintf(out, "%s\n", text + at);
	free(text);
}

static void write_again(const struct seal_age_header *header)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int all = 1;

	if (!out)
		abort();
	(void)fputs("age-encryption.org/v1\n", out);
	for (size_t i = 0; i < header->count; i++) {
		const struct seal_age_stanza *stanza = &header->stanza[i];

		(void)fprintf(out, "-> %s", stanza->type);
		for (unsigned n = 0; n < stanza->args && n < SEAL_AGE_ARGS; n++)
			(void)fprintf(out, " %s", stanza->arg[n]);
		all = all && stanza->args <= SEAL_AGE_ARGS;
		(void)fputc('\n', out);
		put_body(out, stanza);
	}
	(void)fputs("---", out);
	(void)fclose(out);
	/* Arguments beyond SEAL_AGE_ARGS are counted but not kept. */
	if (all && (len != header->len || memcmp(text, header->text, len) != 0))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seal_mem_source mem = {.bytes = data, .len = size};
	struct seal_source source = seal_source_mem(&mem);
	struct seal_age_header *header = NULL;
	struct seal_buffered in;
	struct seal_diag diag = {0};

	seal_buffered_init(&in, &source);
	if (seal_age_header_read(&in, &header, &diag) == SEAL_OK)
		write_again(header);
	else if (header || diag.causes == 0)
		abort();
	seal_age_header_freep(&header);
	return 0;
}
