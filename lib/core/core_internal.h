#ifndef SEALKIT_CORE_CORE_INTERNAL_H
#define SEALKIT_CORE_CORE_INTERNAL_H

#include "api/api.h"
#include "audit/line.h"
#include "core/core.h"
#include "store/store.h"

struct seal_core {
	struct seal_store *store;
	struct seal_barrier *barrier;
	struct seal_audit *audit;
	struct seal_api api;
	struct seal_secret *bootstrap; /* NUL-terminated text; NULL: of no use any more */
	int dropped;		       /* and so is its file */
	uint64_t half_open;
	char *folder;
};

/* Files of the state folder, each 0600 and there whole or not at all. One that others could
   read or write is refused (SEAL_E_POLICY). */

/* Makes what is not there: the identity key (libsodium's 64 bytes) and the audit salt. */
SEAL_MUST_CHECK int seal_core_identity_key(const char *folder, struct seal_secret **out_signer,
					   uint8_t out_public[static 32], struct seal_diag *diag);
/* With a NUL behind it. */
SEAL_MUST_CHECK int seal_core_audit_salt(const char *folder, struct seal_secret **out_salt,
					 struct seal_diag *diag);
/* wanted: before the first quorum. Else *out_token is NULL. */
SEAL_MUST_CHECK int seal_core_bootstrap(const char *folder, int wanted,
					struct seal_secret **out_token, struct seal_diag *diag);
/* After the first quorum: its file goes, then the token. Tried again until it has worked. */
void seal_core_drop_bootstrap(struct seal_core *core);
/* At a start: what a crash between two steps has left of root tokens' files, of sets that are
   not there any more, or of one whose holders have all proved. What cannot be removed now is
   tried again at the next start: it opens nothing. */
void seal_core_drop_old_root(struct seal_core *core);
/* What the API asks of the folder; ctx is the core. */
struct seal_api_state seal_core_state(struct seal_core *core);

void seal_core_expire(struct seal_core *core); /* half-given quorums */

/* One request on its way (answer.c). */
struct seal_exchange {
	const struct seal_request_message *message;
	struct seal_target target;
	struct seal_api_request request;
	struct seal_token token;
	const char *verdict;		    /* on the token, for the gate: wire/message.h */
	const struct seal_api_route *route; /* NULL: refused before */
	const struct seal_api_route *known; /* of the path, if by another method */
	struct seal_api_answer answer;
	char id[37];
	char cause[SEAL_API_ERROR]; /* of an internal error: for the audit line only */
};
/* Reads, routes, authenticates, authorises, parses the body. A refusal is in answer. */
SEAL_MUST_CHECK int seal_exchange_plan(struct seal_core *core, struct seal_exchange *exchange,
				       struct seal_diag *diag);
void seal_exchange_done(struct seal_exchange *exchange);

#endif
