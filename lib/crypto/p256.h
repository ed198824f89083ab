#ifndef SEALKIT_CRYPTO_P256_H
#define SEALKIT_CRYPTO_P256_H

#include "crypto/age.h"
#include "crypto/ecdh.h"

/* age recipients whose private key is P-256 and may be in a token: `p256tag`
   (C2SP age.md, age1tag1...) and the older `piv-p256` of age-plugin-yubikey (C2SP
   age-piv-p256.md, age1yubikey1...). Both carry a tag of four bytes, so that
   a token is asked for its touch only where the stanza is its own. */

enum seal_p256_kind { SEAL_P256_TAG, SEAL_P256_PIV };

#define SEAL_P256_TEXT 96u /* a recipient as text, with its NUL */
#define SEAL_P256_TAG_LEN 4u

/* age1tag1... or age1yubikey1...; the point is validated. SEAL_E_FORMAT. */
SEAL_MUST_CHECK int seal_p256_parse(const char *text, enum seal_p256_kind *out_kind,
				    uint8_t out_point[static SEAL_P256_POINT],
				    struct seal_diag *diag);
SEAL_MUST_CHECK int seal_p256_text(enum seal_p256_kind kind,
				   const uint8_t point[static SEAL_P256_POINT],
				   char out_text[static SEAL_P256_TEXT], struct seal_diag *diag);

/* A stanza: `type`, two arguments in base64, and the body. enc is 65 bytes for
   p256tag, 33 for piv-p256. */
struct seal_p256_stanza {
	enum seal_p256_kind kind;
	uint8_t tag[SEAL_P256_TAG_LEN];
	uint8_t enc[SEAL_P256_POINT];
	size_t enc_len;
	uint8_t body[32];
};

const char *seal_p256_type(enum seal_p256_kind kind);

/* What the tag of a stanza with this enc to this point must be. */
void seal_p256_tag(enum seal_p256_kind kind, const uint8_t *enc, size_t enc_len,
		   const uint8_t point[static SEAL_P256_POINT],
		   uint8_t out_tag[static SEAL_P256_TAG_LEN]);

SEAL_MUST_CHECK int seal_p256_wrap(enum seal_p256_kind kind,
				   const uint8_t point[static SEAL_P256_POINT],
				   const struct seal_secret *file_key,
				   struct seal_p256_stanza *out_stanza, struct seal_diag *diag);

/* SEAL_E_NOTFOUND: of another type. SEAL_E_FORMAT: of one of these types and
   malformed, which ends the opening of a file. */
SEAL_MUST_CHECK int seal_p256_read(const struct seal_age_stanza *in,
				   struct seal_p256_stanza *out_stanza, struct seal_diag *diag);

/* The private key of point. Both must outlive what is made of it. */
struct seal_p256_identity {
	const struct seal_ecdh *ecdh;
	uint8_t point[SEAL_P256_POINT];
};

int seal_p256_is_for(const struct seal_p256_identity *identity,
		     const struct seal_p256_stanza *stanza);
/* SEAL_E_VERIFY: not for this key, or damaged. Errors of the token are passed
   through. out_file_key holds SEAL_AGE_FILE_KEY bytes. */
SEAL_MUST_CHECK int seal_p256_unwrap(const struct seal_p256_identity *identity,
				     const struct seal_p256_stanza *stanza,
				     struct seal_secret *out_file_key, struct seal_diag *diag);

/* For seal_age_open. The token is asked once for a file at most: the first stanza
   whose tag fits decides, p256tag before piv-p256. */
struct seal_age_identity seal_p256_age_identity(struct seal_p256_identity *identity);

#endif
