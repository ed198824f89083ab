#ifndef SEALKIT_SHARE_LINES_H
#define SEALKIT_SHARE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/io.h"
#include "base/secret.h"

/* Bare shares as Vault prints them: one line of base64 a share (design section 3,
   --plain). They carry no proof: a wrong line gives a wrong secret, unnoticed,
   so callers that can use sealed shares must prefer those. */

struct seal_plain_policy {
	unsigned threshold, shares;
	int allow_no_spare; /* n of n: one lost share loses the secret */
};

/* Splits all of source (1 byte to SEAL_SHAMIR_LEN), checks that every subset
   gives the secret back, and only then writes the lines to sink. */
SEAL_MUST_CHECK int seal_plain_split(const struct seal_plain_policy *policy,
				     struct seal_source *source, struct seal_sink *sink,
				     struct seal_diag *diag);

/* Reads lines (LF or CRLF, empty ones skipped), writes the secret to sink. Errors
   name the line. SEAL_E_DUPLICATE, SEAL_E_FORMAT, SEAL_E_MISMATCH (lengths). */
SEAL_MUST_CHECK int seal_plain_combine(struct seal_source *source, struct seal_sink *sink,
				       struct seal_diag *diag);

#endif
