#ifndef SEALKIT_AUDIT_CHECKPOINT_H
#define SEALKIT_AUDIT_CHECKPOINT_H

#include "crypto/merkle.h"
#include "crypto/note.h"

/* The head of a log as a signed note (C2SP tlog-checkpoint): origin, count of lines, root.
   Extension lines are read and kept in the note, and nothing more: nobody can audit them. */

#define SEAL_CHECKPOINT_ORIGIN 255u
#define SEAL_CHECKPOINT_TEXT (SEAL_CHECKPOINT_ORIGIN + 1 + 20 + 45 + 1)
#define SEAL_CHECKPOINT_MAX (64u << 10) /* bytes of a checkpoint with its signatures */

struct seal_checkpoint {
	char origin[SEAL_CHECKPOINT_ORIGIN + 1];
	uint64_t size;
	uint8_t root[SEAL_MERKLE_HASH];
	int has_more; /* extension lines */
};

/* The text without extension lines, NUL-terminated. SEAL_E_FORMAT: an origin that is empty, has
   control characters or is no UTF-8; SEAL_E_ARGUMENT: a size that no tree has. */
SEAL_MUST_CHECK int seal_checkpoint_text(const struct seal_checkpoint *checkpoint,
					 char out[static SEAL_CHECKPOINT_TEXT],
					 struct seal_diag *diag);
/* As seal_note_sign, for that text. */
SEAL_MUST_CHECK int seal_checkpoint_sign(const struct seal_checkpoint *checkpoint,
					 const struct seal_note_signer *signers, size_t count,
					 char **out_note, size_t *out_len, struct seal_diag *diag);
/* Of the text of a note. Whoever calls it has the note's signatures checked, by seal_note_verify or
   seal_cosign_check, before believing what it says. */
SEAL_MUST_CHECK int seal_checkpoint_read(const struct seal_note *note,
					 struct seal_checkpoint *out_checkpoint,
					 struct seal_diag *diag);

#endif
