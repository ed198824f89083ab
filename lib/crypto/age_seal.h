#ifndef SEALKIT_CRYPTO_AGE_SEAL_H
#define SEALKIT_CRYPTO_AGE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/secret.h"

/* age v1 (C2SP age.md): sealing to X25519, p256tag and piv-p256 recipients,
   or to a passphrase; and armor. */

#define SEAL_AGE_RECIPIENTS 64u

enum seal_age_kind { SEAL_AGE_X25519, SEAL_AGE_P256TAG, SEAL_AGE_PIV_P256 };

/* point: 32 bytes for X25519, else 65, uncompressed and validated. */
struct seal_age_recipient {
	uint8_t point[65];
	enum seal_age_kind kind;
};

/* age1..., age1tag1... or age1yubikey1...: SEAL_E_FORMAT for anything else. */
SEAL_MUST_CHECK int seal_age_recipient_parse(const char *text, struct seal_age_recipient *out,
					     struct seal_diag *diag);

/* Seals source to sink, binary. All or nothing (design section 7.4): the header,
   with a stanza for each recipient, is whole before its first byte is written; on
   an error later what was written lacks its last chunk and opens nowhere as
   whole. 1 to SEAL_AGE_RECIPIENTS recipients. */
SEAL_MUST_CHECK int seal_age_seal(const struct seal_age_recipient *recipients, size_t count,
				  struct seal_source *source, struct seal_sink *sink,
				  struct seal_diag *diag);

/* Seals to a passphrase, which is then the only way in: 2^factor scrypt blocks of
   1 KiB, 1 to SEAL_AGE_SCRYPT_MAX (age.h); a lower one than the default is for
   tests. The passphrase must not be empty. Else as seal_age_seal. */
#define SEAL_AGE_SCRYPT_DEFAULT 18u
SEAL_MUST_CHECK int seal_age_seal_passphrase(const struct seal_secret *passphrase, unsigned factor,
					     struct seal_source *source, struct seal_sink *sink,
					     struct seal_diag *diag);

/* Armor: a sink that writes its bytes as text to the one under it. Both structs
   are the caller's and must outlive the sink. Without seal_age_armor_end after
   the last byte there is no END line and the file does not open. */
#define SEAL_AGE_ARMOR_BYTES 48u
struct seal_age_armor_out {
	struct seal_sink *under;
	uint8_t held[SEAL_AGE_ARMOR_BYTES];
	size_t len;
	int begun;
};
struct seal_sink seal_age_armor_sink(struct seal_age_armor_out *armor, struct seal_sink *under);
SEAL_MUST_CHECK int seal_age_armor_end(struct seal_age_armor_out *armor, struct seal_diag *diag);

#endif
