#ifndef SEALKIT_GATE_GATE_H
#define SEALKIT_GATE_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* One gate: TLS and HTTP on one side, frames to the core on the other (design section 5).
   It holds no key but TLS's and opens no file. Threat: clients that lie, dawdle, flood or
   vanish; each is held to limits and none costs another one its answer.

   The supervisor's side is a SOCK_SEQPACKET socket; each packet begins with a word:
   to the gate    'c' + credentials (gate/tls.h): from now on for new connections
		  's' stop: what is under way is finished
   from the gate  'c' these credentials are in use (the first one: it listens)
		  'x' + text: credentials refused, the old ones stay */

struct seal_gate;

struct seal_gate_limits {
	unsigned connections;
	unsigned header_ms;   /* from accept, or first byte, to the end of the head */
	unsigned body_ms;     /* for a body or an answer, and */
	size_t pace;	      /* 1 s more for each so many bytes */
	unsigned idle_ms;     /* between requests */
	unsigned core_ms;     /* then 503 */
	unsigned drain_ms;    /* after 's' */
	size_t body, memory;  /* of one request; of all that are under way */
	unsigned rate, burst; /* requests without a good token of one address: a second, at once */
};

/* 1024; 10 s, 60 s and 64 KiB, 75 s, 60 s, 5 s; 32 MiB, 256 MiB; 20, 100. */
struct seal_gate_limits seal_gate_limits_default(void);

/* All descriptors are non-blocking and stay the caller's; they must outlive the gate. */
struct seal_gate_config {
	const int *listeners;
	size_t listener_count;
	int core, control;
	struct seal_gate_limits limits;
};

/* Makes all that needs more system calls than running does; the sandbox belongs between
   this and seal_gate_run. */
SEAL_MUST_CHECK int seal_gate_new(const struct seal_gate_config *config,
				  struct seal_gate **out_gate, struct seal_diag *diag);
/* Returns SEAL_OK after 's' or when the supervisor has gone, an error when the core has. */
SEAL_MUST_CHECK int seal_gate_run(struct seal_gate *gate, struct seal_diag *diag);
void seal_gate_free(struct seal_gate *gate);
void seal_gate_freep(struct seal_gate **gate);

#endif
