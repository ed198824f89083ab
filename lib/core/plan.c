/* What becomes of a request before a handler sees it. The order is the point: what costs
   much (a body of 32 MiB) comes after the question who asks. */

#include <stdio.h>
#include <string.h>

#include "core/core_internal.h"

#include "base/banned.h"

#define WRAPPED(text) "1 error occurred:\n\t* " text "\n\n"
#define SEALED "Vault is sealed"
#define STRANGER (64u << 10) /* of a body whose sender we do not know */
#define FEW 1024u	     /* values in it: 30,000 cost as much as hundreds of requests */

static unsigned method_of(const char *text)
{
	static const struct {
		const char *text;
		unsigned method;
	} methods[] = {
		{"GET", SEAL_METHOD_GET},	  {"PUT", SEAL_METHOD_PUT},
		{"POST", SEAL_METHOD_PUT},	  {"DELETE", SEAL_METHOD_DELETE},
		{"LIST", SEAL_METHOD_LIST},	  {"HEAD", SEAL_METHOD_HEAD},
		{"OPTIONS", SEAL_METHOD_OPTIONS},
	};

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		if (!strcmp(text, methods[i].text))
			return methods[i].method;
	}
	return 0;
}

static const char *token_of(const struct seal_request_message *message)
{
	const char *token = message->fields[SEAL_FIELD_TOKEN];
	const char *bearer = message->fields[SEAL_FIELD_AUTHORIZATION];

	if (token && token[0])
		return token;
	if (bearer && !strncmp(bearer, "Bearer ", 7) && bearer[7])
		return bearer + 7;
	return NULL;
}

static int is_founder(const struct seal_core *core, const char *token)
{
	return token && core->bootstrap && !seal_barrier_in_force(core->barrier) &&
	       strlen(token) == seal_secret_len(core->bootstrap) &&
	       seal_eq_ct(token, seal_secret_bytes(core->bootstrap), strlen(token));
}

/* Wishes that would be answered wrongly if they were passed over. */
static int refuse_wishes(struct seal_exchange *exchange)
{
	const char *const *fields = exchange->message->fields;
	const char *space = fields[SEAL_FIELD_NAMESPACE];
	const char *wrap = fields[SEAL_FIELD_WRAP_TTL];

	if (space && strspn(space, "/") != strlen(space) && strcmp(space, "root") != 0 &&
	    strcmp(space, "root/") != 0)
		return seal_api_refuse(&exchange->answer, 400, "there are no namespaces here");
	if (wrap && wrap[0] && strcmp(wrap, "0") != 0)
		return seal_api_refuse(&exchange->answer, 400,
				       "there is no response wrapping here");
	return SEAL_OK;
}

static int read_target(struct seal_exchange *exchange, struct seal_diag *diag)
{
	struct seal_api_answer *answer = &exchange->answer;
	struct seal_target *target = &exchange->target;
	int error = seal_target_parse(exchange->message->target, target, diag);
	size_t len;
	int list;

	if (error) /* the target itself stays out of the text */
		return seal_api_refuse(answer, 400, "%s", diag ? diag->cause[0] : "request target");
	if (!target->ours)
		return seal_api_refuse(answer, 404, "%s", "");
	list = seal_target_flag(target, "list");
	if (exchange->request.method == SEAL_METHOD_GET && list < 0)
		return seal_api_refuse(answer, 400, "%s", "");
	if (exchange->request.method == SEAL_METHOD_GET && list)
		exchange->request.method = SEAL_METHOD_LIST;
	exchange->route = seal_api_match(exchange->request.method, target->path, &exchange->known,
					 &exchange->request.rest);
	if (exchange->request.method != SEAL_METHOD_LIST ||
	    (exchange->known && exchange->known->flags & SEAL_ROUTE_RAW))
		return SEAL_OK;
	/* A list is of a folder, whether it was so written or not. */
	len = strlen(target->path);
	if (len && target->path[len - 1] != '/' && len < SEAL_TARGET_PATH)
		memcpy(target->path + len, "/", 2);
	exchange->route = seal_api_match(exchange->request.method, target->path, &exchange->known,
					 &exchange->request.rest);
	return SEAL_OK;
}

/* Sealed: tokens cannot be looked up. */
static int refuse_sealed(struct seal_exchange *exchange, int sealed)
{
	if (!sealed || (exchange->known && exchange->known->flags & SEAL_ROUTE_SEALED))
		return SEAL_OK;
	return seal_api_refuse(&exchange->answer, 503, "%s" SEALED,
			       exchange->request.token_text ? "error performing token check: "
							    : "");
}

static int authenticate(struct seal_core *core, struct seal_exchange *exchange,
			struct seal_diag *diag)
{
	struct seal_api_request *request = &exchange->request;
	struct seal_api_answer *answer = &exchange->answer;
	enum seal_api_need need = exchange->known ? exchange->known->need : SEAL_NEED_TOKEN;
	int raw = exchange->known && exchange->known->flags & SEAL_ROUTE_RAW;
	int error;

	if (need == SEAL_NEED_CARD)
		need = seal_target_query(request->target, "card") ? SEAL_NEED_NOTHING
								  : SEAL_NEED_FOUNDER;
	if (need == SEAL_NEED_NOTHING || (need == SEAL_NEED_FOUNDER && request->founder))
		return SEAL_OK;
	if (!request->token_text)
		return need == SEAL_NEED_FOUNDER
			       ? seal_api_refuse(answer, 403, "permission denied")
			       : seal_api_refuse(answer, 400, "missing client token");
	error = seal_token_find(core->barrier, request->token_text, &exchange->token, diag);
	if (!error || error == SEAL_E_DENIED)
		exchange->verdict = error ? SEAL_TOKEN_BAD : SEAL_TOKEN_GOOD;
	if (error == SEAL_E_DENIED || error == SEAL_E_SEALED)
		return seal_api_refuse(answer, 403, "%s",
				       raw ? WRAPPED("permission denied") : "permission denied");
	if (error)
		return error;
	request->token = &exchange->token;
	if (need == SEAL_NEED_NEVER || (need != SEAL_NEED_TOKEN && !request->token->root))
		return seal_api_refuse(answer, 403, WRAPPED("permission denied"));
	return SEAL_OK;
}

static int refuse_unknown(struct seal_exchange *exchange)
{
	struct seal_api_answer *answer = &exchange->answer;
	const char *path = exchange->target.path;

	if (exchange->route)
		return SEAL_OK;
	if (exchange->known)
		return seal_api_refuse(answer, 405, WRAPPED("unsupported operation"));
	if (!strncmp(path, "sys/", 4) || !strncmp(path, "auth/token/", 11))
		return seal_api_refuse(answer, 404, WRAPPED("unsupported path"));
	return seal_api_refuse(answer, 404, "no handler for route '%.400s'", path);
}

static int read_body(struct seal_exchange *exchange, struct seal_diag *diag)
{
	const struct seal_request_message *message = exchange->message;
	struct seal_api_answer *answer = &exchange->answer;
	int raw = (exchange->route->flags & SEAL_ROUTE_RAW) != 0;
	int stranger = !exchange->request.token && !exchange->request.founder;
	size_t max = exchange->route->body;
	struct seal_diag why = {0};
	int error;

	if (exchange->request.method != SEAL_METHOD_PUT || !message->body_len)
		return SEAL_OK;
	if (max > STRANGER && stranger)
		max = STRANGER;
	if (message->body_len > max)
		return seal_api_refuse(answer, 413, "%s",
				       raw ? "failed to parse JSON input: http: request body too "
					     "large"
					   : "error parsing JSON");
	error = seal_json_parse_few(message->body, message->body_len,
				    stranger ? FEW : SEAL_JSON_VALUES, &exchange->request.body,
				    &why);
	if (error == SEAL_E_NOMEM)
		return seal_fail(diag, error, "body");
	if (error)
		return seal_api_refuse(answer, 400, "%s%s",
				       raw ? "failed to parse JSON input: " : "error parsing JSON",
				       raw ? why.cause[0] : "");
	return SEAL_OK;
}

int seal_exchange_plan(struct seal_core *core, struct seal_exchange *exchange,
		       struct seal_diag *diag)
{
	struct seal_api_answer *answer = &exchange->answer;
	struct seal_api_request *request = &exchange->request;
	struct seal_barrier_status status;
	int error;

	request->method = method_of(exchange->message->method);
	request->target = &exchange->target;
	request->id = exchange->id;
	request->rest = "";
	request->token_text = token_of(exchange->message);
	request->founder = is_founder(core, request->token_text);
	exchange->verdict = request->founder ? SEAL_TOKEN_GOOD : NULL;
	error = read_target(exchange, diag);
	if (!error && !answer->status)
		error = refuse_wishes(exchange);
	if (!error && !answer->status && !exchange->route &&
	    (!request->method || request->method == SEAL_METHOD_HEAD ||
	     (exchange->known && exchange->known->flags & SEAL_ROUTE_RAW)))
		error = seal_api_refuse(answer, 405, "%s", "");
	seal_barrier_status(core->barrier, &status);
	if (!error && !answer->status)
		error = refuse_sealed(exchange, status.sealed);
	if (!error && !answer->status)
		error = authenticate(core, exchange, diag);
	if (!error && !answer->status)
		error = refuse_unknown(exchange);
	if (!error && !answer->status)
		error = read_body(exchange, diag);
	return error;
}

void seal_exchange_done(struct seal_exchange *exchange)
{
	seal_json_free(exchange->request.body);
	seal_token_done(&exchange->token);
	seal_api_answer_done(&exchange->answer);
}
