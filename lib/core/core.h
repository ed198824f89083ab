#ifndef SEALKIT_CORE_CORE_H
#define SEALKIT_CORE_CORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "wire/buffer.h"
#include "wire/message.h"

/* The core of seald (design section 5): authenticates, authorises, audits and answers
   requests that came over the wire. It has no socket to the world. One thread. */

struct seal_core;

struct seal_core_config {
	const char *state;  /* folder: store, identity key, bootstrap token */
	int audit_fd;	    /* opened for appending by the supervisor; the core's from here */
	int plain_shares;   /* plain_shares = allow */
	int rehearsal;	    /* cards of virtual tokens are taken */
	uint64_t half_open; /* seconds until a half-given quorum expires; 0: 3600 */
	const char *
		sandbox; /* what the process could not have ("landlock"), for the status; or NULL */
};

/* Opens the store; makes the identity key (Ed25519) and the bootstrap token at the first
   start, and the per-boot submission key. Create it after fork: secret memory does not
   survive one. Strings are copied. */
SEAL_MUST_CHECK int seal_core_new(const struct seal_core_config *config,
				  struct seal_core **out_core, struct seal_diag *diag);
void seal_core_free(struct seal_core *core);
void seal_core_freep(struct seal_core **core);

/* Answers one request: the audit lines are written before. out_payload gets an encoded
   response message, always a whole one (errors are HTTP answers); what is returned
   is SEAL_OK, or SEAL_E_NOMEM where not even that was possible. */
SEAL_MUST_CHECK int seal_core_answer(struct seal_core *core,
				     const struct seal_request_message *request,
				     struct seal_buffer *out_payload, struct seal_diag *diag);

/* Goes on in another audit file, as seal_audit_reopen (audit/line.h) does; fd is taken. */
SEAL_MUST_CHECK int seal_core_reopen_audit(struct seal_core *core, int fd, int *out_same,
					   struct seal_diag *diag);
/* Once a second or so: expires half-given quorums, syncs audit lines of reads, tries again
   what could not be removed. */
void seal_core_tick(struct seal_core *core);
/* At a stop: seals. */
void seal_core_seal(struct seal_core *core);
/* The core's identity key, as clients pin it ("sealkit-identity key, base64"). */
void seal_core_identity(const struct seal_core *core, uint8_t out[static 32]);

/* Serves gates until control_fd ends or says stop: the supervisor hands it sockets of gates
   by SCM_RIGHTS, one byte 'g' each; an audit file with 'a', which is answered with 'a' (goes on
   in it), '=' (it is the old one) or 'x' + text (the old one stays); 's' is the wish to stop.
   Framed requests are read from every gate, many in flight, answered in order, written in batches.
   A gate that sends nonsense is cut off; the others go on. Returns when stopping; seals before. */
SEAL_MUST_CHECK int seal_core_run(struct seal_core *core, int control_fd, struct seal_diag *diag);

#endif
