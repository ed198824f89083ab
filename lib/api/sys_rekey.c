/* sys/sealkit/rekey: opens a rekey by its plan, and takes the cards of the new set one by one, as
   a stranger's body is small. Complete, it is a session of the barrier. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "api/rekey.h"
#include "base/own.h"

#include "base/banned.h"

#define NOT_NEWER "holder of this card has a rekey open whose plan is not older: cancel it"
/* How long new holders have; the set in force stays, whatever they do. */
#define PROVE_WITHIN (30u * 24u * 3600u)

int seal_sys_rekey_status(struct seal_api *api, const struct seal_api_request *request,
			  struct seal_api_answer *answer, struct seal_diag *diag)
{
	int error = seal_api_rekey_sync(api, diag);

	if (error)
		return error;
	if (!seal_api_may_sign(request, answer))
		return SEAL_OK;
	answer->status = 200;
	return seal_api_rekey_status(api, request, &answer->json, diag);
}

/* What is not for this daemon, now. */
static int check_plan(const struct seal_api *api, const struct seal_plan *plan,
		      struct seal_api_answer *answer)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);

	if (plan->kind != SEAL_PLAN_REKEY)
		return seal_api_refuse(answer, 400, "plan is of another kind: %s",
				       seal_plan_kind_name(plan->kind));
	if (!seal_eq_ct(plan->core, api->identity, sizeof plan->core))
		return seal_api_refuse(answer, 400, "plan is for another daemon");
	if (!plan->rehearsal != !api->rehearsal)
		return seal_api_refuse(answer, 400,
				       plan->rehearsal
					       ? "plan is of a rehearsal, and this is none"
					       : "plan is in earnest, and this is a rehearsal");
	if (strcmp(plan->set, manifest->set) != 0 || plan->epoch != manifest->epoch)
		return seal_api_refuse(answer, 400, "plan is of another share set");
	return SEAL_OK;
}

static size_t cards_of(const struct seal_plan *plan)
{
	size_t count = 0;

	for (unsigned i = 0; i < plan->total; i++)
		count += plan->custodians[i].card_count;
	return count;
}

/* One rekey a holder. A plan is public once it is signed, and anybody may send it again: so a newer
   one takes the place of an older, and an older is refused. Else who has kept an old plan could
   end, or keep out, the one that is meant. */
static int make_way(struct seal_api *api, const struct seal_plan *plan, size_t opener,
		    struct seal_api_answer *answer)
{
	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++) {
		const struct seal_api_plan *other = api->plans[i];

		if (!other || other->opener != opener)
			continue;
		if (strcmp(plan->created, other->plan.created) <= 0)
			return seal_api_refuse(answer, 400, NOT_NEWER);
		/* NOTFOUND while its cards are missing. */
		(void)!seal_barrier_rekey_cancel(api->barrier, other->digest, NULL);
		seal_api_rekey_remove(api, other);
	}
	return SEAL_OK;
}

static int add_plan(struct seal_api *api, const struct seal_api_consent *consent, const char *text,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_api_plan *plan SEAL_CLEANUP(seal_api_plan_freep) = calloc(1, sizeof *plan);
	struct seal_diag why = {0};
	char line[400];
	int error;

	if (plan)
		plan->note = strdup(consent->note);
	if (!plan || !plan->note)
		return seal_fail(diag, SEAL_E_NOMEM, "plan");
	plan->note_len = strlen(plan->note);
	error = seal_plan_parse(text, strlen(text), &plan->plan, &why);
	if (error && seal_error_http(error) >= 500)
		return seal_fail(diag, error, "plan");
	if (error) {
		seal_diag_line(&why, line, sizeof line);
		return seal_api_refuse(answer, 400, "plan cannot be read: %s", line);
	}
	error = check_plan(api, &plan->plan, answer);
	if (!error && !answer->status)
		error = make_way(api, &plan->plan, consent->index, answer);
	if (error || answer->status)
		return error;
	memcpy(plan->digest, consent->digest, sizeof plan->digest);
	plan->opener = consent->index;
	plan->since = seal_api_now();
	plan->count = plan->missing = cards_of(&plan->plan);
	answer->changed = 1;
	return seal_api_rekey_add(api, &plan, answer);
}

static int missing_list(const struct seal_api_plan *plan, struct json_t **out_list,
			struct seal_diag *diag)
{
	json_t *list = json_array();
	size_t k = 0;
	int bad = !list;

	for (unsigned i = 0; i < plan->plan.total; i++)
		for (size_t c = 0; c < plan->plan.custodians[i].card_count; c++, k++) {
			char print[2 * SEAL_CARD_FINGERPRINT + 1];

			seal_hex(plan->plan.custodians[i].cards[c], SEAL_CARD_FINGERPRINT, print);
			if (plan->missing && !plan->cards[k])
				bad |= json_array_append_new(list, json_string(print));
		}
	if (bad) {
		json_decref(list);
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	}
	*out_list = list;
	return SEAL_OK;
}

/* Where a share for this plan is to be sealed to, and what is missing before. */
static int say_key(struct seal_api *api, const struct seal_api_plan *plan,
		   struct seal_api_answer *answer, struct seal_diag *diag)
{
	char identity[SEAL_BASE64_LEN(32)], key[SEAL_BASE64_LEN(32)], signature[SEAL_API_SIGNATURE];
	struct seal_barrier_rekey_session session = {0};
	struct json_t *missing = NULL;
	int error = missing_list(plan, &missing, diag);

	if (error)
		return error;
	(void)seal_api_rekey_session(api, plan->digest, &session);
	seal_base64(SEAL_BASE64_PADDED, api->identity, 32, identity);
	seal_base64(SEAL_BASE64_PADDED, api->submission_point, 32, key);
	error = seal_api_sign(api, signature, diag, "sealkit/rekey-key/1\n%s\n%s\n%s\n%s\n", key,
			      session.nonce, plan->plan.set, plan->digest);
	if (error) {
		json_decref(missing);
		return error;
	}
	answer->status = 200;
	answer->json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s}", "identity", identity, "set",
				 plan->plan.set, "plan", plan->digest, "key", key, "nonce",
				 session.nonce, "missing", missing, "signature", signature);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}

int seal_sys_rekey_open(struct seal_api *api, const struct seal_api_request *request,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_barrier_rekey_status pending;
	struct seal_api_consent consent = {0};
	char *text SEAL_CLEANUP(seal_text_freep) = NULL;
	struct seal_api_plan *plan;
	int error = seal_api_rekey_sync(api, diag);

	if (error)
		return error;
	if (!request->body)
		return seal_api_refuse(answer, 400, "EOF");
	error = seal_api_consent_read(api, request->body, &consent, &text, answer, diag);
	if (error || answer->status)
		return error;
	plan = seal_api_rekey_find(api, consent.digest);
	if (!plan && seal_barrier_rekey_pending(api->barrier, &pending))
		return seal_api_refuse(answer, 400, "another rekey is pending");
	if (!plan) {
		error = add_plan(api, &consent, text, answer, diag);
		if (error || answer->status)
			return error;
		plan = seal_api_rekey_find(api, consent.digest);
	}
	plan->since = seal_api_now();
	return say_key(api, plan, answer, diag);
}

static void policy_of(const struct seal_api *api, const struct seal_plan *plan,
		      struct seal_set_policy *out)
{
	*out = (struct seal_set_policy){
		.threshold = plan->group_count ? 0 : plan->threshold,
		.group_count = plan->group_count,
		.allow_no_spare = (int)plan->allow_no_spare,
		.allow_single = (int)plan->allow_single,
		.allow_virtual = api->rehearsal,
	};
	for (size_t i = 0; i < plan->group_count; i++)
		out->groups[i] = plan->groups[i];
	memcpy(out->purpose, plan->purpose, sizeof out->purpose);
}

/* All cards are there: from here on the barrier has it. One that it refuses is none. */
static int begin(struct seal_api *api, struct seal_api_plan *plan, struct seal_api_answer *answer,
		 struct seal_diag *diag)
{
	struct seal_card *cards = calloc(plan->count + 1, sizeof *cards);
	struct seal_set_policy policy;
	struct seal_barrier_rekey_wish wish = {
		.cards = cards,
		.count = plan->count,
		.policy = &policy,
		.signer = api->signer,
		.text = plan->note,
		.text_len = plan->note_len,
		.lifetime = plan->plan.expires,
		.prove_within = PROVE_WITHIN,
	};
	char nonce[37], line[400];
	int error;

	if (!cards)
		return seal_fail(diag, SEAL_E_NOMEM, "cards");
	for (size_t i = 0; i < plan->count; i++)
		cards[i] = *plan->cards[i];
	policy_of(api, &plan->plan, &policy);
	memcpy(wish.plan, plan->digest, sizeof wish.plan);
	error = seal_barrier_rekey_open(api->barrier, &wish, seal_api_now(), nonce, diag);
	free(cards);
	if (!error) {
		for (size_t i = 0; i < plan->count; i++) {
			free(plan->cards[i]);
			plan->cards[i] = NULL;
		}
		plan->missing = 0;
		return SEAL_OK;
	}
	if (seal_error_http(error) >= 500)
		return error;
	seal_diag_line(diag, line, sizeof line);
	seal_api_rekey_remove(api, plan);
	return seal_api_refuse(answer, 400, "plan cannot be: %s", line);
}

/* Its place in plan->cards; the plan's count where it is not in it. */
static size_t place_of(const struct seal_plan *plan, const struct seal_card *card,
		       const uint8_t *print)
{
	size_t k = 0;

	for (unsigned i = 0; i < plan->total; i++) {
		const struct seal_plan_custodian *custodian = &plan->custodians[i];
		const char *group =
			custodian->group < 0 ? card->group : plan->groups[custodian->group].name;

		for (size_t c = 0; c < custodian->card_count; c++, k++)
			if (seal_eq_ct(custodian->cards[c], print, SEAL_CARD_FINGERPRINT) &&
			    strcmp(custodian->name, card->name) == 0 &&
			    strcmp(group, card->group) == 0)
				return k;
	}
	return k;
}

static int add_card(struct seal_api *api, struct seal_api_plan *plan, const struct seal_card *card,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	uint8_t print[SEAL_CARD_FINGERPRINT];
	struct seal_diag why = {0};
	size_t k;
	int error = seal_card_fingerprint(card, print, diag);

	if (error)
		return error;
	k = place_of(&plan->plan, card, print);
	if (k == plan->count)
		return seal_api_refuse(answer, 400, "card is not in the plan");
	if (!plan->missing)
		return SEAL_OK;
	if (seal_plan_card(&plan->plan, card, &why))
		return seal_api_refuse(answer, 400, "card is not what the plan asks for: %s",
				       why.cause[0]);
	if (!plan->cards[k]) {
		plan->cards[k] = malloc(sizeof *card);
		if (!plan->cards[k])
			return seal_fail(diag, SEAL_E_NOMEM, "card");
		*plan->cards[k] = *card;
		if (plan->missing > 1) /* the last one counts once the barrier has them */
			plan->missing--;
	}
	for (k = 0; k < plan->count && plan->cards[k];)
		k++;
	return k == plan->count ? begin(api, plan, answer, diag) : SEAL_OK;
}

int seal_sys_rekey_card(struct seal_api *api, const struct seal_api_request *request,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_api_plan *plan = NULL;
	struct seal_card card;
	const char *digest = NULL;
	int error = seal_api_rekey_sync(api, diag);

	if (error)
		return error;
	if (!request->body)
		return seal_api_refuse(answer, 400, "EOF");
	if (seal_api_string(request->body, "plan", &digest, answer) < 0)
		return SEAL_OK;
	if (!digest || !json_is_object(json_object_get(request->body, "card")))
		return seal_api_refuse(answer, 400, "a card needs plan and card");
	plan = seal_api_rekey_find(api, digest);
	if (!plan)
		return seal_api_refuse(answer, 400, SEAL_API_NO_PLAN);
	error = seal_api_card(json_object_get(request->body, "card"), &card, answer, diag);
	if (!error && !answer->status)
		error = add_card(api, plan, &card, answer, diag);
	if (error || answer->status)
		return error;
	answer->changed = 1;
	return say_key(api, plan, answer, diag);
}
