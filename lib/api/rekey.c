/* The table of open plans, kept in step with the barrier's sessions, and who consents. */

#include "api/rekey.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "base/own.h"
#include "share/proof_text.h"

#include "base/banned.h"

void seal_api_plan_free(struct seal_api_plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->count; i++)
		free(plan->cards[i]);
	free(plan->note);
	free(plan);
}

void seal_api_plan_freep(struct seal_api_plan **plan)
{
	seal_api_plan_free(*plan);
	*plan = NULL;
}

void seal_api_rekey_drop(struct seal_api *api)
{
	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++)
		seal_api_plan_freep(&api->plans[i]);
}

struct seal_api_plan *seal_api_rekey_find(const struct seal_api *api, const char *digest)
{
	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++)
		if (api->plans[i] && strcmp(api->plans[i]->digest, digest) == 0)
			return api->plans[i];
	return NULL;
}

void seal_api_rekey_remove(struct seal_api *api, const struct seal_api_plan *plan)
{
	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++)
		if (api->plans[i] == plan)
			seal_api_plan_freep(&api->plans[i]);
}

int seal_api_rekey_session(const struct seal_api *api, const char *digest,
			   struct seal_barrier_rekey_session *out_session)
{
	struct seal_barrier_rekey_session all[SEAL_REKEY_SESSIONS];
	size_t count = seal_barrier_rekey_sessions(api->barrier, all);

	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].plan, digest) == 0) {
			*out_session = all[i];
			return 1;
		}
	return 0;
}

static int has_ended(const struct seal_api *api, const struct seal_api_plan *plan)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	struct seal_barrier_rekey_session session;
	uint64_t now = seal_api_now();

	if (!manifest || strcmp(plan->plan.set, manifest->set) != 0)
		return 1;
	if (plan->missing)
		return now > plan->since && now - plan->since >= plan->plan.expires;
	return !seal_api_rekey_session(api, plan->digest, &session);
}

/* After an unseal: the plan as it was signed is in the pending record. */
static int restore(struct seal_api *api, const char *digest, struct seal_diag *diag)
{
	struct seal_api_plan *plan SEAL_CLEANUP(seal_api_plan_freep) = calloc(1, sizeof *plan);
	struct seal_note *note SEAL_CLEANUP(seal_note_freep) = NULL;
	size_t len = 0;
	const char *stored = seal_barrier_rekey_text(api->barrier, &len);
	const char *text;
	int error;

	if (plan)
		plan->note = strndup(stored, len);
	if (!plan || !plan->note)
		return seal_fail(diag, SEAL_E_NOMEM, "plan");
	plan->note_len = len;
	memcpy(plan->digest, digest, sizeof plan->digest);
	error = seal_note_parse(stored, len, &note, diag);
	if (error)
		return error;
	text = seal_note_text(note, &len);
	error = seal_plan_parse(text, len, &plan->plan, diag);
	if (!error)
		api->plans[0] = seal_steal(&plan);
	return error;
}

int seal_api_rekey_sync(struct seal_api *api, struct seal_diag *diag)
{
	struct seal_barrier_rekey_status status;
	int pending = seal_barrier_rekey_pending(api->barrier, &status);

	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++) {
		const struct seal_api_plan *plan = api->plans[i];

		if (plan &&
		    (pending ? strcmp(plan->digest, status.plan) != 0 : has_ended(api, plan)))
			seal_api_plan_freep(&api->plans[i]);
	}
	if (!pending || seal_api_rekey_find(api, status.plan))
		return SEAL_OK;
	return restore(api, status.plan, diag);
}

/* One that nobody has given a share to, and was asked for longest ago. */
static struct seal_api_plan **idle(struct seal_api *api)
{
	struct seal_api_plan **oldest = NULL;

	for (size_t i = 0; i < SEAL_REKEY_SESSIONS; i++) {
		struct seal_api_plan *plan = api->plans[i];
		struct seal_barrier_rekey_session session = {0};

		(void)seal_api_rekey_session(api, plan->digest, &session);
		if (!session.progress && (!oldest || plan->since < (*oldest)->since))
			oldest = &api->plans[i];
	}
	return oldest;
}

int seal_api_rekey_add(struct seal_api *api, struct seal_api_plan **plan,
		       struct seal_api_answer *answer)
{
	struct seal_api_plan **place = NULL;

	for (size_t i = 0; !place && i < SEAL_REKEY_SESSIONS; i++)
		if (!api->plans[i])
			place = &api->plans[i];
	if (!place) {
		place = idle(api);
		if (!place)
			return seal_api_refuse(answer, 400, "%u rekeys have shares already",
					       SEAL_REKEY_SESSIONS);
		(void)!seal_barrier_rekey_cancel(api->barrier, (*place)->digest, NULL);
		seal_api_plan_freep(place);
	}
	*place = seal_steal(plan);
	return SEAL_OK;
}

int seal_api_holder(const struct seal_api *api, const struct json_t *body,
		    struct seal_card *out_card, size_t *out_index, struct seal_api_answer *answer,
		    struct seal_diag *diag)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	const json_t *card = json_object_get(body, "card");
	uint8_t print[SEAL_CARD_FINGERPRINT];
	int error;

	if (!manifest)
		return seal_api_refuse(answer, 400, "there is no share set with cards here");
	if (!json_is_object(card))
		return seal_api_refuse(answer, 400, "card must be an object");
	error = seal_api_card(card, out_card, answer, diag);
	if (!error && !answer->status)
		error = seal_card_fingerprint(out_card, print, diag);
	if (error || answer->status)
		return error;
	return seal_holder_card(manifest, print, out_index, NULL)
		       ? seal_api_refuse(answer, 400, SEAL_API_NOT_OURS)
		       : SEAL_OK;
}

int seal_api_signed_alone(const char *note, size_t len, const struct seal_card *card,
			  char **out_text, struct seal_diag *diag)
{
	struct seal_note *parsed SEAL_CLEANUP(seal_note_freep) = NULL;
	struct seal_note_key key;
	uint8_t by[1];
	const char *text;
	int error = seal_note_parse(note, len, &parsed, diag);

	if (!error && seal_note_count(parsed) != 1)
		error = seal_fail(diag, SEAL_E_VERIFY, "not one signature");
	if (!error)
		error = seal_card_note_key(card, &key, diag);
	if (!error)
		error = seal_note_verify(parsed, &key, 1, by, diag);
	if (error)
		return error;
	text = seal_note_text(parsed, &len);
	*out_text = strndup(text, len);
	return *out_text ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "plan");
}

int seal_api_consent_read(const struct seal_api *api, const struct json_t *body,
			  struct seal_api_consent *out_consent, char **out_text,
			  struct seal_api_answer *answer, struct seal_diag *diag)
{
	uint8_t digest[SEAL_PLAN_DIGEST];
	int error;

	if (seal_api_string(body, "plan", &out_consent->note, answer) < 0)
		return SEAL_OK;
	if (!out_consent->note)
		return seal_api_refuse(answer, 400, "a rekey needs plan and card");
	error = seal_api_holder(api, body, &out_consent->card, &out_consent->index, answer, diag);
	if (error || answer->status)
		return error;
	error = seal_api_signed_alone(out_consent->note, strlen(out_consent->note),
				      &out_consent->card, out_text, NULL);
	if (error == SEAL_E_NOMEM)
		return seal_fail(diag, error, "plan");
	if (error)
		return seal_api_refuse(answer, 400,
				       "plan is not signed by this card's token alone");
	seal_plan_digest(*out_text, strlen(*out_text), digest);
	seal_hex(digest, sizeof digest, out_consent->digest);
	return SEAL_OK;
}
