/* The core of seald: what it is made of. */

#include "core/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/rekey.h"
#include "core/core_internal.h"
#include "crypto/ecdh.h"

#include "base/banned.h"

#define HALF_OPEN 3600u
#define CHALLENGER 32u

void seal_core_free(struct seal_core *core)
{
	if (!core)
		return;
	seal_api_rekey_drop(&core->api);
	seal_barrier_free(core->barrier);
	seal_store_free(core->store);
	seal_audit_free(core->audit);
	seal_secret_free(core->api.signer);
	seal_secret_free(core->api.submission);
	seal_secret_free(core->api.challenger);
	seal_secret_free(core->bootstrap);
	free(core->folder);
	free(core);
}

void seal_core_freep(struct seal_core **core)
{
	seal_core_free(*core);
	*core = NULL;
}

static int make_api(struct seal_core *core, const struct seal_core_config *config,
		    struct seal_diag *diag)
{
	struct seal_api *api = &core->api;
	int error = seal_core_identity_key(core->folder, &api->signer, api->identity, diag);

	if (!error)
		error = seal_ecdh_generate(SEAL_CURVE_X25519, &api->submission, diag);
	if (!error)
		error = seal_ecdh_public(SEAL_CURVE_X25519, api->submission, api->submission_point,
					 diag);
	if (!error)
		error = seal_secret_random(CHALLENGER, &api->challenger, diag);
	api->barrier = core->barrier;
	api->state = seal_core_state(core);
	api->plain_shares = config->plain_shares;
	api->rehearsal = config->rehearsal;
	(void)snprintf(api->sandbox, sizeof api->sandbox, "%s%s",
		       config->sandbox ? config->sandbox : "", config->sandbox ? " missing" : "");
	return error;
}

int seal_core_new(const struct seal_core_config *config, struct seal_core **out_core,
		  struct seal_diag *diag)
{
	struct seal_core *core SEAL_CLEANUP(seal_core_freep) = NULL;
	int audit_fd = config->audit_fd;
	struct seal_secret *salt SEAL_CLEANUP(seal_secret_freep) = NULL;
	int error;

	seal_json_setup();
	core = calloc(1, sizeof *core);
	if (core)
		core->folder = strdup(config->state);
	if (!core || !core->folder) {
		(void)close(audit_fd);
		return seal_fail(diag, SEAL_E_NOMEM, "core");
	}
	core->half_open = config->half_open ? config->half_open : HALF_OPEN;
	error = seal_store_open(core->folder, &core->store, diag);
	if (!error)
		error = seal_core_audit_salt(core->folder, &salt, diag);
	if (!error)
		error = seal_audit_new(audit_fd, (const char *)seal_secret_bytes(salt),
				       &core->audit, diag);
	if (error) {
		(void)close(audit_fd);
		return error;
	}
	error = seal_barrier_new(core->store, &core->barrier, diag);
	if (!error)
		error = make_api(core, config, diag);
	if (!error)
		error = seal_core_bootstrap(core->folder, !seal_barrier_in_force(core->barrier),
					    &core->bootstrap, diag);
	if (error)
		return error;
	seal_core_drop_bootstrap(core);
	seal_core_drop_old_root(core);
	*out_core = seal_steal(&core);
	return SEAL_OK;
}

void seal_core_expire(struct seal_core *core)
{
	uint64_t now = seal_api_now();

	seal_barrier_expire(core->barrier, now, core->half_open);
	/* Where the disk is full it is tried again; until then its proofs are refused. */
	(void)!seal_barrier_rekey_expire(core->barrier, now, (uint64_t)time(NULL), NULL);
}

void seal_core_tick(struct seal_core *core)
{
	seal_core_expire(core);
	seal_core_drop_bootstrap(core);
	/* Lines of reads wait for this; so a power cut takes the last second of them at most. */
	(void)!seal_audit_sync(core->audit, NULL);
}

int seal_core_reopen_audit(struct seal_core *core, int fd, int *out_same, struct seal_diag *diag)
{
	return seal_audit_reopen(core->audit, fd, out_same, diag);
}

void seal_core_seal(struct seal_core *core)
{
	seal_barrier_seal(core->barrier);
}

void seal_core_identity(const struct seal_core *core, uint8_t out[static 32])
{
	memcpy(out, core->api.identity, 32);
}
