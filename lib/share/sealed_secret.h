#ifndef SEALKIT_SHARE_SEALED_SECRET_H
#define SEALKIT_SHARE_SEALED_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"

/* An arbitrary secret under the key of a share set (design section 3): the line
   "sealkit-secret/1", a nonce of 24 bytes, XAES-256-GCM with the whole manifest note
   as associated data. So nothing published says anything of a secret that could be
   guessed, and what shares give is authenticated, manifest included: keep the note
   byte for byte. */

#define SEAL_SEALED_SECRET_MAX (16u << 20)
#define SEAL_SEALED_SECRET_EXTRA (17u + 24u + 16u) /* bytes of a file beside the secret's */

/* key: 32 bytes. *out_bytes is malloc'd, the caller's; it opens again. */
SEAL_MUST_CHECK int seal_sealed_secret_make(const struct seal_secret *key, const char *note,
					    size_t note_len, const struct seal_secret *secret,
					    uint8_t **out_bytes, size_t *out_len,
					    struct seal_diag *diag);
/* SEAL_E_FORMAT, SEAL_E_VERSION, SEAL_E_TRUNCATED; SEAL_E_VERIFY: damaged, or of another
   manifest. *out_secret is the caller's. */
SEAL_MUST_CHECK int seal_sealed_secret_open(const struct seal_secret *key, const char *note,
					    size_t note_len, const uint8_t *bytes, size_t len,
					    struct seal_secret **out_secret,
					    struct seal_diag *diag);

#endif
