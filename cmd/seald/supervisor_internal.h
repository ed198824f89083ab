#ifndef SEALD_SUPERVISOR_INTERNAL_H
#define SEALD_SUPERVISOR_INTERNAL_H

#include "gate/tls.h"
#include "process.h"
#include "supervisor.h"

/* Shared by supervisor.c (start and loop) and children.c (gates' lives, the stop). */

struct seald_gate {
	struct seald_process process;
	uint64_t started, due; /* ms; due: of the next start, 0 if it runs */
	unsigned failures;     /* in a row, each soon after the start */
	int confirms;	       /* was sent new credentials and has not said so yet */
};

struct seald {
	struct seald_config *config;
	struct seald_user user;
	int listeners[SEALD_LISTENS];
	int audit, signals;
	struct seald_process core;
	struct seald_gate gates[SEALD_GATES];
	struct seal_secret *credentials;
	char pin[SEAL_TLS_PIN];
	uint8_t identity[32];
	int reloading, ending;
	unsigned audits; /* files that the core was given and has not answered for */
	int renewed;	 /* the reload is of credentials, too */
};

uint64_t seald_now(void); /* ms */

/* Forks it, gives the core its socket and the gate its credentials. */
SEAL_MUST_CHECK int seald_gate_start(struct seald *seald, struct seald_gate *gate,
				     struct seal_diag *diag);
/* Words of a gate that are there to be read. */
void seald_gate_hear(struct seald_gate *gate);
/* New credentials to all. */
void seald_gates_reload(struct seald *seald);
/* Collects what has ended; gates get the time of their next start. */
void seald_reap(struct seald *seald);
/* Starts the gates that are due. Returns ms until the next one, -1 if there is none. */
int seald_gates_due(struct seald *seald);
/* Ends gates, then the core; in peace where graceful. */
void seald_end(struct seald *seald, int graceful);

#endif
