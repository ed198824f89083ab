#ifndef SEALKIT_API_REKEY_H
#define SEALKIT_API_REKEY_H

#include "api/api.h"
#include "share/plan.h"

/* Rekeys at the API (design section 5): what the barrier's sessions do not know. A plan,
   signed by the card of a holder of the set in force, names each rekey and everything in it.
   Threats: a parameter that is changed between agreeing and doing, so each holder's token
   signs the plan before the share is looked at; and people who occupy, cancel or reset what is
   not theirs. */

#define SEAL_API_NOT_PENDING "no rekey is pending"
#define SEAL_API_NO_PLAN "no rekey of this plan is open"
#define SEAL_API_NOT_OURS "card is not of this share set"

/* A rekey that is open, from its plan to the switch. */
struct seal_api_plan {
	char digest[SEAL_REKEY_PLAN + 1];
	struct seal_plan plan;
	char *note; /* the plan with the signature of who opened it; owned */
	size_t note_len;
	/* Of the new set's cards those that have come, as the plan names them, one custodian after
	   the other; gone once the barrier has them all. */
	struct seal_card *cards[SEAL_MANIFEST_SHARES * SEAL_MANIFEST_CARDS];
	size_t count, missing;
	size_t opener;			       /* share of the set in force; unread once pending */
	uint64_t since;			       /* CLOCK_BOOTTIME at the last asking */
	uint8_t against[SEAL_MANIFEST_SHARES]; /* holders in force who have signed its cancel */
};
void seal_api_plan_free(struct seal_api_plan *plan);
void seal_api_plan_freep(struct seal_api_plan **plan);

/* First in each handler: drops plans that have ended (by time, a seal, another that has
   become pending, a switch), and finds the pending one after an unseal. */
SEAL_MUST_CHECK int seal_api_rekey_sync(struct seal_api *api, struct seal_diag *diag);
/* All, when the core ends. */
void seal_api_rekey_drop(struct seal_api *api);
/* NULL: not open. */
struct seal_api_plan *seal_api_rekey_find(const struct seal_api *api, const char *digest);
/* Takes *plan over into a free place, or that of one without shares. */
SEAL_MUST_CHECK int seal_api_rekey_add(struct seal_api *api, struct seal_api_plan **plan,
				       struct seal_api_answer *answer);
void seal_api_rekey_remove(struct seal_api *api, const struct seal_api_plan *plan);
/* 1 where the barrier has a session of it: *out_session. */
int seal_api_rekey_session(const struct seal_api *api, const char *digest,
			   struct seal_barrier_rekey_session *out_session);

/* A plan with one signature, and the card of a holder of the set in force that it is by. */
struct seal_api_consent {
	const char *note; /* the body's */
	char digest[SEAL_REKEY_PLAN + 1];
	struct seal_card card;
	size_t index; /* of the set in force */
};
/* Reads {"plan","card"}. A refusal is in answer. *out_text: the plan's, malloc'd, the caller's. */
SEAL_MUST_CHECK int seal_api_consent_read(const struct seal_api *api, const struct json_t *body,
					  struct seal_api_consent *out_consent, char **out_text,
					  struct seal_api_answer *answer, struct seal_diag *diag);
/* Whether card has signed the note, and nobody else has. */
SEAL_MUST_CHECK int seal_api_signed_alone(const char *note, size_t len,
					  const struct seal_card *card, char **out_text,
					  struct seal_diag *diag);
/* Reads {"card"}: of a holder of the set in force. A refusal is in answer. */
SEAL_MUST_CHECK int seal_api_holder(const struct seal_api *api, const struct json_t *body,
				    struct seal_card *out_card, size_t *out_index,
				    struct seal_api_answer *answer, struct seal_diag *diag);

/* What GET sys/sealkit/rekey says, *out_json the caller's; signed where the query has a
   challenge. */
SEAL_MUST_CHECK int seal_api_rekey_status(struct seal_api *api,
					  const struct seal_api_request *request,
					  struct json_t **out_json, struct seal_diag *diag);

#endif
