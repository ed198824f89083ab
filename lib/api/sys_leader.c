/* sys/leader: there is one node, and so no leader. */

#include <jansson.h>

#include "api/handlers.h"

#include "base/banned.h"

int seal_sys_leader(struct seal_api *api, const struct seal_api_request *request,
		    struct seal_api_answer *answer, struct seal_diag *diag)
{
	(void)api;
	(void)request;
	answer->status = 200;
	answer->json = json_pack("{s:b, s:b, s:s, s:s, s:s, s:b, s:i}", "ha_enabled", 0, "is_self",
				 0, "active_time", "0001-01-01T00:00:00Z", "leader_address", "",
				 "leader_cluster_address", "", "performance_standby", 0,
				 "performance_standby_last_remote_wal", 0);
	return answer->json ? SEAL_OK : seal_fail(diag, SEAL_E_NOMEM, "answer");
}
