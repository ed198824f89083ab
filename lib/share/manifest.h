#ifndef SEALKIT_SHARE_MANIFEST_H
#define SEALKIT_SHARE_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "crypto/note.h"
#include "crypto/proof.h"
#include "share/card.h"
#include "share/payload.h"

/* The public record of a share set (design section 3): a signed note.

       sealkit-manifest/1
       purpose: ...
       set: 32 hex digits
       epoch: 1
       created: 2026-11-24T10:00:00Z
       signer: BASE64 of the Ed25519 key that signs this note (seald's identity key)
       root-token-card: HEX                   (only where a root token was made with the set)
       threshold: 3 of 5
       group: ops 2 of 3                      (any number, in the order of splitting)
       share: 1 x=17 group=ops custodian=alice proof=BASE64 cards=HEX,HEX

   With proof keys a wrong, old or swapped share is recognised before anything is
   combined. Where the split secret is not 32 random bytes there must be none. */

#define SEAL_MANIFEST_SHARES 64u
#define SEAL_MANIFEST_GROUPS 16u
#define SEAL_MANIFEST_DIGEST 32u
#define SEAL_MANIFEST_CARDS 4u /* of one person: main and spares */

struct seal_manifest_group {
	char name[SEAL_CARD_NAME + 1];
	unsigned threshold, total;
};

struct seal_manifest_share {
	uint8_t x;
	int group; /* index into groups, -1: none */
	char custodian[SEAL_CARD_NAME + 1];
	uint8_t proof[SEAL_PROOF_PUBLIC];
	uint8_t cards[SEAL_MANIFEST_CARDS][SEAL_CARD_FINGERPRINT];
	size_t card_count;
};

struct seal_manifest {
	char purpose[SEAL_PURPOSE + 1];
	char set[SEAL_SET_ID + 1];
	char created[21];
	unsigned epoch, threshold, total;
	uint8_t signer[32];
	int has_root_card; /* a root token was made, sealed to this card */
	uint8_t root_card[SEAL_CARD_FINGERPRINT];
	struct seal_manifest_group groups[SEAL_MANIFEST_GROUPS];
	size_t group_count;
	struct seal_manifest_share shares[SEAL_MANIFEST_SHARES]; /* total of them */
};

/* Text of the note, without signatures; malloc'd, the caller's. */
SEAL_MUST_CHECK int seal_manifest_text(const struct seal_manifest *manifest, char **out_text,
				       struct seal_diag *diag);
/* SHA-256 of that text. */
SEAL_MUST_CHECK int seal_manifest_digest(const struct seal_manifest *manifest,
					 uint8_t out[static SEAL_MANIFEST_DIGEST],
					 struct seal_diag *diag);
/* Parses a whole note, checks that `signer` signed it (SEAL_E_VERIFY) and that the
   numbers agree with one another. expected_signer may be NULL; else another signer
   is SEAL_E_MISMATCH. */
SEAL_MUST_CHECK int seal_manifest_parse(const void *note, size_t len,
					const uint8_t *expected_signer,
					struct seal_manifest *out_manifest, struct seal_diag *diag);
/* Signs and writes the note; malloc'd, NUL-terminated, the caller's. secret: libsodium's
   64 bytes of signer. */
SEAL_MUST_CHECK int seal_manifest_sign(const struct seal_manifest *manifest,
				       struct seal_secret *secret, char **out_note, size_t *out_len,
				       struct seal_diag *diag);

/* Which share this is: its proof key is compared. SEAL_E_MISMATCH: of no share of
   this set. *out_index counts from 0. */
SEAL_MUST_CHECK int seal_manifest_recognise(const struct seal_manifest *manifest,
					    const struct seal_secret *share, size_t *out_index,
					    struct seal_diag *diag);
/* The same for what a file said beside its share: another set id is SEAL_E_OLD where
   the epoch is lower, else SEAL_E_MISMATCH; another custodian or index SEAL_E_MISMATCH; a
   manifest that another key signed than the share names SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_manifest_check(const struct seal_manifest *manifest,
					const struct seal_payload *payload,
					const struct seal_secret *share, size_t *out_index,
					struct seal_diag *diag);
/* given[i] != 0: share i is there. Whether that is a quorum; *out_progress is the sum of
   min(given, threshold) over groups, or the count capped at the threshold. */
int seal_manifest_quorum(const struct seal_manifest *manifest, const uint8_t *given,
			 unsigned *out_progress);

#endif
