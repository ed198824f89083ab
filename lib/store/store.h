#ifndef SEALKIT_STORE_STORE_H
#define SEALKIT_STORE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* Where the barrier keeps its entries. The store sees ciphertext and opaque row
   keys only. Threat: a crash between two changes that belong together, and a
   damaged file that is read as if it were whole. So changes come in one
   transaction, a commit is on disk before it is reported, and after the first
   sign of damage every call is refused with SEAL_E_VERIFY until it is opened anew.
   What it does not find: single rows put back to an older state.

   One process and one thread at a time; a second opener gets SEAL_E_EXISTS. */

#define SEAL_STORE_KEY 32u		 /* HMAC of a path */
#define SEAL_STORE_VALUE_MAX (33u << 20) /* a body of 32 MiB and what seals it */
#define SEAL_STORE_CHANGES_MAX 4096u	 /* of one transaction */

struct seal_store;

struct seal_store_change {
	const uint8_t *key;    /* SEAL_STORE_KEY bytes */
	const uint8_t *parent; /* SEAL_STORE_KEY bytes; not read by a delete */
	const uint8_t *value;  /* NULL deletes; what is not there is no error */
	size_t len;
};

/* Opens or makes folder (0700) and the file in it (0600). A folder or file that
   others can read or that belongs to another user is SEAL_E_POLICY; a file of
   another program or a newer version SEAL_E_VERSION; damage SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_store_open(const char *folder, struct seal_store **out_store,
				    struct seal_diag *diag);
void seal_store_free(struct seal_store *store);
void seal_store_freep(struct seal_store **store);

/* *out_value is malloc'd and the caller's, never NULL; SEAL_E_NOTFOUND. */
SEAL_MUST_CHECK int seal_store_get(struct seal_store *store, const uint8_t key[SEAL_STORE_KEY],
				   uint8_t **out_value, size_t *out_len, struct seal_diag *diag);
/* All changes or none, in order; a key may come more than once. */
SEAL_MUST_CHECK int seal_store_apply(struct seal_store *store,
				     const struct seal_store_change *changes, size_t count,
				     struct seal_diag *diag);
/* What was deleted or written over is in the file no longer, but in its log until that is
   used again: empties the log. Where that fails the next time does it. */
void seal_store_forget(struct seal_store *store);
/* Calls `each` for every entry under parent, in the order of keys. Its pointers
   end with the call; it must not use the store. A nonzero return of it stops
   and is passed through. Nothing there is no error. */
SEAL_MUST_CHECK int seal_store_list(struct seal_store *store, const uint8_t parent[SEAL_STORE_KEY],
				    int (*each)(void *ctx, const uint8_t *key, const uint8_t *value,
						size_t len, struct seal_diag *diag),
				    void *ctx, struct seal_diag *diag);

#endif
