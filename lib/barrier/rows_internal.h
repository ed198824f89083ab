#ifndef SEALKIT_BARRIER_ROWS_INTERNAL_H
#define SEALKIT_BARRIER_ROWS_INTERNAL_H

#include "barrier/barrier.h"
#include "crypto/xaes.h"

/* Behind the barrier: keyring, boxes and rows, paths, transactions, the counter. */

#define SEAL_BARRIER_KEY 32u
#define SEAL_BARRIER_BOX (SEAL_XAES_NONCE + SEAL_XAES_TAG)
#define SEAL_BARRIER_TERMS 4096u
#define SEAL_BARRIER_ROW (5u + SEAL_BARRIER_BOX) /* version, term, box: what a row is longer */

/* keyring.c */
struct seal_keyring_term {
	uint64_t installed; /* seconds since 1970 */
	uint64_t encryptions;
	struct seal_xaes *xaes; /* made when first used */
};
struct seal_keyring {
	size_t count; /* term n is terms[n - 1] */
	struct seal_keyring_term *terms;
	struct seal_secret *keys; /* of paths, then one for each term */
	uint64_t stored;	  /* what the counter of the newest term says in the store */
};
SEAL_MUST_CHECK int seal_keyring_new(uint64_t now, struct seal_keyring **out_keyring,
				     struct seal_diag *diag);
/* A copy with one term more. */
SEAL_MUST_CHECK int seal_keyring_rotated(const struct seal_keyring *keyring, uint64_t now,
					 struct seal_keyring **out_keyring, struct seal_diag *diag);
void seal_keyring_free(struct seal_keyring *keyring);
void seal_keyring_freep(struct seal_keyring **keyring);
const uint8_t *seal_keyring_paths(const struct seal_keyring *keyring);
/* SEAL_E_VERIFY for a term that is not there. */
SEAL_MUST_CHECK int seal_keyring_xaes(struct seal_keyring *keyring, size_t term,
				      struct seal_xaes **out_xaes, struct seal_diag *diag);
/* *out_box is malloc'd and the caller's. */
SEAL_MUST_CHECK int seal_keyring_wrap(const struct seal_keyring *keyring,
				      const struct seal_secret *root, uint8_t **out_box,
				      size_t *out_len, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_keyring_unwrap(const uint8_t *box, size_t len,
					const struct seal_secret *root,
					struct seal_keyring **out_keyring, struct seal_diag *diag);

/* crypt.c. Numbers are big-endian; put returns what follows. */
uint8_t *seal_number_put(uint8_t *out, unsigned bytes, uint64_t value);
uint64_t seal_number_get(const uint8_t *in, unsigned bytes);
/* A box is a nonce and what XAES-256-GCM makes. */
struct seal_box_aad {
	const char *label; /* one for each use, no other begins like it */
	const void *bytes;
	size_t len;
};
/* out: len + SEAL_BARRIER_BOX bytes. */
SEAL_MUST_CHECK int seal_box_seal(const struct seal_secret *key, const struct seal_box_aad *aad,
				  const uint8_t *in, size_t len, uint8_t *out,
				  struct seal_diag *diag);
/* out: len - SEAL_BARRIER_BOX bytes. */
SEAL_MUST_CHECK int seal_box_open(const struct seal_secret *key, const struct seal_box_aad *aad,
				  const uint8_t *in, size_t len, uint8_t *out,
				  struct seal_diag *diag);

/* A row: version, term (4 bytes, big-endian), box. Bound to format, kind, term, its key and
   a text: the path (values, counter), the folder (names), the set in force (rekey). */
enum seal_row_kind {
	SEAL_ROW_VALUE = 'v',
	SEAL_ROW_NAME = 'n',
	SEAL_ROW_COUNTER = 'c',
	SEAL_ROW_REKEY = 'r',
};
struct seal_row {
	enum seal_row_kind kind;
	const uint8_t *key; /* SEAL_STORE_KEY bytes */
	const char *text;
	size_t text_len;
};
/* By the newest term, and counted. out: len + SEAL_BARRIER_ROW bytes. */
SEAL_MUST_CHECK int seal_row_seal(struct seal_keyring *keyring, const struct seal_row *row,
				  const uint8_t *in, size_t len, uint8_t *out,
				  struct seal_diag *diag);
/* out: len - SEAL_BARRIER_ROW bytes; shorter rows are SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_row_open(struct seal_keyring *keyring, const struct seal_row *row,
				  const uint8_t *in, size_t len, uint8_t *out,
				  struct seal_diag *diag);

/* paths.c. A node is an entry's path, or a folder's, which ends in '/'. */
struct seal_node {
	const char *path;
	size_t len;
};
SEAL_MUST_CHECK int seal_path_check(const char *path, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_folder_check(const char *folder, struct seal_diag *diag);
/* The folder that a node is in; "" for the uppermost. */
struct seal_node seal_node_folder(struct seal_node node);
enum seal_path_use {
	SEAL_PATH_VALUE = 'v',
	SEAL_PATH_NAME = 'n',
	SEAL_PATH_FOLDER = 'f',	 /* the parent of names */
	SEAL_PATH_COUNTER = 'c', /* of a term */
	SEAL_PATH_REKEY = 'r',	 /* by the id of the set in force */
};
void seal_node_key(const struct seal_keyring *keyring, enum seal_path_use use,
		   struct seal_node node, uint8_t out[static SEAL_STORE_KEY]);

/* changes.c: what one transaction will do, seen by what follows in it. */
struct seal_change {
	uint8_t key[SEAL_STORE_KEY], parent[SEAL_STORE_KEY];
	uint8_t *value; /* malloc'd; NULL deletes */
	size_t len;
};
struct seal_changes {
	struct seal_store *store;
	struct seal_keyring *keyring;
	struct seal_change *list;
	size_t count, cap;
	uint64_t counter; /* to be in keyring->stored once applied; 0: no change */
};
void seal_changes_done(struct seal_changes *changes);
/* A row as it is. value is copied; NULL deletes. */
SEAL_MUST_CHECK int seal_changes_raw(struct seal_changes *changes, const uint8_t *key,
				     const uint8_t *parent, const void *value, size_t len,
				     struct seal_diag *diag);
/* Seals a row and adds it. */
SEAL_MUST_CHECK int seal_changes_row(struct seal_changes *changes, const struct seal_row *row,
				     const uint8_t *parent, const void *in, size_t len,
				     struct seal_diag *diag);
/* Moves a change; from keeps nothing of it. */
SEAL_MUST_CHECK int seal_changes_take(struct seal_changes *changes, struct seal_change *from,
				      struct seal_diag *diag);
SEAL_MUST_CHECK int seal_changes_put(struct seal_changes *changes,
				     const struct seal_barrier_entry *entry,
				     struct seal_diag *diag);
SEAL_MUST_CHECK int seal_changes_delete(struct seal_changes *changes, const char *path,
					struct seal_diag *diag);
/* entries.c: puts and deletes, and the counter where it is due. */
SEAL_MUST_CHECK int seal_changes_entries(struct seal_changes *changes,
					 const struct seal_barrier_entry *entries, size_t count,
					 struct seal_diag *diag);
SEAL_MUST_CHECK int seal_changes_apply(struct seal_changes *changes, struct seal_diag *diag);

/* counter.c: encryptions of the newest term. What is stored is ahead of the truth by up to a
   stride, so that few transactions carry it and a crash never makes it too low. */
/* Adds it to the transaction where it is due. */
SEAL_MUST_CHECK int seal_counter_add(struct seal_changes *changes, struct seal_diag *diag);
/* Deletes it: the transaction starts a new term. */
SEAL_MUST_CHECK int seal_counter_drop(struct seal_changes *changes, struct seal_diag *diag);
/* After an unseal. */
SEAL_MUST_CHECK int seal_counter_read(struct seal_store *store, struct seal_keyring *keyring,
				      struct seal_diag *diag);
/* Stores it as it is, before the keys go; where that fails it stays ahead. */
void seal_counter_settle(struct seal_store *store, struct seal_keyring *keyring);

#endif
