/* A request's way through the core: plan, audit line, handler, audit line, answer. */

#include <stdio.h>
#include <string.h>

#include "core/core_internal.h"

#include "base/banned.h"

#define INTERNAL "internal error"
#define LAST_RESORT "{\"errors\":[\"" INTERNAL "\"]}\n"

static const char *operation_of(unsigned method)
{
	switch (method) {
	case SEAL_METHOD_GET:
	case SEAL_METHOD_HEAD:
		return "read";
	case SEAL_METHOD_PUT:
		return "update";
	case SEAL_METHOD_DELETE:
		return "delete";
	case SEAL_METHOD_LIST:
		return "list";
	default:
		return "unknown";
	}
}

static int audit(struct seal_core *core, const struct seal_exchange *exchange,
		 enum seal_audit_type type, struct seal_diag *diag)
{
	const struct seal_api_route *known = exchange->known;
	const struct seal_api_answer *answer = &exchange->answer;
	unsigned flags = known ? known->flags : SEAL_ROUTE_VALUES;
	struct seal_audit_event event = {
		.id = exchange->id,
		.operation = operation_of(exchange->request.method),
		.mount_type = known ? known->mount_type : NULL,
		.path = exchange->target.path,
		.peer = exchange->message->peer,
		.token = exchange->request.token_text,
		.record = exchange->token.record,
		.request = exchange->request.body,
		.hide_numbers = (flags & SEAL_ROUTE_VALUES) != 0,
		/* Who is not known fills no disk. */
		.brief = !exchange->request.token && !exchange->request.founder,
		.hide_names = (flags & SEAL_ROUTE_VALUES) == 0,
	};

	if (answer->status >= 400 && !answer->json)
		event.error = exchange->cause[0] ? exchange->cause
			      : answer->error[0] ? answer->error
						 : "refused";
	if (type == SEAL_AUDIT_RESPONSE)
		event.response = answer->json;
	return seal_audit_write(core->audit, type, &event, diag);
}

/* A handler's error: what it is stays in the house, that is, in the audit log. */
static void fail(struct seal_exchange *exchange, int error, const struct seal_diag *diag)
{
	if (error == SEAL_E_SEALED) {
		(void)seal_api_refuse(&exchange->answer, 503, "Vault is sealed");
		return;
	}
	seal_diag_line(diag, exchange->cause, sizeof exchange->cause);
	(void)seal_api_refuse(&exchange->answer, 500, INTERNAL);
}

static void run(struct seal_core *core, struct seal_exchange *exchange)
{
	struct seal_diag diag = {0};
	int error = seal_api_uuid(exchange->id, &diag);

	if (!error)
		error = seal_exchange_plan(core, exchange, &diag);
	if (error)
		fail(exchange, error, &diag);
	/* No line, no act. */
	if (audit(core, exchange, SEAL_AUDIT_REQUEST, &diag)) {
		(void)seal_api_refuse(&exchange->answer, 500, INTERNAL);
		return;
	}
	if (!exchange->answer.status) {
		diag = (struct seal_diag){0};
		error = exchange->route->handle(&core->api, &exchange->request, &exchange->answer,
						&diag);
		if (error)
			fail(exchange, error, &diag);
	}
	/* No line, no answer; and what has changed something leaves its line on the disk. */
	if (audit(core, exchange, SEAL_AUDIT_RESPONSE, &diag) ||
	    (exchange->answer.changed && seal_audit_sync(core->audit, &diag)))
		(void)seal_api_refuse(&exchange->answer, 500, INTERNAL);
}

static int encode(struct seal_exchange *exchange, struct seal_buffer *out_payload,
		  struct seal_diag *diag)
{
	struct seal_json_text text SEAL_CLEANUP(seal_json_text_done) = {0};
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	int raw = exchange->known && exchange->known->flags & SEAL_ROUTE_RAW;
	struct seal_response_message message = {
		.status = exchange->answer.status,
		.fields = {[SEAL_FIELD_VERDICT] = exchange->verdict},
	};
	int error = seal_api_body(&exchange->answer, exchange->id, raw, &json, diag);

	if (!error && json)
		error = seal_json_write(json, SEAL_JSON_AS_MADE, "\n", &text, diag);
	if (error)
		return error;
	if (exchange->request.method != SEAL_METHOD_HEAD) {
		message.body = (const uint8_t *)text.bytes;
		message.body_len = text.len;
	}
	return seal_response_encode(&message, out_payload, diag);
}

int seal_core_answer(struct seal_core *core, const struct seal_request_message *request,
		     struct seal_buffer *out_payload, struct seal_diag *diag)
{
	static const struct seal_response_message last = {
		.status = 500,
		.body = (const uint8_t *)LAST_RESORT,
		.body_len = sizeof LAST_RESORT - 1,
	};
	struct seal_exchange exchange SEAL_CLEANUP(seal_exchange_done) = {.message = request};

	seal_core_expire(core);
	run(core, &exchange);
	if (!encode(&exchange, out_payload, diag))
		return SEAL_OK;
	return seal_response_encode(&last, out_payload, diag) ? SEAL_E_NOMEM : SEAL_OK;
}
