#ifndef SEALKIT_SHARE_RESHARE_H
#define SEALKIT_SHARE_RESHARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "share/manifest.h"

/* The minutes of a reshare (man/sealkit-reshare.5): the quorum of a former set says which set
   has taken over its secret. A signed note, by the proof keys of the shares that were opened.
   Threat: cards are public, so anybody can make a set for the same people of a secret that he
   chose, and say that it came from the former one; these signatures only a quorum can make. */

#define SEAL_RESHARE_DIGEST 32u

struct seal_reshare {
	const struct seal_manifest *former, *fresh;
	/* SHA-256 of the two files, signatures included. */
	uint8_t former_digest[SEAL_RESHARE_DIGEST], fresh_digest[SEAL_RESHARE_DIGEST];
	struct {
		int is_opened;
		uint8_t card[SEAL_CARD_FINGERPRINT]; /* whose token opened it */
	} opened[SEAL_MANIFEST_SHARES];		     /* by index of the former manifest */
};

/* Pointers stay the caller's and are kept. opened: empty. */
void seal_reshare_init(struct seal_reshare *reshare, const struct seal_manifest *former,
		       const void *former_note, size_t former_len,
		       const struct seal_manifest *fresh, const void *fresh_note, size_t fresh_len);

/* shares[i]: of each i that is opened. SEAL_E_QUORUM: they are too few. *out_note is malloc'd,
   NUL-terminated, the caller's. */
SEAL_MUST_CHECK int seal_reshare_sign(const struct seal_reshare *reshare,
				      struct seal_secret *const *shares, char **out_note,
				      size_t *out_len, struct seal_diag *diag);

/* Whether these are the minutes of this very reshare; fills opened, which is untouched on failure.
   SEAL_E_FORMAT, SEAL_E_VERSION; SEAL_E_MISMATCH: of other sets; SEAL_E_VERIFY: not signed by
   each who is said to have opened a share, or with a card that is not his; SEAL_E_QUORUM: by too
   few. */
SEAL_MUST_CHECK int seal_reshare_verify(struct seal_reshare *reshare, const void *note, size_t len,
					struct seal_diag *diag);

#endif
