#ifndef SEALKIT_BARRIER_REKEY_INTERNAL_H
#define SEALKIT_BARRIER_REKEY_INTERNAL_H

#include "barrier/barrier_internal.h"

struct seal_rekey_session {
	char plan[SEAL_REKEY_PLAN + 1];
	char *text;
	size_t text_len;
	struct seal_card *cards;
	size_t count;
	struct seal_set_policy policy;
	struct seal_secret *signer; /* the caller's */
	uint64_t lifetime, prove_within;
	struct seal_given given;
};

/* The new set: what will be before the barrier. */
struct seal_rekey_pending {
	char plan[SEAL_REKEY_PLAN + 1];
	char *text;
	size_t text_len;
	uint64_t until;
	struct seal_barrier_outside *outside;
};
/* With a NUL behind it; *out is malloc'd. text NULL: empty. */
SEAL_MUST_CHECK int seal_rekey_text_copy(const char *text, size_t len, char **out,
					 struct seal_diag *diag);
void seal_rekey_pending_free(struct seal_rekey_pending *pending);
void seal_rekey_pending_freep(struct seal_rekey_pending **pending);

/* rekey.c: drops all sessions, and the pending set from memory. */
void seal_rekey_forget(struct seal_barrier *barrier);

/* rekey_make.c: the old quorum is there. Makes the new set and stores it as pending. */
SEAL_MUST_CHECK int seal_rekey_make(struct seal_barrier *barrier,
				    const struct seal_rekey_session *session,
				    struct seal_diag *diag);

/* rekey_record.c: the pending record, a row behind the barrier by the id of the set in force:
   one of a set that was is not looked at. */
SEAL_MUST_CHECK int seal_rekey_record_add(struct seal_changes *changes, const char *set,
					  const struct seal_rekey_pending *pending,
					  const struct seal_secret *root, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_rekey_record_drop(struct seal_changes *changes, const char *set,
					   struct seal_diag *diag);
/* *out_pending NULL: there is none. */
SEAL_MUST_CHECK int seal_rekey_record_read(struct seal_store *store, struct seal_keyring *keyring,
					   const char *set, struct seal_rekey_pending **out_pending,
					   struct seal_secret **out_root, struct seal_diag *diag);

/* rekey_prove.c: at an unseal. *out_pending NULL: there is none. */
SEAL_MUST_CHECK int seal_rekey_load(const struct seal_barrier *barrier,
				    struct seal_keyring *keyring,
				    struct seal_rekey_pending **out_pending,
				    struct seal_diag *diag);
/* Stores a new or changed record. */
SEAL_MUST_CHECK int seal_rekey_store(struct seal_barrier *barrier,
				     const struct seal_rekey_pending *pending,
				     const struct seal_secret *root, struct seal_diag *diag);

#endif
