/* Opening an age file: header, identity, MAC, payload, in this order; nothing of
   the payload is read before the header's MAC has been verified. */

#include "crypto/age_internal.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

static void kdf_done(EVP_KDF_CTX **ctx)
{
	EVP_KDF_CTX_free(*ctx);
}

/* OpenSSL's parameter lists take pointers without const, but do not write to them. */
static void *loose(const void *bytes)
{
	union {
		const void *in;
		void *out;
	} pass = {.in = bytes};

	return pass.out;
}

int seal_hkdf(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt, size_t salt_len,
	      const char *info, uint8_t *out, size_t out_len, struct seal_diag *diag)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx SEAL_CLEANUP(kdf_done) = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	char digest[] = "SHA256";
	OSSL_PARAM params[5];
	size_t n = 0;

	EVP_KDF_free(kdf);
	params[n++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, loose(ikm), ikm_len);
	if (salt_len > 0)
		params[n++] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, loose(salt),
								salt_len);
	params[n++] =
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, loose(info), strlen(info));
	params[n] = OSSL_PARAM_construct_end();
	if (!ctx || EVP_KDF_derive(ctx, out, out_len, params) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "HKDF");
	return SEAL_OK;
}

static void cipher_done(EVP_CIPHER_CTX **ctx)
{
	EVP_CIPHER_CTX_free(*ctx);
}

int seal_age_unwrap_key(const uint8_t key[static 32], const uint8_t *wrapped,
			struct seal_secret *file_key, struct seal_diag *diag)
{
	static const uint8_t nonce[12] = {0};
	EVP_CIPHER_CTX *ctx SEAL_CLEANUP(cipher_done) = EVP_CIPHER_CTX_new();
	uint8_t *out = seal_secret_data(file_key);
	int got = 0;

	if (!ctx || EVP_DecryptInit_ex2(ctx, EVP_chacha20_poly1305(), key, nonce, NULL) != 1 ||
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16,
				loose(wrapped + SEAL_AGE_FILE_KEY)) != 1 ||
	    EVP_DecryptUpdate(ctx, out, &got, wrapped, SEAL_AGE_FILE_KEY) != 1)
		return seal_fail(diag, SEAL_E_CRYPTO, "ChaCha20-Poly1305");
	if (EVP_DecryptFinal_ex(ctx, out + got, &got) != 1) {
		seal_wipe(out, SEAL_AGE_FILE_KEY);
		return SEAL_E_VERIFY;
	}
	return SEAL_OK;
}

static int check_mac(const struct seal_age_header *header, const struct seal_secret *file_key,
		     struct seal_diag *diag)
{
	struct seal_secret *key SEAL_CLEANUP(seal_secret_freep) = NULL;
	uint8_t mac[32];
	unsigned len = 0;
	int error = seal_secret_new(32, &key, diag);

	if (!error)
		error = seal_hkdf(seal_secret_bytes(file_key), seal_secret_len(file_key), NULL, 0,
				  "header", seal_secret_data(key), 32, diag);
	if (error)
		return error;
	if (!HMAC(EVP_sha256(), seal_secret_bytes(key), 32, (const uint8_t *)header->text,
		  header->len, mac, &len))
		return seal_fail(diag, SEAL_E_CRYPTO, "HMAC");
	if (!seal_eq_ct(mac, header->mac, sizeof mac))
		return seal_fail(diag, SEAL_E_VERIFY, "age header: damaged (wrong MAC)");
	return SEAL_OK;
}

/* A passphrase stanza must stand alone: beside another one, whoever knows the
   passphrase could not be told from whoever holds the key. */
static int check_alone(const struct seal_age_header *header, struct seal_diag *diag)
{
	for (size_t i = 0; header->count > 1 && i < header->count; i++)
		if (strcmp(header->stanza[i].type, "scrypt") == 0)
			return seal_fail(diag, SEAL_E_FORMAT,
					 "age header: a passphrase beside other recipients");
	return SEAL_OK;
}

static int find_key(const struct seal_age_identity *identities, size_t count,
		    const struct seal_age_header *header, struct seal_secret *file_key,
		    struct seal_diag *diag)
{
	for (size_t i = 0; i < count; i++) {
		int error = identities[i].unwrap(identities[i].ctx, header->stanza, header->count,
						 file_key, diag);

		if (error != SEAL_E_NOIDENTITY)
			return error;
	}
	return seal_fail(diag, SEAL_E_NOIDENTITY,
			 "no identity given opens this file; it is sealed to %zu recipient%s",
			 header->count, header->count == 1 ? "" : "s");
}

static int open_from(const struct seal_age_identity *identities, size_t count,
		     struct seal_buffered *in, struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_age_header *header SEAL_CLEANUP(seal_age_header_freep) = NULL;
	struct seal_secret *file_key SEAL_CLEANUP(seal_secret_freep) = NULL;
	struct seal_source rest = seal_buffered_source(in);
	int error = seal_age_header_read(in, &header, diag);

	if (!error)
		error = check_alone(header, diag);
	if (!error)
		error = seal_secret_new(SEAL_AGE_FILE_KEY, &file_key, diag);
	if (!error)
		error = find_key(identities, count, header, file_key, diag);
	if (!error)
		error = check_mac(header, file_key, diag);
	return error ? error : seal_age_stream_open(file_key, &rest, sink, diag);
}

static void buffered_freep(struct seal_buffered **buffered)
{
	free(*buffered);
}

int seal_age_open(const struct seal_age_identity *identities, size_t count,
		  struct seal_source *source, struct seal_sink *sink, struct seal_diag *diag)
{
	struct seal_buffered *outer SEAL_CLEANUP(buffered_freep) = malloc(sizeof *outer);
	struct seal_buffered *inner SEAL_CLEANUP(buffered_freep) = malloc(sizeof *inner);
	struct seal_age_armor armor;
	struct seal_source within;
	int armored = 0;
	int error;

	if (!outer || !inner)
		return seal_fail(diag, SEAL_E_NOMEM, "age file");
	seal_buffered_init(outer, source);
	error = seal_age_armor_begin(outer, &armor, &armored, diag);
	if (error || !armored)
		return error ? error : open_from(identities, count, outer, sink, diag);
	within = seal_age_armor_source(&armor);
	seal_buffered_init(inner, &within);
	return open_from(identities, count, inner, sink, diag);
}
