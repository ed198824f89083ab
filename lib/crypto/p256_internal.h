#ifndef SEALKIT_CRYPTO_P256_INTERNAL_H
#define SEALKIT_CRYPTO_P256_INTERNAL_H

#include "crypto/p256.h"

/* The two kinds, each in its file. Stanzas come with kind and lengths set. */

void seal_p256tag_tag(const uint8_t *enc, size_t enc_len, const uint8_t *point, uint8_t *out_tag);
SEAL_MUST_CHECK int seal_p256tag_wrap(const uint8_t *point, const struct seal_secret *file_key,
				      struct seal_p256_stanza *stanza, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_p256tag_unwrap(const struct seal_p256_identity *identity,
					const struct seal_p256_stanza *stanza,
					struct seal_secret *file_key, struct seal_diag *diag);

void seal_piv_p256_tag(const uint8_t *point, uint8_t *out_tag);
SEAL_MUST_CHECK int seal_piv_p256_wrap(const uint8_t *point, const struct seal_secret *file_key,
				       struct seal_p256_stanza *stanza, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_piv_p256_unwrap(const struct seal_p256_identity *identity,
					 const struct seal_p256_stanza *stanza,
					 struct seal_secret *file_key, struct seal_diag *diag);

#endif
