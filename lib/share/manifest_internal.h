#ifndef SEALKIT_SHARE_MANIFEST_INTERNAL_H
#define SEALKIT_SHARE_MANIFEST_INTERNAL_H

#include "share/field.h"
#include "share/manifest.h"

#define SEAL_MANIFEST_STEM "sealkit-manifest/"
#define SEAL_MANIFEST_MAGIC SEAL_MANIFEST_STEM "1"
#define SEAL_MANIFEST_EPOCH_MAX 999999999u

/* Whom a manifest is signed as. A '/' is in no card's name, so that no holder's
   countersignature can be taken for it. */
#define SEAL_MANIFEST_SIGNER "sealkit/manifest"

/* The lines up to `signer`, which alone must be read before the signature can be
   checked; then the others, and whether all numbers agree. */
SEAL_MUST_CHECK int seal_manifest_head(struct seal_field_reader *reader,
				       struct seal_manifest *manifest, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_manifest_body(struct seal_field_reader *reader,
				       struct seal_manifest *manifest, struct seal_diag *diag);
/* Whether the numbers of a manifest agree with one another. */
SEAL_MUST_CHECK int seal_manifest_agree(const struct seal_manifest *manifest,
					struct seal_diag *diag);

#endif
