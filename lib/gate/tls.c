/* OpenSSL on non-blocking sockets. */

#include "gate/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "gate/tls_internal.h"
#include "wire/buffer.h"

#include "base/banned.h"

struct seal_tls_context {
	SSL_CTX *ctx;
};

struct seal_tls {
	SSL *ssl;
	int broken;
};

static const char ciphers[] = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
			      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
			      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256";

int seal_tls_fail(const char *what, struct seal_diag *diag)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return seal_fail(diag, SEAL_E_CRYPTO, "TLS: %s%s%s", what, why ? ": " : "", why ? why : "");
}

/* A client that offers protocols and not this one speaks something else (RFC 7301). */
static int choose_protocol(SSL *ssl SEAL_UNUSED, const unsigned char **out, unsigned char *out_len,
			   const unsigned char *in, unsigned in_len, void *ctx SEAL_UNUSED)
{
	static const char ours[] = "http/1.1";

	for (unsigned at = 0; at < in_len; at += 1u + in[at]) {
		if (in[at] == sizeof ours - 1 && in_len - at > sizeof ours - 1 &&
		    strncmp((const char *)in + at + 1, ours, sizeof ours - 1) == 0) {
			*out = in + at + 1;
			*out_len = sizeof ours - 1;
			return SSL_TLSEXT_ERR_OK;
		}
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static int settle(SSL_CTX *ctx, struct seal_diag *diag)
{
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					       SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
					       SSL_OP_PRIORITIZE_CHACHA | SSL_OP_CLEANSE_PLAINTEXT);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					    SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_num_tickets(ctx, 0) != 1 || SSL_CTX_set_cipher_list(ctx, ciphers) != 1)
		return seal_tls_fail("settings", diag);
	return SEAL_OK;
}

static int take_key(SSL_CTX *ctx, struct seal_reader *reader, struct seal_diag *diag)
{
	size_t len = 0;
	const uint8_t *bytes = seal_reader_bytes(reader, SEAL_TLS_CREDENTIALS, &len);
	EVP_PKEY *key = bytes ? d2i_AutoPrivateKey(NULL, &bytes, (long)len) : NULL;
	int good = key && SSL_CTX_use_PrivateKey(ctx, key) == 1;

	EVP_PKEY_free(key);
	return good ? SEAL_OK : seal_tls_fail("private key", diag);
}

static int take_certificate(SSL_CTX *ctx, struct seal_reader *reader,
			    int (*use)(SSL_CTX *ctx, X509 *certificate, int first), int first,
			    struct seal_diag *diag)
{
	size_t len = 0;
	const uint8_t *bytes = seal_reader_bytes(reader, SEAL_TLS_CREDENTIALS, &len);
	X509 *certificate = bytes ? d2i_X509(NULL, &bytes, (long)len) : NULL;
	int good = certificate && use(ctx, certificate, first) == 1;

	X509_free(certificate);
	return good ? SEAL_OK : seal_tls_fail("certificate", diag);
}

static int use_own(SSL_CTX *ctx, X509 *certificate, int first)
{
	if (first)
		return SSL_CTX_use_certificate(ctx, certificate);
	return (int)SSL_CTX_add1_chain_cert(ctx, certificate);
}

static int use_root(SSL_CTX *ctx, X509 *certificate, int first SEAL_UNUSED)
{
	return X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), certificate) == 1 &&
	       SSL_CTX_add_client_CA(ctx, certificate) == 1;
}

static int take_all(SSL_CTX *ctx, const uint8_t *credentials, size_t len, struct seal_diag *diag)
{
	struct seal_reader reader = {.bytes = credentials, .left = len};
	uint64_t version = seal_reader_be(&reader, 1);
	uint64_t own = seal_reader_be(&reader, 1);
	uint64_t roots = seal_reader_be(&reader, 1);
	int error = SEAL_OK;

	if (version != SEAL_TLS_CREDENTIALS_VERSION || own == 0)
		return seal_fail(diag, SEAL_E_VERSION, "TLS credentials");
	for (uint64_t i = 0; i < own && !error; i++)
		error = take_certificate(ctx, &reader, use_own, i == 0, diag);
	if (!error)
		error = take_key(ctx, &reader, diag);
	for (uint64_t i = 0; i < roots && !error; i++)
		error = take_certificate(ctx, &reader, use_root, 0, diag);
	if (roots) /* asked for, and checked if given; not demanded */
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return error ? error : seal_reader_end(&reader, "TLS credentials", diag);
}

int seal_tls_context_new(const uint8_t *credentials, size_t len,
			 struct seal_tls_context **out_context, struct seal_diag *diag)
{
	struct seal_tls_context *context SEAL_CLEANUP(seal_tls_context_freep) =
		calloc(1, sizeof *context);
	int error;

	if (!context)
		return seal_fail(diag, SEAL_E_NOMEM, "TLS");
	context->ctx = SSL_CTX_new(TLS_server_method());
	if (!context->ctx)
		return seal_tls_fail("context", diag);
	error = settle(context->ctx, diag);
	if (!error)
		error = take_all(context->ctx, credentials, len, diag);
	if (!error)
		*out_context = seal_steal(&context);
	return error;
}

void seal_tls_context_free(struct seal_tls_context *context)
{
	if (context)
		SSL_CTX_free(context->ctx);
	free(context);
}

void seal_tls_context_freep(struct seal_tls_context **context)
{
	seal_tls_context_free(*context);
	*context = NULL;
}

int seal_tls_new(struct seal_tls_context *context, int fd, struct seal_tls **out_tls,
		 struct seal_diag *diag)
{
	struct seal_tls *tls = calloc(1, sizeof *tls);

	if (!tls)
		return seal_fail(diag, SEAL_E_NOMEM, "TLS");
	tls->ssl = SSL_new(context->ctx);
	if (!tls->ssl || SSL_set_fd(tls->ssl, fd) != 1) {
		seal_tls_free(tls);
		return seal_tls_fail("connection", diag);
	}
	*out_tls = tls;
	return SEAL_OK;
}

void seal_tls_free(struct seal_tls *tls)
{
	if (tls)
		SSL_free(tls->ssl);
	free(tls);
}

static enum seal_tls_io outcome(struct seal_tls *tls, int result)
{
	int why;

	if (result == 1)
		return SEAL_TLS_DONE;
	why = SSL_get_error(tls->ssl, result);
	if (why == SSL_ERROR_WANT_READ)
		return SEAL_TLS_WANT_READ;
	if (why == SSL_ERROR_WANT_WRITE)
		return SEAL_TLS_WANT_WRITE;
	/* After these OpenSSL forbids a shutdown. */
	if (why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL)
		tls->broken = 1;
	ERR_clear_error();
	return SEAL_TLS_GONE;
}

enum seal_tls_io seal_tls_handshake(struct seal_tls *tls)
{
	ERR_clear_error();
	return outcome(tls, SSL_accept(tls->ssl));
}

enum seal_tls_io seal_tls_read(struct seal_tls *tls, uint8_t *out, size_t cap, size_t *out_len)
{
	ERR_clear_error();
	return outcome(tls, SSL_read_ex(tls->ssl, out, cap, out_len));
}

enum seal_tls_io seal_tls_write(struct seal_tls *tls, const uint8_t *bytes, size_t len,
				size_t *out_len)
{
	ERR_clear_error();
	return outcome(tls, SSL_write_ex(tls->ssl, bytes, len, out_len));
}

int seal_tls_pending(const struct seal_tls *tls)
{
	return SSL_has_pending(tls->ssl);
}

void seal_tls_close(struct seal_tls *tls)
{
	if (tls->broken || !SSL_is_init_finished(tls->ssl))
		return;
	(void)SSL_shutdown(tls->ssl);
	ERR_clear_error();
}
