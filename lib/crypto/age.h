#ifndef SEALKIT_CRYPTO_AGE_H
#define SEALKIT_CRYPTO_AGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/secret.h"

/* age v1 (C2SP age.md), the format of sealed shares: opening. */

#define SEAL_AGE_STANZAS 128u /* recipients of one file */
#define SEAL_AGE_ARGS 8u
#define SEAL_AGE_HEADER (256u << 10)
#define SEAL_AGE_FILE_KEY 16u

/* One recipient's part of a header; texts are NUL-terminated and, like the body,
   belong to the header that is being opened. */
struct seal_age_stanza {
	const char *type;
	unsigned args;
	const char *arg[SEAL_AGE_ARGS];
	const uint8_t *body;
	size_t body_len;
};

/* What may open a file. `unwrap` gets all stanzas and fills a file key of
   SEAL_AGE_FILE_KEY bytes. SEAL_E_NOIDENTITY: none of them is for it, the next
   identity is asked. Any other error ends the opening. */
struct seal_age_identity {
	int (*unwrap)(void *ctx, const struct seal_age_stanza *stanzas, size_t count,
		      struct seal_secret *file_key, struct seal_diag *diag);
	void *ctx;
};

/* An X25519 identity: 32 bytes, the caller's, which must outlive it. From the
   text AGE-SECRET-KEY-1...: seal_age_x25519_parse, bytes to free by the caller. */
SEAL_MUST_CHECK int seal_age_x25519_parse(const char *text, struct seal_secret **out_key,
					  struct seal_diag *diag);
struct seal_age_identity seal_age_x25519_identity(struct seal_secret *key);

/* A passphrase. A work factor above SEAL_AGE_SCRYPT_MAX is refused, since a
   forged file could otherwise take all memory and hours. */
#define SEAL_AGE_SCRYPT_MAX 22u
struct seal_age_identity seal_age_scrypt_identity(struct seal_secret *passphrase);

/* Opens one age file, armored or not, from source to sink, in constant memory.
   Every byte written was authenticated before; but a file that was cut short is
   known only at its end: callers must not trust the output unless SEAL_OK comes
   back. SEAL_E_FORMAT: not age or malformed; SEAL_E_VERSION; SEAL_E_NOIDENTITY;
   SEAL_E_PINWRONG: wrong passphrase; SEAL_E_VERIFY: damaged; SEAL_E_TRUNCATED. */
SEAL_MUST_CHECK int seal_age_open(const struct seal_age_identity *identities, size_t count,
				  struct seal_source *source, struct seal_sink *sink,
				  struct seal_diag *diag);

#endif
