/* Passphrase identities. Threat: somebody copies the file and guesses. So the cost of
   one guess is memory, and cannot be lowered in the file. */

#include "crypto/identity_internal.h"

#include <argon2.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

#define KEYS 64u /* X25519 key, Ed25519 seed */

static const struct seal_identity_cost production = {SEAL_IDENTITY_MEMORY_MIN,
						     SEAL_IDENTITY_PASSES_MIN, 4};

struct seal_identity {
	struct seal_secret *x25519, *ed25519;
	struct seal_identity_public public;
};

void seal_identity_free(struct seal_identity *identity)
{
	if (!identity)
		return;
	seal_secret_free(identity->x25519);
	seal_secret_free(identity->ed25519);
	free(identity);
}

void seal_identity_freep(struct seal_identity **identity)
{
	seal_identity_free(*identity);
	*identity = NULL;
}

const struct seal_identity_public *seal_identity_public(const struct seal_identity *identity)
{
	return &identity->public;
}

struct seal_secret *seal_identity_x25519(struct seal_identity *identity)
{
	return identity->x25519;
}

struct seal_secret *seal_identity_ed25519(struct seal_identity *identity)
{
	return identity->ed25519;
}

/* From both private keys; the public ones are computed, never believed. */
static int identity_of(const uint8_t *keys, struct seal_identity **out_identity,
		       struct seal_diag *diag)
{
	struct seal_identity *identity SEAL_CLEANUP(seal_identity_freep) =
		calloc(1, sizeof *identity);
	uint8_t point[32];
	int error;

	if (!identity)
		return seal_fail(diag, SEAL_E_NOMEM, "identity");
	error = seal_secret_copy(keys, 32, &identity->x25519, diag);
	if (!error)
		error = seal_secret_new(64, &identity->ed25519, diag);
	if (error)
		return error;
	if (crypto_scalarmult_base(point, keys) != 0 ||
	    crypto_sign_seed_keypair(identity->public.signing, seal_secret_data(identity->ed25519),
				     keys + 32) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "keys of an identity");
	error = seal_bech32("age", point, sizeof point, 0, identity->public.recipient,
			    sizeof identity->public.recipient, diag);
	if (error)
		return error;
	*out_identity = seal_steal(&identity);
	return SEAL_OK;
}

int seal_identity_new(struct seal_identity **out_identity, struct seal_diag *diag)
{
	struct seal_secret *keys SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error = seal_secret_random(KEYS, &keys, diag);

	return error ? error : identity_of(seal_secret_bytes(keys), out_identity, diag);
}

/* Lanes run on as many threads. Argon2 wipes its own memory. */
static int derive(struct seal_secret *passphrase, struct seal_identity_file *file,
		  struct seal_secret **out_key, struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	argon2_context ctx = {.pwd = seal_secret_data(passphrase),
			      .pwdlen = (uint32_t)seal_secret_len(passphrase),
			      .salt = file->salt,
			      .saltlen = sizeof file->salt,
			      .t_cost = file->cost.passes,
			      .m_cost = file->cost.memory,
			      .lanes = file->cost.lanes,
			      .threads = file->cost.lanes,
			      .version = ARGON2_VERSION_13,
			      .flags = ARGON2_DEFAULT_FLAGS};
	int error = seal_secret_new(32, &key, diag);
	int result;

	if (error)
		return error;
	ctx.out = seal_secret_data(key);
	ctx.outlen = 32;
	result = argon2id_ctx(&ctx);
	if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
		return seal_fail(diag, SEAL_E_NOMEM, "Argon2id needs %u MiB",
				 file->cost.memory >> 10);
	if (result != ARGON2_OK)
		return seal_fail(diag, SEAL_E_CRYPTO, "Argon2id: %s", argon2_error_message(result));
	*out_key = seal_steal(&key);
	return SEAL_OK;
}

int seal_identity_lock_with(struct seal_identity *identity, struct seal_secret *passphrase,
			    struct seal_identity_cost cost,
			    char out_text[static SEAL_IDENTITY_TEXT], struct seal_diag *diag)
{
	struct seal_secret *keys SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_identity_file file = {.cost = cost, .public = identity->public};
	char text[SEAL_IDENTITY_TEXT];
	int error = seal_random(file.salt, sizeof file.salt, diag);

	if (!error)
		error = seal_random(file.box, 24, diag);
	if (!error)
		error = seal_secret_new(KEYS, &keys, diag);
	if (!error)
		error = derive(passphrase, &file, &key, diag);
	if (error)
		return error;
	memcpy(seal_secret_data(keys), seal_secret_bytes(identity->x25519), 32);
	memcpy(seal_secret_data(keys) + 32, seal_secret_bytes(identity->ed25519), 32);
	seal_identity_write(&file, 0, text);
	if (crypto_aead_xchacha20poly1305_ietf_encrypt(file.box + 24, NULL, seal_secret_bytes(keys),
						       KEYS, (const uint8_t *)text, file.head, NULL,
						       file.box, seal_secret_bytes(key)) != 0)
		return seal_fail(diag, SEAL_E_CRYPTO, "XChaCha20-Poly1305");
	seal_identity_write(&file, 1, out_text);
	return SEAL_OK;
}

int seal_identity_lock(struct seal_identity *identity, struct seal_secret *passphrase,
		       char out_text[static SEAL_IDENTITY_TEXT], struct seal_diag *diag)
{
	return seal_identity_lock_with(identity, passphrase, production, out_text, diag);
}

/* Before memory is taken: a forged file must not take all of it, nor hours. */
static int check_cost(struct seal_identity_cost cost, struct seal_identity_cost least,
		      struct seal_diag *diag)
{
	if (cost.memory < least.memory || cost.passes < least.passes)
		return seal_fail(diag, SEAL_E_POLICY, "identity file: Argon2id is too weak");
	if (cost.memory > SEAL_IDENTITY_MEMORY_MAX || cost.passes > SEAL_IDENTITY_PASSES_MAX ||
	    cost.lanes < 1 || cost.lanes > SEAL_IDENTITY_LANES_MAX || cost.memory < 8 * cost.lanes)
		return seal_fail(diag, SEAL_E_POLICY, "identity file: Argon2id asks too much");
	return SEAL_OK;
}

int seal_identity_unlock_with(const char *text, size_t len, struct seal_secret *passphrase,
			      struct seal_identity_cost least, struct seal_identity **out_identity,
			      struct seal_diag *diag)
{
	struct seal_identity *identity SEAL_CLEANUP(seal_identity_freep) = NULL;
	struct seal_secret *keys SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_identity_file file;
	int error = seal_identity_read(text, len, &file, diag);

	if (!error)
		error = check_cost(file.cost, least, diag);
	if (!error)
		error = seal_secret_new(KEYS, &keys, diag);
	if (!error)
		error = derive(passphrase, &file, &key, diag);
	if (error)
		return error;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    seal_secret_data(keys), NULL, NULL, file.box + 24, sizeof file.box - 24,
		    (const uint8_t *)text, file.head, file.box, seal_secret_bytes(key)) != 0)
		return seal_fail(diag, SEAL_E_PINWRONG, "wrong passphrase, or a damaged file");
	error = identity_of(seal_secret_bytes(keys), &identity, diag);
	if (!error && (strcmp(identity->public.recipient, file.public.recipient) != 0 ||
		       !seal_eq_ct(identity->public.signing, file.public.signing, 32)))
		error = seal_fail(diag, SEAL_E_VERIFY,
				  "identity file: keys do not belong together");
	if (error)
		return error;
	*out_identity = seal_steal(&identity);
	return SEAL_OK;
}

int seal_identity_unlock(const char *text, size_t len, struct seal_secret *passphrase,
			 struct seal_identity **out_identity, struct seal_diag *diag)
{
	return seal_identity_unlock_with(text, len, passphrase, production, out_identity, diag);
}

int seal_identity_peek(const char *text, size_t len, struct seal_identity_public *out_public,
		       struct seal_diag *diag)
{
	struct seal_identity_file file;
	int error = seal_identity_read(text, len, &file, diag);

	if (!error)
		*out_public = file.public;
	return error;
}
