/* sys/key-status and sys/rotate: the terms of the keyring. */

#include <jansson.h>

#include "api/handlers.h"

#include "base/banned.h"

int seal_sys_key_status(struct seal_api *api, const struct seal_api_request *request,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct seal_barrier_term term;
	int error = seal_barrier_term(api->barrier, &term, diag);

	(void)request;
	if (error)
		return error;
	answer->status = 200;
	answer->mirror = json_pack("{s:I, s:s, s:I}", "term", (json_int_t)term.term, "install_time",
				   term.installed, "encryptions", (json_int_t)term.encryptions);
	answer->json = json_pack("{s:I, s:s, s:I}", "encryptions", (json_int_t)term.encryptions,
				 "install_time", term.installed, "term", (json_int_t)term.term);
	if (!answer->json || !answer->mirror)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return SEAL_OK;
}

int seal_sys_rotate(struct seal_api *api, const struct seal_api_request *request,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	(void)request;
	answer->changed = 1;
	answer->status = 204;
	return seal_barrier_rotate(api->barrier, diag);
}
