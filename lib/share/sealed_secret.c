/* Secrets of any kind and length under the key of a share set. */

#include "share/sealed_secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "crypto/xaes.h"

#include "base/banned.h"

#define STEM "sealkit-secret/"
#define MAGIC STEM "1\n"
#define MAGIC_LEN (sizeof MAGIC - 1)
#define HEAD (MAGIC_LEN + SEAL_XAES_NONCE)

_Static_assert(HEAD + SEAL_XAES_TAG == SEAL_SEALED_SECRET_EXTRA, "length of what is beside");

int seal_sealed_secret_make(const struct seal_secret *key, const char *note, size_t note_len,
			    const struct seal_secret *secret, uint8_t **out_bytes, size_t *out_len,
			    struct seal_diag *diag)
{
	struct seal_secret *again SEAL_CLEANUP(seal_secret_freep) = NULL;
	size_t len = seal_secret_len(secret);
	uint8_t *bytes SEAL_CLEANUP(seal_bytes_freep) = NULL;
	int error;

	if (seal_secret_len(key) != SEAL_XAES_KEY)
		return seal_fail(diag, SEAL_E_ARGUMENT, "key of %zu bytes", seal_secret_len(key));
	if (len > SEAL_SEALED_SECRET_MAX)
		return seal_fail(diag, SEAL_E_TOOLONG, "over %u bytes", SEAL_SEALED_SECRET_MAX);
	bytes = malloc(len + SEAL_SEALED_SECRET_EXTRA);
	if (!bytes)
		return seal_fail(diag, SEAL_E_NOMEM, "sealed secret");
	memcpy(bytes, MAGIC, MAGIC_LEN);
	error = seal_random(bytes + MAGIC_LEN, SEAL_XAES_NONCE, diag);
	if (!error)
		error = seal_xaes_seal(seal_secret_bytes(key), bytes + MAGIC_LEN,
				       (const uint8_t *)note, note_len, seal_secret_bytes(secret),
				       len, bytes + HEAD, diag);
	if (!error)
		error = seal_sealed_secret_open(key, note, note_len, bytes,
						len + SEAL_SEALED_SECRET_EXTRA, &again, diag);
	if (!error && !seal_secret_equal(secret, again))
		error = seal_fail(diag, SEAL_E_VERIFY, "the sealed secret does not open again");
	if (error)
		return error;
	*out_bytes = seal_steal(&bytes);
	*out_len = len + SEAL_SEALED_SECRET_EXTRA;
	return SEAL_OK;
}

int seal_sealed_secret_open(const struct seal_secret *key, const char *note, size_t note_len,
			    const uint8_t *bytes, size_t len, struct seal_secret **out_secret,
			    struct seal_diag *diag)
{
	struct seal_secret *secret SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error;

	if (seal_secret_len(key) != SEAL_XAES_KEY)
		return seal_fail(diag, SEAL_E_ARGUMENT, "key of %zu bytes", seal_secret_len(key));
	if (len < MAGIC_LEN || !seal_eq_ct(bytes, MAGIC, MAGIC_LEN))
		return len >= sizeof STEM && seal_eq_ct(bytes, STEM, sizeof STEM - 1)
			       ? seal_fail(diag, SEAL_E_VERSION, "made by another version")
			       : seal_fail(diag, SEAL_E_FORMAT, "not a sealed secret");
	if (len <= SEAL_SEALED_SECRET_EXTRA)
		return seal_fail(diag, SEAL_E_TRUNCATED, "cut short");
	if (len > SEAL_SEALED_SECRET_MAX + SEAL_SEALED_SECRET_EXTRA)
		return seal_fail(diag, SEAL_E_TOOLONG, "over %u bytes", SEAL_SEALED_SECRET_MAX);
	error = seal_secret_new(len - SEAL_SEALED_SECRET_EXTRA, &secret, diag);
	if (!error)
		error = seal_xaes_open(seal_secret_bytes(key), bytes + MAGIC_LEN,
				       (const uint8_t *)note, note_len, bytes + HEAD, len - HEAD,
				       seal_secret_data(secret), diag);
	if (error == SEAL_E_VERIFY)
		return seal_fail(diag, SEAL_E_VERIFY, "damaged, or not of this manifest");
	if (error)
		return error;
	*out_secret = seal_steal(&secret);
	return SEAL_OK;
}
