/* sys/key-status and sys/rotate: the terms of the keyring. */

#include <jansson.h>

#include "api/handlers.h"

#include "base/banned.h"

/* A gate could tell what it likes of a rotation that it kept to itself. */
static int add_signature(const struct seal_api *api, const char *challenge,
			 const struct seal_barrier_term *term, struct json_t *json,
			 struct seal_diag *diag)
{
	char signature[SEAL_API_SIGNATURE];
	int error =
		seal_api_sign(api, signature, diag, "sealkit/key-status/1\n%s\n%llu\n%s\n%llu\n",
			      challenge, (unsigned long long)term->term, term->installed,
			      (unsigned long long)term->encryptions);

	if (error)
		return error;
	return json_object_set_new(json, "sealkit", json_pack("{s:s}", "signature", signature))
		       ? seal_fail(diag, SEAL_E_NOMEM, "answer")
		       : SEAL_OK;
}

int seal_sys_key_status(struct seal_api *api, const struct seal_api_request *request,
			struct seal_api_answer *answer, struct seal_diag *diag)
{
	const char *challenge = seal_target_query(request->target, "challenge");
	struct seal_barrier_term term;
	int error;

	if (!seal_api_may_sign(request, answer))
		return SEAL_OK;
	error = seal_barrier_term(api->barrier, &term, diag);
	if (error)
		return error;
	answer->status = 200;
	answer->mirror = json_pack("{s:I, s:s, s:I}", "term", (json_int_t)term.term, "install_time",
				   term.installed, "encryptions", (json_int_t)term.encryptions);
	answer->json = json_pack("{s:I, s:s, s:I}", "encryptions", (json_int_t)term.encryptions,
				 "install_time", term.installed, "term", (json_int_t)term.term);
	if (!answer->json || !answer->mirror)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	return challenge ? add_signature(api, challenge, &term, answer->json, diag) : SEAL_OK;
}

int seal_sys_rotate(struct seal_api *api, const struct seal_api_request *request,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	(void)request;
	answer->changed = 1;
	answer->status = 204;
	return seal_barrier_rotate(api->barrier, diag);
}
