#ifndef SEALKIT_BARRIER_BARRIER_H
#define SEALKIT_BARRIER_BARRIER_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/secret.h"
#include "share/set.h"
#include "store/store.h"

/* Encrypts before it stores (design section 5, barrier). The unseal key, split and
   never stored, wraps the root key with the seal configuration as associated data;
   the root key wraps the keyring; the keyring's newest key encrypts each entry
   with XAES-256-GCM, path and term as associated data. Row keys are HMACs. Threat: who
   owns the whole database reads no entry and no path, moves none to another path,
   and cannot lower the threshold unnoticed. Not found: single rows put back. */

#define SEAL_BARRIER_PATH 1024u
#define SEAL_BARRIER_VALUE (32u << 20)

struct seal_barrier;

struct seal_barrier_status {
	int initialized, sealed;
	unsigned t, n, progress, epoch, term;
	int plain;	/* made by an init without cards: shares carry no proof keys */
	char nonce[37]; /* of the unseal that is under way; empty: none */
	char set[SEAL_SET_ID + 1];
	uint8_t given[SEAL_MANIFEST_SHARES]; /* by manifest index */
};

/* The store stays the caller's and must outlive it. Reads what is stored before the
   barrier (sealkit-barrier(5)): damage is SEAL_E_VERIFY. Freeing seals. */
SEAL_MUST_CHECK int seal_barrier_new(struct seal_store *store, struct seal_barrier **out_barrier,
				     struct seal_diag *diag);
void seal_barrier_free(struct seal_barrier *barrier);
void seal_barrier_freep(struct seal_barrier **barrier);
void seal_barrier_status(const struct seal_barrier *barrier,
			 struct seal_barrier_status *out_status);

/* Entries that init writes behind the new barrier, in its one transaction. */
struct seal_barrier_entry {
	const char *path;
	const uint8_t *value; /* NULL deletes */
	size_t len;
};

/* Makes unseal key, root key, keyring; splits and seals to cards; stores seal configuration,
   signed manifest and sealed shares in one transaction, and only then hands out the set.
   The barrier stays sealed. Until the first quorum it may be repeated (`again`), which
   forgets the earlier set; after it SEAL_E_EXISTS. *out_set is the caller's. */
SEAL_MUST_CHECK int seal_barrier_init(struct seal_barrier *barrier, const struct seal_card *cards,
				      size_t count, const struct seal_set_policy *policy,
				      struct seal_secret *signer, int again,
				      const struct seal_barrier_entry *entries, size_t entry_count,
				      struct seal_set **out_set, struct seal_diag *diag);
/* Without cards, as Vault's own clients ask: n plain shares (n = t = 1: the bare key). Only
   where the configuration allows plain shares, and never again: SEAL_E_EXISTS. Numbers that
   Vault refuses are SEAL_E_POLICY, in its words. out_shares: n places, each the caller's. */
SEAL_MUST_CHECK int seal_barrier_init_plain(struct seal_barrier *barrier, unsigned t, unsigned n,
					    const struct seal_barrier_entry *entries,
					    size_t entry_count, struct seal_secret **out_shares,
					    struct seal_diag *diag);
/* 1 once a quorum has opened this barrier since init. */
int seal_barrier_in_force(const struct seal_barrier *barrier);

/* The signed manifest and the sealed shares that init stored; NULL without. The barrier's. */
const char *seal_barrier_note(const struct seal_barrier *barrier, size_t *out_len);
const struct seal_manifest *seal_barrier_manifest(const struct seal_barrier *barrier);
const char *seal_barrier_file(const struct seal_barrier *barrier, size_t i, size_t *out_len);
/* out[i] = 1: the holder of share i has proved to have it (each share of a quorum that
   opened counts; written then). When all are 1 the sealed shares are deleted. */
void seal_barrier_proved(const struct seal_barrier *barrier,
			 uint8_t out[static SEAL_MANIFEST_SHARES]);
SEAL_MUST_CHECK int seal_barrier_prove(struct seal_barrier *barrier, size_t i,
				       struct seal_diag *diag);

/* Makes sure an unseal is under way and gives its nonce, a random UUID. Half-given
   quorums expire after lifetime seconds from the first share (now: CLOCK_BOOTTIME); where
   none was given, from the last asking. SEAL_E_NOTFOUND: not initialised; SEAL_E_EXISTS: open
   already. Both also of seal_barrier_share. */
SEAL_MUST_CHECK int seal_barrier_begin(struct seal_barrier *barrier, uint64_t now,
				       char out_nonce[static 37], struct seal_diag *diag);
/* Takes one share. With a manifest it is recognised first: SEAL_E_MISMATCH or SEAL_E_OLD,
   and neither progress nor the clock is touched; a repeated one is no error and changes
   nothing (*out_index tells which). At the quorum it opens, or fails with SEAL_E_VERIFY and
   forgets all shares given (only possible with plain shares, or a damaged store; plain ones
   of one x are SEAL_E_DUPLICATE, of several lengths SEAL_E_MISMATCH). Where the machine
   fails (memory, disk), only the last share is forgotten. */
SEAL_MUST_CHECK int seal_barrier_share(struct seal_barrier *barrier,
				       const struct seal_secret *share, uint64_t now,
				       size_t *out_index, struct seal_diag *diag);
/* Forgets what was given; who may ask is decided by the caller. */
void seal_barrier_reset(struct seal_barrier *barrier);
void seal_barrier_expire(struct seal_barrier *barrier, uint64_t now, uint64_t lifetime);
/* Wipes all keys, after a try to store the count of encryptions. */
void seal_barrier_seal(struct seal_barrier *barrier);

/* All SEAL_E_SEALED while sealed. Paths: UTF-8, no empty segment, no leading '/'. */
SEAL_MUST_CHECK int seal_barrier_get(struct seal_barrier *barrier, const char *path,
				     struct seal_secret **out_value, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_barrier_apply(struct seal_barrier *barrier,
				       const struct seal_barrier_entry *entries, size_t count,
				       struct seal_diag *diag);
/* Names directly under folder (which ends in '/', or is empty), sorted; folders end in '/'. */
SEAL_MUST_CHECK int seal_barrier_list(struct seal_barrier *barrier, const char *folder,
				      int (*each)(void *ctx, const char *name,
						  struct seal_diag *diag),
				      void *ctx, struct seal_diag *diag);

struct seal_barrier_term {
	unsigned term;
	char installed[32]; /* RFC 3339 */
	uint64_t encryptions;
};
SEAL_MUST_CHECK int seal_barrier_term(const struct seal_barrier *barrier,
				      struct seal_barrier_term *out_term, struct seal_diag *diag);
/* Adds a term, in one transaction. */
SEAL_MUST_CHECK int seal_barrier_rotate(struct seal_barrier *barrier, struct seal_diag *diag);

#endif
