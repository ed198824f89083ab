#ifndef SEALKIT_AUDIT_COSIGN_H
#define SEALKIT_AUDIT_COSIGN_H

#include "crypto/assertion.h"
#include "crypto/note.h"

/* Cosignatures (C2SP tlog-cosignature, v1): that at some time somebody saw this head of a log,
   and none that contradicts it. A signature is 8 bytes, the time in seconds since 1970,
   big-endian, and what the key signs:

       cosignature/v1
       time 1679315147
       and the text of the checkpoint

   Ed25519 is type 0x04 of that specification, which has none for what tokens sign with. Those
   are of type 0xff and a name: ECDSA P-256 over SHA-256 in DER, public key 65 bytes; and a
   FIDO2 assertion (crypto/assertion.h), public key SHA-256 of the rp id and 65 bytes. */

#define SEAL_COSIGN_P256 "sealkit/cosign-p256"
#define SEAL_COSIGN_FIDO2 "sealkit/cosign-fido2"

SEAL_MUST_CHECK int seal_cosign_key_ed25519(const char *name, const uint8_t public_key[static 32],
					    struct seal_note_key *out_key, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_cosign_key_p256(const char *name,
					 const uint8_t point[static SEAL_P256_POINT],
					 struct seal_note_key *out_key, struct seal_diag *diag);
/* public_key: SHA-256 of the rp id, and the point. */
SEAL_MUST_CHECK int seal_cosign_key_fido2(const char *name,
					  const uint8_t public_key[static SEAL_ASSERTION_PUBLIC],
					  struct seal_note_key *out_key, struct seal_diag *diag);

/* 1 where the key is of the three kinds. */
int seal_cosign_is_key(const struct seal_note_key *key);
/* The time of a signature by a key of the three kinds: 1; 0: the key is another, or it has none. */
int seal_cosign_time(const struct seal_note_key *key, const struct seal_note_signature *signature,
		     uint64_t *out_seconds);

/* Signs for a note what sign, which signs plainly, makes of the message above. cosigner must
   outlive it; key is of the three kinds. */
struct seal_cosigner {
	int (*sign)(void *ctx, const void *text, size_t text_len, uint8_t *out, size_t cap,
		    size_t *out_len, struct seal_diag *diag);
	void *ctx;
	uint64_t seconds;
};
struct seal_note_signer seal_cosign_signer(const struct seal_note_key *key,
					   struct seal_cosigner *cosigner);
/* Adds signatures to a note; those it has stay as they are, and are not looked at.
 *out_note as seal_note_sign's. */
SEAL_MUST_CHECK int seal_cosign_add(const void *note, size_t len,
				    const struct seal_note_signer *signers, size_t count,
				    char **out_note, size_t *out_len, struct seal_diag *diag);

/* Each signature of a note by itself, for any count of keys. */
struct seal_cosign_verdict {
	const struct seal_note_key *key; /* the caller's; NULL: of a stranger */
	int error;			 /* not SEAL_OK: it proves nothing */
	uint64_t seconds;		 /* 0: not a cosignature */
};
/* out has room for seal_note_count(note). */
void seal_cosign_check(const struct seal_note *note, const struct seal_note_key *keys, size_t count,
		       struct seal_cosign_verdict *out);

#endif
