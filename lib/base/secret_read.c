/* Reading all of a secret from a source. */

#include <string.h>

#include "base/file.h"

#include "base/banned.h"

#define FIRST_BYTES 4096u

/* It grows by doubling, so that a short secret does not need a locked area for the
   longest. */
int seal_secret_read_all(struct seal_source *source, size_t max, struct seal_secret **out_secret,
			 struct seal_diag *diag)
{
	struct seal_secret *have SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t len = 0;
	int error = seal_secret_new(FIRST_BYTES, &have, diag);

	while (!error) {
		size_t cap = seal_secret_len(have);
		size_t got = 0;
		struct seal_secret *more = NULL;

		error = seal_read_full(source, seal_secret_data(have) + len, cap - len, &got, diag);
		len += got;
		if (error || len < cap || len > max)
			break;
		error = seal_secret_new(cap * 2, &more, diag);
		if (error)
			break;
		memcpy(seal_secret_data(more), seal_secret_bytes(have), len);
		seal_secret_free(have);
		have = more;
	}
	if (!error && len == 0)
		error = seal_fail(diag, SEAL_E_FORMAT, "empty input");
	if (!error && len > max)
		error = seal_fail(diag, SEAL_E_TOOLONG, "over %zu bytes", max);
	if (error)
		return error;
	seal_secret_shrink(have, len);
	*out_secret = seal_steal(&have);
	return SEAL_OK;
}
