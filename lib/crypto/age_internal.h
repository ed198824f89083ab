#ifndef SEALKIT_CRYPTO_AGE_INTERNAL_H
#define SEALKIT_CRYPTO_AGE_INTERNAL_H

#include "base/buffered.h"
#include "crypto/age.h"

/* A parsed header. `text` holds what the MAC covers: all up to `---`. */
struct seal_age_header {
	char *text;
	size_t len, cap;
	char *strings; /* types and arguments, NUL-terminated */
	uint8_t *bodies;
	size_t strings_len, bodies_len;
	struct seal_age_stanza stanza[SEAL_AGE_STANZAS];
	size_t count;
	uint8_t mac[32];
};

SEAL_MUST_CHECK int seal_age_header_read(struct seal_buffered *in, struct seal_age_header **out,
					 struct seal_diag *diag);
void seal_age_header_freep(struct seal_age_header **header);

/* Armor: a source of the bytes within. Storage is the caller's. */
struct seal_age_armor {
	struct seal_buffered *in;
	uint8_t held[48];
	size_t at, len;
	int ended;
};

/* Looks whether in begins with armor (white space before it is skipped only
   then); *out_armored tells, and the BEGIN line is taken. */
SEAL_MUST_CHECK int seal_age_armor_begin(struct seal_buffered *in, struct seal_age_armor *armor,
					 int *out_armored, struct seal_diag *diag);
struct seal_source seal_age_armor_source(struct seal_age_armor *armor);

/* HKDF-SHA256 with one call's worth of output (at most 32 bytes). */
SEAL_MUST_CHECK int seal_hkdf(const uint8_t *ikm, size_t ikm_len, const uint8_t *salt,
			      size_t salt_len, const char *info, uint8_t *out, size_t out_len,
			      struct seal_diag *diag);

/* ChaCha20-Poly1305 with a zero nonce, as age wraps file keys.
   SEAL_E_VERIFY if the tag is wrong. wrapped holds 32 bytes. */
SEAL_MUST_CHECK int seal_age_unwrap_key(const uint8_t key[static 32], const uint8_t *wrapped,
					struct seal_secret *file_key, struct seal_diag *diag);

/* The key that a passphrase wraps file keys with; factor is checked by the caller. */
SEAL_MUST_CHECK int seal_age_scrypt_key(const struct seal_secret *passphrase,
					const uint8_t salt[static 16], unsigned factor,
					struct seal_secret *key, struct seal_diag *diag);

/* Seals to one stanza that was made elsewhere: its type and only argument, and a body
   of 32 bytes. Both texts must be what a header may hold, type and arg together under
   100 bytes. */
SEAL_MUST_CHECK int seal_age_seal_stanza(const char *type, const char *arg,
					 const uint8_t body[static 32],
					 const struct seal_secret *file_key,
					 struct seal_source *source, struct seal_sink *sink,
					 struct seal_diag *diag);

SEAL_MUST_CHECK int seal_age_stream_open(const struct seal_secret *file_key,
					 struct seal_source *source, struct seal_sink *sink,
					 struct seal_diag *diag);

SEAL_MUST_CHECK int seal_age_stream_seal(const struct seal_secret *file_key,
					 struct seal_source *source, struct seal_sink *sink,
					 struct seal_diag *diag);

#endif
