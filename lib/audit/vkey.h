#ifndef SEALKIT_AUDIT_VKEY_H
#define SEALKIT_AUDIT_VKEY_H

#include "crypto/note.h"

/* Keys of logs and of those who cosign them, one a line of text as C2SP signed-note has them:
   name, plus, key id in 8 hex digits, plus, base64 of type and public key. */

#define SEAL_VKEY_TEXT (SEAL_NOTE_NAME_MAX + 10 + 256 + 1)

/* Types 0x01 (Ed25519), 0x02 (P-256 as SubjectPublicKeyInfo), 0x04 (Ed25519 cosignature), and
   0xff with the names of audit/cosign.h. The id must be the key's. SEAL_E_FORMAT;
   SEAL_E_VERSION: another type. */
SEAL_MUST_CHECK int seal_vkey_parse(const char *text, size_t len, struct seal_note_key *out_key,
				    struct seal_diag *diag);

/* Keys of a file: a line each; empty lines and those that begin with # say nothing. Appends to
   *keys, which holds *count and is malloc'd or NULL; the caller's, too after an error. A key
   that is there already stands once. SEAL_E_TOOLONG: more than SEAL_VKEY_MAX. */
#define SEAL_VKEY_MAX 4096u
#define SEAL_VKEY_FILE (1u << 20)
SEAL_MUST_CHECK int seal_vkey_read(const char *path, struct seal_note_key **keys, size_t *count,
				   struct seal_diag *diag);
SEAL_MUST_CHECK int seal_vkey_add(const struct seal_note_key *key, struct seal_note_key **keys,
				  size_t *count, struct seal_diag *diag);

#endif
