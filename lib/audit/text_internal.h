#ifndef SEALKIT_AUDIT_TEXT_INTERNAL_H
#define SEALKIT_AUDIT_TEXT_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "crypto/merkle.h"

/* Lines of checkpoints and proofs. Nothing is looked at behind the length that is given. */

struct seal_audit_text {
	const char *at;
	size_t left;
};

/* One line without its newline. SEAL_E_TRUNCATED: there is no newline. */
SEAL_MUST_CHECK int seal_audit_text_line(struct seal_audit_text *text, const char **out_line,
					 size_t *out_len, struct seal_diag *diag);
/* 1, and both moved behind it, where the line begins so. */
int seal_audit_text_begins(const char **line, size_t *len, const char *with);
/* ASCII decimal, no leading zero but "0", at most SEAL_MERKLE_SIZE_MAX. */
SEAL_MUST_CHECK int seal_audit_text_number(const char *line, size_t len, uint64_t *out_number,
					   struct seal_diag *diag);
/* 32 bytes in padded base64. */
SEAL_MUST_CHECK int seal_audit_text_hash(const char *line, size_t len,
					 uint8_t out[static SEAL_MERKLE_HASH],
					 struct seal_diag *diag);

#endif
