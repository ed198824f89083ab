#ifndef SEALKIT_SHARE_SET_H
#define SEALKIT_SHARE_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "share/card.h"
#include "share/manifest.h"

/* Making a share set: 32 random bytes split for the holders of cards, every share
   sealed to its holder's tokens (design section 3 and 7.3-7.5). */

struct seal_set_policy {
	unsigned threshold;					 /* 0 with groups: their sum */
	struct seal_manifest_group groups[SEAL_MANIFEST_GROUPS]; /* name, threshold */
	size_t group_count;
	int allow_no_spare, allow_single; /* design 7.5 */
	int allow_virtual;		  /* rehearsal: cards of virtual tokens are taken */
	unsigned epoch;
	/* Chosen before, where something must be on disk under this id before the set is made;
	   empty: random. */
	char set[SEAL_SET_ID + 1];
	char purpose[SEAL_PURPOSE + 1];
	const struct seal_card *root_card; /* the manifest names it; NULL: no root token */
};

/* 16 random bytes as hex. */
SEAL_MUST_CHECK int seal_set_id(char out[static SEAL_SET_ID + 1], struct seal_diag *diag);

struct seal_set; /* manifest, one armored sealed share a person; no plain share */

/* Splits key (32 random bytes: anything else makes proof keys a way to guess it).
   Cards with one name are one person's main and spare tokens and get one share. Refused:
   a card twice, or two cards with one recipient or signing key (SEAL_E_DUPLICATE);
   one person in two groups (SEAL_E_MISMATCH); threshold above the number of persons,
   n of n, 1, virtual cards (SEAL_E_POLICY). Every subset is proved before, and each
   sealed file parsed again after. signer: libsodium's 64 bytes; signs the manifest. */
SEAL_MUST_CHECK int seal_set_new(const struct seal_secret *key, const struct seal_card *cards,
				 size_t count, const struct seal_set_policy *policy,
				 struct seal_secret *signer, struct seal_set **out_set,
				 struct seal_diag *diag);
/* The same refusals, before there is a key: nothing is made. */
SEAL_MUST_CHECK int seal_set_check(const struct seal_card *cards, size_t count,
				   const struct seal_set_policy *policy, struct seal_diag *diag);
void seal_set_free(struct seal_set *set);
void seal_set_freep(struct seal_set **set);

const struct seal_manifest *seal_set_manifest(const struct seal_set *set);
const char *seal_set_note(const struct seal_set *set, size_t *out_len); /* the signed manifest */
/* The armored age file of share i, NUL-terminated; the set's. */
const char *seal_set_file(const struct seal_set *set, size_t i, size_t *out_len);

/* Whether a sealed file is one, and has the stanzas of these cards' recipients and no others; for
   files that came from elsewhere. What is in it only the holder can tell. SEAL_E_VERIFY,
   SEAL_E_FORMAT. At most SEAL_MANIFEST_CARDS cards. */
SEAL_MUST_CHECK int seal_set_check_file(const char *text, size_t len,
					const struct seal_card *const *cards, size_t count,
					struct seal_diag *diag);

/* Puts shares together again. shares[i] belongs to manifest share i, NULL where it was
   not given; SEAL_E_QUORUM if they are too few. *out_key is the caller's. */
SEAL_MUST_CHECK int seal_set_combine(const struct seal_manifest *manifest,
				     struct seal_secret *const *shares,
				     struct seal_secret **out_key, struct seal_diag *diag);

/* From the shares of a quorum all others follow: each is made, in secret memory, and its proof
   key compared with the manifest's. So those given lie on the polynomials that were split, and any
   other quorum gives the same key. *out_checked: how many were made and compared. Errors of
   seal_set_combine; SEAL_E_VERIFY names whose share it is not. */
SEAL_MUST_CHECK int seal_set_check_quorum(const struct seal_manifest *manifest,
					  struct seal_secret *const *shares, unsigned *out_checked,
					  struct seal_diag *diag);

#endif
