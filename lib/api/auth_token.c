/* auth/token: what a token can ask about itself. */

#include <jansson.h>

#include "api/handlers.h"

#include "base/banned.h"

int seal_auth_token_lookup(struct seal_api *api, const struct seal_api_request *request,
			   struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = json_object();
	const char *name;
	json_t *value;
	int bad = !json;

	(void)api;
	/* Sorted, as Vault has it: the token itself stands behind explicit_max_ttl. */
	json_object_foreach(request->token->record, name, value)
	{
		if (json_object_size(json) == 7)
			bad |= json_object_set_new(json, "id", json_string(request->token_text));
		bad |= json_object_set(json, name, value);
	}
	if (bad)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	answer->status = 200;
	answer->json = seal_steal(&json);
	return SEAL_OK;
}

int seal_auth_token_revoke(struct seal_api *api, const struct seal_api_request *request,
			   struct seal_api_answer *answer, struct seal_diag *diag)
{
	answer->changed = 1;
	answer->status = 204;
	return seal_token_revoke(api->barrier, request->token, diag);
}
