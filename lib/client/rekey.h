#ifndef SEALKIT_CLIENT_REKEY_H
#define SEALKIT_CLIENT_REKEY_H

#include "client/client.h"

/* A rekey of a daemon, by its plan (man sealkit-api.5, REKEY). Threat: who stands between says
   that something is open, given, pending or in force that is not; so everything that is told
   is signed by the core, over what was asked, or it is SEAL_E_VERIFY. */

#define SEAL_CLIENT_PLANS 16u
#define SEAL_CLIENT_MISSING 256u /* cards of one plan */

/* The plan, and the holder who speaks. */
struct seal_client_rekey {
	const uint8_t *identity; /* 32 bytes: the core that the plan is for */
	const char *set;	 /* in force */
	const char *digest;	 /* of the plan, 64 hex digits */
	const char *note;	 /* the plan, signed by the card alone */
	const char *card_text;	 /* the holder's card */
};

struct seal_client_rekey_place {
	char nonce[65]; /* empty while cards are missing */
	char missing[SEAL_CLIENT_MISSING][65];
	size_t missing_count;
	uint8_t point[32]; /* where shares are sealed to, until the daemon's next start */
};
/* Opens the rekey, or asks for it again. */
SEAL_MUST_CHECK int seal_client_rekey_open(struct seal_client *client,
					   const struct seal_client_rekey *rekey,
					   struct seal_client_rekey_place *out_place,
					   struct seal_diag *diag);
/* One of the missing cards, its file's text. */
SEAL_MUST_CHECK int seal_client_rekey_card(struct seal_client *client,
					   const struct seal_client_rekey *rekey,
					   const char *card_text,
					   struct seal_client_rekey_place *out_place,
					   struct seal_diag *diag);

struct seal_client_rekey_plan {
	char plan[65], nonce[65];
	unsigned missing, progress;
	struct seal_client_given given[SEAL_CLIENT_GIVEN];
	size_t given_count;
};
struct seal_client_rekey_status {
	char set[33];
	unsigned epoch; /* in force */
	struct seal_client_rekey_plan plans[SEAL_CLIENT_PLANS];
	size_t plan_count;
	int is_pending;
	char pending_plan[65], pending_set[33];
	unsigned pending_epoch, t, n;
	uint64_t until; /* second since 1970 */
	struct seal_client_given unproved[SEAL_CLIENT_GIVEN];
	size_t unproved_count;
};
SEAL_MUST_CHECK int seal_client_rekey_status(struct seal_client *client,
					     const uint8_t identity[static 32],
					     struct seal_client_rekey_status *out_status,
					     struct seal_diag *diag);

/* Gives a share for this plan and no other; place as it was told last. *out_accepted 0: the new
   set was pending before this share came, and it was not looked at. */
SEAL_MUST_CHECK int seal_client_rekey_give(struct seal_client *client,
					   const struct seal_client_rekey *rekey,
					   const struct seal_client_rekey_place *place,
					   const struct seal_secret *share, int *out_accepted,
					   struct seal_client_rekey_status *out_status,
					   struct seal_diag *diag);

/* The sealed share of a card in the pending set, and the manifest, whose signature the caller
   checks; malloc'd, the caller's. SEAL_E_NOTFOUND: none is pending, or not for this card. */
SEAL_MUST_CHECK int seal_client_rekey_share(struct seal_client *client, const char *card,
					    char **out_file, char **out_manifest,
					    struct seal_diag *diag);

/* What a holder signs to cancel; of at most SEAL_CLIENT_CANCEL bytes. nonce: the session's, "-"
   while cards are missing, the new set's id while it is pending. */
#define SEAL_CLIENT_CANCEL 512u
SEAL_MUST_CHECK int seal_client_rekey_cancel_text(const struct seal_client_rekey *rekey,
						  const char *nonce,
						  char out[static SEAL_CLIENT_CANCEL],
						  struct seal_diag *diag);
/* Sends it; rekey->note is not read. *out_cancelled 0: others must sign, too; *out_against have.
   What is left then is told by seal_client_rekey_status. */
SEAL_MUST_CHECK int seal_client_rekey_cancel(struct seal_client *client,
					     const struct seal_client_rekey *rekey,
					     const uint8_t *signature, size_t len,
					     int *out_cancelled, unsigned *out_against,
					     struct seal_diag *diag);

#endif
