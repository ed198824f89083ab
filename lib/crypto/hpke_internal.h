#ifndef SEALKIT_CRYPTO_HPKE_INTERNAL_H
#define SEALKIT_CRYPTO_HPKE_INTERNAL_H

#include "crypto/hpke.h"

struct seal_hpke {
	enum seal_aead aead;
	struct seal_secret *key, *exporter;
	uint8_t base_nonce[SEAL_AEAD_NONCE];
	uint64_t sequence;
};

/* seal_hpke_send with an ephemeral key of the caller's, for vectors only: used
   twice for one recipient it repeats key and nonce. */
SEAL_MUST_CHECK int seal_hpke_send_with(struct seal_hpke_suite suite, struct seal_secret *ephemeral,
					const uint8_t *point, size_t point_len, const uint8_t *info,
					size_t info_len, uint8_t *out_enc,
					struct seal_hpke **out_hpke, struct seal_diag *diag);

#endif
