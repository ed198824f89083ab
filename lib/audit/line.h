#ifndef SEALKIT_AUDIT_LINE_H
#define SEALKIT_AUDIT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/json.h"

/* The audit log: JSON lines in Vault's layout and a sequence number `seq`, one before a
   request is handled and one before its answer leaves. String leaves of data, tokens and
   accessors are "hmac-sha256:" of the salt, so that a known value can be looked for and an
   unknown one not read. Threat: an act that leaves no line, and a line that gives
   something away. A line that cannot be written is an error, and the caller then does
   nothing. One process, one thread, one log. */

#define SEAL_AUDIT_SALT 64u
#define SEAL_AUDIT_LINE 65535u /* longer: data are replaced by one HMAC of all */
#define SEAL_AUDIT_BRIEF 4096u /* longer, and of a stranger: the same */
#define SEAL_AUDIT_HASH (12u + 64u + 1u)

struct seal_audit;

/* fd: open for reading and appending; becomes the log's. Goes on from the last whole line
   that is there; a torn one is closed by a newline and its number is given again. salt is
   used as text, as Vault does. */
SEAL_MUST_CHECK int seal_audit_new(int fd, const char *salt, struct seal_audit **out_audit,
				   struct seal_diag *diag);
void seal_audit_free(struct seal_audit *audit);
void seal_audit_freep(struct seal_audit **audit);

struct seal_audit_event {
	const char *id, *operation, *mount_type, *path;
	const char *peer;  /* "192.0.2.1:4711" */
	const char *token; /* as it came; hashed here. NULL: none */
	/* Of a token that was found: accessor, display_name, policies, creation_time. */
	const struct json_t *record;
	const struct json_t *request, *response; /* data; NULL: none */
	const char *error;			 /* NULL: none */
	int hide_numbers;			 /* numbers are hashed too: users' values */
	int brief;	/* over SEAL_AUDIT_BRIEF bytes: as if it were too long */
	int hide_names; /* what does not look like a field's name is hashed: strangers' bodies */
};

enum seal_audit_type { SEAL_AUDIT_REQUEST, SEAL_AUDIT_RESPONSE };
/* One write(2). */
SEAL_MUST_CHECK int seal_audit_write(struct seal_audit *audit, enum seal_audit_type type,
				     const struct seal_audit_event *event, struct seal_diag *diag);
/* Everything written so far is on the disk then; no call where it is already. A pipe or device
   has nothing to sync. */
SEAL_MUST_CHECK int seal_audit_sync(struct seal_audit *audit, struct seal_diag *diag);
/* Goes on in another file, which is open as for seal_audit_new: what the old one has is on
   the disk then, and the new one begins with a line that has the next number and says
   after which line of the old one it comes, by its number and the SHA-256 of its text. fd is
   taken. *out_same: it is the old file, which stays. On failure the old file stays, too; in
   the new one is nothing of ours. SEAL_E_FORMAT: lines without seq are there;
   SEAL_E_POLICY: lines with later numbers. */
SEAL_MUST_CHECK int seal_audit_reopen(struct seal_audit *audit, int fd, int *out_same,
				      struct seal_diag *diag);
/* The number of the last line; 0: none yet. */
uint64_t seal_audit_seq(const struct seal_audit *audit);

/* "hmac-sha256:" and 64 hex digits. */
void seal_audit_hash(const char *salt, const void *bytes, size_t len,
		     char out[static SEAL_AUDIT_HASH]);

#endif
