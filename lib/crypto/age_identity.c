/* The two identities that are software: X25519 and passphrase. */

#include "crypto/age_internal.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define WRAPPED 32u

int seal_age_x25519_parse(const char *text, struct seal_secret **out_key, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	char hrp[32];
	size_t len = 0;
	int error = seal_secret_new(32, &key, diag);

	if (!error)
		error = seal_unbech32(text, hrp, sizeof hrp, seal_secret_data(key), 32, &len, diag);
	if (!error && (len != 32 || strcmp(hrp, "age-secret-key-") != 0))
		error = seal_fail(diag, SEAL_E_FORMAT, "not an AGE-SECRET-KEY-1 identity");
	if (error)
		return error;
	*out_key = seal_steal(&key);
	return SEAL_OK;
}

static int unwrap_x25519(struct seal_secret *key, const struct seal_age_stanza *stanza,
			 struct seal_secret *file_key, struct seal_diag *diag)
{
	struct seal_secret *work SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t salt[64];
	size_t len = 0;
	uint8_t *shared;
	int error;

	if (stanza->args != 1)
		return seal_fail(diag, SEAL_E_FORMAT, "X25519 stanza: malformed");
	error = seal_unbase64(SEAL_BASE64_RAW, stanza->arg[0], strlen(stanza->arg[0]), salt, 32,
			      &len, diag);
	if (!error && (len != 32 || stanza->body_len != WRAPPED))
		error = seal_fail(diag, SEAL_E_FORMAT, "X25519 stanza: malformed");
	if (!error)
		error = seal_secret_new(64, &work, diag);
	if (error)
		return error;
	shared = seal_secret_data(work);
	if (crypto_scalarmult_base(salt + 32, seal_secret_bytes(key)) != 0 ||
	    crypto_scalarmult(shared, seal_secret_bytes(key), salt) != 0)
		return seal_fail(diag, SEAL_E_FORMAT, "X25519 stanza: point of low order");
	error = seal_hkdf(shared, 32, salt, sizeof salt, "age-encryption.org/v1/X25519",
			  shared + 32, 32, diag);
	return error ? error : seal_age_unwrap_key(shared + 32, stanza->body, file_key, diag);
}

/* Stanzas carry no name of their recipient, so each is tried. */
static int x25519_unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
			 struct seal_secret *file_key, struct seal_diag *diag)
{
	for (size_t i = 0; i < count; i++) {
		int error;

		if (strcmp(stanzas[i].type, "X25519") != 0)
			continue;
		error = unwrap_x25519(ctx, &stanzas[i], file_key, diag);
		if (error != SEAL_E_VERIFY)
			return error;
	}
	return SEAL_E_NOIDENTITY;
}

struct seal_age_identity seal_age_x25519_identity(struct seal_secret *key)
{
	return (struct seal_age_identity){.unwrap = x25519_unwrap, .ctx = key};
}

/* Decimal without a leading zero, 1 to 2 digits. */
static unsigned work_factor(const char *text)
{
	size_t len = strlen(text);

	if (len < 1 || len > 2 || text[0] < '1' || text[0] > '9')
		return 0;
	if (len == 2 && (text[1] < '0' || text[1] > '9'))
		return 0;
	return len == 1 ? (unsigned)(text[0] - '0')
			: (unsigned)((text[0] - '0') * 10 + (text[1] - '0'));
}

int seal_age_scrypt_key(const struct seal_secret *passphrase, const uint8_t salt[static 16],
			unsigned factor, struct seal_secret *key, struct seal_diag *diag)
{
	static const char label[] = "age-encryption.org/v1/scrypt";
	uint8_t full[sizeof label - 1 + 16];
	uint64_t n = (uint64_t)1 << factor;

	memcpy(full, label, sizeof label - 1);
	memcpy(full + sizeof label - 1, salt, 16);
	/* 128 * r bytes for each of n blocks, and some for the rest. */
	if (EVP_PBE_scrypt((const char *)seal_secret_bytes(passphrase), seal_secret_len(passphrase),
			   full, sizeof full, n, 8, 1, n * 1024 + (1u << 20), seal_secret_data(key),
			   seal_secret_len(key)) != 1)
		return seal_fail(diag, SEAL_E_NOMEM, "scrypt with work factor %u", factor);
	return SEAL_OK;
}

static int scrypt_unwrap(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
			 struct seal_secret *file_key, struct seal_diag *diag)
{
	const struct seal_age_stanza *stanza = &stanzas[0];
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t salt[16];
	size_t len = 0;
	unsigned factor;
	int error;

	if (count != 1 || strcmp(stanza->type, "scrypt") != 0)
		return SEAL_E_NOIDENTITY;
	if (stanza->args != 2 || stanza->body_len != WRAPPED)
		return seal_fail(diag, SEAL_E_FORMAT, "scrypt stanza: malformed");
	error = seal_unbase64(SEAL_BASE64_RAW, stanza->arg[0], strlen(stanza->arg[0]), salt,
			      sizeof salt, &len, diag);
	factor = work_factor(stanza->arg[1]);
	if (error || len != sizeof salt || factor == 0)
		return seal_fail(diag, SEAL_E_FORMAT, "scrypt stanza: malformed");
	if (factor > SEAL_AGE_SCRYPT_MAX)
		return seal_fail(diag, SEAL_E_POLICY, "scrypt work factor %u is above %u", factor,
				 SEAL_AGE_SCRYPT_MAX);
	error = seal_secret_new(32, &key, diag);
	if (!error)
		error = seal_age_scrypt_key(ctx, salt, factor, key, diag);
	if (!error)
		error = seal_age_unwrap_key(seal_secret_bytes(key), stanza->body, file_key, diag);
	return error == SEAL_E_VERIFY ? seal_fail(diag, SEAL_E_PINWRONG, "wrong passphrase")
				      : error;
}

struct seal_age_identity seal_age_scrypt_identity(struct seal_secret *passphrase)
{
	return (struct seal_age_identity){.unwrap = scrypt_unwrap, .ctx = passphrase};
}
