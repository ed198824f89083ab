#ifndef SEALKIT_CRYPTO_FIDO2PRF_H
#define SEALKIT_CRYPTO_FIDO2PRF_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/secret.h"
#include "crypto/age.h"

/* age's recipient and identity `age-encryption.org/fido2prf`, as typage made it public:
   a file key is wrapped under what a FIDO2 credential's hmac-secret gives for two salts
   that come from a nonce in the stanza (WebAuthn's PRF). Symmetric: sealing needs the
   token as well. No token is spoken to here; a callback evaluates. */

#define SEAL_FIDO2PRF_TYPE "age-encryption.org/fido2prf"
#define SEAL_FIDO2PRF_NONCE 16u
#define SEAL_FIDO2PRF_SALTS 64u	 /* two of 32 bytes */
#define SEAL_FIDO2PRF_OUTPUT 64u /* likewise */
#define SEAL_FIDO2PRF_CREDENTIAL 1024u
#define SEAL_FIDO2PRF_RP_ID 254u
#define SEAL_FIDO2PRF_TRANSPORTS 8u
#define SEAL_FIDO2PRF_TEXT 2048u /* of the identity, with its NUL */

/* Which credential is meant: what the identity text says. Public. */
struct seal_fido2prf_credential {
	uint8_t id[SEAL_FIDO2PRF_CREDENTIAL];
	size_t id_len; /* not 0 */
	char rp_id[SEAL_FIDO2PRF_RP_ID + 1];
	char transport[SEAL_FIDO2PRF_TRANSPORTS][16]; /* "usb": hints for browsers */
	size_t transports;
};

/* AGE-PLUGIN-FIDO2PRF-1...; out holds SEAL_FIDO2PRF_TEXT. SEAL_E_TOOLONG: credential and
   rp id together do not fit. */
SEAL_MUST_CHECK int seal_fido2prf_text(const struct seal_fido2prf_credential *credential,
				       char out[static SEAL_FIDO2PRF_TEXT], struct seal_diag *diag);
/* Strict: known version, shortest CBOR, printable ASCII, nothing behind. SEAL_E_FORMAT,
   SEAL_E_VERSION. */
SEAL_MUST_CHECK int seal_fido2prf_parse(const char *text, struct seal_fido2prf_credential *out,
					struct seal_diag *diag);
/* The same from the bytes within the bech32. */
SEAL_MUST_CHECK int seal_fido2prf_parse_bytes(const uint8_t *bytes, size_t len,
					      struct seal_fido2prf_credential *out,
					      struct seal_diag *diag);

/* Evaluates hmac-secret WITH user verification: output, of SEAL_FIDO2PRF_OUTPUT bytes, is
   there and is filled. The other mode's secret is another one and would open nothing. */
struct seal_fido2prf {
	int (*evaluate)(void *ctx, const uint8_t salts[static SEAL_FIDO2PRF_SALTS],
			struct seal_secret *output, struct seal_diag *diag);
	void *ctx;
};

/* Seals to the token that evaluates, alone: one evaluation. As seal_age_seal. */
SEAL_MUST_CHECK int seal_fido2prf_seal(const struct seal_fido2prf *prf, struct seal_source *source,
				       struct seal_sink *sink, struct seal_diag *diag);

/* For seal_age_open: one evaluation for each fido2prf stanza, until one opens. prf must
   outlive it. SEAL_E_NOIDENTITY without an evaluation where there is no such stanza. */
struct seal_age_identity seal_fido2prf_identity(struct seal_fido2prf *prf);

#endif
