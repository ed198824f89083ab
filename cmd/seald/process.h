#ifndef SEALD_PROCESS_H
#define SEALD_PROCESS_H

#include <stdint.h>

#include "config.h"
#include "sandbox.h"

/* The processes that the supervisor forks: core and gates. Each has a control socket to it
   (SOCK_SEQPACKET), on which it reports before it serves:
   to the core    'o': begin (it is forked before a TLS key is read, and waits)
   from the core  'i' + its identity key (32 bytes): ready
   from each      'e' + SEAL_E_* (1 byte, positive) + text: it could not start
   The rest is in core/core.h and gate/gate.h. */

#define SEALD_PACKET 1500u

struct seald_process {
	pid_t pid; /* 0: none */
	int control;
};

/* How many connections a gate can have of those wanted: each is a descriptor. */
unsigned seald_clients(unsigned wanted);

SEAL_MUST_CHECK int seald_fork_core(const struct seald_config *config,
				    const struct seald_user *user, int audit,
				    struct seald_process *out_core, struct seal_diag *diag);
/* core: the gate's end of a stream socketpair whose other end the core gets; taken. */
SEAL_MUST_CHECK int seald_fork_gate(const struct seald_config *config,
				    const struct seald_user *user, const int *listeners, int core,
				    struct seald_process *out_gate, struct seal_diag *diag);

/* Gives the core the other end of a gate's socket ('g'), or an audit file ('a'); taken. */
SEAL_MUST_CHECK int seald_hand_over(int core_control, char word, int fd, struct seal_diag *diag);
/* One packet of a process that starts, or its failure. Waits 30 s. */
SEAL_MUST_CHECK int seald_first_word(const struct seald_process *process, const char *who,
				     char word, uint8_t *out, size_t want, struct seal_diag *diag);

#endif
