/* sys/health: state in the status code, so that load balancers can ask. */

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "api/handlers.h"

#include "base/banned.h"

/* The code a query asks for instead; 0: not a number that is a status. */
static unsigned code(const struct seal_target *target, const char *name, unsigned normal)
{
	const char *text = seal_target_query(target, name);
	unsigned value = 0;

	if (!text)
		return normal;
	if (strlen(text) != 3 || strspn(text, "0123456789") != 3)
		return 0;
	for (size_t i = 0; i < 3; i++)
		value = value * 10 + (unsigned)(text[i] - '0');
	return value >= 200 && value <= 599 ? value : 0;
}

int seal_sys_health(struct seal_api *api, const struct seal_api_request *request,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	struct json_t *json SEAL_CLEANUP(seal_json_freep) = NULL;
	unsigned active = code(request->target, "activecode", 200);
	unsigned standby = code(request->target, "standbycode", 429);
	unsigned sealed = code(request->target, "sealedcode", 503);
	unsigned uninit = code(request->target, "uninitcode", 501);
	struct seal_barrier_status status;
	int error;

	if (!active || !standby || !sealed || !uninit)
		return seal_api_refuse(answer, 400, "%s", "");
	seal_barrier_status(api->barrier, &status);
	answer->status = !status.initialized ? uninit : status.sealed ? sealed : active;
	/* These have no body, or the gate would not send them. */
	if (answer->status == 204 || answer->status == 304 || request->method == SEAL_METHOD_HEAD)
		return SEAL_OK;
	json = json_pack("{s:b, s:b, s:b, s:b, s:s, s:s, s:I, s:s}", "initialized",
			 status.initialized, "sealed", status.sealed, "standby", status.sealed,
			 "performance_standby", 0, "replication_performance_mode",
			 status.sealed ? "unknown" : "disabled", "replication_dr_mode",
			 status.sealed ? "unknown" : "disabled", "server_time_utc",
			 (json_int_t)time(NULL), "version", SEAL_VERSION "+sealkit");
	if (!json)
		return seal_fail(diag, SEAL_E_NOMEM, "answer");
	error = seal_api_add_cluster(api, json, diag);
	if (!error)
		answer->json = seal_steal(&json);
	return error;
}
