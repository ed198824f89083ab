#ifndef SEALKIT_CMD_SEAL_UNSEAL_H
#define SEALKIT_CMD_SEAL_UNSEAL_H

#include "../connect.h"
#include "../use_tokens.h"
#include "ceremony/unseal.h"

struct values {
	struct connect connect;
	struct use_tokens tokens;
	const char *custodian;
	int wait; /* seconds; -1: do not */
	int walk, reset, prove, json;
	char **details;
};

/* Before anybody is asked: what is opened, and how far it is. */
void unseal_begin(const struct values *values, const struct seal_unseal *unseal,
		  const struct seal_unseal_state *state);
/* Before --wait, where there is something to wait for. */
void unseal_waits(const struct values *values, const struct seal_unseal_state *state);
/* One line: who gave, how far it is, who else may. With --json to stderr, as stdout is the
   report's. */
void unseal_show(const struct values *values, const struct seal_unseal *unseal,
		 const struct seal_unseal_state *state, int gave);
void unseal_details(const struct values *values, const struct seal_unseal *unseal,
		    const struct seal_unseal_state *state, int gave);

/* folder: unseal's, read from dir. */
SEAL_MUST_CHECK int unseal_prove(const struct values *values, const struct seal_unseal *unseal,
				 struct seal_set_folder *folder, const char *dir,
				 struct seal_diag *diag);

#endif
