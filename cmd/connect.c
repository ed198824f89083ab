/* The daemon that a tool speaks to, from options and environment. */

#include "connect.h"

#include <string.h>

#include "base/encode.h"

#include "base/banned.h"

int connect_open(const struct connect *connect, struct seal_client **out_client,
		 struct seal_diag *diag)
{
	struct seal_client_config config = {0};
	int error;

	config.address = connect->address;
	config.pin = connect->pin;
	config.ca_file = connect->ca_file;
	config.ca_folder = connect->ca_folder;
	config.certificate = connect->certificate;
	config.key = connect->key;
	config.server_name = connect->server_name;
	config.timeout = (unsigned)connect->timeout;
	error = seal_client_environment(&config, diag);
	return error ? error : seal_client_new(&config, out_client, diag);
}

int connect_core(const struct connect *connect, uint8_t out_core[32], int *out_given,
		 struct seal_diag *diag)
{
	size_t len = 0;

	*out_given = connect->core != NULL;
	if (connect->core && (seal_unbase64(SEAL_BASE64_PADDED, connect->core,
					    strlen(connect->core), out_core, 32, &len, NULL) ||
			      len != 32))
		return seal_fail(diag, SEAL_E_USAGE, "--core: not 32 bytes in base64");
	return SEAL_OK;
}

int connect_look(struct seal_client *client, const uint8_t core[static 32],
		 struct seal_client_status *out_status, struct seal_diag *diag)
{
	struct seal_client_status status;
	int error = seal_client_status_signed(client, core, &status, diag);

	if (error)
		return error == SEAL_E_FORMAT ? SEAL_E_DAEMON : error;
	if (!status.has_identity || !seal_eq_ct(core, status.identity, 32))
		return seal_fail(diag, SEAL_E_DAEMON, "%s: is not the daemon with the core given",
				 seal_client_address(client));
	if (!status.is_signed)
		return seal_fail(diag, SEAL_E_DAEMON, "%s: " SEAL_CLIENT_UNSIGNED,
				 seal_client_address(client));
	*out_status = status;
	return SEAL_OK;
}

int connect_plan(const struct connect *connect, const struct seal_plan *plan,
		 struct seal_client **out_client, struct seal_diag *diag)
{
	struct connect planned = *connect;
	uint8_t core[32];
	int has_core = 0;
	int error = connect_core(connect, core, &has_core, diag);

	if (!planned.address)
		planned.address = plan->address;
	if (!planned.pin && plan->pin[0])
		planned.pin = plan->pin;
	if (!error && has_core && !seal_eq_ct(core, plan->core, sizeof core))
		error = seal_fail(diag, SEAL_E_MISMATCH, "--core: the plan is of another daemon");
	return error ? error : connect_open(&planned, out_client, diag);
}
