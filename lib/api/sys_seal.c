/* sys/seal-status and sys/seal. */

#include "api/handlers.h"

#include "base/banned.h"

int seal_sys_seal_status(struct seal_api *api, const struct seal_api_request *request,
			 struct seal_api_answer *answer, struct seal_diag *diag)
{
	if (!seal_api_may_sign(request, answer))
		return SEAL_OK;
	answer->status = 200;
	return seal_api_status(api, request, &answer->json, diag);
}

int seal_sys_seal(struct seal_api *api, const struct seal_api_request *request,
		  struct seal_api_answer *answer, struct seal_diag *diag)
{
	(void)request;
	(void)diag;
	seal_barrier_seal(api->barrier);
	answer->changed = 1;
	answer->status = 204;
	return SEAL_OK;
}
