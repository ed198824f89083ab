/* One buffer for parsers that read byte by byte and then hand the rest on. */

#include "base/buffered.h"

#include <string.h>

#include "base/banned.h"

void seal_buffered_init(struct seal_buffered *buffered, struct seal_source *under)
{
	buffered->under = under;
	buffered->at = 0;
	buffered->len = 0;
	buffered->ended = 0;
}

int seal_buffered_peek(struct seal_buffered *buffered, int *out_byte, struct seal_diag *diag)
{
	if (buffered->at == buffered->len && !buffered->ended) {
		size_t got = 0;
		int error = buffered->under->read(buffered->under->ctx, buffered->bytes,
						  sizeof buffered->bytes, &got, diag);

		if (error)
			return error;
		buffered->at = 0;
		buffered->len = got;
		buffered->ended = got == 0;
	}
	*out_byte = buffered->at < buffered->len ? buffered->bytes[buffered->at] : -1;
	return SEAL_OK;
}

int seal_buffered_byte(struct seal_buffered *buffered, int *out_byte, struct seal_diag *diag)
{
	int error = seal_buffered_peek(buffered, out_byte, diag);

	if (!error && *out_byte >= 0)
		buffered->at++;
	return error;
}

static int read_rest(void *ctx, uint8_t *buf, size_t cap, size_t *out_len, struct seal_diag *diag)
{
	struct seal_buffered *buffered = ctx;
	size_t have = buffered->len - buffered->at;

	if (have == 0 && buffered->ended) {
		*out_len = 0;
		return SEAL_OK;
	}
	if (have == 0)
		return buffered->under->read(buffered->under->ctx, buf, cap, out_len, diag);
	if (have > cap)
		have = cap;
	memcpy(buf, buffered->bytes + buffered->at, have);
	buffered->at += have;
	*out_len = have;
	return SEAL_OK;
}

struct seal_source seal_buffered_source(struct seal_buffered *buffered)
{
	return (struct seal_source){.read = read_rest, .ctx = buffered};
}
