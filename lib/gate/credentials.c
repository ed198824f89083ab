/* PEM files to what gates are given. The supervisor does this: gates open no file. */

#include "gate/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/encode.h"
#include "gate/tls_internal.h"
#include "wire/buffer.h"

#include "base/banned.h"

#define CHAIN 16u
#define ROOTS 64u

struct parts {
	X509 *own[CHAIN];
	X509 *roots[ROOTS];
	size_t own_count, root_count;
	EVP_PKEY *key;
};

static void parts_done(struct parts *parts)
{
	for (size_t i = 0; i < parts->own_count; i++)
		X509_free(parts->own[i]);
	for (size_t i = 0; i < parts->root_count; i++)
		X509_free(parts->roots[i]);
	EVP_PKEY_free(parts->key);
}

/* A file whose bytes may be secret. */
static int read_file(const char *path, struct seal_secret **out_bytes, struct seal_diag *diag)
{
	struct seal_secret *bytes SEAL_CLEANUP(seal_secret_freep) = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	size_t len = 0;
	ssize_t got = 1;
	int error;

	if (fd < 0)
		return seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	error = seal_secret_new(SEAL_TLS_CREDENTIALS, &bytes, diag);
	while (!error && got > 0 && len < SEAL_TLS_CREDENTIALS) {
		got = read(fd, seal_secret_data(bytes) + len, SEAL_TLS_CREDENTIALS - len);
		if (got > 0)
			len += (size_t)got;
	}
	if (!error && got < 0)
		error = seal_fail_errno(diag, SEAL_E_IO, "%s", path);
	else if (!error && len == SEAL_TLS_CREDENTIALS)
		error = seal_fail(diag, SEAL_E_TOOLONG, "%s", path);
	(void)close(fd);
	if (error)
		return error;
	seal_secret_shrink(bytes, len);
	*out_bytes = seal_steal(&bytes);
	return SEAL_OK;
}

static int no_passphrase(char *out SEAL_UNUSED, int cap SEAL_UNUSED, int rw SEAL_UNUSED,
			 void *ctx SEAL_UNUSED)
{
	return -1;
}

static BIO *bio_of(const struct seal_secret *bytes)
{
	return BIO_new_mem_buf(seal_secret_bytes(bytes), (int)seal_secret_len(bytes));
}

static int read_certificates(const char *path, X509 **out, size_t max, size_t *out_count,
			     struct seal_diag *diag)
{
	struct seal_secret *bytes SEAL_CLEANUP(seal_secret_freep) = NULL;
	X509 *one = NULL;
	BIO *bio;
	unsigned long why;
	int error = read_file(path, &bytes, diag);

	if (error)
		return error;
	bio = bio_of(bytes);
	while (bio && *out_count < max && (one = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)))
		out[(*out_count)++] = one;
	why = ERR_peek_last_error();
	BIO_free(bio);
	if (one) {
		ERR_clear_error();
		return seal_fail(diag, SEAL_E_TOOLONG, "%s: %zu certificates or more", path, max);
	}
	/* "No start line" behind the last one is the end of the file. */
	if (*out_count == 0 || ERR_GET_REASON(why) != PEM_R_NO_START_LINE) {
		ERR_clear_error();
		return seal_fail(diag, SEAL_E_FORMAT, "%s: no PEM certificate, or a damaged one",
				 path);
	}
	ERR_clear_error();
	return SEAL_OK;
}

static int read_key(const char *path, EVP_PKEY **out_key, struct seal_diag *diag)
{
	struct seal_secret *bytes SEAL_CLEANUP(seal_secret_freep) = NULL;
	BIO *bio;
	int error = read_file(path, &bytes, diag);

	if (error)
		return error;
	bio = bio_of(bytes);
	*out_key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	if (!*out_key)
		return seal_fail(diag, SEAL_E_FORMAT,
				 "%s: no PEM private key, or one with a passphrase", path);
	return SEAL_OK;
}

static int pin_of(const X509 *leaf, char out_pin[static SEAL_TLS_PIN], struct seal_diag *diag)
{
	uint8_t digest[32];
	unsigned char *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &spki);
	int good = len > 0 && EVP_Digest(spki, (size_t)len, digest, NULL, EVP_sha256(), NULL) == 1;

	OPENSSL_free(spki);
	if (!good)
		return seal_tls_fail("pin of the certificate", diag);
	memcpy(out_pin, "sha256//", 8);
	seal_base64(SEAL_BASE64_PADDED, digest, sizeof digest, out_pin + 8);
	return SEAL_OK;
}

static int seconds_left(const X509 *leaf, int64_t *out_left, struct seal_diag *diag)
{
	int days = 0;
	int seconds = 0;

	if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(leaf)) != 1)
		return seal_tls_fail("end of the certificate", diag);
	*out_left = (int64_t)days * 86400 + seconds;
	return SEAL_OK;
}

static int put_part(struct seal_buffer *buffer, unsigned char *der, int len, struct seal_diag *diag)
{
	uint8_t head[4];
	int error;

	if (len <= 0)
		return seal_tls_fail("encoding", diag);
	seal_put_be(head, (uint64_t)len, sizeof head);
	error = seal_buffer_add(buffer, head, sizeof head, diag);
	if (!error)
		error = seal_buffer_add(buffer, der, (size_t)len, diag);
	OPENSSL_clear_free(der, (size_t)len);
	return error;
}

static int put_all(const struct parts *parts, struct seal_buffer *buffer, struct seal_diag *diag)
{
	const uint8_t head[3] = {SEAL_TLS_CREDENTIALS_VERSION, (uint8_t)parts->own_count,
				 (uint8_t)parts->root_count};
	int error = seal_buffer_add(buffer, head, sizeof head, diag);

	for (size_t i = 0; i <= parts->own_count + parts->root_count && !error; i++) {
		unsigned char *der = NULL;
		int len;

		if (i < parts->own_count)
			len = i2d_X509(parts->own[i], &der);
		else if (i == parts->own_count)
			len = i2d_PrivateKey(parts->key, &der);
		else
			len = i2d_X509(parts->roots[i - parts->own_count - 1], &der);
		error = put_part(buffer, der, len, diag);
	}
	if (!error && buffer->len > SEAL_TLS_CREDENTIALS)
		error = seal_fail(diag, SEAL_E_TOOLONG, "certificates of more than %u bytes",
				  SEAL_TLS_CREDENTIALS);
	return error;
}

/* What a gate would refuse (a key that is too small, say) is refused here already. */
static int try_out(const char *certificate, const struct seal_buffer *buffer,
		   struct seal_diag *diag)
{
	struct seal_tls_context *context SEAL_CLEANUP(seal_tls_context_freep) = NULL;
	int error = seal_tls_context_new(buffer->bytes, buffer->len, &context, diag);

	return error ? seal_because(diag, error, "%s", certificate) : SEAL_OK;
}

int seal_tls_credentials(const char *certificate, const char *key, const char *client_ca,
			 struct seal_secret **out_credentials, char out_pin[static SEAL_TLS_PIN],
			 int64_t *out_left, struct seal_diag *diag)
{
	struct parts parts SEAL_CLEANUP(parts_done) = {0};
	struct seal_buffer buffer SEAL_CLEANUP(seal_buffer_done) = {0};
	char pin[SEAL_TLS_PIN];
	int64_t left = 0;
	int error = read_certificates(certificate, parts.own, CHAIN, &parts.own_count, diag);

	if (!error)
		error = read_key(key, &parts.key, diag);
	if (!error && X509_check_private_key(parts.own[0], parts.key) != 1) {
		ERR_clear_error();
		error = seal_fail(diag, SEAL_E_MISMATCH, "%s: not the key of %s", key, certificate);
	}
	if (!error && client_ca)
		error = read_certificates(client_ca, parts.roots, ROOTS, &parts.root_count, diag);
	if (!error)
		error = pin_of(parts.own[0], pin, diag);
	if (!error)
		error = seconds_left(parts.own[0], &left, diag);
	if (!error)
		error = put_all(&parts, &buffer, diag);
	if (!error)
		error = try_out(certificate, &buffer, diag);
	if (!error)
		error = seal_secret_copy(buffer.bytes, buffer.len, out_credentials, diag);
	if (error)
		return error;
	memcpy(out_pin, pin, sizeof pin);
	*out_left = left;
	return SEAL_OK;
}
