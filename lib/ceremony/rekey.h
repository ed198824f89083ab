#ifndef SEALKIT_CEREMONY_REKEY_H
#define SEALKIT_CEREMONY_REKEY_H

#include "base/diag.h"
#include "ceremony/plan_file.h"
#include "ceremony/unseal.h"
#include "client/rekey.h"

/* A rekey, as its people walk it (design section 5): each holder of the set in force signs the
   plan with the token and gives a share for it alone; then each new holder fetches, opens and
   proves the new share. Until the last proof the set in force stays. Threat: a new set that
   is not the plan's; so its manifest is held to the plan before anybody proves. */

struct seal_rekey {
	const struct seal_plan_file *file;
	char *text; /* of the plan; owned */
	char digest[2 * SEAL_PLAN_DIGEST + 1], words[SEAL_CARD_WORDS];
	struct seal_client *client;
};

/* file and client must outlive it. SEAL_E_POLICY: the plan is of another kind. */
SEAL_MUST_CHECK int seal_rekey_new(const struct seal_plan_file *file, struct seal_client *client,
				   struct seal_rekey *out_rekey, struct seal_diag *diag);
void seal_rekey_done(struct seal_rekey *rekey);

struct seal_rekey_given {
	size_t index; /* of the set in force */
	int accepted; /* 0: the new set was pending before */
	struct seal_client_rekey_status status;
};
/* Opens the rekey where it is not, with the cards of the new set; signs, opens the share, and
   gives it. unseal: folder of the set in force, tokens, whose turn; its client is not read. */
SEAL_MUST_CHECK int seal_rekey_give(const struct seal_rekey *rekey,
				    const struct seal_unseal *unseal,
				    struct seal_rekey_given *out_given, struct seal_diag *diag);

/* Makes a new folder with the pending set's manifest, cards, and the sealed shares of custodian,
   or of all where NULL. SEAL_E_MISMATCH: the set is not what the plan says; SEAL_E_NOTFOUND. */
SEAL_MUST_CHECK int seal_rekey_fetch(const struct seal_rekey *rekey, const char *custodian,
				     const char *dir, struct seal_diag *diag);
/* Whether a new set's manifest is what the plan says; SEAL_E_MISMATCH names what is not. */
SEAL_MUST_CHECK int seal_rekey_check(const struct seal_plan *plan,
				     const struct seal_manifest *manifest, struct seal_diag *diag);

/* Signs the cancel with the token of a holder of the set in force, and sends it. */
SEAL_MUST_CHECK int seal_rekey_cancel(const struct seal_rekey *rekey,
				      const struct seal_unseal *unseal, int *out_cancelled,
				      unsigned *out_against, struct seal_diag *diag);

#endif
