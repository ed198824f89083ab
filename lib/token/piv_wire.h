#ifndef SEALKIT_TOKEN_PIV_WIRE_H
#define SEALKIT_TOKEN_PIV_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "crypto/ecdh.h"

/* Commands to a PIV token and the fields of its answers; of piv_*.c and their tests only.
   Numbers are those of NIST SP 800-73-4 and of Yubico's published extensions. */

#define SEAL_PIV_READER 128u
#define SEAL_PIV_REPLY 4096u  /* longest answer that is taken */
#define SEAL_PIV_OBJECT 3052u /* longest data object that a YubiKey takes */
#define SEAL_PIV_P256 0x11u
#define SEAL_PIV_SIGN_SLOT 0x9cu
#define SEAL_PIV_PIN 0x80u
#define SEAL_PIV_PUK 0x81u
#define SEAL_PIV_KEY 0x9bu
#define SEAL_PIV_PIN_MIN 6u
#define SEAL_PIV_PIN_MAX 8u
#define SEAL_PIV_OK 0x9000u

/* piv_link.c: one transaction with the PIV applet of one reader. */

struct seal_piv_link;
struct seal_piv_apdu {
	uint8_t ins, p1, p2;
	const uint8_t *data;
	size_t len;
};
struct seal_piv_reply { /* bytes are the link's, in locked memory, until the next command */
	const uint8_t *bytes;
	size_t len;
	unsigned sw;
};

/* An error from each ends it. SEAL_E_TOKENABSENT: no pcscd. */
SEAL_MUST_CHECK int seal_piv_readers(int (*each)(void *ctx, const char *reader), void *ctx,
				     struct seal_diag *diag);
/* Connects to the reader of exactly this name, begins a transaction, selects PIV. Nobody
   else can use the reader until the link is freed, which resets the token: its PIN state
   ends there. SEAL_E_TOKENABSENT; SEAL_E_NOTFOUND: a card without PIV. */
SEAL_MUST_CHECK int seal_piv_link_open(const char *reader, struct seal_piv_link **out_link,
				       struct seal_diag *diag);
void seal_piv_link_free(struct seal_piv_link *link);
void seal_piv_link_freep(struct seal_piv_link **link);
/* Forgets an earlier PIN: resets the token and selects PIV again. */
SEAL_MUST_CHECK int seal_piv_link_reset(struct seal_piv_link *link, struct seal_diag *diag);
int seal_piv_link_is_yubikey(const struct seal_piv_link *link);
/* Fails only where no answer came (SEAL_E_TOKENABSENT) or it is too long; else see sw.
   No copy of the command outlives the call. */
SEAL_MUST_CHECK int seal_piv_send(struct seal_piv_link *link, const struct seal_piv_apdu *apdu,
				  struct seal_piv_reply *out_reply, struct seal_diag *diag);

/* piv_tlv.c: what tokens answer. Pure; fuzzed. */

struct seal_piv_span {
	const uint8_t *bytes;
	size_t len;
};
/* Takes the next field off *rest. 0; SEAL_E_NOTFOUND: no more; SEAL_E_FORMAT. */
SEAL_MUST_CHECK int seal_piv_tlv_next(struct seal_piv_span *rest, uint32_t *out_tag,
				      struct seal_piv_span *out_value);
/* The one field with this tag; the whole list must be well-formed, and the tag not twice. */
SEAL_MUST_CHECK int seal_piv_tlv_find(struct seal_piv_span in, uint32_t tag,
				      struct seal_piv_span *out_value);
/* Appends tag, length and value; 0 or SEAL_E_TOOLONG. */
SEAL_MUST_CHECK int seal_piv_tlv_put(uint8_t *out, size_t cap, size_t *len, uint32_t tag,
				     const uint8_t *value, size_t value_len);

struct seal_piv_metadata { /* GET METADATA; what the token left out has its flag 0 */
	int has_alg, has_policy, has_point, has_default, has_tries;
	uint8_t alg, pin, touch, origin, is_default, tries_left;
	uint8_t point[SEAL_P256_POINT]; /* of a P-256 key; not checked to be on the curve */
};
SEAL_MUST_CHECK int seal_piv_metadata_parse(const uint8_t *bytes, size_t len,
					    struct seal_piv_metadata *out_metadata,
					    struct seal_diag *diag);

struct seal_piv_admin { /* object 5FFF00, as Yubico's tools keep it */
	int is_protected, is_derived, has_time;
	uint8_t flags;
	uint8_t time[4];
};
SEAL_MUST_CHECK int seal_piv_admin_parse(const uint8_t *bytes, size_t len,
					 struct seal_piv_admin *out_admin, struct seal_diag *diag);
/* The management key in object 5FC109. SEAL_E_NOTFOUND: none; SEAL_E_FORMAT: other data. */
SEAL_MUST_CHECK int seal_piv_printed_parse(const uint8_t *bytes, size_t len,
					   struct seal_piv_span *out_key);

#endif
