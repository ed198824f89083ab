#ifndef SEALKIT_BASE_ENCODE_H
#define SEALKIT_BASE_ENCODE_H

#include <stddef.h>
#include <stdint.h>

#include "diag.h"

/* Encodings. All are branch-free on the bytes they carry where those may be
   secret (hex and base64); decoding accepts only the canonical form. */

/* out holds 2*len+1. */
void seal_hex(const uint8_t *bytes, size_t len, char *out);
/* Even count, either case; *out_len <= cap. */
SEAL_MUST_CHECK int seal_unhex(const char *text, size_t len, uint8_t *out, size_t cap,
			       size_t *out_len, struct seal_diag *diag);

enum seal_base64 { SEAL_BASE64_PADDED, SEAL_BASE64_RAW };
#define SEAL_BASE64_LEN(n) (((n) + 2) / 3 * 4 + 1)
/* out holds SEAL_BASE64_LEN(len). Standard alphabet; RAW has no padding. */
void seal_base64(enum seal_base64 kind, const uint8_t *bytes, size_t len, char *out);
/* Strict: no white space, exact padding for the kind, zero trailing bits. */
SEAL_MUST_CHECK int seal_unbase64(enum seal_base64 kind, const char *text, size_t len, uint8_t *out,
				  size_t cap, size_t *out_len, struct seal_diag *diag);

/* Bech32 (BIP 173) without its length limit, as age uses it. hrp is lower
   case; upper non-zero writes all in upper case. */
SEAL_MUST_CHECK int seal_bech32(const char *hrp, const uint8_t *bytes, size_t len, int upper,
				char *out, size_t cap, struct seal_diag *diag);
/* Sets out_hrp (lower case, cap_hrp bytes) and the bytes; mixed case refused. */
SEAL_MUST_CHECK int seal_unbech32(const char *text, char *out_hrp, size_t cap_hrp, uint8_t *out,
				  size_t cap, size_t *out_len, struct seal_diag *diag);

#endif
