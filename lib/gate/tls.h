#ifndef SEALKIT_GATE_TLS_H
#define SEALKIT_GATE_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"

/* TLS of the gates: 1.2 with forward secrecy and AEAD only, and 1.3; no renegotiation, no
   compression, no tickets or sessions, so that nothing but the live connection can
   open what was recorded. Plaintext that OpenSSL buffered is wiped by it. */

struct seal_tls_context;
struct seal_tls;

#define SEAL_TLS_CREDENTIALS 65536u /* longest; they travel in one packet */
#define SEAL_TLS_PIN 53u	    /* "sha256//" + base64 of SHA-256 of the SPKI + NUL */

/* Reads PEM files: a certificate chain, leaf first, its private key (no passphrase), and,
   unless client_ca is NULL, roots that client certificates must lead to. Checks that the
   key is the leaf's and that a gate will take them. *out_credentials has all in the form that
   seal_tls_context_new takes. *out_left: seconds until the leaf expires, negative if it has. */
SEAL_MUST_CHECK int seal_tls_credentials(const char *certificate, const char *key,
					 const char *client_ca,
					 struct seal_secret **out_credentials,
					 char out_pin[static SEAL_TLS_PIN], int64_t *out_left,
					 struct seal_diag *diag);

/* Needs no file: works inside the sandbox. Sessions made of a context outlive it. */
SEAL_MUST_CHECK int seal_tls_context_new(const uint8_t *credentials, size_t len,
					 struct seal_tls_context **out_context,
					 struct seal_diag *diag);
void seal_tls_context_free(struct seal_tls_context *context);
void seal_tls_context_freep(struct seal_tls_context **context);

/* The server's side of one connection over a non-blocking socket, which stays the caller's. */
SEAL_MUST_CHECK int seal_tls_new(struct seal_tls_context *context, int fd,
				 struct seal_tls **out_tls, struct seal_diag *diag);
void seal_tls_free(struct seal_tls *tls);

enum seal_tls_io {
	SEAL_TLS_DONE, /* for read and write: at least one byte */
	SEAL_TLS_WANT_READ,
	SEAL_TLS_WANT_WRITE,
	SEAL_TLS_GONE, /* closed, in order or not, or broken: free it */
};

enum seal_tls_io seal_tls_handshake(struct seal_tls *tls);
enum seal_tls_io seal_tls_read(struct seal_tls *tls, uint8_t *out, size_t cap, size_t *out_len);
enum seal_tls_io seal_tls_write(struct seal_tls *tls, const uint8_t *bytes, size_t len,
				size_t *out_len);
/* 1: bytes were read from the socket that no event will announce. */
int seal_tls_pending(const struct seal_tls *tls);
/* Says to the client, once and without waiting, that this is the end. */
void seal_tls_close(struct seal_tls *tls);

#endif
