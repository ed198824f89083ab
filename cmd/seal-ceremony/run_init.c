/* The share set of a walk: the one in force, or the one that an init makes. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../api_token.h"
#include "ceremony/busy.h"
#include "ceremony/init.h"
#include "run.h"

#include "base/banned.h"

#define BOOTSTRAP "/var/lib/seald/bootstrap-token"

static int is_init(const struct run *run)
{
	return run->plan.plan.kind == SEAL_PLAN_INIT;
}

/* With init: the folder that is there is of this plan's shares. */
static int check_set(const struct run *run, struct seal_diag *diag)
{
	const struct seal_plan *plan = &run->plan.plan;
	const struct seal_manifest *manifest = &run->folder.manifest;
	int same = is_init(run) ? manifest->threshold == plan->threshold &&
					  manifest->total == plan->total &&
					  strcmp(manifest->purpose, plan->purpose) == 0
				: strcmp(manifest->set, plan->set) == 0 &&
					  manifest->epoch == plan->epoch;

	return same ? SEAL_OK
		    : seal_fail(diag, SEAL_E_MISMATCH,
				"%s: share set %.8s, epoch %u, is not that of the plan", run->set,
				manifest->set, manifest->epoch);
}

int run_open_set(struct run *run, struct seal_diag *diag)
{
	char manifest[SEAL_PATH];
	struct stat st;
	int error = SEAL_OK;

	if (!is_init(run) == !run->values->set)
		return seal_fail(diag, SEAL_E_USAGE,
				 is_init(run) ? "--set: not with init, which makes DIR/set"
					      : "--set: missing (see --help)");
	if (is_init(run))
		error = seal_path_join(run->values->output, "set", "", run->set, diag);
	else
		(void)snprintf(run->set, sizeof run->set, "%s", run->values->set);
	if (!error)
		error = seal_path_join(run->set, "manifest", "", manifest, diag);
	if (error || (is_init(run) && stat(manifest, &st) != 0))
		return error;
	error = seal_set_folder_read(run->set, run->plan.plan.core, &run->folder, diag);
	run->has_set = !error;
	return error ? error : check_set(run, diag);
}

int run_look_new(struct run *run, struct run_result *out, struct seal_diag *diag)
{
	struct seal_client_status status = {0};
	int error;

	seal_busy(seal_client_address(run->client));
	error = seal_client_status_signed(run->client, run->plan.plan.core, &status, diag);
	if (error)
		return error;
	if (!status.is_signed)
		return seal_fail(diag, SEAL_E_VERIFY, "%s: " SEAL_CLIENT_UNSIGNED,
				 seal_client_address(run->client));
	(void)snprintf(out->text, sizeof out->text, "%s %s, signed by the core", status.version,
		       status.initialized ? "initialised" : "not initialised");
	return SEAL_OK;
}

/* A folder that is there already was made before the transcript could say so. */
int run_init(struct run *run, const char *person SEAL_UNUSED, struct run_result *out,
	     struct seal_diag *diag)
{
	struct seal_secret *bootstrap SEAL_CLEANUP(seal_secret_freep) = NULL;
	const struct seal_plan *plan = &run->plan.plan;
	struct seal_init_result result = {0};
	struct seal_init_job job = {.client = run->client,
				    .dir = run->set,
				    .cards = &run->plan.cards,
				    .core = plan->core,
				    .purpose = plan->purpose,
				    .threshold = plan->group_count ? 0 : plan->threshold,
				    .group_count = plan->group_count,
				    .allow_no_spare = (int)plan->allow_no_spare,
				    .allow_single = (int)plan->allow_single};
	int error = SEAL_OK;

	if (!run->has_set) {
		memcpy(job.groups, plan->groups, sizeof job.groups);
		error = api_token_file(run->values->bootstrap ? run->values->bootstrap : BOOTSTRAP,
				       "bootstrap token", &bootstrap, diag);
		job.bootstrap = bootstrap;
		seal_busy(seal_client_address(run->client));
		if (!error)
			error = seal_init_run(&job, &result, diag);
		if (!error)
			error = run_open_set(run, diag);
	}
	if (!error)
		(void)snprintf(out->text, sizeof out->text, "share set %.8s, %u of %u, in %s",
			       run->folder.manifest.set, run->folder.manifest.threshold,
			       run->folder.manifest.total, "set");
	return error;
}
