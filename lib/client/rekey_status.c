/* What a daemon tells of rekeys, and whether its core has signed that. */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/own.h"
#include "client/client_internal.h"
#include "client/rekey_internal.h"

#include "base/banned.h"

#define LINE_BYTES (SEAL_CLIENT_LIST + 256u)
#define TEXT_BYTES ((SEAL_CLIENT_PLANS + 1) * LINE_BYTES + 256u)
#define EPOCH_MAX 1000000000u

static int get_plan(const json_t *json, struct seal_client_rekey_plan *out, struct seal_diag *diag)
{
	int error = seal_client_get_hex(json, "plan", 64, 0, out->plan, diag);

	if (!error)
		error = seal_client_get_number(json, "missing", SEAL_CLIENT_MISSING, &out->missing,
					       diag);
	if (!error)
		error = seal_client_get_text(json, "nonce", out->nonce, sizeof out->nonce, diag);
	if (!error)
		error = seal_client_get_number(json, "progress", 255, &out->progress, diag);
	return error ? error
		     : seal_client_get_list(json, "given", out->given, &out->given_count, diag);
}

static int get_pending(const json_t *json, struct seal_client_rekey_status *status,
		       struct seal_diag *diag)
{
	const json_t *until = json_object_get(json, "until");
	int error = seal_client_get_hex(json, "plan", 64, 0, status->pending_plan, diag);

	if (!error)
		error = seal_client_get_hex(json, "set", 32, 0, status->pending_set, diag);
	if (!error)
		error = seal_client_get_number(json, "epoch", EPOCH_MAX, &status->pending_epoch,
					       diag);
	if (!error)
		error = seal_client_get_number(json, "t", 255, &status->t, diag);
	if (!error)
		error = seal_client_get_number(json, "n", 255, &status->n, diag);
	if (!error && (!json_is_integer(until) || json_integer_value(until) < 0))
		error = seal_fail(diag, SEAL_E_FORMAT, "answer: until: not a time");
	if (error)
		return error;
	status->is_pending = 1;
	status->until = (uint64_t)json_integer_value(until);
	return seal_client_get_list(json, "unproved", status->unproved, &status->unproved_count,
				    diag);
}

static int get_plans(const json_t *json, struct seal_client_rekey_status *status,
		     struct seal_diag *diag)
{
	const json_t *list = json_object_get(json, "plans");
	int error = SEAL_OK;

	if (!json_is_array(list) || json_array_size(list) > SEAL_CLIENT_PLANS)
		return seal_fail(diag, SEAL_E_FORMAT, "answer: plans: not a list of rekeys");
	for (size_t i = 0; i < json_array_size(list) && !error; i++)
		error = get_plan(json_array_get(list, i), &status->plans[i], diag);
	status->plan_count = json_array_size(list);
	return error;
}

static void plan_line(const struct seal_client_rekey_plan *plan, char *out, size_t cap)
{
	char given[SEAL_CLIENT_LIST];

	seal_client_list_text(plan->given, plan->given_count, given);
	(void)snprintf(out, cap, "plan %s %u %s %u %s\n", plan->plan, plan->missing, plan->nonce,
		       plan->progress, given);
}

/* The core has signed what was read of the answer, over our challenge. */
static int check(const json_t *json, const struct seal_client_rekey_status *status,
		 const char *challenge, const uint8_t identity[static 32], struct seal_diag *diag)
{
	char *text SEAL_CLEANUP(seal_text_freep) = malloc(TEXT_BYTES);
	char unproved[SEAL_CLIENT_LIST];
	uint8_t signature[64];
	int error = seal_client_get_bytes(json, "signature", signature, sizeof signature, diag);
	int len;

	if (!text)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	if (error)
		return seal_because(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNSIGNED);
	len = snprintf(text, TEXT_BYTES, "sealkit/rekey-status/1\n%s\n%s\n%u\n", challenge,
		       status->set, status->epoch);
	for (size_t i = 0; i < status->plan_count; i++) {
		plan_line(&status->plans[i], text + len, LINE_BYTES);
		len += (int)strlen(text + len);
	}
	if (status->is_pending) {
		seal_client_list_text(status->unproved, status->unproved_count, unproved);
		len += snprintf(text + len, LINE_BYTES, "pending %s %s %u %u %u %llu %s\n",
				status->pending_plan, status->pending_set, status->pending_epoch,
				status->t, status->n, (unsigned long long)status->until, unproved);
	}
	return seal_client_is_by(identity, text, len, TEXT_BYTES, signature)
		       ? SEAL_OK
		       : seal_fail(diag, SEAL_E_VERIFY, SEAL_CLIENT_UNSIGNED);
}

int seal_client_rekey_read(const char *text, const char *challenge,
			   const uint8_t identity[static 32], struct json_t **out_json,
			   struct seal_client_rekey_status *out_status, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	struct seal_client_rekey_status *status = calloc(1, sizeof *status);
	const json_t *pending;
	int error = status ? seal_client_load(text, &json, diag)
			   : seal_fail(diag, SEAL_E_NOMEM, "answer");

	if (!error)
		error = seal_client_get_hex(json, "set", 32, 0, status->set, diag);
	if (!error)
		error = seal_client_get_number(json, "epoch", EPOCH_MAX, &status->epoch, diag);
	if (!error)
		error = get_plans(json, status, diag);
	pending = json_object_get(json, "pending");
	if (!error && !json_is_null(pending))
		error = get_pending(pending, status, diag);
	if (!error)
		error = check(json, status, challenge, identity, diag);
	if (!error) {
		*out_status = *status;
		*out_json = seal_steal(&json);
	}
	free(status);
	return error;
}

int seal_client_rekey_status(struct seal_client *client, const uint8_t identity[static 32],
			     struct seal_client_rekey_status *out_status, struct seal_diag *diag)
{
	char challenge[SEAL_CLIENT_FRESH + 1], path[128];
	const struct seal_client_request ask = {"GET", path, NULL, NULL};
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	char *body SEAL_CLEANUP(seal_text_freep) = NULL;
	int error = seal_client_fresh(challenge, diag);

	if (error)
		return error;
	(void)snprintf(path, sizeof path, "sys/sealkit/rekey?challenge=%s", challenge);
	error = seal_client_call(client, &ask, NULL, &body, diag);
	return error ? error
		     : seal_client_rekey_read(body, challenge, identity, &json, out_status, diag);
}
