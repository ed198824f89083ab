#ifndef SEALKIT_BARRIER_BARRIER_INTERNAL_H
#define SEALKIT_BARRIER_BARRIER_INTERNAL_H

#include "barrier/barrier.h"
#include "barrier/rekey.h"
#include "barrier/rows_internal.h"

/* Before the barrier, and the barrier itself. What is behind it is in rows_internal.h. */

#define SEAL_BARRIER_PLAIN 255u /* plain shares of one set */
#define SEAL_BARRIER_WRAPPED (SEAL_BARRIER_KEY + SEAL_BARRIER_BOX)

/* config.c: the seal configuration, text; associated data of the wrapped root key.

       sealkit-barrier/1
       plain: no
       set: 32 hex digits
       epoch: 1
       threshold: 3 of 5
       manifest: HEX        (digest of the note; not with plain shares)
       share: 1 HEX         (digest of sealed share 1, and so on)
*/
struct seal_barrier_config {
	int plain;
	char set[SEAL_SET_ID + 1];
	unsigned epoch, threshold, total;
	uint8_t manifest[32];
	uint8_t files[SEAL_MANIFEST_SHARES][32];
};
/* *out_text is malloc'd and the caller's. */
SEAL_MUST_CHECK int seal_barrier_config_text(const struct seal_barrier_config *config,
					     char **out_text, size_t *out_len,
					     struct seal_diag *diag);
/* Anything but what config_text writes is SEAL_E_VERIFY. */
SEAL_MUST_CHECK int seal_barrier_config_parse(const char *text, size_t len,
					      struct seal_barrier_config *out_config,
					      struct seal_diag *diag);
/* HMAC-SHA256 under a public name: recognises, authenticates nothing by itself. */
void seal_barrier_digest(const char *name, const void *bytes, size_t len, uint8_t out[static 32]);
int seal_barrier_digest_is(const char *name, const void *bytes, size_t len,
			   const uint8_t want[static 32]);

/* state.c: what changes without the keys; a sum guards against damage only.

       sealkit-barrier-state/1
       set: 32 hex digits
       in-force: no
       proved: 01100
       row: HEX             (keys of rows that init wrote; gone once in force)
       sum: HEX
*/
struct seal_barrier_state {
	int in_force;
	uint8_t proved[SEAL_MANIFEST_SHARES];
	uint8_t (*rows)[SEAL_STORE_KEY];
	size_t row_count;
};
SEAL_MUST_CHECK int seal_barrier_state_text(const struct seal_barrier_state *state,
					    const struct seal_barrier_config *config,
					    char **out_text, size_t *out_len,
					    struct seal_diag *diag);
SEAL_MUST_CHECK int seal_barrier_state_parse(const char *text, size_t len,
					     const struct seal_barrier_config *config,
					     struct seal_barrier_state *out_state,
					     struct seal_diag *diag);
int seal_barrier_all_proved(const struct seal_barrier_state *state, unsigned total);

/* outside.c: everything that is stored before the barrier; nothing of it is secret. */
struct seal_barrier_outside {
	struct seal_barrier_config config;
	struct seal_barrier_state state;
	char *config_text;
	size_t config_len;
	uint8_t root[SEAL_BARRIER_WRAPPED];
	char *note; /* NULL with plain shares, like manifest */
	size_t note_len;
	struct seal_manifest *manifest;
	char *files[SEAL_MANIFEST_SHARES]; /* NULL once all have proved */
	size_t file_len[SEAL_MANIFEST_SHARES];
};
enum seal_barrier_outside_row {
	SEAL_OUTSIDE_CONFIG,
	SEAL_OUTSIDE_STATE,
	SEAL_OUTSIDE_ROOT,
	SEAL_OUTSIDE_KEYRING,
	SEAL_OUTSIDE_MANIFEST,
	SEAL_OUTSIDE_SHARE /* and so on, one for each manifest index */
};
void seal_barrier_outside_key(unsigned row, uint8_t out[static SEAL_STORE_KEY]);
extern const uint8_t seal_barrier_outside_parent[SEAL_STORE_KEY];
/* *out_outside NULL: not initialised. */
SEAL_MUST_CHECK int seal_barrier_outside_load(struct seal_store *store,
					      struct seal_barrier_outside **out_outside,
					      struct seal_diag *diag);
void seal_barrier_outside_free(struct seal_barrier_outside *outside);
void seal_barrier_outside_freep(struct seal_barrier_outside **outside);
/* Stores a new state and, where all have proved, drops the sealed shares. The rows of the new
   state are those of the old one, or NULL. */
SEAL_MUST_CHECK int seal_barrier_outside_update(struct seal_barrier_outside *outside,
						struct seal_store *store,
						const struct seal_barrier_state *state,
						struct seal_diag *diag);

/* replace.c: makes the text of the configuration, and wraps the root key under it. */
SEAL_MUST_CHECK int seal_barrier_outside_wrap(struct seal_barrier_outside *outside,
					      const struct seal_secret *unseal_key,
					      const struct seal_secret *root,
					      struct seal_diag *diag);
/* SEAL_E_VERIFY where the key is not the one. */
SEAL_MUST_CHECK int seal_barrier_outside_root(const struct seal_barrier_outside *outside,
					      const struct seal_secret *unseal_key,
					      struct seal_secret **out_root,
					      struct seal_diag *diag);
/* Everything before the barrier that fresh has, its root key over the keyring of the
   transaction, and nothing of the old (NULL: there was none). */
SEAL_MUST_CHECK int seal_barrier_outside_replace(struct seal_changes *changes,
						 const struct seal_barrier_outside *old,
						 const struct seal_barrier_outside *fresh,
						 const struct seal_secret *root,
						 struct seal_diag *diag);
/* cards.c: what needs a manifest. */
SEAL_MUST_CHECK int seal_barrier_outside_manifest(struct seal_barrier_outside *outside,
						  struct seal_diag *diag);
/* Copies note, sealed shares and numbers of a set. */
SEAL_MUST_CHECK int seal_barrier_outside_take(struct seal_barrier_outside *outside,
					      const struct seal_set *set, struct seal_diag *diag);

/* given.c: shares of the set in force that were given, by manifest index. */
struct seal_given {
	char nonce[37];
	uint64_t since; /* first share, or where there is none the last asking */
	struct seal_secret *share[SEAL_BARRIER_PLAIN];
	unsigned count;
};
void seal_given_reset(struct seal_given *given);
/* Makes sure there is a nonce; an asking. */
SEAL_MUST_CHECK int seal_given_begin(struct seal_given *given, uint64_t now,
				     struct seal_diag *diag);
int seal_given_late(const struct seal_given *given, uint64_t now, uint64_t lifetime);
/* Of what was given, plain shares too; out_progress may be NULL. */
int seal_given_quorum(const struct seal_given *given, const struct seal_barrier_outside *outside,
		      unsigned *out_progress);
void seal_given_marks(const struct seal_given *given, uint8_t out[static SEAL_MANIFEST_SHARES]);
/* Recognises and copies a share. *out_new 0: it was given before. */
SEAL_MUST_CHECK int seal_given_add(struct seal_given *given,
				   const struct seal_barrier_outside *outside,
				   const struct seal_secret *share, uint64_t now, size_t *out_index,
				   int *out_new, struct seal_diag *diag);
SEAL_MUST_CHECK int seal_given_combine(const struct seal_given *given,
				       const struct seal_barrier_outside *outside,
				       struct seal_secret **out_key, struct seal_diag *diag);
/* After what a quorum was for has ended with error. Wrong shares are all forgotten; where the
   machine failed only the last is, so that giving it once more is enough. */
SEAL_MUST_CHECK int seal_given_settle(struct seal_given *given, size_t last, int error,
				      const char *what, struct seal_diag *diag);

struct seal_rekey_session;
struct seal_rekey_pending;

struct seal_barrier {
	struct seal_store *store;
	struct seal_barrier_outside *outside; /* NULL: not initialised */
	struct seal_given unseal;
	struct seal_secret *root;     /* NULL while sealed */
	struct seal_keyring *keyring; /* NULL while sealed */
	struct seal_rekey_session *session[SEAL_REKEY_SESSIONS];
	struct seal_rekey_pending *pending; /* NULL while sealed, or where there is none */
};

/* init.c: wraps and stores a new barrier. outside has configuration, state, note and files;
   it is the barrier's on success. */
SEAL_MUST_CHECK int seal_barrier_install(struct seal_barrier *barrier,
					 struct seal_barrier_outside **outside,
					 const struct seal_secret *unseal_key,
					 const struct seal_barrier_entry *entries,
					 size_t entry_count, struct seal_diag *diag);

#endif
