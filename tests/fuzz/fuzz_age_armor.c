/* Armor: what is read from any input fits in it; and any bytes, written as armor in
   pieces of odd sizes, are read back the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/age_internal.h"
#include "crypto/age_seal.h"

#define CAP (1u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t text[CAP], back[CAP];

static int read_armor(const uint8_t *bytes, size_t len, size_t *out_len)
{
	struct seal_mem_source mem = {.bytes = bytes, .len = len};
	struct seal_source source = seal_source_mem(&mem);
	struct seal_age_armor armor;
	struct seal_buffered in;
	struct seal_diag diag = {0};
	struct seal_source within;
	int armored = 0;
	int error;

	seal_buffered_init(&in, &source);
	error = seal_age_armor_begin(&in, &armor, &armored, &diag);
	if (!error && !armored)
		return SEAL_E_FORMAT;
	if (!error) {
		within = seal_age_armor_source(&armor);
		error = seal_read_full(&within, back, sizeof back, out_len, &diag);
	}
	if (error && diag.causes == 0)
		abort();
	return error;
}

static size_t write_armor(const uint8_t *bytes, size_t len)
{
	struct seal_mem_sink mem = {.bytes = text, .cap = CAP};
	struct seal_sink under = seal_sink_mem(&mem);
	struct seal_age_armor_out armor;
	struct seal_sink sink = seal_age_armor_sink(&armor, &under);

	for (size_t at = 0; at < len;) {
		size_t part = 1 + bytes[at] % 131u;

		part = part < len - at ? part : len - at;
		if (sink.write(sink.ctx, bytes + at, part, NULL) != SEAL_OK)
			abort();
		at += part;
	}
	if (seal_age_armor_end(&armor, NULL) != SEAL_OK)
		abort();
	return mem.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t got = 0;

	if (size == 0 || size > CAP / 2)
		return 0;
	if (read_armor(data, size, &got) == SEAL_OK && got > size)
		abort();
	if (read_armor(text, write_armor(data, size), &got) != SEAL_OK || got != size ||
	    memcmp(back, data, size) != 0)
		abort();
	return 0;
}
