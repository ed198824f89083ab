#ifndef SEALKIT_AUDIT_TLOG_PROOF_H
#define SEALKIT_AUDIT_TLOG_PROOF_H

#include "audit/checkpoint.h"

/* Proofs as text, with the checkpoint that they lead to. Of inclusion: C2SP tlog-proof. Of
   consistency: what C2SP tlog-witness has as the body of add-checkpoint. Neither says anything
   before the checkpoint's signatures and the hashes are checked. */

#define SEAL_TLOG_PROOF_MAX (SEAL_CHECKPOINT_MAX + (128u << 10)) /* bytes */

struct seal_tlog_proof {
	int is_consistency;
	uint64_t from; /* the index, from 0; or the size of the older tree */
	struct seal_merkle_proof path;
	size_t checkpoint_at; /* where in the text the checkpoint begins */
};

/* *out_text is malloc'd, NUL-terminated, the caller's. */
SEAL_MUST_CHECK int seal_tlog_proof_text(const struct seal_tlog_proof *proof,
					 const char *checkpoint, size_t checkpoint_len,
					 char **out_text, size_t *out_len, struct seal_diag *diag);
/* SEAL_E_FORMAT, SEAL_E_TRUNCATED, SEAL_E_TOOLONG; SEAL_E_VERSION: another version of
   tlog-proof. Extra data are passed over. The checkpoint is not looked at. */
SEAL_MUST_CHECK int seal_tlog_proof_parse(const void *bytes, size_t len,
					  struct seal_tlog_proof *out_proof,
					  struct seal_diag *diag);

#endif
