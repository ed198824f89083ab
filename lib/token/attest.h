#ifndef SEALKIT_TOKEN_ATTEST_H
#define SEALKIT_TOKEN_ATTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* PIV attestation (design section 3): a certificate by which a token says that a key
   was made on it, in which slot and under which policies. Answers the threat that a
   custodian's card names a key that lives in software, or another person's key. All
   bytes here come from a token that may lie. */

#define SEAL_ATTEST_POINT_BYTES 65u /* P-256, uncompressed */
#define SEAL_ATTEST_MAX 8192u	    /* a longer certificate is refused */

enum seal_attest_pin { SEAL_ATTEST_PIN_NEVER = 1, SEAL_ATTEST_PIN_ONCE, SEAL_ATTEST_PIN_ALWAYS };
enum seal_attest_touch {
	SEAL_ATTEST_TOUCH_NEVER = 1,
	SEAL_ATTEST_TOUCH_ALWAYS,
	SEAL_ATTEST_TOUCH_CACHED
};

/* What an attestation says. A field whose has_ flag is false is unknown, never zero:
   some tokens leave the serial out, or write it in another form. */
struct seal_attest {
	bool has_firmware, has_serial, has_policy, has_form, has_slot, has_point;
	uint8_t firmware[3];
	uint8_t pin, touch; /* enum seal_attest_pin, seal_attest_touch; others exist */
	uint8_t form;
	uint8_t slot;
	uint32_t serial;
	uint8_t point[SEAL_ATTEST_POINT_BYTES];
};

/* What it must say. */
struct seal_attest_want {
	uint8_t point[SEAL_ATTEST_POINT_BYTES];
	uint8_t slot;
	bool has_serial; /* then an attestation of another serial, or of none, is refused */
	uint32_t serial;
	uint8_t min_firmware[3]; /* 0.0.0: any */
	uint8_t pin, touch;	 /* exact; 0: any but PIN never */
};

/* Roots and intermediates that are believed. */
struct seal_roots;

#define SEAL_ROOTS_PIV "piv"
#define SEAL_ROOTS_FIDO2 "fido2"

/* Reads every *.pem of dir/kind, or of dir itself where it has no such folder: self-signed
   certificates are roots, others intermediates. dir NULL: the installed folder. A maker's
   authority for one kind of token is none for the other, so the two are never mixed there.
   No root at all is SEAL_E_NOTFOUND. The caller frees. */
SEAL_MUST_CHECK int seal_roots_load(const char *dir, const char *kind,
				    struct seal_roots **out_roots, struct seal_diag *diag);
void seal_roots_free(struct seal_roots *roots);
void seal_roots_freep(struct seal_roots **roots);

/* DER of the intermediate that issued cert. SEAL_E_NOTFOUND: none of these did. */
SEAL_MUST_CHECK int seal_roots_issuer(const struct seal_roots *roots, const uint8_t *cert,
				      size_t len, uint8_t *out, size_t cap, size_t *out_len);

/* Reads the facts without believing them. SEAL_E_FORMAT: not one certificate, or the
   same fact twice. */
SEAL_MUST_CHECK int seal_attest_parse(const uint8_t *der, size_t len,
				      struct seal_attest *out_attest, struct seal_diag *diag);

/* Whether what a token may say later can be believed at all: f9 <- intermediates <- root, and f9
   may attest. Errors as those of seal_attest_verify. */
SEAL_MUST_CHECK int seal_attest_check_device(const struct seal_roots *roots, const uint8_t *f9,
					     size_t f9_len, struct seal_diag *diag);

/* Proves attestation <- f9 <- intermediates <- root, and that it says what is wanted. What
   stands behind f9 must be pinned, and f9 be a CA or a YubiKey 5's own, which does not
   say that it is one in older firmware: else an attested key could sign attestations.
   Dates are held against the clock. A token has none: Yubico's certificates share one date
   long past and one in 2050 or later, so this refuses no token but a clock that is far off.
   SEAL_E_VERIFY: another root or a broken signature; SEAL_E_EXPIRED: by the dates of any
   of them; SEAL_E_MISMATCH: another key, slot or serial; SEAL_E_POLICY: firmware or policies.
   Serials are only as good as the f9 key: one batch shares it before firmware 5.7 on some
   models. */
SEAL_MUST_CHECK int seal_attest_verify(const struct seal_roots *roots, const uint8_t *der,
				       size_t len, const uint8_t *f9, size_t f9_len,
				       const struct seal_attest_want *want,
				       struct seal_attest *out_attest, struct seal_diag *diag);

#endif
