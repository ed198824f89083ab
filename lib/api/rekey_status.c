/* What the daemon says of rekeys to everybody: no names, and signed where that is asked. */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "api/handlers.h"
#include "api/rekey.h"

#include "base/banned.h"

/* A plan, 64 hex digits; numbers, a nonce, marks. */
#define LINE (SEAL_REKEY_PLAN + SEAL_API_MARKED + 128u)
#define LINES (SEAL_REKEY_SESSIONS * LINE)

struct said {
	struct json_t *plans, *pending;
	char lines[LINES + LINE];
	size_t len;
};

static void said_done(struct said *said)
{
	json_decref(said->plans);
	json_decref(said->pending);
}

static void say_line(struct said *said, int len)
{
	said->len += len > 0 ? (size_t)len : 0;
}

static int say_plan(const struct seal_api *api, const struct seal_api_plan *plan, struct said *said)
{
	const struct seal_manifest *manifest = seal_barrier_manifest(api->barrier);
	struct seal_barrier_rekey_session session = {0};
	char given[SEAL_API_MARKED];

	(void)seal_api_rekey_session(api, plan->digest, &session);
	seal_api_marked_text(manifest, session.given, 1, given);
	say_line(said, snprintf(said->lines + said->len, sizeof said->lines - said->len,
				"plan %s %zu %s %u %s\n", plan->digest, plan->missing,
				session.nonce, session.progress, given));
	return json_array_append_new(
		said->plans, json_pack("{s:s, s:i, s:s, s:i, s:o}", "plan", plan->digest, "missing",
				       (int)plan->missing, "nonce", session.nonce, "progress",
				       (int)session.progress, "given",
				       seal_api_marked(manifest, session.given, 1)));
}

static void say_pending(const struct seal_api *api, const struct seal_barrier_rekey_status *status,
			struct said *said)
{
	const struct seal_manifest *manifest = seal_barrier_rekey_manifest(api->barrier);
	char unproved[SEAL_API_MARKED];

	seal_api_marked_text(manifest, status->proved, 0, unproved);
	say_line(said, snprintf(said->lines + said->len, sizeof said->lines - said->len,
				"pending %s %s %u %u %u %llu %s\n", status->plan, status->set,
				status->epoch, status->t, status->n,
				(unsigned long long)status->until, unproved));
	said->pending =
		json_pack("{s:s, s:s, s:i, s:i, s:i, s:I, s:o}", "plan", status->plan, "set",
			  status->set, "epoch", (int)status->epoch, "t", (int)status->t, "n",
			  (int)status->n, "until", (json_int_t)status->until, "unproved",
			  seal_api_marked(manifest, status->proved, 0));
}

static int say(const struct seal_api *api, struct said *said, struct seal_diag *diag)
{
	struct seal_barrier_rekey_status status;
	int pending = seal_barrier_rekey_pending(api->barrier, &status);
	int bad = 0;

	said->plans = json_array();
	if (pending)
		say_pending(api, &status, said);
	else
		said->pending = json_null();
	for (size_t i = 0; !pending && i < SEAL_REKEY_SESSIONS; i++)
		bad |= api->plans[i] && say_plan(api, api->plans[i], said);
	return bad || !said->plans || !said->pending ? seal_fail(diag, SEAL_E_NOMEM, "answer")
						     : SEAL_OK;
}

int seal_api_rekey_status(struct seal_api *api, const struct seal_api_request *request,
			  struct json_t **out_json, struct seal_diag *diag)
{
	const char *challenge = seal_target_query(request->target, "challenge");
	struct said said SEAL_CLEANUP(said_done) = {0};
	char identity[SEAL_BASE64_LEN(32)], signature[SEAL_API_SIGNATURE];
	struct seal_barrier_status status;
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	int error = say(api, &said, diag);

	if (error)
		return error;
	seal_barrier_status(api->barrier, &status);
	seal_base64(SEAL_BASE64_PADDED, api->identity, 32, identity);
	json = json_pack("{s:s, s:s, s:i, s:O, s:O}", "identity", identity, "set", status.set,
			 "epoch", (int)status.epoch, "plans", said.plans, "pending", said.pending);
	if (!json)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	if (challenge)
		error = seal_api_sign(api, signature, diag,
				      "sealkit/rekey-status/1\n%s\n%s\n%u\n%s", challenge,
				      status.set, status.epoch, said.lines);
	if (!error && challenge && json_object_set_new(json, "signature", json_string(signature)))
		error = seal_fail(diag, SEAL_E_NOMEM, "answer");
	if (!error)
		*out_json = seal_steal(&json);
	return error;
}
