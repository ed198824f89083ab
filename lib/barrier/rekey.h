#ifndef SEALKIT_BARRIER_REKEY_H
#define SEALKIT_BARRIER_REKEY_H

#include "barrier/barrier.h"

/* Rekey of a barrier (design section 5): another unseal key, split for other cards, and
   another root key. A quorum of the set in force has the new set made; it is pending, and the
   old one stays in force, until every new holder has proved to have a share. The last proof
   switches, in one transaction. Threats: a new share that never reached its holder, a crash
   between two writes that belong together, and who holds the one slot so that nobody can
   finish: rekeys are named by the digest of a plan, several may be open, and the first that
   reaches the old quorum becomes pending. Who may open, cancel and prove is the caller's
   affair. All SEAL_E_SEALED while sealed. */

#define SEAL_REKEY_SESSIONS 16u
#define SEAL_REKEY_LIFETIME (72u * 3600u) /* seconds a plan may give half-given quorums */
#define SEAL_REKEY_PLAN 64u		  /* hex digits of a SHA-256 */

/* Nothing of it is kept but copies, and the pointer signer. */
struct seal_barrier_rekey_wish {
	const struct seal_card *cards; /* of the new holders */
	size_t count;
	const struct seal_set_policy *policy; /* its epoch and root card are not read */
	struct seal_secret *signer;	      /* as seal_set_new's; must outlive the barrier */
	char plan[SEAL_REKEY_PLAN + 1];
	const char *text; /* the plan, to be kept with the pending set; NULL: nothing */
	size_t text_len;
	uint64_t lifetime;     /* seconds, 1 to SEAL_REKEY_LIFETIME, from the first share on */
	uint64_t prove_within; /* seconds that the new holders have; 0: no end */
};

/* Opens a session by its plan, or asks again for one that is open: the same nonce, and the wish
   is not read. What seal_set_check refuses is refused here, before anybody gives a share.
   SEAL_E_EXISTS: a rekey is pending. Where all places are taken, the session without a share
   that was asked for longest ago makes way; SEAL_E_POLICY where each has one. now:
   CLOCK_BOOTTIME in seconds. */
SEAL_MUST_CHECK int seal_barrier_rekey_open(struct seal_barrier *barrier,
					    const struct seal_barrier_rekey_wish *wish,
					    uint64_t now, char out_nonce[static 37],
					    struct seal_diag *diag);
/* Takes a share of the set in force. SEAL_E_NOTFOUND: no such session; refusals and repeats as
   seal_barrier_share. At the quorum the new set becomes pending and all sessions end, their
   shares wiped; another plan's share is then SEAL_E_EXISTS, this plan's is recognised, and
   changes nothing. */
SEAL_MUST_CHECK int seal_barrier_rekey_share(struct seal_barrier *barrier, const char *plan,
					     const struct seal_secret *share, uint64_t now,
					     size_t *out_index, struct seal_diag *diag);

struct seal_barrier_rekey_session {
	char plan[SEAL_REKEY_PLAN + 1];
	char nonce[37];
	unsigned progress;		     /* of the threshold in force */
	uint8_t given[SEAL_MANIFEST_SHARES]; /* by index of the manifest in force */
};
/* How many are open; none while sealed or pending. */
size_t
seal_barrier_rekey_sessions(const struct seal_barrier *barrier,
			    struct seal_barrier_rekey_session out[static SEAL_REKEY_SESSIONS]);

struct seal_barrier_rekey_status {
	char plan[SEAL_REKEY_PLAN + 1];
	char set[SEAL_SET_ID + 1];
	unsigned epoch, t, n;
	uint64_t until;			      /* second since 1970; 0: no end */
	uint8_t proved[SEAL_MANIFEST_SHARES]; /* by index of the new manifest */
};
/* 1 where one is pending; else 0, and *out_status is untouched. */
int seal_barrier_rekey_pending(const struct seal_barrier *barrier,
			       struct seal_barrier_rekey_status *out_status);
/* Of the pending set, until the switch; NULL without. The barrier's. text: the wish's, "" where it
   had none; NUL-terminated. */
const char *seal_barrier_rekey_text(const struct seal_barrier *barrier, size_t *out_len);
const char *seal_barrier_rekey_note(const struct seal_barrier *barrier, size_t *out_len);
const struct seal_manifest *seal_barrier_rekey_manifest(const struct seal_barrier *barrier);
const char *seal_barrier_rekey_file(const struct seal_barrier *barrier, size_t i, size_t *out_len);

/* The holder of new share i has proved; stored before it returns. With the last proof the new set
   is in force (*out_switched 1) and its sealed shares are gone; else all is as before, also
   where that fails. SEAL_E_NOTFOUND: none is pending. */
SEAL_MUST_CHECK int seal_barrier_rekey_prove(struct seal_barrier *barrier, size_t i,
					     int *out_switched, struct seal_diag *diag);

/* Drops the session, or the pending set, of this plan. SEAL_E_NOTFOUND. */
SEAL_MUST_CHECK int seal_barrier_rekey_cancel(struct seal_barrier *barrier, const char *plan,
					      struct seal_diag *diag);
/* Drops sessions whose time is over (now: CLOCK_BOOTTIME) and a pending set that was not
   proved by its end (today: seconds since 1970). Call it before the others. No error while
   sealed. */
SEAL_MUST_CHECK int seal_barrier_rekey_expire(struct seal_barrier *barrier, uint64_t now,
					      uint64_t today, struct seal_diag *diag);

#endif
