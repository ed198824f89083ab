/* Header, armor and stream of an age file, by the whole way in. */

#include <stdint.h>

#include "crypto/age.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int drop(void *ctx, const uint8_t *buf, size_t len, struct seal_diag *diag)
{
	(void)ctx;
	(void)buf;
	(void)len;
	(void)diag;
	return SEAL_OK;
}

/* Takes any file key, so that what stands behind the header is reached as well. */
static int any_key(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		   struct seal_secret *file_key, struct seal_diag *diag)
{
	(void)ctx;
	(void)file_key;
	(void)diag;
	return count > 0 && stanzas[0].type ? SEAL_OK : SEAL_E_NOIDENTITY;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seal_secret *key;
	struct seal_mem_source mem = {.bytes = data, .len = size};
	struct seal_source source = seal_source_mem(&mem);
	struct seal_sink sink = {.write = drop};
	struct seal_age_identity identities[2];
	struct seal_diag diag = {0};

	if (!key && seal_age_x25519_parse("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZ"
					  "GFPYYSJZGFPQ4EGAEX",
					  &key, NULL) != SEAL_OK)
		__builtin_trap();
	identities[0] = seal_age_x25519_identity(key);
	identities[1] = (struct seal_age_identity){.unwrap = any_key};
	if (seal_age_open(identities, 2, &source, &sink, &diag) != SEAL_OK && diag.causes == 0)
		__builtin_trap();
	return 0;
}
