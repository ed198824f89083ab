#ifndef SEALKIT_CRYPTO_NOTE_H
#define SEALKIT_CRYPTO_NOTE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "crypto/ecdh.h"

/* C2SP signed notes (signed-note.md): text that ends in a newline, an empty line, and
   signature lines. Roster, manifest, plan signatures and checkpoints are notes.
   Do not look at the text before seal_note_verify has said SEAL_OK. */

#define SEAL_NOTE_MAX (1u << 20)      /* bytes of a whole note */
#define SEAL_NOTE_SIGNATURES 64u      /* the specification asks for at least 16 */
#define SEAL_NOTE_SIGNATURE_MAX 8192u /* bytes of one, without its key id */
#define SEAL_NOTE_NAME_MAX 255u
#define SEAL_NOTE_PUBLIC_MAX 512u

struct seal_note;

/* Copies what it needs. Invalid UTF-8, control characters, any other form of line
   or base64: SEAL_E_FORMAT. Too long or too many: SEAL_E_TOOLONG. */
SEAL_MUST_CHECK int seal_note_parse(const void *bytes, size_t len, struct seal_note **out_note,
				    struct seal_diag *diag);
void seal_note_free(struct seal_note *note);
void seal_note_freep(struct seal_note **note);
/* With its last newline; the note's. */
const char *seal_note_text(const struct seal_note *note, size_t *out_len);

struct seal_note_signature {
	const char *name; /* the note's */
	uint8_t id[4];
	const uint8_t *bytes;
	size_t len;
};
size_t seal_note_count(const struct seal_note *note);
const struct seal_note_signature *seal_note_signature(const struct seal_note *note, size_t i);

/* A key that is trusted. `verify` gives 0 or SEAL_E_VERIFY. */
struct seal_note_key {
	char name[SEAL_NOTE_NAME_MAX + 1];
	uint8_t id[4];
	uint8_t bytes[SEAL_NOTE_PUBLIC_MAX];
	size_t len;
	int (*verify)(const struct seal_note_key *key, const void *text, size_t text_len,
		      const uint8_t *signature, size_t len, struct seal_diag *diag);
};

/* Type 0x01. */
SEAL_MUST_CHECK int seal_note_key_ed25519(const char *name, const uint8_t public_key[static 32],
					  struct seal_note_key *out_key, struct seal_diag *diag);
/* Type 0x02: ECDSA P-256 over SHA-256, signature in DER; the key id is of the SPKI
   alone and does not cover the name. */
SEAL_MUST_CHECK int seal_note_key_p256(const char *name,
				       const uint8_t point[static SEAL_P256_POINT],
				       struct seal_note_key *out_key, struct seal_diag *diag);
/* Type 0xff with a name of its own (`sealkit/fido2-assertion`, ...): the id is of
   name, newline, ff, type, public key. What a signature is, verify decides. */
SEAL_MUST_CHECK int seal_note_key_other(
	const char *name, const char *type, const uint8_t *public_key, size_t len,
	int (*verify)(const struct seal_note_key *key, const void *text, size_t text_len,
		      const uint8_t *signature, size_t len, struct seal_diag *diag),
	struct seal_note_key *out_key, struct seal_diag *diag);

/* Signatures of unknown keys are passed over. One of a known key that fails, or
   none of a known key at all: SEAL_E_VERIFY. out_signed[i] is 1 where keys[i] signed;
   whether those are enough, the caller decides. */
SEAL_MUST_CHECK int seal_note_verify(const struct seal_note *note, const struct seal_note_key *keys,
				     size_t count, uint8_t *out_signed, struct seal_diag *diag);

/* What signs: a token, or a key in memory. */
struct seal_note_signer {
	const struct seal_note_key *key;
	int (*sign)(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		    size_t *out_len, struct seal_diag *diag);
	void *ctx;
};
/* secret: libsodium's 64 bytes, seed and public key. */
struct seal_note_signer seal_note_signer_ed25519(const struct seal_note_key *key,
						 struct seal_secret *secret);

/* text must end in a newline and be what seal_note_parse takes. *out_note is
   malloc'd, NUL-terminated, the caller's. What was signed is verified again before
   it is handed out. All or nothing: each signer must succeed. */
SEAL_MUST_CHECK int seal_note_sign(const char *text, size_t len,
				   const struct seal_note_signer *signers, size_t count,
				   char **out_note, size_t *out_len, struct seal_diag *diag);
/* The same note with one signature more, as the last line; what others signed is not looked at. */
SEAL_MUST_CHECK int seal_note_add(const struct seal_note *note,
				  const struct seal_note_signer *signer, char **out_note,
				  size_t *out_len, struct seal_diag *diag);

#endif
