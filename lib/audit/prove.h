#ifndef SEALKIT_AUDIT_PROVE_H
#define SEALKIT_AUDIT_PROVE_H

#include "crypto/merkle.h"

/* Proofs of a log, from its lines: they are read once, and memory does not depend on their
   number. Whoever hands a proof out first compares the roots with those of signed heads. */

struct seal_prove {
	const char *const *files; /* the parts of one log, in order */
	size_t count;
	uint64_t size; /* of the tree that is proved about: its first lines */
};

/* That line number `index`, from 0, is in the tree. SEAL_E_ARGUMENT: it is not; SEAL_E_VERIFY: the
   log has fewer lines than size. */
SEAL_MUST_CHECK int seal_prove_inclusion(const struct seal_prove *prove, uint64_t index,
					 struct seal_merkle_proof *out_proof,
					 uint8_t out_leaf[static SEAL_MERKLE_HASH],
					 uint8_t out_root[static SEAL_MERKLE_HASH],
					 struct seal_diag *diag);
/* That the tree of the first `old` lines is the beginning of it. Errors as above. */
SEAL_MUST_CHECK int seal_prove_consistency(const struct seal_prove *prove, uint64_t old,
					   struct seal_merkle_proof *out_proof,
					   uint8_t out_old_root[static SEAL_MERKLE_HASH],
					   uint8_t out_root[static SEAL_MERKLE_HASH],
					   struct seal_diag *diag);

#endif
