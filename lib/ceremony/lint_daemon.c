/* What the daemon of a plan says of itself. */

#include "ceremony/lint_internal.h"

#include <string.h>

#include "base/secret.h"

#include "base/banned.h"

/* Whether it is in the state that the kind of ceremony begins with. */
static int add_state(const struct seal_plan *plan, const struct seal_client_status *status,
		     struct seal_lint *lint, struct seal_diag *diag)
{
	int open = status->initialized && !status->sealed;
	const char *kind = seal_plan_kind_name(plan->kind);

	if (plan->kind == SEAL_PLAN_INIT)
		return status->initialized ? seal_lint_add(lint, diag, SEAL_LINT_WRONG, "daemon",
							   "it is initialised already")
					   : SEAL_OK;
	if (!status->initialized)
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "daemon",
				     "it is not initialised");
	if (strcmp(status->set, plan->set) != 0 || status->epoch != plan->epoch)
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "daemon",
				     "its share set is %.8s, epoch %u; the plan's %.8s, epoch %u",
				     status->set, status->epoch, plan->set, plan->epoch);
	if (plan->kind == SEAL_PLAN_UNSEAL && open)
		return seal_lint_add(lint, diag, SEAL_LINT_NOTE, "daemon",
				     "it is open now: there is nothing to unseal");
	if (!open && plan->kind != SEAL_PLAN_UNSEAL && plan->kind != SEAL_PLAN_DRILL &&
	    plan->kind != SEAL_PLAN_SEAL)
		return seal_lint_add(lint, diag, SEAL_LINT_NOTE, "daemon",
				     "it is sealed: it must be open for a %s", kind);
	return SEAL_OK;
}

int seal_lint_daemon(const struct seal_lint_job *job, struct seal_lint *lint,
		     struct seal_diag *diag)
{
	const struct seal_plan *plan = &job->file->plan;
	struct seal_client_status status;
	struct seal_diag why = {0};
	char line[SEAL_LINT_TEXT];
	int error = seal_client_status_signed(job->client, plan->core, &status, &why);

	if (error == SEAL_E_NOMEM)
		return seal_fail(diag, SEAL_E_NOMEM, "daemon");
	if (error) {
		seal_diag_line(&why, line, sizeof line);
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "daemon", "%s", line);
	}
	if (!status.has_identity || !seal_eq_ct(status.identity, plan->core, sizeof plan->core))
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "daemon",
				     "%s: not the daemon with the plan's core",
				     seal_client_address(job->client));
	if (!status.is_signed)
		return seal_lint_add(lint, diag, SEAL_LINT_WRONG, "daemon", "%s: %s",
				     seal_client_address(job->client), SEAL_CLIENT_UNSIGNED);
	error = seal_lint_add(lint, diag, SEAL_LINT_FINE, "daemon", "%s: version %s, %s",
			      seal_client_address(job->client), status.version,
			      !status.initialized ? "not initialised"
			      : status.sealed	  ? "sealed"
						  : "open");
	if (!error && strncmp(status.version, SEAL_VERSION, strlen(SEAL_VERSION)) != 0)
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "daemon",
				      "its version is not this tool's (%s)", SEAL_VERSION);
	if (!error && status.sandbox[0])
		error = seal_lint_add(lint, diag, SEAL_LINT_NOTE, "daemon", "sandbox: %s",
				      status.sandbox);
	return error ? error : add_state(plan, &status, lint, diag);
}
