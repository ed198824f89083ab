#ifndef SEALKIT_API_TOKEN_H
#define SEALKIT_API_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "barrier/barrier.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/secret.h"

/* API tokens: `hvs.` and 24 base62 characters, 142 bits. Stored is an HMAC of the text, as
   the name of its entry, under a key that is in the barrier too: who reads the entries
   of an open barrier has no token. Looking one up compares nothing that is secret. */

#define SEAL_TOKEN_TEXT 28u
#define SEAL_TOKEN_MAX 256u /* of what is looked up */

struct seal_token {
	char entry[80]; /* its path in the barrier */
	struct json_t *record;
	int root; /* has the policy */
};
void seal_token_done(struct seal_token *token);

/* What init writes behind the new barrier. Entries point into it. */
struct seal_token_birth {
	struct seal_secret *text; /* the root token; NULL: none was wished */
	struct seal_secret *key;
	char entry[80];
	struct seal_json_text record, cluster;
	struct seal_barrier_entry entries[3];
	size_t count;
};
SEAL_MUST_CHECK int seal_token_birth_init(int with_root, struct seal_token_birth *out_birth,
					  struct seal_diag *diag);
void seal_token_birth_done(struct seal_token_birth *birth);

/* 24 base62 characters of secret randomness behind prefix. */
SEAL_MUST_CHECK int seal_token_text(const char *prefix, struct seal_secret **out_text,
				    struct seal_diag *diag);

/* SEAL_E_DENIED: no such token. SEAL_E_SEALED. */
SEAL_MUST_CHECK int seal_token_find(struct seal_barrier *barrier, const char *text,
				    struct seal_token *out_token, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_token_revoke(struct seal_barrier *barrier, const struct seal_token *token,
				      struct seal_diag *diag);

/* {"name","id"} of the cluster, as init made it; the caller's. */
SEAL_MUST_CHECK int seal_token_cluster(struct seal_barrier *barrier, struct json_t **out_json,
				       struct seal_diag *diag);

#endif
